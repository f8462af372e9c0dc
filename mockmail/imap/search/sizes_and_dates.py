"""Keys on sizes and dates (RFC 3501 section 6.4.4); of dates only the day counts."""

from collections.abc import Callable

from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import SearchKeyRow
from mockmail.imap.session import Session
from mockmail.query.criteria import Criterion, Days, Received, Sent, Sized

_Keys = Callable[[], Criterion]
_LAST = 10**7
"""A day after all others."""


def _larger(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return Sized(cursor.number() + 1)


def _smaller(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return Sized(0, cursor.number() - 1)


def _days(
    name: bytes, kind: Callable[[Days], Criterion], days: Callable[[int], Days]
) -> SearchKeyRow:
    def parse(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
        cursor.space()
        return kind(days(cursor.date().toordinal()))

    return SearchKeyRow(name, parse)


def _before(day: int) -> Days:
    return Days(1, day - 1)


def _on(day: int) -> Days:
    return Days(day, day)


def _since(day: int) -> Days:
    return Days(day, _LAST)


KEYS = (
    SearchKeyRow(b"LARGER", _larger),
    SearchKeyRow(b"SMALLER", _smaller),
    _days(b"BEFORE", Received, _before),
    _days(b"ON", Received, _on),
    _days(b"SINCE", Received, _since),
    _days(b"SENTBEFORE", Sent, _before),
    _days(b"SENTON", Sent, _on),
    _days(b"SENTSINCE", Sent, _since),
)
