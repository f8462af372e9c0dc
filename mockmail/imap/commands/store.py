"""STORE and UID STORE (RFC 3501 section 6.4.6; modifiers: RFC 4466 section 2.5).

``store = "STORE" SP sequence-set [SP "(" store-modifiers ")"] SP store-att-flags``
``store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))``
"""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor, Row
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import Answer, Seqs, StoreModifier, message_command, modifiers
from mockmail.imap.session import Session
from mockmail.imap.view import AT_ONCE
from mockmail.numset import SeqSet, UidSet
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.mailbox import TooManyKeywords
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class StoreCommand:
    ids: SeqSet | UidSet
    modifiers: tuple[StoreModifier, ...]
    op: FlagOp
    silent: bool
    flags: Flags


@dataclass(frozen=True, slots=True)
class _Attribute(Row):
    op: FlagOp
    silent: bool


_ATTRIBUTES = {
    (prefix + b"FLAGS" + suffix): _Attribute(prefix + b"FLAGS" + suffix, op, bool(suffix))
    for prefix, op in ((b"", FlagOp.REPLACE), (b"+", FlagOp.ADD), (b"-", FlagOp.REMOVE))
    for suffix in (b"", b".SILENT")
}


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> StoreCommand:
    rows = session.catalogue.store_modifiers
    cursor.space()
    modifying: tuple[StoreModifier, ...] = ()
    if cursor.peek(b"("):
        modifying = modifiers(cursor, rows, "a STORE modifier", lambda row: row.parse(cursor, ids))
        cursor.space()
    attribute = cursor.row(_ATTRIBUTES, "FLAGS, +FLAGS or -FLAGS")
    cursor.space()
    return StoreCommand(ids, modifying, attribute.op, attribute.silent, cursor.store_flags())


def handle(session: Session, c: StoreCommand) -> Answer:
    view = session.selected
    selection = view.select(c.ids)
    view.must_take_flags()
    code = None
    for modifier in c.modifiers:
        split = modifier(view, selection, c.op, c.flags)
        selection = split.kept
        code = split.code or code
    try:
        with session.store.transaction(session.name) as tx:
            entries = tx.store_flags(
                view.mailbox, [e.uid for e in selection.entries], c.op, view.settable(c.flags)
            )
    except TooManyKeywords:
        raise No("The mailbox takes no more keywords", b"LIMIT") from None
    yield COMMITTED
    told = view.tellings.silent if c.silent else view.tellings.flags
    if told:
        if isinstance(c.ids, UidSet):
            told = {**view.tellings.by_uid, **told}
        if not c.silent and view.flagged:
            for entry in entries:
                view.told_flags(entry)
        for start in range(0, len(entries), AT_ONCE):
            some = entries[start : start + AT_ONCE]
            seqs = selection.seqs[start : start + AT_ONCE]
            uids = [entry.uid for entry in some]
            yield view.tellings.fetch.many(seqs, uids, view.rows(some, told.values()))
    if not selection.complete and not c.silent and isinstance(c.ids, SeqSet):
        # RFC 2180 sections 4.2.1 to 4.2.3.
        raise No("Some of the messages no longer exist", code or b"EXPUNGEISSUED")
    return Done(b"STORE completed", code)


ROWS = message_command(b"STORE", Seqs.USES, parse, handle)
