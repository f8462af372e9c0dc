"""A Trio loop as a server sees it: somewhere to run tasks, from whatever thread.

A Trio test lends its own; everyone else gets a thread with one (`ServerThread`).
"""

import atexit
import contextlib
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self, TypeVar

import trio

from mockmail.client.waiting import running

T = TypeVar("T")

LEAVING = 1.0
"""Seconds that a program's end waits for what goes on in a loop."""


class Loop:
    """One running Trio loop and a nursery in it. Made inside the loop."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.nursery = nursery
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._process = os.getpid()
        self._ends = False
        self.servers: dict[object, Callable[[], object]] = {}
        """How to begin to close each server that is open here."""
        self.time: Callable[[], float] = trio.lowlevel.current_clock().current_time
        """The loop's own clock, in seconds; may be asked from any thread."""

    @property
    def left(self) -> bool:
        """Whether nobody can wait for the loop: the program ends, or is a fork without it."""
        return self._ends or os.getpid() != self._process

    def leave(self) -> None:
        """The program ends."""
        self._ends = True

    def cancel(self) -> None:
        """End all that runs in the loop, and tell who waits for a server of it; in the loop."""
        for close in list(self.servers.values()):
            close()
        self.nursery.cancel_scope.cancel()

    @property
    def here(self) -> bool:
        """Whether the caller runs in this loop's thread."""
        return threading.get_ident() == self._thread

    def soon(self, function: Callable[[], object]) -> None:
        """Call a function in the loop; from elsewhere as soon as it comes to it, in order."""
        if self.here:
            function()
        else:
            self._token.run_sync_soon(function)

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Run an async function in the loop and wait for it; from another thread only."""
        if self.left:
            raise trio.RunFinishedError
        if running() != "trio":
            return trio.from_thread.run(function, trio_token=self._token)
        # Trio refuses to be stopped by that, though for once it is for a moment only.
        with ThreadPoolExecutor(1) as thread:
            run = partial(trio.from_thread.run, function, trio_token=self._token)
            return thread.submit(run).result()


class ServerThread:
    """A thread that runs a Trio loop until it is stopped, for any number of servers.

    A context manager; ``start_server(thread=…)`` puts a server on it.
    """

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop: Loop | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="mockmail", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._loop is None:
            raise RuntimeError("the server's loop did not start") from self._failure
        atexit.register(self._leave)

    @property
    def loop(self) -> Loop:
        assert self._loop is not None
        return self._loop

    def _main(self) -> None:
        try:
            trio.run(self._hold_open)
        except BaseException as failure:
            self._failure = failure
            raise
        finally:
            self._ready.set()

    async def _hold_open(self) -> None:
        async with trio.open_nursery() as nursery:
            self._loop = Loop(nursery)
            self._ready.set()
            await trio.sleep_forever()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the servers, end the loop, wait for the thread. The second time nothing happens."""
        atexit.unregister(self._leave)
        self._cancel()
        if not self.loop.left:
            self._thread.join()

    def _leave(self) -> None:
        """The program ends without having stopped this.

        The interpreter closes what was left open, servers among it, when it has stopped the
        thread: who waited for the loop then would wait for ever.
        """
        self._cancel()
        self._thread.join(LEAVING)
        self.loop.leave()

    def _cancel(self) -> None:
        if self._thread.is_alive():
            with contextlib.suppress(trio.RunFinishedError):
                self.loop.soon(self.loop.cancel)
