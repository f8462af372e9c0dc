"""BINARY: parts without their transfer encoding (RFC 3516, RFC 9051 section 6.4.5).

``"BINARY" [".PEEK"] section-binary [partial]``, ``"BINARY.SIZE" section-binary``,
with ``section-binary = "[" [section-part] "]"``.
"""

from collections.abc import Callable

from mockmail.imap.cursor import Cursor
from mockmail.imap.fetch.section import Path, read_partial, read_path, shown_path
from mockmail.imap.reply import No
from mockmail.imap.rows import CapabilityRow, Extension, FetchItem, FetchItemRow
from mockmail.imap.view import View
from mockmail.message.charset import keeps_ascii
from mockmail.message.message import Message, with_crlf
from mockmail.message.mime import part_at
from mockmail.message.parameters import parameter
from mockmail.message.transfer import DECODERS
from mockmail.store.journal import Entry
from mockmail.wire.response import Literal, Piece


def _last_decoded(message: Message) -> dict[Path, bytes]:
    """The part that was decoded last: clients fetch large ones piece by piece."""
    return {}


def decoded(message: Message, path: Path, *, keep: bool) -> bytes:
    """The part at `path`, or the whole message, of an encoding that is known.

    It is kept for the next piece if it was asked for in pieces.
    """
    if not keep:
        return _decode(message, path)
    kept = message.view(_last_decoded)
    found = kept.get(path)
    if found is None:
        found = _decode(message, path)
        kept.clear()
        kept[path] = found
    return found


def _decode(message: Message, path: Path) -> bytes:
    if not path:
        return message.raw
    part = part_at(message.root, path)
    if part is None:
        return b""
    coded = message.raw[part.body : part.end]
    if part.is_multipart or part.is_message:
        return coded  # nothing but 7bit, 8bit and binary may be said of it (RFC 2045 section 6.4)
    plain = DECODERS[part.transfer](coded)
    # Lines of text end in CRLF, whatever they ended in before they were encoded
    # (RFC 9051 section 7.5.2, BINARY); in UTF-16 these octets are no line's end.
    if part.is_text and keeps_ascii(parameter(part.params, b"charset") or b""):
        return with_crlf(plain)
    return plain


def _refusal(path: Path) -> Callable[[Entry], No | None]:
    """Of a part whose encoding is unknown (RFC 3516 section 4.3)."""

    def refusal(entry: Entry) -> No | None:
        part = part_at(entry.message.root, path) if path else None
        if part is None or part.is_multipart or part.is_message or part.transfer in DECODERS:
            return None
        return No("Unknown Content-Transfer-Encoding", b"UNKNOWN-CTE")

    return refusal


def _section(cursor: Cursor) -> Path:
    cursor.expect(b"[")
    path = read_path(cursor)
    cursor.expect(b"]")
    return path


def _binary(name: bytes, cursor: Cursor) -> FetchItem:
    path = _section(cursor)
    label = b"BINARY[%b]" % shown_path(path)
    partial = read_partial(cursor)
    first, stop = 0, None
    if partial is not None:
        first, stop = partial[0], sum(partial)
        label += b"<%d>" % first

    def render(view: View, entry: Entry) -> Piece:
        data = decoded(entry.message, path, keep=partial is not None)
        # A literal has no NUL (RFC 9051 section 4.3.1).
        return Literal(label, memoryview(data)[first:stop], b"~" if b"\0" in data else b"")

    return FetchItem(label, render, name == b"BINARY", _refusal(path))


def _size(name: bytes, cursor: Cursor) -> FetchItem:
    path = _section(cursor)
    label = b"BINARY.SIZE[%b]" % shown_path(path)

    def render(view: View, entry: Entry) -> Piece:
        return b"%b %d" % (label, len(decoded(entry.message, path, keep=False)))

    return FetchItem(label, render, refusal=_refusal(path))


ITEMS = (
    FetchItemRow(b"BINARY", _binary),
    FetchItemRow(b"BINARY.PEEK", _binary),
    FetchItemRow(b"BINARY.SIZE", _size),
)
EXTENSION = Extension(
    "BINARY", rfc=3516, capabilities=(CapabilityRow(b"BINARY"),), fetch_items=ITEMS
)
