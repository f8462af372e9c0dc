"""SEARCH and UID SEARCH (RFC 3501 section 6.4.4).

``"SEARCH" [SP search-return-opts] [SP "CHARSET" SP astring] 1*(SP search-key)``,
``search-return-opts = "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"``
(RFC 4466 section 2.6.1; only where an extension has such options).

What the keys are is in ``imap/search/``.
"""

from dataclasses import dataclass

from mockmail.imap import quote, reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.rows import (
    Answer,
    Numbers,
    SearchKeyRow,
    SearchNote,
    SearchReturn,
    Seqs,
    State,
    command,
)
from mockmail.imap.session import Session
from mockmail.imap.view import View
from mockmail.message import charset as charsets
from mockmail.numset import Found, UidSet
from mockmail.query.criteria import And, Criterion, InSeqs, InUids, Not, Or
from mockmail.query.match import matcher
from mockmail.store.journal import Entry

CHARSETS = (b"US-ASCII", b"UTF-8")
"""Those that a refusal names; all that Python has are known."""


@dataclass(frozen=True, slots=True)
class SearchCommand:
    criterion: Criterion
    uid: bool
    returns: tuple[SearchReturn, ...] | None
    """What to say of the result in an ESEARCH; None for all of it in a SEARCH."""
    notes: tuple[SearchNote, ...]


def _rest(session: Session, cursor: Cursor, *, uid: bool) -> SearchCommand:
    cursor.space()
    rows = session.catalogue.search_returns
    default = session.search_returns
    returns = None if default is None else tuple(rows[name].parse(cursor) for name in default)
    if rows and cursor.data[cursor.at : cursor.at + 8].upper() == b"RETURN (":
        cursor.at += 7
        # Each is returned once (RFC 9051 section 7.3.4).
        options: dict[bytes, SearchReturn] = {}

        def option() -> None:
            row = cursor.row(rows, "a result option")
            options[row.name] = row.parse(cursor)

        cursor.list_of(option, empty=True)
        # Without an option all is returned (RFC 4731 section 3.1).
        returns = tuple(options.values()) or (rows[b"ALL"].parse(cursor),)
        cursor.space()
    if cursor.data[cursor.at : cursor.at + 8].upper() == b"CHARSET ":
        cursor.at += 8
        codec = charsets.codec(cursor.astring("a charset"))
        if codec is None:
            if returns is not None and any(each.saves for each in returns):
                session.selected.found = UidSet(())  # RFC 5182 section 2.1
            raise No("Unknown charset", b"BADCHARSET (" + b" ".join(CHARSETS) + b")")
        cursor.charset = codec
        cursor.space()
    keys = [search_key(session, cursor)]
    while cursor.skip(b" "):
        keys.append(search_key(session, cursor))
    criterion = keys[0] if len(keys) == 1 else And(tuple(keys))
    notes = [row.note for row in cursor.rows if isinstance(row, SearchKeyRow) and row.note]
    return SearchCommand(criterion, uid, returns, tuple(dict.fromkeys(notes)))


def search_key(session: Session, cursor: Cursor) -> Criterion:
    """One ``search-key``: a set of numbers, a list of keys, or a key by name."""
    cursor.count(session.settings.search_keys, "search keys")

    def inner() -> Criterion:
        return cursor.nested(lambda: search_key(session, cursor))

    if cursor.peek(b"("):
        return And(tuple(cursor.list_of(inner)))
    if cursor.data[cursor.at : cursor.at + 1] in b"*$0123456789" and not cursor.at_end:
        seqs = cursor.seq_set()
        return InUids(seqs.uids) if isinstance(seqs, Found) else InSeqs(seqs)
    row = cursor.row(session.catalogue.search_keys, "a search key")
    return row.parse(session, cursor, inner)


def parse(session: Session, cursor: Cursor) -> SearchCommand:
    return _rest(session, cursor, uid=False)


def parse_uid(session: Session, cursor: Cursor) -> SearchCommand:
    return _rest(session, cursor, uid=True)


def handle(session: Session, c: SearchCommand) -> Answer:
    view = session.selected
    test = matcher(resolved(c.criterion, view), view.recent)
    matching = [(seq, entry) for seq, entry in view.known() if test(seq, entry)]
    found: Numbers = [entry.uid for _, entry in matching] if c.uid else [seq for seq, _ in matching]
    if c.returns is None:
        numbers = [b"%d" % number for number in found]
        notes = _noted(c, [entry for _, entry in matching])
        yield reply.untagged(b"SEARCH", *numbers, *(b"(%b)" % note for note in notes))
    else:
        telling = [each for each in c.returns if not each.saves]
        saving = len(telling) < len(c.returns)
        slices = [each.returned for each in telling] or [slice(None)]
        returned: list[Entry] = []
        if saving or c.notes:
            returned = [entry for each in slices for _, entry in matching[each]]
        if saving:
            view.found = UidSet.of(sorted({entry.uid for entry in returned}))
        if telling:
            told = [text for each in telling if (text := each.tell(found)) is not None]
            correlator = b"(TAG %b)" % quote.quoted(session.tag)
            kind = [b"UID"] if c.uid else []
            yield reply.untagged(b"ESEARCH", correlator, *kind, *told, *_noted(c, returned))
    return Done(b"SEARCH completed")


def _noted(c: SearchCommand, returned: list[Entry]) -> list[bytes]:
    return [note(returned) for note in c.notes] if returned else []


def resolved(criterion: Criterion, view: View) -> Criterion:
    """The criterion with each ``*`` replaced, and numbers checked against the view."""
    match criterion:
        case InSeqs(seqs):
            numbers = seqs.resolve(len(view.uids))
            if numbers.highest > len(view.uids) or not view.uids:
                raise Bad(f"There are {len(view.uids)} messages")
            return InSeqs(numbers)
        case InUids(uids):
            return InUids(uids.resolve(view.uids[-1] if view.uids else 0))
        case Not(inner):
            return Not(resolved(inner, view))
        case Or(parts):
            return Or(tuple(resolved(part, view) for part in parts))
        case And(parts):
            return And(tuple(resolved(part, view) for part in parts))
    return criterion


_STATE = (State.SELECTED,)
ROWS = (
    command(b"SEARCH", _STATE, Seqs.USES, parse, handle),
    command(b"UID SEARCH", _STATE, Seqs.BREAKS, parse_uid, handle),
)
