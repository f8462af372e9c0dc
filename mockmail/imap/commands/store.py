"""STORE and UID STORE (RFC 3501 section 6.4.6; modifiers: RFC 4466 section 2.5).

``store = "STORE" SP sequence-set [SP "(" store-modifiers ")"] SP store-att-flags``
``store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))``
"""

from collections.abc import Callable
from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.session import Answer, Seqs, Session, Split, message_command, named
from mockmail.imap.view import Chosen, View
from mockmail.numset import SeqSet, UidSet
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.mailbox import TooManyKeywords
from mockmail.wire.acts import COMMITTED
from mockmail.wire.response import Piece


@dataclass(frozen=True, slots=True)
class StoreCommand:
    ids: SeqSet | UidSet
    modifiers: tuple[Callable[[View, list[Chosen]], Split], ...]
    op: FlagOp
    silent: bool
    flags: Flags


_OPS = {
    (prefix + b"FLAGS" + suffix): (op, bool(suffix))
    for prefix, op in ((b"", FlagOp.REPLACE), (b"+", FlagOp.ADD), (b"-", FlagOp.REMOVE))
    for suffix in (b"", b".SILENT")
}


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> StoreCommand:
    def modifier() -> Callable[[View, list[Chosen]], Split]:
        rows = session.catalogue.store_modifiers
        return named(cursor, rows, "a STORE modifier").parse(cursor)

    cursor.space()
    modifiers = []
    if cursor.peek(b"("):
        modifiers = cursor.list_of(modifier)
        cursor.space()
    op, silent = named(cursor, _OPS, "FLAGS, +FLAGS or -FLAGS")
    cursor.space()
    return StoreCommand(ids, tuple(modifiers), op, silent, cursor.store_flags())


def handle(session: Session, c: StoreCommand) -> Answer:
    view = session.selected
    selection = view.select(c.ids)
    chosen = selection.chosen
    if view.read_only:
        raise No("The mailbox is selected read-only")
    code = None
    for modifier in c.modifiers:
        split = modifier(view, chosen)
        chosen = split.kept
        code = split.code or code
    try:
        with session.store.transaction(session.name) as tx:
            entries = tx.store_flags(view.mailbox, [e.uid for _, e in chosen], c.op, c.flags)
    except TooManyKeywords:
        raise No("The mailbox takes no more keywords", b"LIMIT") from None
    yield COMMITTED
    if not c.silent:
        uid_too = isinstance(c.ids, UidSet)
        for (seq, _), entry in zip(chosen, entries, strict=True):
            items: list[Piece] = [b"FLAGS " + view.flags_wire(entry)]
            if uid_too:
                items.insert(0, b"UID %d" % entry.uid)  # RFC 3501 section 6.4.8
            view.told_flags(entry)
            yield reply.fetch(seq, entry.uid, items)
    if not selection.complete and not c.silent and isinstance(c.ids, SeqSet):
        # RFC 2180 sections 4.2.1 to 4.2.3.
        raise No("Some of the messages no longer exist", b"EXPUNGEISSUED")
    return Done(b"STORE completed", code)


ROWS = message_command(b"STORE", Seqs.USES, parse, handle)
