"""How IMAP writes its responses, and how a command ends.

A handler returns `Done`, or raises `No` or `Bad`; the dispatcher alone makes a
tagged line of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from mockmail.wire.acts import Act, Instead
from mockmail.wire.response import Literal, Many, Piece, Response


@dataclass(frozen=True, slots=True)
class Done:
    """A command's success: the text of its tagged OK, and perhaps a response code."""

    text: bytes
    code: bytes | None = None
    then: Act | None = None
    """To be done once the tagged OK is said."""


_UNPRINTABLE = re.compile(rb"[^ -~]")


class Refusal(Exception):
    """A command's end other than OK; the client's doing, or the store's."""

    kind: bytes

    def __init__(self, text: str, code: bytes | None = None) -> None:
        super().__init__(text)
        # What a client wrote may stand in it: only printable US-ASCII goes out.
        self.text = _UNPRINTABLE.sub(b"?", text.encode("ascii", "backslashreplace"))
        self.code = code


class No(Refusal):
    """The command was understood and can't be done (RFC 9051 section 7.1.2)."""

    kind = b"NO"


class Bad(Refusal):
    """The command was not understood (RFC 9051 section 7.1.3)."""

    kind = b"BAD"


def _joined(start: bytes, items: Sequence[Piece], end: bytes) -> list[Piece]:
    for item in items:
        if type(item) is Literal:
            break
    else:
        # The frequent case, and the fast one.
        return [start + b" ".join(items) + end]  # type: ignore[arg-type]
    pieces: list[Piece] = []
    text = start
    separator = b""
    for item in items:
        if isinstance(item, Literal):
            size = b" %b{%d}\r\n" % (item.mark, len(item.data))
            pieces.append(text + separator + item.label + size)
            pieces.append(item)
            text = b""
        else:
            text += separator + item
        separator = b" "
    pieces.append(text + end)
    return pieces


def _untagged(response: Response) -> list[Piece]:
    number = b"" if response.number is None else b"%d " % response.number
    space = b" " if response.items else b""
    return _joined(b"* %b%b%b" % (number, response.kind, space), response.items, b"\r\n")


def _fetch(response: Response) -> list[Piece]:
    return _joined(b"* %d %b (" % (response.number or 0, response.kind), response.items, b")\r\n")


def _fetches(kind: bytes, numbers: Sequence[int], rows: Sequence[Sequence[Piece]]) -> list[Piece]:
    if Literal in map(type, chain.from_iterable(rows)):
        start = b"* %d " + kind + b" ("
        each = (_joined(start % n, items, b")\r\n") for n, items in zip(numbers, rows, strict=True))
        return [*chain.from_iterable(each)]
    line = b"* %d " + kind + b" (%b)\r\n"
    return [line % (n, b" ".join(items)) for n, items in zip(numbers, rows, strict=True)]  # type: ignore[arg-type]


def _tagged(response: Response) -> list[Piece]:
    tag, *items = response.items
    assert isinstance(tag, bytes)
    return _joined(b"%b %b " % (tag, response.kind), items, b"\r\n")


def _continuation(response: Response) -> list[Piece]:
    return _joined(b"+ ", response.items, b"\r\n")


def untagged(
    kind: bytes, *items: Piece, number: int | None = None, uid: int | None = None
) -> Response:
    """``* number KIND items``; `uid` is the message it speaks of."""
    return Response(kind, number, list(items), _untagged, uid)


@dataclass(frozen=True, slots=True)
class Fetch:
    """How it is told what messages have: ``* number FETCH (items)``."""

    kind: bytes = b"FETCH"
    by_uid: bool = False
    """Whether the number is the message's UID (RFC 9586)."""

    def one(self, seq: int, uid: int, items: list[Piece]) -> Response:
        return Response(self.kind, uid if self.by_uid else seq, items, _fetch, uid)

    def many(
        self, seqs: Sequence[int], uids: Sequence[int], rows: Sequence[Sequence[Piece]]
    ) -> Many:
        return Many(self.kind, uids if self.by_uid else seqs, uids, rows, _fetch, _fetches)


def status(kind: bytes, text: bytes, code: bytes | None = None) -> Response:
    """``* OK [code] text`` and its like (RFC 9051 section 7.1)."""
    return untagged(kind, text) if code is None else untagged(kind, b"[%b]" % code, text)


def tagged(tag: bytes, kind: bytes, text: bytes, code: bytes | None) -> Response:
    """``tag KIND [code] text``. For the dispatcher only."""
    items: list[Piece] = [tag, text] if code is None else [tag, b"[%b]" % code, text]
    return Response(kind, None, items, _tagged)


def continuation(text: bytes) -> Response:
    """``+ text``: more input, please."""
    return Response(b"+", None, [text], _continuation)


STATUSES = ("OK", "NO", "BAD", "BYE")
GREETINGS = ("OK", "BYE")
"""With PREAUTH somebody would have to be logged in."""
LAST = ("BYE",)
"""What is said before the connection is closed (RFC 9051 section 7.1.5)."""


def instead_of(instead: Instead) -> Response:
    """What is said in the place of a greeting, or untagged."""
    code = instead.code.encode() or None
    return status(instead.status.encode(), instead.text.encode(), code)


def another(response: Response, instead: Instead) -> Response:
    """What is said in the place of a greeting or a tagged line; BYE has no tag."""
    if response.style is not _tagged or instead.status in LAST:
        return instead_of(instead)
    tag = response.items[0]
    assert isinstance(tag, bytes)
    code = instead.code.encode() or None
    return tagged(tag, instead.status.encode(), instead.text.encode(), code)


def end(instead: Instead) -> Done | Refusal:
    """How a command ends that is answered so."""
    code = instead.code.encode() or None
    if instead.status == "OK":
        return Done(instead.text.encode(), code)
    return (No if instead.status == "NO" else Bad)(instead.text, code)
