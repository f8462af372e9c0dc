"""FETCH and UID FETCH (RFC 3501 section 6.4.5; modifiers: RFC 4466 section 2.4).

``fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att /
"(" fetch-att *(SP fetch-att) ")") [SP "(" fetch-modifiers ")"]``

What the items are is in ``imap/fetch/``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No, Refusal
from mockmail.imap.rows import Answer, FetchItem, FetchModifier, Seqs, message_command, modifiers
from mockmail.imap.session import Session
from mockmail.imap.view import AT_ONCE
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
    modifiers: tuple[FetchModifier, ...]


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchCommand:
    rows = session.catalogue.fetch_items

    def item() -> FetchItem:
        cursor.count(session.settings.fetch_items, "FETCH items")
        start = cursor.at
        name = cursor.word("a FETCH item").split(b"[")[0]
        row = rows.get(name)
        if row is None:
            cursor.at = start
            raise cursor.expected("a FETCH item")
        cursor.rows.append(row)
        cursor.at = start + len(name)
        return row.parse(name, cursor)

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
    modifying: tuple[FetchModifier, ...] = ()
    if cursor.skip(b" "):
        known = session.catalogue.fetch_modifiers
        modifying = modifiers(
            cursor, known, "a FETCH modifier", lambda row: row.parse(session, cursor, ids)
        )
    names = {each.name for each in items}
    if isinstance(ids, UidSet):
        by_uid = session.selected.tellings.by_uid
        items[:0] = [FetchItem(name, item) for name, item in by_uid.items() if name not in names]
    brought = (name for modifier in modifying for name in modifier.items)
    items += [rows[name].parse(name, cursor) for name in brought if name not in names]
    return FetchCommand(ids, tuple(items), modifying)


def _until_refused(
    items: Sequence[FetchItem], entries: Sequence[Entry]
) -> tuple[Sequence[Entry], Refusal | None]:
    """The messages before the first that is refused; nothing is done to the others."""
    refusals = [item.refusal for item in items if item.refusal]
    if refusals:
        for at, entry in enumerate(entries):
            for refusal in refusals:
                if (found := refusal(entry)) is not None:
                    return entries[:at], found
    return entries, None


def handle(session: Session, c: FetchCommand) -> Answer:
    view = session.selected
    selection = view.select(c.ids, gone=session.settings.fetch_expunged)
    since = max((modifier.since for modifier in c.modifiers), default=0)
    for modifier in c.modifiers:
        yield from modifier.before(view, since)
        selection = modifier.narrow(view, selection)
    entries, refused = _until_refused(c.items, selection.entries)
    newly_seen: dict[Uid, Entry] = {}
    if not view.read_only and any(item.sets_seen for item in c.items):
        unseen = [entry.uid for entry in entries if not entry.flags.seen]
        with session.store.transaction(session.name) as tx:
            changed = tx.store_flags(view.mailbox, unseen, FlagOp.ADD, SEEN)
        newly_seen = {entry.uid: entry for entry in changed}
        entries = [newly_seen.get(entry.uid, entry) for entry in entries]
        yield COMMITTED
    renders = [item.render for item in c.items]
    asked = {item.name for item in c.items}
    # The change is told where it was made (RFC 3501 section 6.4.5, BODY[…]).
    change = [render for name, render in view.tellings.flags.items() if name not in asked]
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        rows = view.rows(some, renders)
        if newly_seen:
            rows = [
                (*items, *(render(view, entry) for render in change))
                if entry.uid in newly_seen
                else items
                for items, entry in zip(rows, some, strict=True)
            ]
        if view.flagged:
            for entry in some:
                if b"FLAGS" in asked or entry.uid in newly_seen:
                    view.told_flags(entry)
        seqs, uids = selection.seqs[start : start + len(some)], [entry.uid for entry in some]
        yield view.tellings.fetch.many(seqs, uids, rows)
    if refused is not None:
        raise refused
    if not selection.complete and isinstance(c.ids, SeqSet):
        # RFC 2180 section 4.1.2: the others, and a tagged NO.
        raise No("Some of the messages no longer exist", b"EXPUNGEISSUED")
    return Done(b"FETCH completed")


ROWS = message_command(b"FETCH", Seqs.USES, parse, handle)
