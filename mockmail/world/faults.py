"""The rules of a server in a test's hands."""

from collections.abc import Iterator

from mockmail.world.effect import Effect
from mockmail.world.rule import Rule, When
from mockmail.world.world import World


class Faults:
    """The rules of one server, in the order in which they were added."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    def add(
        self,
        when: When,
        do: Effect,
        *,
        times: int | None = 1,
        skip: int = 0,
        optional: bool = False,
        name: str = "",
    ) -> Rule:
        """Let `do` happen `when` a session comes to that moment.

        It fires `times` times (None: without end) after `skip` moments that
        match. A rule that never fired fails the test unless it is `optional`.
        `RuleError` for a rule that could never do what it says, and for a name that
        another rule has.
        """
        rule = Rule(when, do, times=times, skip=skip, optional=optional, name=name)
        with self._world.engine.turn():
            return self._world.rules.add(rule)

    def remove(self, rule: Rule) -> None:
        """Take a rule away: it fires no more, nor is it missed. `RuleError` if it is not there."""
        with self._world.engine.turn():
            self._world.rules.remove(rule)

    def __iter__(self) -> Iterator[Rule]:
        return iter(tuple(self._world.rules))

    def __repr__(self) -> str:
        return f"<Faults {list(self)}>"
