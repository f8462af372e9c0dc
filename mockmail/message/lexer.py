"""What structured fields are made of: white space, comments, quoted strings (RFC 5322 section 3.2).

`Broken` where something has no end.
"""

import re

QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
"""``quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE``."""
_SPACE = re.compile(rb"[ \t\r\n]*+")
_COMMENT_PART = re.compile(rb"[()]|\\.?", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class Broken(Exception):
    """What stands here is not what the grammar has."""


def unescaped(text: bytes) -> bytes:
    """What stood in quotes or in a comment, without the backslashes of quoted-pairs."""
    return _ESCAPED.sub(rb"\1", text) if b"\\" in text else text


def white_space(data: bytes, at: int) -> int:
    """Behind the white space at `at`."""
    found = _SPACE.match(data, at)
    assert found is not None
    return found.end()


def comment(data: bytes, at: int) -> int:
    """Behind the comment at `at`, which may hold comments; `Broken` if it has no end."""
    depth = 0
    while part := _COMMENT_PART.search(data, at):
        at = part.end()
        depth += {b"(": 1, b")": -1}.get(part[0], 0)
        if depth == 0:
            return at
    raise Broken


def space(data: bytes, at: int) -> int:
    """``[CFWS]``: behind the white space and comments at `at`."""
    at = white_space(data, at)
    while data.startswith(b"(", at):
        at = white_space(data, comment(data, at))
    return at
