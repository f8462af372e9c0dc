"""A message: immutable bytes, and views of them that are made once and kept.

``raw`` is what is stored. Lines end in CRLF unless the message was made with
``newlines="keep"``. A copy in another mailbox or a fork of the store is the
same object, so each view is made once for all of them.
"""

import re
from collections.abc import Callable
from typing import Literal, TypeVar

from mockmail.message import header
from mockmail.message.encoded import decode
from mockmail.message.header import Field
from mockmail.message.mime import Part, parse

T = TypeVar("T")

_LONE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def with_crlf(raw: bytes) -> bytes:
    """The bytes with each bare CR or LF made a CRLF."""
    if b"\r" not in raw:
        return raw.replace(b"\n", b"\r\n")
    pairs = raw.count(b"\r\n")
    if raw.count(b"\n") == pairs and raw.count(b"\r") == pairs:
        return raw
    return _LONE.sub(b"\r\n", raw)


class Message:
    """One message.

    `raw` is what is stored, in octets; `submitted` what a client sent, where it
    came by SMTP: `raw` has the trace fields (RFC 5321 section 4.4) on top.
    """

    __slots__ = ("_views", "raw", "submitted", "wire")

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
        self._views: dict[object, object] | None = None

    def view(self, make: "Callable[[Message], T]") -> T:
        """What `make` makes of this message, made once and kept.

        `make` is a function that stays: a module's, not one made for the call.
        """
        views = self._views
        if views is None:
            views = self._views = {}
        elif make in views:
            return views[make]  # type: ignore[return-value]
        made = make(self)
        views[make] = made
        return made

    @property
    def size(self) -> int:
        """RFC822.SIZE: octets."""
        return len(self.raw)

    @property
    def header_size(self) -> int:
        """Octets of the header with the empty line that ends it."""
        return self.view(_header_size)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The header's fields in order."""
        return self.view(_fields)

    @property
    def root(self) -> Part:
        """The message as a MIME part, with all its parts."""
        return self.view(_root)

    def field(self, name: str) -> str | None:
        """The last field of that name (in any case), unfolded and decoded (RFC 2047), or None.

        The last one, as in the envelope.
        """
        wanted = name.lower().encode()
        for each, _, value, end in reversed(self.fields):
            if each == wanted:
                return decode(header.unfold(self.raw[value:end]))
        return None

    def __repr__(self) -> str:
        return f"<Message {self.field('Subject')!r}, {self.size} octets>"


def _header_size(message: Message) -> int:
    return header.end_of_header(message.raw)


def _fields(message: Message) -> tuple[Field, ...]:
    return header.scan(message.raw, 0, message.header_size)


def _root(message: Message) -> Part:
    return parse(message.raw, message.fields, message.header_size)
