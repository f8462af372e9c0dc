"""Keys on headers and texts (RFC 3501 section 6.4.4).

A message matches if the string is a part of the text, decoded, whatever the case.
"""

from collections.abc import Callable

from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import SearchKeyRow
from mockmail.imap.session import Session
from mockmail.query.criteria import BodyHas, Criterion, HeaderHas, TextHas

_Keys = Callable[[], Criterion]


def _field(name: bytes) -> SearchKeyRow:
    """``"SUBJECT" SP astring`` and its like."""

    def parse(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
        cursor.space()
        return HeaderHas(name.lower(), cursor.text("a string"))

    return SearchKeyRow(name, parse)


def _header(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    """``"HEADER" SP header-fld-name SP astring``."""
    cursor.space()
    name = cursor.astring("a field name").lower()
    cursor.space()
    return HeaderHas(name, cursor.text("a string"))


def _body(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return BodyHas(cursor.text("a string"))


def _text(session: Session, cursor: Cursor, inner: _Keys) -> Criterion:
    cursor.space()
    return TextHas(cursor.text("a string"))


KEYS = (
    *map(_field, (b"BCC", b"CC", b"FROM", b"SUBJECT", b"TO")),
    SearchKeyRow(b"HEADER", _header),
    SearchKeyRow(b"BODY", _body),
    SearchKeyRow(b"TEXT", _text),
)
