"""What an effect is: anything that can be applied to a moment; and what mockmail's own have beside."""

from dataclasses import MISSING, fields
from typing import ClassVar, Protocol

from mockmail.wire.points import RESPONDING, Point
from mockmail.world.moment import Moment
from mockmail.world.words import YAML_NAMES, check


class Effect(Protocol):
    """What a rule does when it fires."""

    def apply(self, moment: Moment) -> None:
        """Change the moment, or the store; `RuleError` if that can't be."""


class Own(Effect):
    """One of mockmail's own: a dataclass whose fields are its words."""

    word: ClassVar[str]
    """What YAML calls it."""
    bends: ClassVar[frozenset[Point]] = frozenset()
    """The points at which it needs a response to act on."""

    @property
    def language(self) -> str | None:
        """The only one of `LANGUAGES` in which it can act; None: in any."""
        return None

    def __post_init__(self) -> None:
        check(self)

    def unfit(self, point: Point) -> str:
        """Why it can't act at that point; nothing if it can."""
        if point in self.bends - RESPONDING:
            there = ", ".join(each.word for each in Point if each in RESPONDING)
            return f"{point.word} has no response to {self.word}; {there} have"
        return ""

    def __str__(self) -> str:
        """As YAML has it, without what is as it would be anyhow."""
        given = ", ".join(
            f"{YAML_NAMES.get(field.name, field.name)}: {_shown(getattr(self, field.name))}"
            for field in fields(self)  # type: ignore[arg-type]  # each of them is a dataclass
            if field.default is MISSING or getattr(self, field.name) != field.default
        )
        return f"{{{self.word}: {{{given}}}}}"


def _shown(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
