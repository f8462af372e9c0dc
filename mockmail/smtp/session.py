"""An SMTP session's state and its conversation (RFC 5321 sections 3 and 4)."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from mockmail.clock import Clock
from mockmail.delivery.delivery import Delivery
from mockmail.delivery.envelope import Recipient
from mockmail.smtp.reply import Refused, instead_of, reply
from mockmail.smtp.settings import SmtpSettings
from mockmail.wire.acts import Act, Begin, Switch, Talk, Wait, Woke
from mockmail.wire.buffer import Buffer
from mockmail.wire.lines import Manners, Steps, converse, final
from mockmail.wire.response import Response

Answer = Generator[Act | Response, Woke | None, Response]
"""A handler's run; it returns the reply, or raises `Refused`."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: what it does with the rest of its line, and how HELP shows it."""

    name: bytes
    syntax: str
    handle: "Callable[[Session, bytes], Answer]"


@dataclass(slots=True)
class Session:
    """One connection's state."""

    number: int
    name: str
    delivery: Delivery
    clock: Clock
    commands: dict[bytes, CommandRow]
    host: str
    settings: SmtpSettings = field(default_factory=SmtpSettings)
    buffer: Buffer = field(default_factory=Buffer)
    tls: bool = False
    """Whether what is said now is protected by TLS."""
    offers_tls: Callable[[], bool] = lambda: False
    """Whether the client may ask for TLS."""
    switch: Switch | None = None
    """To be done once the reply is said."""
    client: str = ""
    """What the client called itself."""
    extended: bool = False
    """It said EHLO."""
    sender: str | None = None
    """What MAIL said; None while there is no mail transaction."""
    recipients: list[Recipient] = field(default_factory=list)
    taken: int = 0
    """Messages taken in this session."""
    finished: bool = False

    @property
    def user_name(self) -> str | None:
        return None

    @property
    def wait(self) -> Wait:
        return Wait(timeout=self.settings.timeout)

    def check(self) -> None:
        """Recipients need a sender; ``AssertionError`` without one."""
        assert self.sender is not None or not self.recipients, f"session {self.name}: no sender"

    def reset(self) -> None:
        """Forget the mail transaction (RFC 5321 section 4.1.1.5)."""
        self.sender = None
        self.recipients = []

    def converse(self, report: Callable[[Exception], None]) -> Talk:
        """The whole conversation; see `mockmail.wire.lines.converse`."""
        limit = self.settings.line
        manners = Manners(
            greeting=reply(220, "", f"{self.host} mockmail ESMTP ready"),
            max_line=limit,
            too_long=reply(500, "5.5.2", f"A command line has at most {limit} octets"),
            timed_out=reply(421, "4.4.2", f"{self.host} closes the connection: timeout"),
            bug=reply(451, "4.3.0", "A bug in mockmail: see the report"),
            shut_out=reply(421, "4.7.0", f"{self.host} ends your sessions"),
        )
        return converse(self, manners, self._command, report)

    def _command(self, line: bytes) -> Steps:
        name, _, argument = line.partition(b" ")
        row = self.commands.get(name.upper())
        begin = Begin(row.name if row else b"")
        yield begin
        if begin.instead is not None:
            yield from final(instead_of(begin.instead))
            return
        try:
            if row is None:
                raise Refused(500, "5.5.2", "Unknown command")
            response = yield from row.handle(self, argument.strip(b" "))
        except Refused as error:
            response = error.reply
        yield from final(response)
