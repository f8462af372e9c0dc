"""All that a session can ask for: the whole contract between protocols and the world.

A session is a generator of acts. It yields a `Response` or `Many` (results, at the
point *data*) or one of the acts below, and is resumed when the act is done. It never
touches a socket, a clock or another session.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from mockmail.wire.points import Point
from mockmail.wire.response import Many, Response


class Woke(Enum):
    """Why a `Wait` ended."""

    INPUT = "input"
    CHANGE = "change"
    TIMEOUT = "timeout"
    EOF = "eof"
    SHUT = "shut"
    """The server ends the user's sessions."""


class Say:
    """Send a response at a point other than *data*."""

    __slots__ = ("point", "response")

    def __init__(self, response: Response, point: Point) -> None:
        self.response = response
        self.point = point


class At:
    """Nothing to send, but a rule may act here."""

    __slots__ = ("point",)

    def __init__(self, point: Point) -> None:
        self.point = point


@dataclass(frozen=True, slots=True)
class Instead:
    """A reply that a command is given without being done."""

    status: str
    """``OK``, ``NO``, ``BAD``; ``+OK``, ``-ERR``; ``250``, ``451``, …"""
    code: str
    """What stands in brackets, or an enhanced status code; empty for none."""
    text: str


class Begin:
    """A command was received whole: its name stands for what follows; point *received*.

    Where `instead` was set meanwhile, the session says that and does nothing.
    """

    __slots__ = ("command", "instead")

    def __init__(self, command: bytes) -> None:
        self.command = command
        self.instead: Instead | None = None


class Heard:
    """The client said this; for the transcript, which gives `tag`s numbers of its own."""

    __slots__ = ("data", "tag")

    def __init__(self, data: bytes, tag: bytes | None = None) -> None:
        self.data = data
        self.tag = tag


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on when input has come, when the store changed (if `change`), or after `timeout` seconds.

    The generator is sent a `Woke`. ``timeout=None`` waits for ever.
    """

    timeout: float | None = None
    change: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A command is over (point *after-ok*); the next may be held back, for a slow reader."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection: ``fin`` after all was sent, or ``reset``."""

    how: Literal["fin", "reset"] = "fin"


@dataclass(frozen=True, slots=True)
class Switch:
    """From here on the connection speaks through a further layer; point *tls*.

    The session goes on when both ends have agreed on it, and is dropped if they
    do not within `timeout` seconds. What the client sent before that and nobody
    has read is thrown away: it came unprotected (RFC 3207 section 5, CVE-2011-0411).
    """

    layer: Literal["tls"] = "tls"
    timeout: float | None = None


NOT_OFFERED = "TLS is offered from the moment that server.ca is asked for"
"""What a client hears that asks for it before."""

Act = Say | At | Begin | Heard | Wait | Turn | Close | Switch
Talk = Generator[Act | Response | Many, Woke | None, None]
"""A session's whole conversation."""

COMMITTED = At(Point.COMMITTED)
TURN = Turn()
"""The acts that are the same every time."""
