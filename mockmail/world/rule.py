"""A rule: when, and what then. Conditions are values; they are counted and printed.

A rule stands at one point of a conversation (`mockmail.wire.points`). Each time
a session comes there and the conditions hold, the rule fires, `times` times
after `skip` ones. It remembers the moment that came nearest, so that a rule
that never fired can say why.
"""

import itertools
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, fields
from typing import Protocol

from mockmail.wire.points import POINTS, Point
from mockmail.wire.response import Response
from mockmail.world.moment import Moment


class RuleError(Exception):
    """A rule can't do what it says; its author's mistake."""


class Effect(Protocol):
    """What a rule does when it fires."""

    def apply(self, moment: Moment) -> None:
        """Change the moment, or the store; `RuleError` if that can't be."""


Seen = tuple[tuple[str, str | int | None, str | int | None], ...]
"""Conditions beside what a moment has: name, what is wanted (None: anything), what is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Which response: each that is given must hold."""

    kind: str | None = None
    """Its word: ``FETCH``, ``EXISTS``, ``+OK``, ``250``."""
    uid: int | None = None
    """The UID of the message it speaks of."""
    number: int | None = None
    """The number in front of its word: a sequence number, or a count."""
    index: int | None = None
    """Which one of those at this point of the command, from 1: only where nothing else tells."""

    def seen(self, response: Response, index: int) -> "Seen":
        """Name, what is wanted, what is there."""
        return (
            ("response kind", self.kind, response.kind.decode()),
            ("response uid", self.uid, response.uid),
            ("response number", self.number, response.number),
            ("response index", self.index, index),
        )

    def __str__(self) -> str:
        return _words(self)


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a rule: each that is given must hold."""

    point: str
    """The point of the conversation: ``received``, ``committed``, ``data``, …"""
    _: KW_ONLY
    session: str | None = None
    """The session's letter."""
    user: str | None = None
    """The user who is logged in."""
    protocol: str | None = None
    """``imap``, ``pop3``, ``smtp``, ``submission`` or ``lmtp``: each is itself alone."""
    command: str | None = None
    """The command under way: ``FETCH``, ``UID FETCH``, ``RETR``, ``DATA``."""
    line: str | None = None
    """What stands somewhere in the client's line, in any case: ``nobody@``, ``"Work"``."""
    response: Match | None = None
    """The response about to be sent, at points that have one."""

    def __post_init__(self) -> None:
        if self.point not in POINTS:
            raise ValueError(f"no point {self.point!r}; there are {', '.join(POINTS)}")

    @property
    def at(self) -> Point:
        return POINTS[self.point]

    def _seen(self, moment: Moment) -> "Seen":
        seen: Seen = (
            ("session", self.session, moment.session),
            ("user", self.user, moment.user),
            ("protocol", self.protocol, moment.protocol),
            ("command", self.command and self.command.upper(), moment.command),
            ("line", self.line, self._there(moment.line)),
        )
        if self.response is None:
            return seen
        if moment.response is None:
            return (*seen, ("response", "one", None))
        return (*seen, *self.response.seen(moment.response, moment.index))

    def _there(self, line: str) -> str:
        found = self.line is not None and self.line.lower() in line.lower()
        return self.line if found and self.line is not None else line

    def misses(self, moment: Moment) -> int:
        """How many conditions don't hold at this moment."""
        return sum(
            wanted is not None and wanted != there for _, wanted, there in self._seen(moment)
        )

    def differences(self, moment: Moment) -> str:
        """Why the conditions don't hold at this moment."""
        return "; ".join(
            f"{name} was {'none' if there is None else there}, not {wanted}"
            for name, wanted, there in self._seen(moment)
            if wanted is not None and wanted != there
        )

    def __str__(self) -> str:
        return _words(self)


def _words(value: object) -> str:
    given = (
        f"{field.name}: {getattr(value, field.name)}"
        for field in fields(value)  # type: ignore[arg-type]  # both are dataclasses
        if getattr(value, field.name) is not None
    )
    return "{" + ", ".join(given) + "}"


class Rule:
    """When, what, how often; and how often it was so."""

    def __init__(
        self,
        when: When,
        do: Effect,
        *,
        times: int | None = 1,
        skip: int = 0,
        optional: bool = False,
        name: str = "",
    ) -> None:
        """`times` firings (None: without end) after `skip` moments that match are let pass.

        A rule that never fired is an error at the end unless it is `optional`.
        """
        if times is not None and times < 1:
            raise ValueError(f"times is {times}; a rule that never fires is no rule")
        if skip < 0:
            raise ValueError(f"skip is {skip}")
        if name.isalpha() and name.isupper():
            raise ValueError(f"a rule can't be called {name}: sessions are")
        self.when = when
        self.do = do
        self.times = times
        self.skip = skip
        self.optional = optional
        self.name = name
        self.fired = 0
        self._passed = 0
        self._nearest: tuple[int, str] | None = None

    def copy(self) -> "Rule":
        """The same rule, not fired yet."""
        return Rule(
            self.when,
            self.do,
            times=self.times,
            skip=self.skip,
            optional=self.optional,
            name=self.name,
        )

    @property
    def spent(self) -> bool:
        return self.times is not None and self.fired >= self.times

    def wants(self, moment: Moment) -> bool:
        """Whether to fire now; counts what matched."""
        misses = self.when.misses(moment)
        if misses:
            if self._nearest is None or misses < self._nearest[0]:
                self._nearest = (misses, f"at {moment}: {self.when.differences(moment)}")
            return False
        self._passed += 1
        if self._passed <= self.skip:
            return False
        self.fired += 1
        return True

    def why_not(self) -> str:
        """Why it never fired: the moment that came nearest."""
        if self._passed:
            return f"matched {self._passed} times, all of them skipped (skip: {self.skip})"
        if self._nearest is None:
            return f"no session ever came to the point {self.when.point!r}"
        return f"nearest, {self._nearest[1]}"

    def __str__(self) -> str:
        return f"{self.name or 'rule'}: when {self.when} do {self.do}"

    __repr__ = __str__


class Rules:
    """The rules of a world, in the order in which they were added."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self.version = 0
        """Changes with each rule added, removed or spent: compiled lists compare it."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def add(self, rule: Rule) -> Rule:
        if not rule.name:
            taken = {each.name for each in self._rules}
            names = (f"rule {number}" for number in itertools.count(len(taken) + 1))
            rule.name = next(name for name in names if name not in taken)
        self._rules.append(rule)
        self.version += 1
        return rule

    def remove(self, rule: Rule) -> None:
        """It fires no more, nor is it missed. ``ValueError`` if it is not there."""
        if rule not in self._rules:
            raise ValueError(f"it is not among the rules: {rule}")
        self._rules.remove(rule)
        self.version += 1

    def at(self, point: Point) -> list[Rule]:
        """Those that may still fire at a point."""
        return [rule for rule in self._rules if rule.when.at is point and not rule.spent]

    def changed(self) -> None:
        self.version += 1

    def unfired(self) -> list[Rule]:
        """Those that should have fired and never did."""
        return [rule for rule in self._rules if not rule.fired and not rule.optional]
