"""Reading in a generator: wait for input until what is wanted is complete."""

from collections.abc import Callable, Generator
from typing import TypeVar

from mockmail.wire.acts import Act, Wait, Woke
from mockmail.wire.response import Response

T = TypeVar("T")
Reading = Generator[Act | Response, Woke | None, T]


class Over(Exception):
    """The conversation is over."""


class Gone(Over):
    """The client closed its side."""


class TimedOut(Over):
    """The client said nothing for too long."""


class ShutOut(Over):
    """The server wants the user out."""


def read(ready: Callable[[], T | None], wait: Wait) -> Reading[T]:
    """What `ready` returns once it is not None; `Over` if it never comes."""
    while (value := ready()) is None:
        go_on((yield wait))
    return value


def go_on(woke: Woke | None) -> None:
    """`Over` if that is why a wait has ended."""
    match woke:
        case Woke.EOF:
            raise Gone
        case Woke.TIMEOUT:
            raise TimedOut
        case Woke.SHUT:
            raise ShutOut
