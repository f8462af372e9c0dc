"""A POP3 session's state and its conversation (RFC 1939 section 3)."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum, auto

from mockmail.pop3 import reply
from mockmail.pop3.maildrop import Maildrop
from mockmail.pop3.reply import Err
from mockmail.store.store import Store
from mockmail.store.user import User
from mockmail.wire.acts import Act, At, Begin, Say, Switch, Talk, Wait, Woke
from mockmail.wire.buffer import Buffer
from mockmail.wire.lines import Manners, Steps, converse, final
from mockmail.wire.points import Point
from mockmail.wire.response import Response

MAX_LINE = 255
"""Octets in a command line, without CRLF (RFC 2449 section 4)."""
AUTOLOGOUT = 600.0
"""Seconds of silence (RFC 1939 section 3: at least 10 minutes)."""


class State(Enum):
    AUTHORIZATION = auto()
    TRANSACTION = auto()


ANY_STATE = tuple(State)
Answer = Generator[Act | Response, Woke | None, Response]
"""A handler's run; it returns the reply, or raises `Err`."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: when it may come, and what it does with the rest of its line."""

    name: bytes
    states: tuple[State, ...]
    handle: "Callable[[Session, bytes], Answer]"


@dataclass(slots=True)
class Session:
    """One connection's state."""

    number: int
    name: str
    store: Store
    commands: dict[bytes, CommandRow]
    host: str
    buffer: Buffer = field(default_factory=Buffer)
    tls: bool = False
    """Whether what is said now is protected by TLS."""
    offers_tls: Callable[[], bool] = lambda: False
    """Whether the client may ask for TLS."""
    switch: Switch | None = None
    """To be done once the reply is said."""
    state: State = State.AUTHORIZATION
    claimed: str = ""
    """What USER said."""
    user: User | None = None
    maildrop: Maildrop | None = None
    finished: bool = False

    @property
    def user_name(self) -> str | None:
        return self.user.name if self.user else None

    @property
    def wait(self) -> Wait:
        return Wait(timeout=AUTOLOGOUT)

    @property
    def drop(self) -> Maildrop:
        """The maildrop, in the TRANSACTION state."""
        assert self.maildrop is not None
        return self.maildrop

    def log_in(self, user: User) -> None:
        self.maildrop = Maildrop(user, self.number)
        self.user = user
        self.state = State.TRANSACTION

    def check(self) -> None:
        """The maildrop is locked by this session, if by any; ``AssertionError`` otherwise."""
        locked = self.user is not None and self.user.maildrop_lock == self.number
        assert locked == (self.maildrop is not None), f"session {self.name}: lock without maildrop"

    def converse(self, report: Callable[[Exception], None]) -> Talk:
        """The whole conversation; see `mockmail.wire.lines.converse`."""
        manners = Manners(
            greeting=reply.ok(b"%b mockmail POP3 server ready" % self.host.encode("ascii")),
            max_line=MAX_LINE,
            too_long=reply.err(f"A command line has at most {MAX_LINE} octets"),
            # Without a word, and without deleting (RFC 1939 section 3).
            timed_out=None,
            bug=reply.err("[SYS/TEMP] A bug in mockmail: see the report"),
        )
        try:
            yield from converse(self, manners, self._command, report)
        finally:
            if self.maildrop is not None:
                self.maildrop.unlock()

    def _command(self, line: bytes) -> Steps:
        name, _, argument = line.partition(b" ")
        row = self.commands.get(name.upper())
        begin = Begin(row.name if row else b"")
        yield begin
        if begin.instead is not None:
            yield from final(reply.instead_of(begin.instead))
            return
        try:
            if row is None:
                raise Err("Unknown command")
            if self.state not in row.states:
                raise Err(f"{row.name.decode()} is not for the {self.state.name} state")
            response = yield from row.handle(self, argument)
        except Err as error:
            response = reply.err(str(error))
        if reply.is_multi(response):
            yield At(Point.BEFORE_OK)
            yield Say(response, Point.DATA)
        else:
            yield from final(response)
