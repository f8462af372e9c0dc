"""BODY[section]<partial>, and the RFC822 items that are short for some of them.

``section-spec = section-msgtext / (section-part ["." section-text])``,
``section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"``,
``section-text = section-msgtext / "MIME"`` (RFC 3501 section 9). Everything is a
slice of the message's bytes; of what a message doesn't have, it is empty.
"""

import re
from collections.abc import Callable

from mockmail.imap import quote
from mockmail.imap.cursor import Cursor
from mockmail.imap.fetch.structure import BODY
from mockmail.imap.grammar import ASTRING_ATOM, PARTIAL, PRINTABLE
from mockmail.imap.reply import Bad
from mockmail.imap.rows import FetchItem, FetchItemRow, plain_item
from mockmail.imap.view import View
from mockmail.message.header import Field, end_of_fields
from mockmail.message.message import Message
from mockmail.message.mime import Part, part_at
from mockmail.numset import LARGEST
from mockmail.store.journal import Entry
from mockmail.wire.response import Literal, Piece

Section = Callable[[Message], bytes | memoryview]
Path = tuple[int, ...]
"""``section-part``: the numbers of a part, from the outermost on."""

# section-part = nz-number *("." nz-number)
_PART = re.compile(rb"[1-9][0-9]{0,9}(?:\.[1-9][0-9]{0,9})*")


def whole(message: Message) -> bytes:
    return message.wire


def header(message: Message) -> bytes:
    return message.wire[: message.header_size]


def text(message: Message) -> memoryview:
    return memoryview(message.wire)[message.header_size :]


Names = frozenset[bytes]


def _chosen(
    wire: bytes, fields: tuple[Field, ...], start: int, end: int, names: Names, *, wanted: bool
) -> bytes:
    """The fields of these lower-cased names, or all others, and the empty line behind the header."""
    chosen = [wire[at:stop] for name, at, _, stop in fields if (name in names) is wanted]
    # The empty line is there if the message has one (RFC 9051 section 6.4.5.1).
    return b"".join((*chosen, wire[end_of_fields(wire, start, end) : end]))


class _Last:
    """The fields that were chosen last from a message: clients ask for the same ones again."""

    __slots__ = ("chosen", "names", "wanted")

    def __init__(self) -> None:
        self.names: Names | None = None
        self.wanted = False
        self.chosen = b""


def _last(_: Message) -> _Last:
    return _Last()


def _header_fields(names: Names, *, wanted: bool) -> Section:
    def section(message: Message) -> bytes:
        last = message.view(_last)
        if last.names != names or last.wanted is not wanted:
            wire, fields, end = message.wire, message.fields, message.header_size
            last.chosen = _chosen(wire, fields, 0, end, names, wanted=wanted)
            last.names, last.wanted = names, wanted
        return last.chosen

    return section


def _of_part(path: Path, choose: Callable[[bytes, Part], bytes | memoryview]) -> Section:
    """What `choose` takes from the bytes for the part that stands at `path`."""

    def section(message: Message) -> bytes | memoryview:
        part = part_at(message.root, path)
        return b"" if part is None else choose(message.wire, part)

    return section


def _of_message(path: Path, choose: Callable[[bytes, Part], bytes | memoryview]) -> Section:
    """The same for the message in the message/rfc822 at `path`."""
    return _of_part(
        path, lambda wire, part: choose(wire, part.parts[0]) if part.is_message else b""
    )


def _body_of(wire: bytes, part: Part) -> memoryview:
    return memoryview(wire)[part.body : part.end]


def _header_of(wire: bytes, part: Part) -> bytes:
    return wire[part.start : part.body]


def _fields_of_message(path: Path, names: Names, *, wanted: bool) -> Section:
    return _of_message(
        path,
        lambda wire, part: _chosen(wire, part.fields, part.start, part.body, names, wanted=wanted),
    )


def read_path(cursor: Cursor) -> Path:
    """``section-part``, or nothing where the whole message is meant."""
    found = _PART.match(cursor.data, cursor.at)
    if found is None:
        return ()
    path = tuple(map(int, found[0].split(b".")))
    if max(path) > LARGEST:
        raise cursor.expected("a part's number of 32 bits")
    cursor.at = found.end()
    return path


def shown_path(path: Path) -> bytes:
    return b".".join(b"%d" % number for number in path)


def _section(cursor: Cursor) -> tuple[bytes, Section]:
    """What stands between the brackets: as it is shown, and what it gives."""
    path = read_path(cursor)
    shown = shown_path(path)
    if cursor.peek(b"]"):
        return shown, _of_part(path, _body_of) if path else whole
    if path:
        cursor.expect(b".")
        shown += b"."
    start = cursor.at
    name = cursor.word("a section")
    if name == b"HEADER":
        return shown + name, _of_message(path, _header_of) if path else header
    if name == b"TEXT":
        return shown + name, _of_message(path, _body_of) if path else text
    if name == b"MIME" and path:
        return shown + name, _of_part(path, _header_of)
    if name in (b"HEADER.FIELDS", b"HEADER.FIELDS.NOT"):
        cursor.space()
        names = cursor.list_of(lambda: _field_name(cursor))
        # One by one in the form that is sent again: clients look for it (RFC 3501 section 7.4.2).
        listed = b" ".join(
            name if ASTRING_ATOM.fullmatch(name) else quote.quoted(name) for name in names
        )
        lowered = frozenset(name.lower() for name in names)
        wanted = name[13:] != b".NOT"
        chosen = (
            _fields_of_message(path, lowered, wanted=wanted)
            if path
            else _header_fields(lowered, wanted=wanted)
        )
        return shown + name + b" (" + listed + b")", chosen
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


def read_partial(cursor: Cursor) -> tuple[int, int] | None:
    """``"<" number "." nz-number ">"``: the first octet and how many; None if there is none."""
    if not cursor.peek(b"<"):
        return None
    found = PARTIAL.match(cursor.data, cursor.at)
    if found is None:
        raise Bad("Expected a partial like <0.2048>")
    cursor.at = found.end()
    return int(found[1]), int(found[2])


def _body(name: bytes, cursor: Cursor) -> FetchItem:
    if name == b"BODY" and not cursor.peek(b"["):
        return BODY
    cursor.expect(b"[")
    shown, section = _section(cursor)
    cursor.expect(b"]")
    label = b"BODY[" + shown + b"]"
    partial = read_partial(cursor)
    if partial is None:
        return _item(label, section, sets_seen=name == b"BODY")
    first, octets = partial
    stop = first + octets

    def cut(message: Message) -> memoryview:
        return memoryview(section(message))[first:stop]

    return _item(label + b"<%d>" % first, cut, sets_seen=name == b"BODY")


def _item(label: bytes, section: Section, *, sets_seen: bool) -> FetchItem:
    def render(view: View, entry: Entry) -> Piece:
        return Literal(label, section(entry.message))

    return FetchItem(label, render, sets_seen=sets_seen)


ITEMS = (
    FetchItemRow(b"BODY", _body),
    FetchItemRow(b"BODY.PEEK", _body),
    plain_item(_item(b"RFC822", whole, sets_seen=True)),
    plain_item(_item(b"RFC822.HEADER", header, sets_seen=False)),
    plain_item(_item(b"RFC822.TEXT", text, sets_seen=True)),
)
