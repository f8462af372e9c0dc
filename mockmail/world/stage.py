"""The stage: a session's acts, one by one, past the rules and onto the wire.

Sessions know no rules. The stage sees every act a session asks for, lets the
rules of its point act, and does it. Rules are compiled to a list per point when
they change: a point that nobody listens to costs one look at an empty list.
"""

from collections.abc import Callable
from typing import Protocol, assert_never

from mockmail.store.store import Store
from mockmail.wire import chunks
from mockmail.wire.acts import At, Begin, Close, Heard, Say, Switch, Talk, Turn, Wait, Woke
from mockmail.wire.chunks import Outbox
from mockmail.wire.points import Point
from mockmail.wire.response import Many, Response
from mockmail.world.rule import Moment, Rule, Rules
from mockmail.world.transcript import Transcript

HELD_AT = 1_048_576
"""Octets queued for a peer from which on its next command waits."""


# Looked up at each of them.
_DATA, _RECEIVED, _AFTER_OK = int(Point.DATA), int(Point.RECEIVED), int(Point.AFTER_OK)


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
        rules: Rules,
        transcript: Transcript,
        out: Outbox,
        report: Callable[[Exception], None],
    ) -> None:
        self._talk = talk
        self._person = person
        self._protocol = protocol
        self._store = store
        self._rules = rules
        self._transcript = transcript
        self._out = out
        self._report = report
        self._command = b""
        self._compiled = -1
        self._listening: list[list[Rule]] = [[] for _ in Point]

    def _compile(self) -> None:
        self._compiled = self._rules.version
        self._listening[:] = [self._rules.at(point) for point in Point]

    def run(self, woke: Woke | None) -> Wait | Turn | Switch | None:
        """Let the session go on until it waits; None when the conversation is over."""
        if self._compiled != self._rules.version:
            self._compile()
        listening = self._listening
        out = self._out
        put = out.put
        send = self._talk.send
        try:
            act = send(woke)
            while True:
                # The frequent ones first: this runs for each response.
                if isinstance(act, Response):
                    if listening[_DATA]:
                        if self._bent(Point.DATA, act):
                            return None
                    else:
                        put(act.style(act))
                elif isinstance(act, Many):
                    if listening[_DATA]:
                        for response in act.responses():
                            if self._bent(Point.DATA, response):
                                return None
                    else:
                        put(act.pieces())
                elif isinstance(act, Say):
                    if listening[act.point]:
                        if self._bent(act.point, act.response):
                            return None
                    else:
                        put(act.response.style(act.response))
                elif isinstance(act, Heard):
                    self._transcript.heard(self._person.name, self._protocol, act.data, act.tag)
                elif isinstance(act, Begin):
                    self._command = act.command
                    if listening[_RECEIVED] and self._bent(Point.RECEIVED, None):
                        return None
                elif isinstance(act, At):
                    if listening[act.point] and self._bent(act.point, None):
                        return None
                elif isinstance(act, Turn):
                    if listening[_AFTER_OK] and self._bent(Point.AFTER_OK, None):
                        return None
                    if out.octets > HELD_AT:
                        return act
                elif isinstance(act, Wait):
                    return act
                elif isinstance(act, Close):
                    if listening[Point.CLOSE] and self._bent(Point.CLOSE, None):
                        return None
                    self.end(act)
                    return None
                elif isinstance(act, Switch):
                    if listening[Point.TLS] and self._bent(Point.TLS, None):
                        return None
                    out.switch(act)
                    return act
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

    def _bent(self, point: Point, response: Response | None) -> bool:
        """Let the rules of a point act, then send the response; whether that was the end."""
        moment = Moment(
            self._person.name,
            self._person.user_name,
            self._protocol,
            self._command.decode("ascii", "replace"),
            point,
            response,
            self._store,
        )
        for rule in tuple(self._listening[point]):
            if rule.wants(moment):
                if rule.spent:
                    self._rules.changed()
                self._transcript.note(self._person.name, self._protocol, f"{rule}")
                moment.rule = rule
                try:
                    rule.do.apply(moment)
                except Exception as error:
                    self._report(error)
        if self._compiled != self._rules.version:
            self._compile()
        if response is not None:
            pieces = response.pieces()
            if moment.cut is not None:
                octets, in_literal = moment.cut
                meant = f"meant {chunks.size(pieces)} octets: {pieces[0]!r}"
                self._transcript.note(self._person.name, self._protocol, meant)
                pieces = chunks.first(pieces, octets, in_literal=in_literal)
            self._out.put(pieces)
        if moment.close is None:
            return False
        self.end(moment.close)
        return True

    def end(self, how: Close) -> None:
        """Drop the conversation where it is, and close the connection."""
        self._talk.close()
        self._out.close(how)
