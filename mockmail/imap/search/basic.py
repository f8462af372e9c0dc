"""Keys on flags and numbers, and those that join keys (RFC 3501 section 6.4.4)."""

from collections.abc import Callable

from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import SearchKeyRow
from mockmail.imap.session import Session
from mockmail.query.criteria import All, And, Criterion, HasFlag, InUids, Not, Or, Recent

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
    # Clients write long alternatives as ORs of ORs: those are one level, however many.
    parts: list[Criterion] = []
    missing = 2
    while missing:
        cursor.space()
        if cursor.data[cursor.at : cursor.at + 3].upper() == b"OR ":
            cursor.at += 2
            missing += 1
        else:
            parts.append(inner())
            missing -= 1
    return Or(tuple(parts))


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
