"""Reading in a generator: wait for input until what is wanted is complete."""

from collections.abc import Callable, Generator
from typing import TypeVar

from mockmail.wire.acts import Act, Wait, Woke
from mockmail.wire.response import Response

T = TypeVar("T")
Reading = Generator[Act | Response, Woke | None, T]


class Gone(Exception):
    """The client closed its side."""


class TimedOut(Exception):
    """The client said nothing for too long."""


def read(ready: Callable[[], T | None], wait: Wait) -> Reading[T]:
    """What `ready` returns once it is not None; `Gone` or `TimedOut` if it never comes."""
    while (value := ready()) is None:
        woke = yield wait
        if woke is Woke.EOF:
            raise Gone
        if woke is Woke.TIMEOUT:
            raise TimedOut
    return value
