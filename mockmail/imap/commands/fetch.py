"""FETCH and UID FETCH (RFC 3501 section 6.4.5; modifiers: RFC 4466 section 2.4).

``fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att /
"(" fetch-att *(SP fetch-att) ")") [SP "(" fetch-modifiers ")"]``

What the items are is in ``imap/fetch/``.
"""

from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.session import (
    Answer,
    FetchItem,
    Narrow,
    Seqs,
    Session,
    message_command,
    named,
)
from mockmail.numset import SeqSet, Uid, UidSet
from mockmail.store.flags import FlagOp, flags
from mockmail.store.journal import Entry
from mockmail.wire.acts import COMMITTED

SEEN = flags(("\\Seen",))
MACROS = {
    b"FAST": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
    b"ALL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"),
    b"FULL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY"),
}


@dataclass(frozen=True, slots=True)
class FetchCommand:
    ids: SeqSet | UidSet
    items: tuple[FetchItem, ...]
    modifiers: tuple[Narrow, ...]


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchCommand:
    rows = session.catalogue.fetch_items

    def item() -> FetchItem:
        start = cursor.at
        name = cursor.word("a FETCH item").split(b"[")[0]
        row = rows.get(name)
        if row is None:
            cursor.at = start
            raise cursor.expected("a FETCH item")
        cursor.at = start + len(name)
        return row.parse(name, cursor)

    def modifier() -> Narrow:
        rows = session.catalogue.fetch_modifiers
        return named(cursor, rows, "a FETCH modifier").parse(cursor)

    cursor.space()
    if cursor.peek(b"("):
        items = cursor.list_of(item)
    else:
        rest = cursor.data[cursor.at :].split(b" ")[0].upper()
        macro = MACROS.get(rest)
        if macro is not None and all(name in rows for name in macro):
            cursor.at += len(rest)
            items = [rows[name].parse(name, cursor) for name in macro]
        else:
            items = [item()]
    modifiers = cursor.list_of(modifier) if cursor.skip(b" ") else []
    if isinstance(ids, UidSet) and not any(each.name == b"UID" for each in items):
        items.insert(0, rows[b"UID"].parse(b"UID", cursor))  # RFC 3501 section 6.4.8
    return FetchCommand(ids, tuple(items), tuple(modifiers))


def handle(session: Session, c: FetchCommand) -> Answer:
    view = session.selected
    selection = view.select(c.ids)
    chosen = selection.chosen
    for narrow in c.modifiers:
        chosen = narrow(view, chosen)
    newly_seen: dict[Uid, Entry] = {}
    if not view.read_only and any(item.sets_seen for item in c.items):
        unseen = [entry.uid for _, entry in chosen if not entry.flags.seen]
        with session.store.transaction(session.name) as tx:
            changed = tx.store_flags(view.mailbox, unseen, FlagOp.ADD, SEEN)
        newly_seen = {entry.uid: entry for entry in changed}
        chosen = [(seq, newly_seen.get(entry.uid, entry)) for seq, entry in chosen]
        yield COMMITTED
    renders = [item.render for item in c.items]
    shows_flags = any(item.shows_flags for item in c.items)
    for at, (seq, entry) in enumerate(chosen):
        try:
            items = [render(view, entry) for render in renders]
        except No:
            # What was seen and is not answered is told all the same.
            view.owe_flags(each.uid for _, each in chosen[at:] if each.uid in newly_seen)
            raise
        if newly_seen and not shows_flags and entry.uid in newly_seen:
            # The change is told where it was made (RFC 3501 section 6.4.5, BODY[…]).
            items.append(b"FLAGS " + view.flags_wire(entry))
            view.told_flags(entry)
        elif shows_flags and view.flagged:
            view.told_flags(entry)
        yield reply.fetch(seq, entry.uid, items)
    if not selection.complete and isinstance(c.ids, SeqSet):
        # RFC 2180 section 4.1.2: the others, and a tagged NO.
        raise No("Some of the messages no longer exist", b"EXPUNGEISSUED")
    return Done(b"FETCH completed")


ROWS = message_command(b"FETCH", Seqs.USES, parse, handle)
