"""How SMTP writes its replies (RFC 5321 section 4.2), with enhanced codes (RFC 2034)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mockmail.wire.acts import Instead
from mockmail.wire.response import Piece, Response

MAX_TEXT = 500
"""Octets of text in a reply line, which has at most 512 with its code and CRLF."""
_UNPRINTABLE = re.compile(rb"[^ -~]")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command is answered: a code, an enhanced one, and a text of one line or more."""

    code: int
    status: str
    """The enhanced code (RFC 3463), or empty where there is none: after 334, 354, EHLO."""
    lines: tuple[str, ...]
    utf8: bool = False
    """Whether the client has said that it takes UTF-8 (RFC 6531 section 3.7.4)."""


def reply(code: int, status: str, *lines: str) -> Reply:
    """``code status line``, or several such lines."""
    return Reply(code, status, lines)


class Refused(Exception):
    """The command ends in a reply of 4yz or 5yz."""

    def __init__(self, code: int, status: str, *lines: str) -> None:
        super().__init__(lines[0])
        self.reply = reply(code, status, *lines)


def _lines(response: Response) -> list[Piece]:
    lines = [item for item in response.items if isinstance(item, bytes)]
    return [
        b"%b%b%b\r\n" % (response.kind, b"-" if number < len(lines) else b" ", line)
        for number, line in enumerate(lines, 1)
    ]


def written(said: Reply, *, statuses: bool = True) -> Response:
    """The reply as it is sent; enhanced codes are left out where this server has none."""
    prefix = f"{said.status} " if said.status and statuses else ""
    return Response(
        b"%d" % said.code,
        None,
        [_text(f"{prefix}{line}", utf8=said.utf8) for line in said.lines],
        _lines,
    )


@lru_cache(maxsize=256)
def _text(line: str, *, utf8: bool) -> bytes:
    # What a client wrote may stand in it (RFC 5321 section 4.2, textstring; 4.5.3.1.5).
    if utf8:
        octets = _CONTROL.sub(b"?", line.encode("utf-8", "replace"))[:MAX_TEXT]
        return octets.decode("utf-8", "ignore").encode()  # no half character at its end
    return _UNPRINTABLE.sub(b"?", line.encode("ascii", "backslashreplace"))[:MAX_TEXT]


STATUSES = GREETINGS = tuple(map(str, range(200, 600)))
LAST = ("421",)
"""What is said before the connection is closed (RFC 5321 section 3.8)."""


def instead_of(instead: Instead) -> Response:
    """What is said in a command's place."""
    return written(reply(int(instead.status), instead.code, instead.text))


def another(response: Response, instead: Instead) -> Response:
    """What is said in the place of a greeting or of a final reply."""
    return instead_of(instead)
