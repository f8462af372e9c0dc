"""PREVIEW (RFC 8970): the start of a message's text.

``"PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"]``, ``preview-mod = "LAZY"``.
A preview is always at hand here, so LAZY changes nothing.
"""

from mockmail.imap import quote
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad
from mockmail.imap.rows import CapabilityRow, Extension, FetchItem, FetchItemRow
from mockmail.imap.view import View
from mockmail.message.text import preview
from mockmail.store.journal import Entry
from mockmail.wire.response import Piece


def _render(view: View, entry: Entry) -> Piece:
    return b"PREVIEW " + quote.nstring(preview(entry.message).encode("utf-8", "replace"))


_ITEM = FetchItem(b"PREVIEW", _render)


def _parse(name: bytes, cursor: Cursor) -> FetchItem:
    if cursor.skip(b" ("):
        while True:
            if cursor.word("a PREVIEW modifier") != b"LAZY":
                raise Bad("Unknown PREVIEW modifier")
            if cursor.skip(b")"):
                break
            cursor.space()
    return _ITEM


ITEMS = (FetchItemRow(b"PREVIEW", _parse),)
EXTENSION = Extension(
    "PREVIEW", rfc=8970, capabilities=(CapabilityRow(b"PREVIEW"),), fetch_items=ITEMS
)
