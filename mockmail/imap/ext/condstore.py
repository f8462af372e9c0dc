"""CONDSTORE (RFC 7162 section 3.1): mod-sequences, and what a client can ask by them.

One mod-sequence per message. Naming one of its items, keys, modifiers or
parameters enables it, and from then on what is told of flags has the message's
UID and mod-sequence with it (section 3.2.4).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad
from mockmail.imap.rows import (
    CapabilityRow,
    Extension,
    FetchItem,
    FetchItemRow,
    FetchModifier,
    FetchModifierRow,
    SearchKeyRow,
    SelectParameterRow,
    Split,
    StatusItemRow,
    StoreModifier,
    StoreModifierRow,
)
from mockmail.imap.session import Session
from mockmail.imap.view import Chosen, View, flags_item, uid_item
from mockmail.numset import SeqSet, UidSet
from mockmail.query.criteria import Criterion, ModifiedSince
from mockmail.store.journal import Entry
from mockmail.wire.response import Piece, Response

NAME = b"CONDSTORE"


def _modseq(view: View, entry: Entry) -> Piece:
    return b"MODSEQ (%d)" % entry.modseq


def _highest(session: Session, view: View) -> list[Response]:
    code = b"HIGHESTMODSEQ %d" % view.mailbox.modseq
    return [reply.status(b"OK", b"The highest mod-sequence", code)]


def _enable(session: Session) -> Sequence[Response]:
    session.tell_by(
        replace(
            session.tellings,
            flags={b"UID": uid_item, b"FLAGS": flags_item, b"MODSEQ": _modseq},
            silent={b"UID": uid_item, b"MODSEQ": _modseq},
        )
    )
    return [] if session.view is None else _highest(session, session.view)


def _enable_opened(session: Session, view: View) -> Sequence[Response]:
    # HIGHESTMODSEQ has been told of this mailbox already.
    session.enable(NAME)
    return ()


def _number(cursor: Cursor, least: int) -> int:
    cursor.space()
    number = cursor.number()
    if number < least:
        raise Bad("A mod-sequence is at least 1 here")
    return number


def _changed_since(cursor: Cursor) -> FetchModifier:
    """``"CHANGEDSINCE" SP mod-sequence-value`` (section 3.1.4.1)."""
    limit = _number(cursor, 1)

    def narrow(view: View, chosen: list[Chosen]) -> list[Chosen]:
        return [(seq, entry) for seq, entry in chosen if entry.modseq > limit]

    return FetchModifier(narrow, items=(b"MODSEQ",))


def _unchanged_since(cursor: Cursor, ids: SeqSet | UidSet) -> StoreModifier:
    """``"UNCHANGEDSINCE" SP mod-sequence-valzer`` (section 3.1.3)."""
    limit = _number(cursor, 0)

    def split(view: View, chosen: list[Chosen]) -> Split:
        kept = [(seq, entry) for seq, entry in chosen if entry.modseq <= limit]
        if len(kept) == len(chosen):
            return Split(kept, None)
        failed = [(seq, entry) for seq, entry in chosen if entry.modseq > limit]
        # The client needn't ask what has changed (section 3.1.3, example 10).
        view.owe_flags(entry.uid for _, entry in failed)
        if isinstance(ids, UidSet):
            return Split(kept, b"MODIFIED " + bytes(UidSet.of([e.uid for _, e in failed])))
        return Split(kept, b"MODIFIED " + bytes(SeqSet.of([seq for seq, _ in failed])))

    return split


def _key(session: Session, cursor: Cursor, inner: Callable[[], Criterion]) -> ModifiedSince:
    """``"MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer`` (section 3.1.5)."""
    cursor.space()
    if cursor.peek(b'"'):
        # Which flag has changed is not known, so the entry is not looked at.
        name = cursor.quoted()
        if name[:7].lower() != b"/flags/":
            raise Bad('An entry-name begins with "/flags/"')
        cursor.space()
        if cursor.word("priv, shared or all") not in (b"PRIV", b"SHARED", b"ALL"):
            raise Bad("An entry-type-req is priv, shared or all")
        cursor.space()
    return ModifiedSince(cursor.number())


def _highest_of(returned: Sequence[Entry]) -> bytes:
    return b"MODSEQ %d" % max(entry.modseq for entry in returned)


EXTENSION = Extension(
    "CONDSTORE",
    capabilities=(CapabilityRow(NAME, lambda session: True, _enable),),
    fetch_items=(
        FetchItemRow(b"MODSEQ", lambda name, cursor: FetchItem(name, _modseq), enables=NAME),
    ),
    fetch_modifiers=(FetchModifierRow(b"CHANGEDSINCE", _changed_since, enables=NAME),),
    store_modifiers=(StoreModifierRow(b"UNCHANGEDSINCE", _unchanged_since, enables=NAME),),
    select_parameters=(SelectParameterRow(NAME, lambda cursor: _enable_opened),),
    after_open=(_highest,),
    status_items=(
        StatusItemRow(b"HIGHESTMODSEQ", lambda mailbox: b"%d" % mailbox.modseq, enables=NAME),
    ),
    search_keys=(SearchKeyRow(b"MODSEQ", _key, _highest_of, enables=NAME),),
)
