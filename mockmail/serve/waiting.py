"""Waiting for something to become so in a world: in a thread, in Trio, in asyncio.

Whatever happens in the world, the waiter looks again; it never polls.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import sniffio
import trio

from mockmail.delivery.sent import Sent
from mockmail.world.engine import Engine
from mockmail.world.message import Message
from mockmail.world.wanted import Conditions, Wanted
from mockmail.world.world import World

T = TypeVar("T")

TIMEOUT = 5.0
"""Seconds that a wait takes at most, unless it says otherwise."""


class WaitTimeout(AssertionError):
    """What was waited for did not come; the text says what was there instead."""


@dataclass(frozen=True, slots=True)
class Wait(Generic[T]):
    """What is waited for."""

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

        return Wait(look, timeout, explain)

    @staticmethod
    def until(condition: "Callable[[], U | None]", what: str, timeout: float) -> "Wait[U]":
        """Something true; `what` is how errors call it."""
        name = what or getattr(condition, "__name__", "the condition")

        def look() -> U | None:
            return condition() or None

        return Wait(look, timeout, lambda: f"after {timeout:g} s {name} is {condition()!r}")


U = TypeVar("U")


def running() -> str | None:
    """Which async library runs in this thread, if any: ``trio`` or ``asyncio``."""
    try:
        return sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return None


@contextmanager
def _watching(engine: Engine, happened: Callable[[], object]) -> Iterator[None]:
    key = object()
    with engine.turn():
        engine.watchers[key] = happened
    try:
        yield
    finally:
        engine.watchers.pop(key, None)


def wait_here(engine: Engine, wait: Wait[T], time: Callable[[], float]) -> T:
    """Wait in this thread, by the clock `time`; `WaitTimeout` if it doesn't come.

    ``RuntimeError`` inside a running loop, which could not go on meanwhile.
    """
    library = running()
    if library is not None:
        raise RuntimeError(
            f"this would stop the {library} loop that runs here: await its twin in server.aio"
        )
    event = threading.Event()
    deadline = time() + wait.timeout
    with _watching(engine, event.set):
        while True:
            event.clear()
            if (found := wait.look()) is not None:
                return found
            left = deadline - time()
            if left <= 0:
                raise WaitTimeout(wait.explain())
            event.wait(left)


async def wait_async(engine: Engine, wait: Wait[T]) -> T:
    """The same in Trio or asyncio, on that loop's clock."""
    return await (_trio if running() == "trio" else _asyncio)(engine, wait)


async def _trio(engine: Engine, wait: Wait[T]) -> T:
    happened = trio.Event()
    token = trio.lowlevel.current_trio_token()

    def wake() -> None:
        happened.set()

    with _watching(engine, lambda: token.run_sync_soon(wake, idempotent=True)):
        with trio.move_on_after(wait.timeout):
            while True:
                happened = trio.Event()
                if (found := wait.look()) is not None:
                    return found
                await happened.wait()
        if (found := wait.look()) is not None:
            return found
    raise WaitTimeout(wait.explain())


async def _asyncio(engine: Engine, wait: Wait[T]) -> T:
    import asyncio  # who waits here has it already

    loop = asyncio.get_running_loop()
    happened = asyncio.Event()

    async def found_at_last() -> T:
        while True:
            happened.clear()
            if (found := wait.look()) is not None:
                return found
            await happened.wait()

    with _watching(engine, lambda: loop.call_soon_threadsafe(happened.set)):
        try:
            return await asyncio.wait_for(found_at_last(), wait.timeout)
        except TimeoutError:
            if (found := wait.look()) is not None:
                return found
    raise WaitTimeout(wait.explain())
