"""A rule: when, and what then. Conditions are values; they are counted and printed.

A rule stands at one point of a conversation (`mockmail.wire.points`). Each time
a session comes there and the conditions hold, the rule fires, `times` times
after `skip` ones. It remembers the moment that came nearest, so that a rule
that never fired can say why.
"""

import itertools
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, fields

from mockmail.near import choice, near
from mockmail.wire.points import BEFORE_COMMANDS, POINTS, RESPONDING, Point
from mockmail.wire.response import Response
from mockmail.world.effect import Effect, Own
from mockmail.world.moment import Moment
from mockmail.world.words import LANGUAGES, PROTOCOLS, RuleError, UnfitError, at_least, check, wrong

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

    def __post_init__(self) -> None:
        check(self)
        for name, least in (("uid", 1), ("number", 0), ("index", 1)):
            number = getattr(self, name)
            if number is not None:
                at_least(least, number, name)

    def seen(self, response: Response, index: int) -> "Seen":
        """Name, what is wanted, what is there."""
        return (
            ("response kind", self.kind and self.kind.upper(), response.kind.decode()),
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
        check(self)
        if self.point not in POINTS:
            raise UnfitError("point", choice(self.point, POINTS))
        if self.protocol is not None and self.protocol not in PROTOCOLS:
            raise UnfitError("protocol", choice(self.protocol, PROTOCOLS))
        if self.response is not None and self.at not in RESPONDING:
            raise UnfitError("response", f"there is none at {self.point}")
        if self.at in BEFORE_COMMANDS:
            for name in ("user", "command", "line"):
                if getattr(self, name) is not None:
                    raise UnfitError(name, f"there is none yet at {self.point}")

    @property
    def at(self) -> Point:
        return POINTS[self.point]

    def _around(self, moment: Moment) -> "Seen":
        """What is to be seen beside the response."""
        return (
            ("session", self.session and self.session.upper(), moment.session),
            ("user", self.user, moment.user),
            ("protocol", self.protocol, moment.protocol),
            ("command", self.command and self.command.upper(), moment.command),
            ("line", self.line, self._there(moment.line)),
        )

    def _responding(self, moment: Moment) -> "Seen":
        if self.response is None:
            return ()
        if moment.response is None:
            return (("response", "one that is about to be sent", None),)
        return self.response.seen(moment.response, moment.index)

    def _there(self, line: str) -> str:
        found = self.line is not None and self.line.lower() in line.lower()
        return self.line if found and self.line is not None else line

    def misses(self, moment: Moment) -> tuple[int, int]:
        """How far from holding the conditions are at this moment: beside the response, and of it."""
        return _distance(self._around(moment)), _distance(self._responding(moment))

    def differences(self, moment: Moment, *, around: bool = False) -> str:
        """Why the conditions don't hold at this moment; `around`: but for the response."""
        seen = self._around(moment)
        return "; ".join(
            f"{name} was {'none' if there in (None, '') else there}, not {wanted}"
            for name, wanted, there in (seen if around else (*seen, *self._responding(moment)))
            if wanted is not None and wanted != there
        )

    def __str__(self) -> str:
        return _words(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs(When):
    """When an effect can act, and shall."""

    language: str | None = None
    """Which of `LANGUAGES` is spoken."""

    def _around(self, moment: Moment) -> "Seen":
        language = LANGUAGES[moment.protocol]
        around = When._around(self, moment)  # noqa: SLF001  # slots are against super()
        return (*around, ("protocol", self.language, language))


def _distance(seen: Seen) -> int:
    """Two for each that is not as it is wanted, one where it is part of that or the other way."""
    distance = 0
    for _, wanted, there in seen:
        if wanted is not None and wanted != there:
            near_it = there and isinstance(wanted, str) and isinstance(there, str)
            distance += 1 if near_it and (wanted in there or there in wanted) else 2  # type: ignore[operator]
    return distance


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
        for word, given, kind in (
            ("when", when, When),
            ("times", times, int | None),
            ("skip", skip, int),
            ("optional", optional, bool),
            ("name", name, str),
        ):
            if problem := wrong(given, kind):
                raise UnfitError(word, problem)
        if times is not None:
            at_least(1, times, "times")
        at_least(0, skip, "skip")
        if name.isalpha() and name.isupper():
            raise UnfitError("name", f"a rule can't be called {name}: sessions are")
        self.when = when
        self.do = do
        self.times = times
        self.skip = skip
        self.optional = optional
        self.name = name
        self.fired = 0
        self._needs = _needs(when, do)
        self._passed = 0
        self._nearest: tuple[int, int, str] | None = None
        self._arrived: int | None = None
        """How near a session came to the conditions at the rule's own point, but for the response."""
        self._elsewhere: tuple[int, str] | None = None
        """The session that came nearest without having come to that point."""
        self._commands: dict[str, None] = {}
        """Commands that have come."""

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
        around, responding = self._needs.misses(moment)
        if self._arrived is None or around < self._arrived:
            self._arrived = around
        misses = around + responding
        if misses:
            self._commands[moment.command] = None
            if self._nearest is None or (misses, around) < self._nearest[:2]:
                self._nearest = (misses, around, f"at {moment}: {self._needs.differences(moment)}")
            return False
        self._passed += 1
        if self._passed <= self.skip:
            return False
        self.fired += 1
        return True

    def passed_by(self, moment: Moment) -> None:
        """A session is at another point: for `why_not`, in case it never comes to the rule's."""
        self._commands[moment.command] = None
        misses, _ = self._needs.misses(moment)
        if self._elsewhere is None or misses < self._elsewhere[0]:
            command = f", {moment.command}" if moment.command else ""
            why = (
                self._needs.differences(moment, around=True)
                if misses
                else f"it did not come to {self.when.point} ({self.when.at.meaning})"
            )
            self._elsewhere = (misses, f"session {moment.session}{command}: {why}")

    def why_not(self) -> str:
        """Why it never fired: what came nearest."""
        if self._passed:
            return f"matched {self._passed} times, all of them skipped (skip: {self.skip})"
        elsewhere = self._elsewhere
        if elsewhere is not None and (self._arrived is None or elsewhere[0] < self._arrived):
            nearest = elsewhere[1]
        elif self._nearest is not None:
            nearest = self._nearest[2]
        else:
            return "nobody has connected or said anything since the rule was added"
        return f"nearest, {nearest}{self._others()}"

    def _others(self) -> str:
        """What came in the place of the rule's command, if that never came."""
        wanted, came = self._needs.command, [name for name in self._commands if name]
        if wanted is None or wanted.upper() in came or not came:
            return ""
        return near(wanted, came) or f"; there were {', '.join(came)}"

    def __str__(self) -> str:
        return f"{self.name or 'rule'}: when {self.when} do {self.do}"

    __repr__ = __str__


def _needs(when: When, do: Effect) -> When:
    """When the effect can act, and shall; `UnfitError` if that is never."""
    if isinstance(do, type) or not callable(getattr(do, "apply", None)):
        kind = f"the class {do.__name__}: call it" if isinstance(do, type) else repr(do)
        raise UnfitError("do", f"expected an effect, as Drop(), found {kind}")
    if not isinstance(do, Own):
        return when
    if problem := do.unfit(when.at):
        raise UnfitError("do", problem)
    language, protocol = do.language, when.protocol
    if language is not None and protocol is not None and LANGUAGES[protocol] != language:
        raise UnfitError("do", f"{do} is for {language}, and the rule for {protocol}")
    bends = when.at in do.bends and when.response is None
    given = {field.name: getattr(when, field.name) for field in fields(when)}
    return _Needs(**(given | {"response": Match()} if bends else given), language=language)


class Rules:
    """The rules of a world, in the order in which they were added."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self.version = 0
        """Changes with each rule added, removed or spent: compiled lists compare it."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def add(self, rule: Rule) -> Rule:
        """The same rule, with a name. `RuleError` if it is there, or another of its name."""
        if rule in self._rules:
            raise RuleError(f"it is among the rules already: {rule}")
        taken = {each.name for each in self._rules}
        if rule.name in taken:
            raise UnfitError("name", f"there is a rule {rule.name!r} already")
        if not rule.name:
            names = (f"rule-{number}" for number in itertools.count(len(taken) + 1))
            rule.name = next(name for name in names if name not in taken)
        self._rules.append(rule)
        self.version += 1
        return rule

    def remove(self, rule: Rule) -> None:
        """It fires no more, nor is it missed. `RuleError` if it is not there."""
        if not isinstance(rule, Rule):
            raise RuleError(f"expected a rule, as `add` returns it, found {rule!r}")
        if rule not in self._rules:
            raise RuleError(f"it is not among the rules of this server: {rule}")
        self._rules.remove(rule)
        self.version += 1

    def at(self, point: Point) -> list[Rule]:
        """Those that may still fire at a point."""
        return [rule for rule in self._rules if rule.when.at is point and not rule.spent]

    def elsewhere(self) -> list[Rule]:
        """Those that have never fired and will not at *received*, where each command is seen."""
        return [
            rule for rule in self._rules if not rule.fired and rule.when.at is not Point.RECEIVED
        ]

    def changed(self) -> None:
        self.version += 1

    def unfired(self) -> list[Rule]:
        """Those that should have fired and never did."""
        return [rule for rule in self._rules if not rule.fired and not rule.optional]
