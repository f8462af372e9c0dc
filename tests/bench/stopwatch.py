"""The clock and the loop that benchmarks measure with.

The library asks its world's clock, and only `mockmail.serve` knows Trio; a
benchmark needs the real ones. This is the one module of the suite that imports
them; the others take them from here.
"""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter, sleep  # noqa: TID251

import trio  # noqa: TID251

__all__ = ["Measure", "interleaved", "seconds", "sleep", "timed", "trio"]

Measure = Callable[[], float]
"""Does its work once and returns how long it took, in seconds."""


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """How long `work` takes, on the average of `times` runs."""
    started = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - started) / times


def timed(work: Callable[[], object], times: int = 1) -> Measure:
    """`work` as a measure of itself."""
    return lambda: seconds(work, times)


def interleaved(a: Measure, b: Measure, rounds: int) -> tuple[float, float]:
    """The medians of `rounds` rounds, in each of which both are measured.

    What goes first changes from round to round, so that what the machine does
    meanwhile, and what one leaves behind for the other, meets both alike.
    """
    if rounds > 1:  # caches, lazy imports, the allocator's arenas
        a()
        b()
    gc.collect()
    pairs = [(a(), b()) if at % 2 else (b(), a())[::-1] for at in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
