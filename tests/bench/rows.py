"""A row of the table, and how large what is measured is."""

from dataclasses import dataclass
from typing import Literal

HEAD = "| row | mockmail | compared with | ratio |\n| --- | ---: | --- | ---: |"


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes and rounds. Counts are of messages where nothing else is said."""

    few: int = 100
    small: int = 1_000
    middle: int = 10_000
    large: int = 100_000
    body: int = 2_048
    """Octets of a message, about, where bodies are fetched."""
    huge: int = 50 * 1024 * 1024
    """Octets of the one huge message."""
    rules: int = 20
    rounds: int = 15
    many_rounds: int = 101
    """Of what takes microseconds."""
    few_rounds: int = 5
    """Of what takes seconds."""
    warm: int = 3
    """Runs in each round after the first, where a server has caches."""
    batch: int = 200
    """Runs per round of what takes microseconds, where it leaves nothing behind."""
    processes: int = 25
    """Rounds of what is a process of its own."""


FULL = Scale()
QUICK = Scale(
    few=5,
    small=10,
    middle=20,
    large=50,
    huge=100_000,
    rounds=1,
    many_rounds=1,
    few_rounds=1,
    warm=1,
    batch=2,
    processes=1,
)
"""Whether everything runs; the numbers say nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: something of mockmail's beside something that does no more than it must."""

    name: str
    mine: float
    other: float
    against: str
    """What `other` is of."""
    unit: Literal["s", "B"] = "s"
    per: str = ""
    """What the unit is per, if not the whole."""

    @property
    def ratio(self) -> float:
        return self.mine / self.other

    def __str__(self) -> str:
        mine, other = (self._show(value) for value in (self.mine, self.other))
        return f"| {self.name} | {mine} | {self.against}: {other} | {self.ratio:.3g} |"

    def _show(self, value: float) -> str:
        shown = duration(value) if self.unit == "s" else _octets(value)
        return f"{shown}/{self.per}" if self.per else shown


def duration(value: float) -> str:
    """Seconds, in the unit that suits them."""
    for factor, unit in ((1e9, "ns"), (1e6, "µs"), (1e3, "ms")):
        if value * factor < 999.5:
            return f"{value * factor:.3g} {unit}"
    return f"{value:.3g} s"


def _octets(value: float) -> str:
    for factor, unit in ((1, "B"), (1 / 1024, "KiB")):
        if value * factor < 10_000:
            return f"{value * factor:.4g} {unit}"
    return f"{value / 1024**2:.4g} MiB"
