"""A message: immutable bytes, and views of them that are made once and kept.

``raw`` is what is stored. Lines end in CRLF unless the message was made with
``newlines="keep"``. A copy in another mailbox or a fork of the store is the
same object, so each view is made once for all of them.
"""

import re
from typing import Literal

from mockmail.message import header
from mockmail.message.encoded import decode
from mockmail.message.header import Field

_LONE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def with_crlf(raw: bytes) -> bytes:
    """The bytes with each bare CR or LF made a CRLF."""
    return _LONE.sub(b"\r\n", raw)


class Message:
    """One message.

    `raw` is what is stored, in octets; `submitted` what a client sent, where it
    came by SMTP: `raw` has the trace fields (RFC 5321 section 4.4) on top.
    """

    __slots__ = ("_fields", "_header_size", "raw", "submitted", "wire")

    def __init__(
        self,
        raw: bytes,
        *,
        submitted: bytes | None = None,
        newlines: Literal["crlf", "keep"] = "crlf",
    ) -> None:
        self.raw = with_crlf(raw) if newlines == "crlf" else raw
        self.submitted = submitted
        self.wire = self.raw.replace(b"\0", b"\x80") if b"\0" in self.raw else self.raw
        """`raw` as IMAP's and POP3's strings can carry it: NUL can't stand there
        (RFC 9051 section 9, CHAR8), so 0x80 stands in its place."""
        self._header_size = -1
        self._fields: tuple[Field, ...] | None = None

    @property
    def size(self) -> int:
        """RFC822.SIZE: octets."""
        return len(self.raw)

    @property
    def header_size(self) -> int:
        """Octets of the header with the empty line that ends it."""
        if self._header_size < 0:
            self._header_size = header.end_of_header(self.raw)
        return self._header_size

    @property
    def fields(self) -> tuple[Field, ...]:
        """The header's fields in order."""
        if self._fields is None:
            self._fields = header.scan(self.raw, self.header_size)
        return self._fields

    def field(self, name: str) -> str | None:
        """The first field of that name (in any case), unfolded and decoded (RFC 2047), or None."""
        wanted = name.lower().encode()
        for field in self.fields:
            if field.name == wanted:
                return decode(header.unfold(self.raw[field.value : field.end]))
        return None

    def __repr__(self) -> str:
        return f"<Message {self.field('Subject')!r}, {self.size} octets>"
