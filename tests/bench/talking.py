"""The way there and back: one short command over a socket."""

import contextlib
import os
from collections.abc import Iterator

from mockmail import ServerThread

from . import sockets
from .rows import Row, Scale
from .stopwatch import interleaved, timed
from .worlds import LOGIN, SELECT, scenario

NOOP = b"a NOOP\r\n"
ANSWER = b"a OK NOOP completed\r\n"


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """For this thread and those it starts, where the system lets us say so: one core.

    What it takes to wake a thread depends on where the scheduler has put it, and
    is most of a round trip; on one core it is the least, and always the same.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def noop(scale: Scale) -> Iterator[Row]:
    """NOOP beside an echo of as many octets."""
    selected = (LOGIN, SELECT)
    yield _noop(scale, "not logged in, socket (aim: ratio 1.3)")
    yield _noop(scale, "INBOX selected, socket (aim: ratio 1.3)", *selected)
    with one_core():
        yield _noop(scale, "INBOX selected, socket, all on one core", *selected)


def _noop(scale: Scale, name: str, *commands: bytes) -> Row:
    with (
        ServerThread() as thread,
        sockets.mockmail(thread, scenario(scale.few).world(), *commands) as mine,
        sockets.bare_trio(thread, lambda: (ANSWER,)) as bare,
    ):
        a, b = interleaved(
            timed(lambda: mine.ask(NOOP, len(ANSWER)), scale.batch),
            timed(lambda: bare.ask(NOOP, len(ANSWER)), scale.batch),
            scale.many_rounds,
        )
    return Row(f"NOOP, {name}", a, b, "bare Trio echo")
