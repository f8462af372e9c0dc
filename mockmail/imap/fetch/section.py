"""BODY[section]<partial>, and the RFC822 items that are short for some of them.

``section = "[" [section-spec] "]"``, ``section-msgtext = "HEADER" / "TEXT" /
"HEADER.FIELDS" [".NOT"] SP header-list`` (RFC 3501 section 9). Everything is a
slice of the message's bytes.
"""

from collections.abc import Callable, Container

from mockmail.imap import quote
from mockmail.imap.cursor import Cursor
from mockmail.imap.grammar import ASTRING_ATOM, PARTIAL, PRINTABLE
from mockmail.imap.reply import Bad
from mockmail.imap.session import FetchItem, FetchItemRow
from mockmail.imap.view import View
from mockmail.message.message import Message
from mockmail.store.journal import Entry
from mockmail.wire.response import Literal, Piece

Section = Callable[[Message], bytes | memoryview]


def whole(message: Message) -> bytes:
    return message.wire


def header(message: Message) -> bytes:
    return message.wire[: message.header_size]


def text(message: Message) -> memoryview:
    return memoryview(message.wire)[message.header_size :]


def header_fields(names: Container[bytes], *, wanted: bool) -> Section:
    """The fields of these lower-cased names, or all others, and the empty line behind the header."""

    def section(message: Message) -> bytes:
        wire = message.wire
        chosen = [
            wire[field.start : field.end]
            for field in message.fields
            if (field.name in names) is wanted
        ]
        # The empty line is there if the message has one (RFC 3501 section 6.4.5).
        last = message.fields[-1].end if message.fields else 0
        return b"".join((*chosen, wire[last : message.header_size]))

    return section


def _section(cursor: Cursor) -> tuple[bytes, Section]:
    """What stands between the brackets: as it is shown, and what it gives."""
    if cursor.peek(b"]"):
        return b"", whole
    start = cursor.at
    name = cursor.word("a section")
    if name == b"HEADER":
        return name, header
    if name == b"TEXT":
        return name, text
    if name in (b"HEADER.FIELDS", b"HEADER.FIELDS.NOT"):
        cursor.space()
        names = cursor.list_of(lambda: _field_name(cursor))
        # One by one in the form that is sent again: clients look for it (RFC 3501 section 7.4.2).
        shown = b" ".join(
            name if ASTRING_ATOM.fullmatch(name) else quote.quoted(name) for name in names
        )
        chosen = header_fields({name.lower() for name in names}, wanted=name[13:] != b".NOT")
        return name + b" (" + shown + b")", chosen
    cursor.at = start
    raise cursor.expected("a section")


def _field_name(cursor: Cursor) -> bytes:
    """``header-fld-name``; it is shown again in the answer, so it has to be printable."""
    start = cursor.at
    name = cursor.astring("a field name")
    if not PRINTABLE.fullmatch(name):
        cursor.at = start
        raise cursor.expected("a field name in printable US-ASCII")
    return name


def _body(name: bytes, cursor: Cursor) -> FetchItem:
    cursor.expect(b"[")
    shown, section = _section(cursor)
    cursor.expect(b"]")
    label = b"BODY[" + shown + b"]"
    first, octets = 0, None
    if cursor.peek(b"<"):
        found = PARTIAL.match(cursor.data, cursor.at)
        if found is None:
            raise Bad("Expected a partial like <0.2048>")
        cursor.at = found.end()
        first, octets = int(found[1]), int(found[2])
        label += b"<%d>" % first
    return _item(label, section, sets_seen=name == b"BODY", first=first, octets=octets)


def _item(
    label: bytes,
    section: Section,
    *,
    sets_seen: bool,
    first: int = 0,
    octets: int | None = None,
) -> FetchItem:
    if octets is None:

        def render(view: View, entry: Entry) -> Piece:
            return Literal(label, section(entry.message))

    else:
        stop = first + octets

        def render(view: View, entry: Entry) -> Piece:
            return Literal(label, memoryview(section(entry.message))[first:stop])

    return FetchItem(label, render, sets_seen=sets_seen)


def _short(name: bytes, section: Section, *, sets_seen: bool) -> FetchItemRow:
    item = _item(name, section, sets_seen=sets_seen)

    def parse(name: bytes, cursor: Cursor) -> FetchItem:
        return item

    return FetchItemRow(name, parse)


ITEMS = (
    FetchItemRow(b"BODY", _body),
    FetchItemRow(b"BODY.PEEK", _body),
    _short(b"RFC822", whole, sets_seen=True),
    _short(b"RFC822.HEADER", header, sets_seen=False),
    _short(b"RFC822.TEXT", text, sets_seen=True),
)
