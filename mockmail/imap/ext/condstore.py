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
from mockmail.imap.view import Selection, Tellings, View, flags_item
from mockmail.numset import SeqSet, UidSet
from mockmail.query.criteria import Criterion, ModifiedSince
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Piece, Response

NAME = b"CONDSTORE"


def _modseq(view: View, entry: Entry) -> Piece:
    return b"MODSEQ (%d)" % entry.modseq


def _highest(session: Session, view: View) -> list[Response]:
    if not view.mailbox.keeps_modseqs:
        return [reply.status(b"OK", b"No mod-sequences here", b"NOMODSEQ")]
    code = b"HIGHESTMODSEQ %d" % view.safe_modseq
    return [reply.status(b"OK", b"The highest mod-sequence", code)]


def _tellings(before: Tellings, mailbox: Mailbox) -> Tellings:
    if not mailbox.keeps_modseqs:
        return before
    by_uid = before.by_uid
    flags = {**by_uid, b"FLAGS": flags_item, b"MODSEQ": _modseq}
    return replace(before, flags=flags, silent={**by_uid, b"MODSEQ": _modseq})


def _enable(session: Session) -> Sequence[Response]:
    session.tell_by(_tellings)
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


def _changed_since(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchModifier:
    """``"CHANGEDSINCE" SP mod-sequence-value`` (section 3.1.4.1)."""
    limit = _number(cursor, 1)

    def narrow(view: View, selection: Selection) -> Selection:
        return selection.where(lambda entry: entry.modseq > limit)

    return FetchModifier(narrow, items=(b"MODSEQ",), since=limit)


def _unchanged_since(cursor: Cursor, ids: SeqSet | UidSet) -> StoreModifier:
    """``"UNCHANGEDSINCE" SP mod-sequence-valzer`` (section 3.1.3)."""
    limit = _number(cursor, 0)

    def split(view: View, selection: Selection, op: FlagOp, flags: Flags) -> Split:
        def fails(entry: Entry) -> bool:
            # Changes of other flags are no reason to refuse (section 3.1.12).
            return entry.modseq > limit and (
                op is FlagOp.REPLACE or any(entry.flag_modseq(flag) > limit for flag in flags)
            )

        failed = selection.where(fails)
        if not failed.entries:
            return Split(selection, None)
        kept = selection.where(lambda entry: not fails(entry))
        # The client needn't ask what has changed (section 3.1.3, example 10).
        uids = [entry.uid for entry in failed.entries]
        view.owe_flags(uids)
        named = UidSet.of(uids) if isinstance(ids, UidSet) else SeqSet.of(failed.seqs)
        return Split(kept, b"MODIFIED " + bytes(named))

    return split


def _key(session: Session, cursor: Cursor, inner: Callable[[], Criterion]) -> ModifiedSince:
    """``"MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer`` (section 3.1.5)."""
    cursor.space()
    flag = None
    if cursor.peek(b'"'):
        name = cursor.quoted()
        if name[:7].lower() != b"/flags/":
            raise Bad('An entry-name begins with "/flags/"')
        flag = name[7:].decode("ascii", "replace")
        cursor.space()
        if cursor.word("priv, shared or all") not in (b"PRIV", b"SHARED", b"ALL"):
            raise Bad("An entry-type-req is priv, shared or all")
        cursor.space()
    return ModifiedSince(cursor.number(), flag)


def _highest_of(returned: Sequence[Entry]) -> bytes:
    return b"MODSEQ %d" % max(entry.modseq for entry in returned)


def _status(mailbox: Mailbox) -> bytes:
    return b"%d" % (mailbox.modseq if mailbox.keeps_modseqs else 0)


EXTENSION = Extension(
    "CONDSTORE",
    rfc=7162,
    capabilities=(CapabilityRow(NAME, enable=_enable),),
    fetch_items=(
        FetchItemRow(
            b"MODSEQ", lambda name, cursor: FetchItem(name, _modseq), enables=NAME, modseqs=True
        ),
    ),
    fetch_modifiers=(
        FetchModifierRow(b"CHANGEDSINCE", _changed_since, enables=NAME, modseqs=True),
    ),
    store_modifiers=(
        StoreModifierRow(b"UNCHANGEDSINCE", _unchanged_since, enables=NAME, modseqs=True),
    ),
    select_parameters=(SelectParameterRow(NAME, lambda session, cursor: _enable_opened),),
    after_open=(_highest,),
    tells_closed=True,
    status_items=(StatusItemRow(b"HIGHESTMODSEQ", _status, enables=NAME),),
    search_keys=(SearchKeyRow(b"MODSEQ", _key, _highest_of, enables=NAME, modseqs=True),),
)
