"""A POP3 session's state and its conversation (RFC 1939 section 3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.delivery.delivery import Delivery
from mockmail.pop3 import reply
from mockmail.pop3.expiry import remove_old
from mockmail.pop3.maildrop import Frozen, Maildrop, ReadOnly
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import Catalogue, MechanismRow, State
from mockmail.pop3.settings import Pop3Settings
from mockmail.sasl.mechanism import (
    AuthenticationFailed,
    AuthorizationFailed,
    Disabled,
    Expired,
    LockedOut,
    Realm,
    TooMany,
)
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.store.store import Store
from mockmail.store.user import User
from mockmail.wire.acts import COMMITTED, At, Begin, Say, Switch, Talk, Wait
from mockmail.wire.buffer import Buffer
from mockmail.wire.lines import Manners, Steps, converse, final
from mockmail.wire.points import Point
from mockmail.wire.response import Response

BARE_LF = "A line ends with CRLF, not with LF alone"


@dataclass(slots=True)
class Session:
    """One connection's state."""

    number: int
    name: str
    store: Store
    clock: Clock
    chance: Chance
    delivery: Delivery
    catalogue: Catalogue
    host: str
    settings: Pop3Settings = field(default_factory=Pop3Settings)
    buffer: Buffer = field(default_factory=Buffer)
    tls: bool = False
    """Whether what is said now is protected by TLS."""
    offers_tls: Callable[[], bool] = lambda: False
    """Whether the client may ask for TLS."""
    switch: Switch | None = None
    """To be done once the reply is said."""
    state: State = State.AUTHORIZATION
    claimed: str = ""
    """What USER has said just now."""
    named: str = ""
    """What USER said in the command before this one."""
    challenge: bytes = b""
    """What the greeting asked APOP to answer."""
    utf8: bool = False
    """UTF-8 may be sent (RFC 6856)."""
    user: User | None = None
    maildrop: Maildrop | None = None
    taken: int = 0
    """Messages taken to be sent."""
    finished: bool = False

    @property
    def user_name(self) -> str | None:
        return self.user.name if self.user else None

    @property
    def wait(self) -> Wait:
        return Wait(timeout=self.settings.autologout)

    @property
    def drop(self) -> Maildrop:
        """The maildrop, in the TRANSACTION state."""
        assert self.maildrop is not None
        return self.maildrop

    @property
    def account(self) -> User:
        """The user, in the TRANSACTION state."""
        assert self.user is not None
        return self.user

    @property
    def realm(self) -> Realm:
        """What SASL's mechanisms ask."""
        return Realm(self.store, self.host, self.clock, self.chance, "pop3")

    @property
    def plaintext(self) -> bool:
        """Whether the client may send a password as it is."""
        return self.tls or self.settings.plaintext

    def mechanisms(self) -> list[MechanismRow]:
        """The SASL mechanisms of this moment."""
        rows = self.catalogue.mechanisms.values()
        return [row for row in rows if self.plaintext or not row.plaintext]

    def log_in(self, user: User) -> Response:
        """Let the user in, if his maildrop can be opened now (RFC 1939 section 4)."""
        now = self.clock.waited
        if user.next_login > now:
            seconds = ceil(user.next_login - now)
            raise Err(f"Come again in {seconds} seconds", "LOGIN-DELAY")
        if self.settings.lock and user.maildrop_lock:
            raise Err("The maildrop is locked by another POP3 session", "IN-USE")
        mailbox = self.store.mailbox(user, self.settings.mailbox)
        if mailbox is None:
            raise Err(f"There is no mailbox {self.settings.mailbox}", "SYS/PERM")
        remove_old(self.store, user, self.clock.now, self.settings)
        own = self.store.may_change(user, mailbox)
        self.open(user, mailbox, Maildrop if own else Frozen if user.read_only else ReadOnly)
        self.state = State.TRANSACTION
        user.next_login = now + self.settings.login_delay
        return reply.ok(b"%d messages" % len(self.drop.entries))

    def open(self, user: User, mailbox: Mailbox, kind: type[Maildrop]) -> None:
        """Let the user have a mailbox as his maildrop."""
        if mailbox.damaged:
            raise Err("The maildrop is damaged", "SYS/PERM")  # RFC 3206 section 4
        self.store.opened(mailbox)
        self.user, self.maildrop = user, kind(self.store, user, mailbox, self.settings)
        if self.settings.lock and kind.locks:
            user.maildrop_lock = self.number

    def leave(self) -> Iterator[At]:
        """Do to the maildrop what the UPDATE state does, and let others have it."""
        if self.maildrop is not None:
            version = self.store.version
            self.maildrop.update(self.name)
            if self.store.version != version:
                yield COMMITTED
            self.maildrop = None
            self.unlock()

    def unlock(self) -> None:
        """Let others have the user's maildrop."""
        if self.user is not None and self.user.maildrop_lock == self.number:
            self.user.maildrop_lock = 0

    def content(self, number: int) -> Entry:
        """The message of that number, to be sent; `Err` if that can't be."""
        return self.allowed(self.drop.content(number))

    def allowed(self, entry: Entry) -> Entry:
        """The message; `Err` if it can't be sent."""
        error = self.refused(entry)
        if error is not None:
            raise error
        return entry

    def refused(self, entry: Entry) -> Err | None:
        """What an extension has against that a message is sent, if anything."""
        errors = (refuses(self, entry) for refuses in self.catalogue.refusals)
        return next((error for error in errors if error is not None), None)

    def check(self) -> None:
        """The maildrop is locked by this session, if it is; ``AssertionError`` otherwise."""
        drop, user = self.maildrop, self.user
        locked = user is not None and user.maildrop_lock == self.number
        locks = drop is not None and drop.locks and self.settings.lock
        assert locked == locks, f"session {self.name}: lock without maildrop"

    def converse(self, report: Callable[[Exception], None]) -> Talk:
        """The whole conversation; see `mockmail.wire.lines.converse`."""
        limit = self.settings.line
        words = [b"%b mockmail POP3 server ready" % self.host.encode("ascii")]
        words += [word(self) for word in self.catalogue.greetings]
        manners = Manners(
            greeting=reply.ok(b" ".join(words)),
            max_line=limit,
            too_long=reply.err(f"A command line has at most {limit} octets"),
            # Without a word, and without deleting (RFC 1939 section 3).
            timed_out=None,
            bug=self._error(Err("A bug in mockmail: see the report", "SYS/TEMP")),
            bare_lf=reply.err(BARE_LF) if self.settings.line_ends == "refuse" else None,
        )
        try:
            yield from converse(self, manners, self._command, report)
        finally:
            if self.maildrop is not None:
                self.maildrop.close(self.name)
            self.unlock()

    def _command(self, line: bytes) -> Steps:
        name, _, argument = line.partition(b" ")
        commands = self.catalogue.commands
        row = commands.get(name.upper())
        if row is None:
            second, _, rest = argument.partition(b" ")
            row = commands.get(b"%b %b" % (name.upper(), second.upper()))
            argument = rest
        begin = Begin(row.name if row else b"")
        yield begin
        if begin.instead is not None:
            yield from final(reply.instead_of(begin.instead))
            return
        self.named, self.claimed = self.claimed, ""
        try:
            if row is None:
                raise Err("Unknown command")
            if self.state not in row.states:
                raise Err(f"{row.name.decode()} is not for the {self.state.name} state")
            if self.maildrop is not None:
                self.maildrop.refresh()
            response = yield from row.handle(self, argument)
        except Err as error:
            response = self._error(error)
        if reply.is_multi(response):
            yield At(Point.BEFORE_OK)
            yield Say(response, Point.DATA)
        else:
            yield from final(response)

    def _error(self, error: Err) -> Response:
        return reply.err(str(error), error.code if error.code in self.catalogue.codes else "")


def refusal(error: AuthenticationFailed) -> Err:
    """What a client is told that was not let in (RFC 3206 section 5)."""
    match error:
        case AuthorizationFailed():
            return Err("You may not act for that user", "AUTH")
        case Disabled():
            return Err("This account is disabled", "AUTH")
        case Expired():
            return Err("The password has expired", "AUTH")
        case LockedOut():
            return Err(f"Too many wrong passwords; wait for {error.seconds} seconds", "SYS/TEMP")
        case TooMany():
            return Err("Too many simultaneous connections", "SYS/TEMP")
        case _:
            return Err("Wrong user name or password", "AUTH")
