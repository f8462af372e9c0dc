"""The stage: a session's acts, one by one, past the rules and onto the wire.

Sessions know no rules. The stage sees every act a session asks for, lets the
rules of its point act, and does it. Rules are compiled to a list per point when
they change: a point that nobody listens to costs one look at an empty list.
"""

from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Protocol, assert_never

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.store.store import Store
from mockmail.wire import chunks
from mockmail.wire.acts import At, Begin, Close, Heard, Say, Switch, Talk, Turn, Wait, Woke
from mockmail.wire.chunks import Outbox
from mockmail.wire.points import Point
from mockmail.wire.response import Many, Response
from mockmail.world.effect import Own
from mockmail.world.moment import Moment, Pause, Seal, Step
from mockmail.world.rule import Rule, Rules
from mockmail.world.transcript import Transcript
from mockmail.world.words import RuleError

HELD_AT = 1_048_576
"""Octets queued for a peer from which on its next command waits."""


# Looked up at each of them.
_DATA, _RECEIVED, _AFTER_OK = int(Point.DATA), int(Point.RECEIVED), int(Point.AFTER_OK)


class _Go(Enum):
    """The conversation goes on at once."""

    ON = 0


_ON = _Go.ON


class Person(Protocol):
    """What the world knows of any protocol's session."""

    @property
    def name(self) -> str: ...
    @property
    def user_name(self) -> str | None: ...
    def check(self) -> None:
        """The laws that a session can check of itself; ``AssertionError`` names one broken."""


class Stage:
    """Drives one session's conversation."""

    def __init__(
        self,
        talk: Talk,
        person: Person,
        protocol: str,
        *,
        store: Store,
        clock: Clock,
        chance: Chance,
        rules: Rules,
        transcript: Transcript,
        out: Outbox,
        report: Callable[[Exception], None],
    ) -> None:
        self._talk = talk
        self._person = person
        self._protocol = protocol
        self._store = store
        self._clock = clock
        self._chance = chance
        self._rules = rules
        self._transcript = transcript
        self._out = out
        self._report = report
        self._command = b""
        self._line = b""
        """What the client said last."""
        self._counts: dict[Point, int] = {}
        """Responses at each point since the command began, where rules look."""
        self._paused = False
        self._steps: deque[Step] = deque()
        """What is left to do of the moment at which the session stands still."""
        self._responses: Iterator[Response] = iter(())
        """What follows it."""
        self._then: Close | Switch | None = None
        """What comes after all that."""
        self._compiled = -1
        self._listening: list[list[Rule]] = [[] for _ in Point]
        self._elsewhere: list[Rule] = []
        """Rules that are told what comes, to say why they never fired."""

    def _compile(self) -> None:
        self._compiled = self._rules.version
        self._listening[:] = [self._rules.at(point) for point in Point]
        self._elsewhere = self._rules.elsewhere()

    def run(self, woke: Woke | None) -> Wait | Turn | Switch | Pause | None:
        """Let the session go on until it waits; None when the conversation is over."""
        if self._compiled != self._rules.version:
            self._compile()
        listening = self._listening
        out = self._out
        put = out.put
        send = self._talk.send
        try:
            if self._paused and (stop := self._resumed()) is not _ON:
                return stop
            act = send(woke)
            while True:
                # The frequent ones first: this runs for each response.
                if isinstance(act, Response):
                    if not listening[_DATA]:
                        put(act.style(act))
                    elif (stop := self._bent(Point.DATA, act)) is not _ON:
                        return stop
                elif isinstance(act, Many):
                    if not listening[_DATA]:
                        put(act.pieces())
                    else:
                        self._responses = act.responses()
                        if (stop := self._all()) is not _ON:
                            return stop
                elif isinstance(act, Say):
                    if not listening[act.point]:
                        put(act.response.style(act.response))
                    elif (stop := self._bent(act.point, act.response)) is not _ON:
                        return stop
                elif isinstance(act, Heard):
                    self._line = act.data
                    self._transcript.heard(self._person.name, self._protocol, act.data, act.tag)
                elif isinstance(act, Begin):
                    self._command = act.command
                    self._counts.clear()
                    if self._elsewhere:
                        self._pass_by(Point.RECEIVED)
                    if listening[_RECEIVED]:
                        stop = self._bent(Point.RECEIVED, None, act)
                        if stop is not _ON:
                            return stop
                elif isinstance(act, At):
                    if act.point is Point.CONNECT and self._elsewhere:
                        self._pass_by(Point.CONNECT)
                    if listening[act.point] and (stop := self._bent(act.point, None)) is not _ON:
                        return stop
                elif isinstance(act, Turn):
                    if listening[_AFTER_OK]:
                        stop = self._bent(Point.AFTER_OK, None)
                        if stop is not _ON:
                            return stop
                    if out.octets > HELD_AT:
                        return act
                elif isinstance(act, Wait):
                    return act
                elif isinstance(act, Close):
                    self._then = act
                    if (
                        listening[Point.CLOSE]
                        and (stop := self._bent(Point.CLOSE, None)) is not _ON
                    ):
                        return stop
                    return self._last(act)
                elif isinstance(act, Switch):
                    self._then = act
                    if listening[Point.TLS] and (stop := self._bent(Point.TLS, None)) is not _ON:
                        return stop
                    return self._last(act)
                else:
                    assert_never(act)
                act = send(None)
        except StopIteration:
            return None
        except Exception as bug:
            # Whatever a client sent, it must not end the server.
            self._report(bug)
            self.end(Close())
            return None

    def _resumed(self) -> "Pause | Switch | _Go | None":
        """Go on behind a pause."""
        self._paused = False
        stop = self._play()
        if stop is _ON:
            stop = self._all()
        if stop is _ON and self._then is not None:
            return self._last(self._then)
        return stop

    def _all(self) -> "Pause | _Go | None":
        """Send responses that rules look at, up to a pause."""
        for response in self._responses:
            if (stop := self._bent(Point.DATA, response)) is not _ON:
                return stop
        return _ON

    def _last(self, act: Close | Switch) -> Switch | None:
        self._then = None
        if isinstance(act, Switch):
            self._out.switch(act)
            return act
        self.end(act)
        return None

    def _moment(self, point: Point, response: Response | None) -> Moment:
        return Moment(
            self._person.name,
            self._person.user_name,
            self._protocol,
            self._command.decode("ascii", "replace"),
            self._line.removesuffix(b"\r\n").decode("utf-8", "replace"),
            point,
            response,
            self._counts.get(point, 0),
            self._store,
            self._clock,
            self._chance,
        )

    def _pass_by(self, point: Point) -> None:
        """Let the rules of other points know that a session is at this one."""
        moment = self._moment(point, None)
        for rule in self._elsewhere:
            if rule.when.at is not point:
                rule.passed_by(moment)

    def _bent(
        self, point: Point, response: Response | None, begin: Begin | None = None
    ) -> "Pause | _Go | None":
        """Let the rules of a point act, then do what they have made of the moment."""
        if response is not None:
            self._counts[point] = self._counts.get(point, 0) + 1
        moment = self._moment(point, response)
        for rule in tuple(self._listening[point]):
            if rule.wants(moment):
                if rule.spent:
                    self._rules.changed()
                self._transcript.note(self._person.name, self._protocol, f"{rule}")
                moment.rule, moment.actor = f"{rule}", rule.name
                try:
                    rule.do.apply(moment)
                except Exception as error:
                    self._report(_whose(error, rule))
        if self._compiled != self._rules.version:
            self._compile()
        if begin is not None:
            begin.instead = moment.instead
        if moment.cut is not None and response is not None:
            pieces = moment.meant()
            meant = f"meant {chunks.size(pieces)} octets: {pieces[0]!r}"
            self._transcript.note(self._person.name, self._protocol, meant)
        self._steps.extend(moment.steps())
        return self._play()

    def _play(self) -> "Pause | _Go | None":
        """Do what is left of a moment, up to a pause; None if it ends the connection."""
        while self._steps:
            step = self._steps.popleft()
            match step:
                case Pause():
                    self._paused = True
                    return step
                case Seal():
                    self._out.seal()
                case Close():
                    self.end(step)
                    return None
                case _:
                    self._out.put(step)
        return _ON

    def end(self, how: Close) -> None:
        """Drop the conversation where it is, and close the connection."""
        self._talk.close()
        self._out.close(how)


def _whose(error: Exception, rule: Rule) -> Exception:
    """What an effect ran into: a mistake of its author, where it is not one of mockmail's own."""
    if isinstance(error, RuleError) or isinstance(rule.do, Own):
        return error
    mistake = RuleError(f"{rule}: its effect failed: {error!r}")
    mistake.__cause__ = error
    return mistake
