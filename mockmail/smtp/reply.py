"""How SMTP writes its replies (RFC 5321 section 4.2), with enhanced codes (RFC 2034)."""

import re

from mockmail.wire.acts import Instead
from mockmail.wire.response import Piece, Response

MAX_TEXT = 500
"""Octets of text in a reply line, which has at most 512 with its code and CRLF."""
_UNPRINTABLE = re.compile(rb"[^ -~]")


class Refused(Exception):
    """The command ends in a reply of 4yz or 5yz."""

    def __init__(self, code: int, status: str, text: str) -> None:
        super().__init__(text)
        self.reply = reply(code, status, text)


def _lines(response: Response) -> list[Piece]:
    lines = [item for item in response.items if isinstance(item, bytes)]
    return [
        b"%b%b%b\r\n" % (response.kind, b"-" if number < len(lines) else b" ", line)
        for number, line in enumerate(lines, 1)
    ]


def reply(code: int, status: str, text: str) -> Response:
    """``code status text``; `status` is the enhanced code (RFC 3463), or empty where there is none."""
    line = (f"{status} {text}" if status else text).encode("ascii", "backslashreplace")
    # What a client wrote may stand in it (RFC 5321 section 4.2, textstring; 4.5.3.1.5).
    return Response(b"%d" % code, None, [_UNPRINTABLE.sub(b"?", line)[:MAX_TEXT]], _lines)


def lines(code: int, items: list[bytes]) -> Response:
    """A reply of several lines."""
    return Response(b"%d" % code, None, [*items], _lines)


STATUSES = GREETINGS = tuple(map(str, range(200, 600)))
LAST = ("421",)
"""What is said before the connection is closed (RFC 5321 section 3.8)."""


def instead_of(instead: Instead) -> Response:
    """What is said in a command's place."""
    return reply(int(instead.status), instead.code, instead.text)


def another(response: Response, instead: Instead) -> Response:
    """What is said in the place of a greeting or of a final reply."""
    return instead_of(instead)
