"""A session at a point of its conversation, and what the rules make of it.

Rules change a `Moment`; the stage then plays it: what is sent, with pauses, and
whether the connection ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.store.store import Store
from mockmail.wire import chunks
from mockmail.wire.acts import Close, Instead
from mockmail.wire.points import Point
from mockmail.wire.response import Piece, Response


@dataclass(frozen=True, slots=True)
class Pause:
    """The session stands still for so many seconds; None: for ever."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What comes next is written by itself."""


SEAL = Seal()
Step = list[Piece] | Pause | Seal | Close
"""What the stage does at a moment, one after another."""


@dataclass(slots=True)
class Place:
    """Somewhere in what is sent: `octets` behind its start, or behind its first literal's."""

    octets: int
    in_literal: bool = False


@dataclass(slots=True)
class Moment:
    """A session at a point, and what rules decide there."""

    session: str
    user: str | None
    protocol: str
    command: str
    line: str
    """What the client said last, without the end of its line; empty if it has said nothing."""
    point: Point
    response: Response | None
    index: int
    """How many responses there have been at this point since the command began, with this one."""
    store: Store
    clock: Clock
    chance: Chance
    rule: str = ""
    """The rule that fires, in words."""
    actor: str = ""
    """Its name: who does what it does."""
    instead: Instead | None = None
    """At *received*: answer this, and don't do the command."""
    before: list[bytes] = field(default_factory=list)
    """Lines to be sent before the response, with their ends."""
    after: list[bytes] = field(default_factory=list)
    """Lines to be sent after it."""
    copies: int = 1
    """How often the response is sent."""
    hold: tuple[Place, float | None] | None = None
    """Stand still there, for so many seconds."""
    split: tuple[int, float] | None = None
    """Write so many octets at once, with so many seconds between."""
    cut: Place | None = None
    """Send no more than up to there."""
    close: Close | None = None
    """End the connection after that."""

    def meant(self) -> list[Piece]:
        """What is to be sent, before it is cut."""
        said = [] if self.response is None else self.response.pieces() * self.copies
        return [*self.before, *said, *self.after]

    def steps(self) -> Iterator[Step]:
        """What is to be done, in order."""
        pieces = self.meant()
        if self.cut is not None:
            pieces, _ = chunks.divide(pieces, self.cut.octets, in_literal=self.cut.in_literal)
        if self.hold is not None:
            place, seconds = self.hold
            head, pieces = chunks.divide(pieces, place.octets, in_literal=place.in_literal)
            yield from self._written(head)
            yield Pause(seconds)
        yield from self._written(pieces)
        if self.close is not None:
            yield self.close

    def _written(self, pieces: list[Piece]) -> Iterator[Step]:
        if self.split is None:
            if pieces:
                yield pieces
            return
        octets, seconds = self.split
        while pieces:
            head, pieces = chunks.divide(pieces, octets, in_literal=False)
            yield SEAL
            yield head
            if pieces:
                yield Pause(seconds) if seconds else SEAL

    def __str__(self) -> str:
        command = f", {self.command}" if self.command else ""
        return f"{self.point.word} of session {self.session}{command}"
