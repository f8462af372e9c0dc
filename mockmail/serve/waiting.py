"""What a test waits for in a world, and what it is told if that doesn't come."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Generic, TypeVar

from mockmail.client.waiting import refuse_loop, wait_async, wait_here
from mockmail.delivery.sent import Sent
from mockmail.world.arguments import check_arguments
from mockmail.world.engine import Engine, Retired
from mockmail.world.message import Message
from mockmail.world.wanted import Conditions, Wanted
from mockmail.world.world import World

T = TypeVar("T")
U = TypeVar("U")

TIMEOUT = 5.0
"""Seconds that a wait takes at most, unless it says otherwise."""


_INSTEAD = "await its twin in server.aio"


class WaitTimeout(AssertionError):
    """What was waited for did not come; the text says what was there instead."""


@dataclass(frozen=True, slots=True)
class Wait(Generic[T]):
    """What is waited for.

    To wait for it is a `WaitTimeout` if it doesn't come, and a ``RuntimeError`` as soon as it
    can't, because the server was closed or reset.
    """

    engine: Engine
    what: str
    """How errors call it."""
    look: Callable[[], T | None]
    """What it is, or None if it is not there yet."""
    timeout: float
    """Seconds."""
    explain: Callable[[], str]
    """What is there instead."""

    @staticmethod
    def for_mail(
        world: World, conditions: Conditions, count: int | None, timeout: float
    ) -> "Wait[tuple[Message | Sent, ...]]":
        """So many messages, or one if `count` is None."""
        check_arguments(count=(count, int | None), timeout=(timeout, float))
        wanted = Wanted.of(conditions)
        least = 1 if count is None else count
        if least < 1:
            raise ValueError(f"count is {count}; there is nothing to wait for")

        def look() -> tuple[Message | Sent, ...] | None:
            with world.engine.turn():
                found = wanted.find(world)
            return tuple(found) if len(found) >= least else None

        def explain() -> str:
            with world.engine.turn():
                return wanted.explain(world, least, timeout)

        return Wait(world.engine, f"mail with {wanted}", look, timeout, explain)

    @staticmethod
    def until(
        world: World, condition: Callable[[], U | None], what: str, timeout: float
    ) -> "Wait[U]":
        """Something true; `what` is how errors call it."""
        check_arguments(condition=(condition, Callable), what=(what, str), timeout=(timeout, float))
        name = what or getattr(condition, "__name__", "the condition")

        def look() -> U | None:
            found = condition()
            if isinstance(found, Coroutine):
                found.close()
                raise TypeError(
                    f"a condition is looked at, and not awaited: {name} is async; expected a"
                    " function that returns at once"
                )
            return found or None

        def explain() -> str:
            return f"after {timeout:g} s {name} is {condition()!r}"

        return Wait(world.engine, name, look, timeout, explain)

    def here(self, time: Callable[[], float]) -> T:
        """Wait in this thread, by the clock `time`; ``RuntimeError`` inside a running loop."""
        refuse_loop(_INSTEAD)
        return self._found(wait_here(self.engine.watch, self._look, self.timeout, time, _INSTEAD))

    async def awaited(self) -> T:
        """The same in Trio or asyncio, on that loop's clock."""
        return self._found(await wait_async(self.engine.watch, self._look, self.timeout))

    def _look(self) -> T | None:
        ended = self.engine.ended  # asked first: what came before the end is still seen
        try:
            found = self.look()
        except Retired:
            if not self.engine.retired:
                raise  # a handle from before an earlier reset
            found, ended = None, self.engine.ended
        if found is None and ended:
            raise RuntimeError(f"{self.what} can't be waited for any more: {ended}")
        return found

    def _found(self, found: T | None) -> T:
        if found is None:
            raise WaitTimeout(self.explain())
        return found
