"""Requests that wait: they end, too, when the client leaves, and when the server can't go on."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import trio

from mockmail.control.problem import Problem

T = TypeVar("T")


class Waits:
    """Those of one server, in its loop."""

    def __init__(self) -> None:
        self._ends: dict[object, Callable[[Problem], None]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def end(self, why: Problem) -> None:
        """Let all that wait now have this for an answer."""
        for end in tuple(self._ends.values()):
            end(why)

    async def run(self, wait: Callable[[], Awaitable[T]], gone: Callable[[], Awaitable[None]]) -> T:
        """What `wait` comes back with, or raises; a `Problem` if that can't be waited for."""
        outcome: list[T] = []
        raised: list[Exception] = []
        async with trio.open_nursery() as nursery:

            def end(why: Problem) -> None:
                raised.append(why)
                nursery.cancel_scope.cancel()

            async def leave() -> None:
                await gone()
                end(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "nobody waits for this any more"))

            self._ends[end] = end
            nursery.start_soon(leave)
            try:
                outcome.append(await wait())
            except Exception as error:
                raised.append(error)
            finally:
                del self._ends[end]
            nursery.cancel_scope.cancel()
        if outcome:
            return outcome[0]
        raise raised[0]
