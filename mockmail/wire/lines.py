"""The conversation of a protocol whose commands are lines: POP3 and SMTP.

Read a line, hand it to the protocol, go on until it says it is finished.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from mockmail.wire.acts import TURN, Act, At, Begin, Close, Heard, Say, Switch, Talk, Wait, Woke
from mockmail.wire.buffer import Buffer, TooLong
from mockmail.wire.points import Point
from mockmail.wire.response import Response
from mockmail.wire.turns import Gone, Over, Reading, ShutOut, TimedOut, go_on

Steps = Generator[Act | Response, Woke | None, None]


class LineSession(Protocol):
    """What a session of such a protocol has."""

    buffer: Buffer
    finished: bool
    tls: bool
    switch: Switch | None
    """What the session wants done once the reply is said."""

    @property
    def wait(self) -> Wait:
        """For the client's next line; always the same."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What a protocol says where the conversation itself is concerned."""

    greeting: Response
    max_line: int
    """Octets in a command line."""
    too_long: Response
    timed_out: Response | None
    bug: Response
    bare_lf: Response | None = None
    """The answer to a line that ends with an LF alone, which is not done then; None if it is."""
    shut_out: Response | None = None
    """Where the server ends a user's sessions; None where a protocol has no words for it."""
    skip: Callable[[bytes], Reading[None]] | None = None
    """Reads and forgets what belongs to a line that is not done, of which the start is told."""


def converse(
    session: LineSession,
    manners: Manners,
    command: Callable[[bytes], Steps],
    report: Callable[[Exception], None],
) -> Talk:
    """The conversation from the greeting on; `command` does one line, with its final reply.

    `report` is told of an exception that `command` let out: a bug of ours.
    """
    buffer, limit, wait = session.buffer, manners.max_line, session.wait
    try:
        yield At(Point.CONNECT)
        if session.tls:
            yield Switch("tls", wait.timeout)
        yield Say(manners.greeting, Point.GREETING)
        while not session.finished:
            try:
                while (line := buffer.line(limit)) is None:
                    go_on((yield wait))
            except TooLong as error:
                yield from _undone(error.start, manners.too_long, manners)
            else:
                yield Heard(line + b"\r\n")
                if buffer.bare and manners.bare_lf is not None:
                    yield from _undone(line, manners.bare_lf, manners)
                    yield TURN
                    continue
                try:
                    yield from command(line)
                except Over:
                    raise
                except Exception as bug:
                    report(bug)
                    yield from final(manners.bug)
            if session.switch is not None:
                switch, session.switch = session.switch, None
                yield switch
            yield TURN
        yield Close()
    except Gone:
        pass
    except TimedOut:
        if manners.timed_out is not None:
            yield Say(manners.timed_out, Point.TIMER)
        else:
            yield At(Point.TIMER)
        yield Close()
    except ShutOut:
        if manners.shut_out is not None:
            yield Say(manners.shut_out, Point.CLOSE)
        yield Close()


def _undone(line: bytes, said: Response, manners: Manners) -> Steps:
    """Answer a line that is not done, or no more than its start is there."""
    yield Begin(b"")
    if manners.skip is not None:
        yield from manners.skip(line)
    yield from final(said)


def final(response: Response) -> Steps:
    """A command's final reply."""
    yield Say(response, Point.BEFORE_OK)
