"""How POP3 writes its replies (RFC 1939 section 3)."""

import re

from mockmail.wire.acts import Instead
from mockmail.wire.dot import stuff
from mockmail.wire.response import Literal, Piece, Response

_UNPRINTABLE = re.compile(r"[^ -~]")
_LONGEST = 400
"""Octets of a text: a status line has at most 512 (RFC 1939 section 3)."""


class Err(Exception):
    """The command ends in ``-ERR``, with a response code if this server speaks it."""

    def __init__(self, text: str, code: str = "") -> None:
        # What a client wrote may stand in it: only printable US-ASCII goes out.
        super().__init__(_UNPRINTABLE.sub("?", text)[:_LONGEST])
        self.code = code


def _line(response: Response) -> list[Piece]:
    (text,) = response.items
    assert isinstance(text, bytes)
    return [b"%b %b\r\n" % (response.kind, text) if text else response.kind + b"\r\n"]


def _challenge(response: Response) -> list[Piece]:
    (text,) = response.items
    assert isinstance(text, bytes)
    return [b"+ %b\r\n" % text]


def _multi(response: Response) -> list[Piece]:
    text, *items = response.items
    assert isinstance(text, bytes)
    pieces: list[Piece] = [b"%b %b\r\n" % (response.kind, text)]
    # Lines that follow one another are one piece: there may be very many.
    lines: list[bytes] = []
    for item in items:
        if isinstance(item, Literal):
            _add(pieces, lines)
            data = stuff(bytes(item.data))
            pieces.append(Literal(item.label, data if data.endswith(b"\r\n") else data + b"\r\n"))
        else:
            lines.append(item)
    _add(pieces, lines)
    pieces.append(b".\r\n")
    return pieces


def _add(pieces: list[Piece], lines: list[bytes]) -> None:
    if lines:
        pieces.append(stuff(b"\r\n".join(lines)) + b"\r\n")
        lines.clear()


def is_multi(response: Response) -> bool:
    """Whether the reply is one of several lines."""
    return response.style is _multi


def ok(text: bytes = b"") -> Response:
    """``+OK text``."""
    return Response(b"+OK", None, [text], _line)


def err(text: str, code: str = "") -> Response:
    """``-ERR text``; a response code stands in brackets (RFC 2449 section 8)."""
    said = f"[{code}] {text}" if code else text
    return Response(b"-ERR", None, [said.encode("ascii")], _line)


def challenge(text: bytes) -> Response:
    """``+ BASE64``, of which an empty one keeps its space (RFC 5034 section 4)."""
    return Response(b"+", None, [text], _challenge)


def lines(text: bytes, items: list[bytes]) -> Response:
    """``+OK text`` and lines up to a dot."""
    return Response(b"+OK", None, [text, *items], _multi)


def message(text: bytes, data: bytes, uid: int) -> Response:
    """``+OK text`` and a message up to a dot; its last line gets the CRLF it may lack."""
    return Response(b"+OK", None, [text, Literal(b"", data)], _multi, uid)


STATUSES = GREETINGS = ("+OK", "-ERR")
LAST = ()
"""No reply says that the connection is closed."""


def instead_of(instead: Instead) -> Response:
    """What is said in a command's place; the code stands in brackets (RFC 2449 section 8)."""
    text = f"[{instead.code}] {instead.text}" if instead.code else instead.text
    return Response(instead.status.encode(), None, [text.encode()], _line)


def another(response: Response, instead: Instead) -> Response:
    """What is said in the place of a greeting or of a final reply."""
    return instead_of(instead)
