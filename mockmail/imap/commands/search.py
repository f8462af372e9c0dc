"""SEARCH and UID SEARCH (RFC 3501 section 6.4.4).

``"SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key)``
"""

from collections.abc import Callable
from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.session import Answer, SearchKeyRow, Seqs, Session, State, command, named
from mockmail.imap.view import View
from mockmail.query.criteria import All, And, Criterion, HasFlag, InSeqs, InUids, Not, Or, Recent
from mockmail.query.match import matcher

CHARSETS = (b"US-ASCII", b"UTF-8")


@dataclass(frozen=True, slots=True)
class SearchCommand:
    criterion: Criterion
    charset: bytes | None
    uid: bool


def _rest(session: Session, cursor: Cursor, *, uid: bool) -> SearchCommand:
    cursor.space()
    charset = None
    if cursor.data[cursor.at : cursor.at + 8].upper() == b"CHARSET ":
        cursor.at += 8
        charset = cursor.astring("a charset").upper()
        cursor.space()
    keys = [search_key(session, cursor)]
    while cursor.skip(b" "):
        keys.append(search_key(session, cursor))
    return SearchCommand(keys[0] if len(keys) == 1 else And(tuple(keys)), charset, uid)


def search_key(session: Session, cursor: Cursor) -> Criterion:
    """One ``search-key``: a set of numbers, a list of keys, or a key by name."""

    def inner() -> Criterion:
        return cursor.nested(lambda: search_key(session, cursor))

    if cursor.peek(b"("):
        return And(tuple(cursor.list_of(inner)))
    if cursor.data[cursor.at : cursor.at + 1] in b"*0123456789" and not cursor.at_end:
        seqs = cursor.seq_set()
        return InSeqs(seqs)
    row = named(cursor, session.catalogue.search_keys, "a search key")
    return row.parse(session, cursor, inner)


def parse(session: Session, cursor: Cursor) -> SearchCommand:
    return _rest(session, cursor, uid=False)


def parse_uid(session: Session, cursor: Cursor) -> SearchCommand:
    return _rest(session, cursor, uid=True)


def handle(session: Session, c: SearchCommand) -> Answer:
    if c.charset is not None and c.charset not in CHARSETS:
        raise No("Unknown charset", b"BADCHARSET (" + b" ".join(CHARSETS) + b")")
    view = session.selected
    known = view.known().chosen
    test = matcher(resolved(c.criterion, view), view.recent)
    found = [entry.uid if c.uid else seq for seq, entry in known if test(seq, entry)]
    yield reply.untagged(b"SEARCH", *(b"%d" % number for number in found))
    return Done(b"SEARCH completed")


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
        case Or(left, right):
            return Or(resolved(left, view), resolved(right, view))
        case And(parts):
            return And(tuple(resolved(part, view) for part in parts))
    return criterion


_Keys = Callable[[], Criterion]


def _key(name: bytes, criterion: Criterion) -> SearchKeyRow:
    return SearchKeyRow(name, lambda session, cursor, inner: criterion)


def _keyword(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return HasFlag(cursor.atom("a keyword").decode("ascii"))


def _unkeyword(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    return Not(_keyword(session, cursor, inner))


def _uid(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return InUids(cursor.uid_set())


def _not(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return Not(inner())


def _or(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    left = inner()
    cursor.space()
    return Or(left, inner())


_SYSTEM = ("Answered", "Deleted", "Draft", "Flagged", "Seen")
KEYS = (
    _key(b"ALL", All()),
    *(_key(name.upper().encode(), HasFlag("\\" + name)) for name in _SYSTEM),
    *(_key(b"UN" + name.upper().encode(), Not(HasFlag("\\" + name))) for name in _SYSTEM),
    _key(b"RECENT", Recent()),
    _key(b"NEW", And((Recent(), Not(HasFlag("\\Seen"))))),
    _key(b"OLD", Not(Recent())),
    SearchKeyRow(b"KEYWORD", _keyword),
    SearchKeyRow(b"UNKEYWORD", _unkeyword),
    SearchKeyRow(b"UID", _uid),
    SearchKeyRow(b"NOT", _not),
    SearchKeyRow(b"OR", _or),
)

_STATE = (State.SELECTED,)
ROWS = (
    command(b"SEARCH", _STATE, Seqs.USES, parse, handle),
    command(b"UID SEARCH", _STATE, Seqs.BREAKS, parse_uid, handle),
)
