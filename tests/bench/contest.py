"""Servers that take turns at the same work, over the same kind of socket.

*Cold* is the first time in a new mailbox, *warm* is later in the same one. All
numbers are the least of several rounds, since other servers' are, too, what the
machine does to them meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .rows import Row, Scale, duration

PATIENCE = 60.0
"""Seconds that a server may be silent where it should answer; then there is no number."""
HEATS = ("cold", "warm")


class Contestant(Protocol):
    """One of the servers."""

    name: str

    def fresh(self) -> None:
        """Begin anew, with mailboxes that nobody has had open."""

    def close(self) -> None:
        """End what runs, whatever it is doing; `fresh` starts it again."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A row's name, and what is measured for it."""

    name: str
    runs: Callable[[Any, int, int], Iterator[float]]
    """From a server, a number of messages and of runs: the times, the cold one first.

    None at all if the server can't do it.
    """
    per: str = "message"


@dataclass(frozen=True, slots=True)
class Times:
    """The least times of one server."""

    cold: float
    warm: float


Measured = Iterator[tuple[Operation, dict[str, Times]]]


def measured(
    operations: Sequence[Operation], having: Sequence[Contestant], scale: Scale
) -> Measured:
    """Each operation with what came out, by the servers' names, in their order.

    Without those that can't do it, or are silent for too long.
    """
    for operation in operations:
        taken: dict[str, list[list[float]]] = {each.name: [] for each in having}
        for at in range(scale.few_rounds):
            for each in having if at % 2 else reversed(having):
                if each.name in taken:
                    times = _round(operation, each, scale)
                    if times:
                        taken[each.name].append(times)
                    else:
                        del taken[each.name]
        yield operation, {name: _least(runs) for name, runs in taken.items()}


def _least(rounds: list[list[float]]) -> Times:
    cold, warm = zip(*((times[0], min(times[1:])) for times in rounds), strict=True)
    return Times(min(cold), min(warm))


def _round(operation: Operation, server: Contestant, scale: Scale) -> list[float]:
    try:
        server.fresh()
        return list(operation.runs(server, scale.small, 1 + scale.warm))
    except TimeoutError:
        server.close()
        return []


def rows(measurements: Measured, count: int) -> Iterator[Row]:
    """One row for each of the others, cold and warm."""
    for operation, times in measurements:
        (_, mine), *others = times.items()
        for name, theirs in others:
            for heat in HEATS:
                yield Row(
                    f"{operation.name}, {count:,}, {heat}",
                    getattr(mine, heat),
                    getattr(theirs, heat),
                    name,
                    per=operation.per,
                )


def table(measurements: Measured, count: int) -> Iterator[str]:
    """The same as a table: a line for each operation, a column for each server's heat, ratios."""
    names: list[str] = []
    for operation, times in measurements:
        if not names:
            names = list(times)
            heads = [f"{name} {heat} | ratio" for name in names[1:] for heat in HEATS]
            yield f"| {count:,} messages | {names[0]} cold | warm | {' | '.join(heads)} |"
            yield "| --- " + "| ---: " * (3 + 2 * len(heads) - 1) + "|"
        mine = times[names[0]]
        per = "/message" if operation.per else ""
        cells = [f"{duration(getattr(mine, heat))}{per}" for heat in HEATS]
        for name in names[1:]:
            for heat in HEATS:
                if name in times:
                    theirs = getattr(times[name], heat)
                    cells += (duration(theirs), f"{getattr(mine, heat) / theirs:.2g}")
                else:
                    cells += ("", "")
        yield f"| {operation.name} | {' | '.join(cells)} |"
