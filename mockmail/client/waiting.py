"""Waiting for something to become so: in a thread, in Trio, in asyncio.

Whatever happens, the waiter looks again; it never polls. What it looks at says, by a
`Watch`, when that may be worth it.
"""

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import sniffio
import trio

T = TypeVar("T")
Watch = Callable[[Callable[[], object]], AbstractContextManager[object]]
"""Within it the function is called whenever something has happened, from whatever thread; it
must not wait."""


def running() -> str | None:
    """Which async library runs in this thread, if any: ``trio`` or ``asyncio``."""
    try:
        return sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return None


def refuse_loop(instead: str) -> None:
    """``RuntimeError`` inside a running loop, which could not go on while something waits there."""
    library = running()
    if library is not None:
        raise RuntimeError(f"this would stop the {library} loop that runs here: {instead}")


def wait_here(
    watch: Watch,
    look: Callable[[], T | None],
    timeout: float,
    time: Callable[[], float],
    instead: str,
) -> T | None:
    """What `look` finds within `timeout` seconds by the clock `time`, or None.

    ``RuntimeError`` if that has to be waited for inside a running loop; `instead` says what to
    do there.
    """
    event = threading.Event()
    deadline = time() + timeout
    with watch(event.set):
        while True:
            event.clear()
            if (found := look()) is not None:
                return found
            left = deadline - time()
            if left <= 0:
                return None
            refuse_loop(instead)
            event.wait(left)


async def wait_async(watch: Watch, look: Callable[[], T | None], timeout: float) -> T | None:
    """The same in Trio or asyncio, on that loop's clock."""
    return await (_trio if running() == "trio" else _asyncio)(watch, look, timeout)


async def _trio(watch: Watch, look: Callable[[], T | None], timeout: float) -> T | None:
    happened = trio.Event()
    token = trio.lowlevel.current_trio_token()
    thread = threading.get_ident()

    def wake() -> None:
        happened.set()

    def tell() -> None:
        if threading.get_ident() == thread:
            wake()
        else:
            token.run_sync_soon(wake, idempotent=True)

    with watch(tell):
        with trio.move_on_after(timeout):
            while True:
                happened = trio.Event()
                if (found := look()) is not None:
                    return found
                await happened.wait()
        return look()


async def _asyncio(watch: Watch, look: Callable[[], T | None], timeout: float) -> T | None:
    import asyncio  # who waits here has it already

    loop = asyncio.get_running_loop()
    happened = asyncio.Event()

    def tell() -> None:
        with contextlib.suppress(RuntimeError):  # a loop that was closed on its tasks
            loop.call_soon_threadsafe(happened.set)

    limit = asyncio.timeout(timeout)
    with watch(tell):
        try:
            async with limit:
                while True:
                    happened.clear()
                    if (found := look()) is not None:
                        return found
                    await happened.wait()
        except TimeoutError:
            if not limit.expired():
                raise
        return look()


async def checkpoint() -> None:
    """Let other tasks run."""
    if running() == "trio":
        await trio.lowlevel.checkpoint()
    else:
        import asyncio

        await asyncio.sleep(0)


async def in_thread(function: Callable[[], None]) -> None:
    """Have what blocks done in a thread of its own, without stopping the loop."""
    if running() == "trio":
        await trio.to_thread.run_sync(function)
    else:
        import asyncio

        await asyncio.to_thread(function)
