"""A session's state and its conversation (RFC 5321 sections 3 and 4)."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Literal

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.delivery.delivery import Delivery
from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.sasl.mechanism import Realm
from mockmail.smtp.reply import Refused, Reply, instead_of, reply, written
from mockmail.smtp.rows import Catalogue, CommandRow, MechanismRow, Role
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.user import User
from mockmail.wire.acts import Act, Begin, Say, Switch, Talk, Wait, Woke
from mockmail.wire.buffer import Buffer
from mockmail.wire.lines import Manners, Steps, converse, final
from mockmail.wire.points import Point
from mockmail.wire.response import Response

BAD = range(500, 600)
"""Replies that `SmtpSettings.errors` counts."""


BARE_LF = "A line ends with CRLF, not with LF alone"


@dataclass(slots=True)
class Session:
    """One connection's state."""

    number: int
    name: str
    delivery: Delivery
    clock: Clock
    chance: Chance
    catalogue: Catalogue
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
    greeted: Literal["", "HELO", "EHLO", "LHLO"] = ""
    """How it did."""
    user: User | None = None
    """Who was authenticated."""
    envelope: Envelope | None = None
    """What MAIL said; None while there is no mail transaction."""
    recipients: list[Recipient] = field(default_factory=list)
    asked: int = 0
    """RCPT commands in the mail transaction."""
    chunks: bytearray | None = None
    """What BDAT has brought; None before the first one."""
    notice: Reply | None = None
    """What MAIL is answered in place of the usual words."""
    mails: int = 0
    """MAIL commands in this session."""
    domains: dict[str, None] = field(default_factory=dict)
    """Of all recipients in this session."""
    errors: int = 0
    """Commands in this session that were refused for good."""
    taken: int = 0
    """Messages taken in this session."""
    finished: bool = False

    @property
    def user_name(self) -> str | None:
        return self.user.name if self.user else None

    @property
    def wait(self) -> Wait:
        return Wait(timeout=self.settings.timeout)

    @property
    def role(self) -> Role:
        return self.catalogue.role

    @property
    def extended(self) -> bool:
        """Whether extensions may be used: it has not said HELO."""
        return self.greeted != "HELO"

    @property
    def realm(self) -> Realm:
        """What SASL's mechanisms ask."""
        return Realm(self.delivery.store, self.host, self.clock, self.chance, self.role.value)

    @property
    def plaintext(self) -> bool:
        """Whether the client may send a password as it is."""
        return self.tls or self.settings.plaintext

    @property
    def protocol(self) -> str:
        """How a message comes now, in the words of RFC 3848 and RFC 6531 section 4.3."""
        if not self.extended:
            return "SMTP"
        word = "LMTP" if self.role is Role.LMTP else "ESMTP"
        if self.envelope is not None and self.envelope.utf8:
            word = f"UTF8{word.removeprefix('E')}"
        return word + "S" * self.tls + "A" * (self.user is not None)

    def mechanisms(self) -> list[MechanismRow]:
        """The SASL mechanisms of this moment."""
        rows = self.catalogue.mechanisms.values()
        return [row for row in rows if self.plaintext or not row.plaintext]

    def check(self) -> None:
        """Recipients and chunks need a sender; ``AssertionError`` without one."""
        alone = self.envelope is None and (self.recipients or self.chunks is not None)
        assert not alone, f"session {self.name}: no sender"

    def reset(self) -> None:
        """Forget the mail transaction (RFC 5321 section 4.1.1.5)."""
        self.envelope = None
        self.recipients = []
        self.asked = 0
        self.chunks = None

    def forget(self) -> None:
        """Forget all that the client has said (RFC 3207 section 4.2)."""
        self.client, self.greeted, self.user = "", "", None
        self.reset()

    def transaction(self) -> Envelope:
        """What MAIL said; `Refused` if it has not been."""
        if self.settings.hello and not self.greeted:
            raise Refused(503, "5.5.1", f"{self.hello} comes first")
        if self.envelope is None:
            raise Refused(503, "5.5.1", "MAIL comes first")
        return self.envelope

    @property
    def hello(self) -> str:
        return "LHLO" if self.role is Role.LMTP else "EHLO"

    def sealed(self) -> Envelope:
        """The envelope of a message that has come."""
        user = self.user_name or ""
        return replace(
            self.transaction(),
            recipients=tuple(self.recipients),
            user=user,
            protocol=self.protocol,
        )

    def converse(self, report: Callable[[Exception], None]) -> Talk:
        """The whole conversation; see `mockmail.wire.lines.converse`."""
        limit = self.settings.line
        manners = Manners(
            greeting=self._written(reply(220, "", *self._banner())),
            max_line=limit,
            too_long=self._written(
                reply(500, "5.5.2", f"A command line has at most {limit} octets")
            ),
            timed_out=self._written(
                reply(421, "4.4.2", f"{self.host} closes the connection: timeout")
            ),
            bug=self._written(reply(451, "4.3.0", "A bug in mockmail: see the report")),
            shut_out=self._written(reply(421, "4.7.0", f"{self.host} ends your sessions")),
            bare_lf=(
                self._written(reply(500, "5.5.2", BARE_LF))
                if self.settings.line_ends == "refuse"
                else None
            ),
            skip=self._skip,
        )
        return converse(self, manners, self._command, report)

    def _banner(self) -> list[str]:
        word = "LMTP" if self.role is Role.LMTP else "ESMTP"
        words = self.settings.banner or f"mockmail {word} ready"
        return [f"{self.host} {line}" for line in words.split("\n")]

    def _written(self, said: Reply) -> Response:
        return written(said, statuses=self.catalogue.statuses)

    def ask(self, code: int, text: str) -> Generator[Act | Response, Woke | None, None]:
        """Ask the client for more: 334 or 354."""
        yield Say(self._written(reply(code, "", text)), Point.CONTINUATION)

    def _row(self, line: bytes) -> tuple[CommandRow | None, bytes]:
        """The command in a line, and what stands behind its name."""
        name, _, argument = line.partition(b" ")
        return self.catalogue.commands.get(name.upper()), argument.strip(b" ")

    def _skip(self, line: bytes) -> Steps:
        row, argument = self._row(line)
        if row is not None and row.skip is not None:
            yield from row.skip(self, argument)

    def _command(self, line: bytes) -> Steps:
        row, argument = self._row(line)
        begin = Begin(row.name if row else b"")
        yield begin
        barred = row is not None and not row.free and self._needs_auth()
        if row is not None and row.skip is not None and (barred or begin.instead is not None):
            yield from row.skip(self, argument)
        if begin.instead is not None:
            yield from final(instead_of(begin.instead))
            return
        try:
            if row is None:
                raise Refused(500, "5.5.2", "Unknown command")
            if barred:
                raise Refused(530, "5.7.0", "Authentication required")
            said = yield from row.handle(self, argument)
        except Refused as error:
            said = error.reply
        replies = said if isinstance(said, tuple) else (said,)
        for each in replies:
            yield from final(self._written(self._counted(each)))

    def _needs_auth(self) -> bool:
        required = self.settings.auth_required
        if required is None:
            required = self.role is Role.SUBMISSION
        return required and self.user is None

    def _counted(self, said: Reply) -> Reply:
        """The reply, or the last one where a session has had too many errors."""
        self.errors += said.code in BAD
        limit = self.settings.errors
        if limit is None or self.errors <= limit or self.finished:
            return said
        self.finished = True
        return reply(421, "4.7.0", f"{self.host} closes the connection: too many errors")
