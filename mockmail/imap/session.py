"""A session's state."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.imap import quote
from mockmail.imap.reply import No
from mockmail.imap.rows import Catalogue, State
from mockmail.imap.settings import ImapSettings
from mockmail.imap.view import BASE_TELLINGS, Tellings, View
from mockmail.sasl.mechanism import (
    AuthenticationFailed,
    AuthorizationFailed,
    Disabled,
    Expired,
    LockedOut,
    Realm,
    TooMany,
)
from mockmail.store.mailbox import Mailbox, TooManyKeywords
from mockmail.store.names import canonical
from mockmail.store.refusal import OverQuota
from mockmail.store.store import Store
from mockmail.store.transaction import Transaction
from mockmail.store.user import User
from mockmail.wire.acts import Wait
from mockmail.wire.buffer import Buffer
from mockmail.wire.response import Response

TellingsChange = Callable[[Tellings, Mailbox], Tellings]
"""What an extension that is enabled makes of how the changes of a mailbox are told."""
Teller = Callable[[], list[Response]]
"""A source of unsolicited responses beside the view."""


@dataclass(slots=True)
class Session:
    """One connection's state."""

    number: int
    """Connections of a world are numbered by arrival, from 1."""
    name: str
    """The same as a letter: ``A`` is the first."""
    store: Store
    clock: Clock
    catalogue: Catalogue
    host: str
    """This server's own name, for the greeting."""
    settings: ImapSettings = field(default_factory=ImapSettings)
    chance: Chance = field(default_factory=lambda: Chance(0))
    buffer: Buffer = field(default_factory=Buffer)
    tls: bool = False
    """Whether what is said now is protected by TLS."""
    offers_tls: Callable[[], bool] = lambda: False
    """Whether the client may ask for TLS."""
    state: State = State.NOT_AUTHENTICATED
    user: User | None = None
    view: View | None = None
    tag: bytes = b""
    """Of the command under way."""
    tellings: list[TellingsChange] = field(default_factory=list)
    tellers: list[Teller] = field(default_factory=list)
    client_id: dict[bytes, bytes | None] = field(default_factory=dict)
    """What the client said of itself with ID (RFC 2971)."""
    enabled: dict[bytes, None] = field(default_factory=dict)
    """Capabilities that are switched on, by ENABLE (RFC 5161) or by being used."""
    utf8: bool = False
    """Whether mailbox names are in UTF-8, not in modified UTF-7 (RFC 9051 appendix A)."""
    search_returns: tuple[bytes, ...] | None = None
    """Result options of a SEARCH that names none; None if it is answered by SEARCH."""
    numbers: bool = True
    """Whether the client may use sequence numbers (RFC 9586)."""
    wait: Wait = field(init=False)
    """For input, or the autologout."""

    def __post_init__(self) -> None:
        self.wait = Wait(timeout=self.settings.autologout)

    @property
    def user_name(self) -> str | None:
        return self.user.name if self.user else None

    @property
    def realm(self) -> Realm:
        """What SASL's mechanisms ask."""
        return Realm(self.store, self.host, self.clock, self.chance, "imap")

    @property
    def account(self) -> User:
        """The logged-in user, in states that have one."""
        assert self.user is not None
        return self.user

    @property
    def selected(self) -> View:
        """The view, in the selected state."""
        assert self.view is not None
        return self.view

    def log_in(self, user: User) -> None:
        self.user = user
        self.state = State.AUTHENTICATED

    def mailbox(self, name: str) -> Mailbox | None:
        """The mailbox that the user calls so, if there is one for him."""
        return self.store.mailbox(self.account, canonical(name))

    def target(self, name: str) -> Mailbox:
        """The mailbox that messages shall be put into; `No` if that can't be."""
        mailbox = self.mailbox(name)
        if mailbox is None:
            code = b"NONEXISTENT" if self.store.reserved(name) else b"TRYCREATE"
            raise No("There is no such mailbox", code)
        if not self.store.may_change(self.account, mailbox):
            raise No("Messages can't be added there", b"NOPERM")
        return mailbox

    def may_change(self) -> None:
        """`No` if the user can change none of his mailboxes, nor what he has subscribed to."""
        if self.account.read_only:
            raise No("The account is read-only", b"NOPERM")

    def may_go(self, name: str) -> None:
        """`No` if others' use of a mailbox keeps it from being deleted or renamed."""
        if self.settings.delete_selected:
            return
        mailbox = self.mailbox(name)
        if mailbox is not None:
            me = self.view is not None and self.view.mailbox is mailbox
            if mailbox.journal.readers > me:
                raise No("Another session has it selected", b"INUSE")

    @contextmanager
    def adding(self) -> Iterator[Transaction]:
        """A transaction that adds messages; `No` where there is no room for them."""
        try:
            with self.store.transaction(self.name) as tx:
                yield tx
                tx.check_quotas()
        except TooManyKeywords:
            raise No("The mailbox takes no more keywords", b"LIMIT") from None
        except OverQuota as error:
            raise No(str(error), b"OVERQUOTA") from None

    def quoted(self, name: str) -> bytes:
        """A mailbox name as this client reads it."""
        return quote.mailbox(name, utf8=self.utf8)

    def open_view(self, name: str, mailbox: Mailbox, *, read_only: bool) -> View:
        """Select a mailbox that the user calls `name`, as far as he may."""
        fixed = not self.store.may_change(self.account, mailbox)
        self.view = View(
            canonical(name),
            mailbox,
            number=self.number,
            origin=self.name,
            # A newsgroup keeps each reader's own flags (RFC 9051 section 6.3.2).
            read_only=read_only or (fixed and not mailbox.fixed) or self.account.read_only,
            fixed=fixed,
            tellings=self._tellings(mailbox),
        )
        self.state = State.SELECTED
        return self.view

    def close_view(self) -> None:
        """Leave the selected mailbox, if there is one."""
        if self.view is not None:
            self.view.close()
            self.view = None
            self.state = State.AUTHENTICATED

    def enable(self, name: bytes) -> Sequence[Response]:
        """Switch a capability on, unless it is on; what is to be said of it."""
        if name in self.enabled:
            return ()
        self.enabled[name] = None
        rows = (row for row in self.catalogue.capabilities if row.name == name)
        row = next(rows, None)
        return row.enable(self) if row is not None and row.enable is not None else ()

    def tell_by(self, change: TellingsChange) -> None:
        """From now on, tell changes in this way."""
        self.tellings.append(change)
        if self.view is not None:
            self.view.tellings = self._tellings(self.view.mailbox)

    def _tellings(self, mailbox: Mailbox) -> Tellings:
        tellings = BASE_TELLINGS
        for change in self.tellings:
            tellings = change(tellings, mailbox)
        return tellings

    def untold(self, *, expunges: bool) -> list[Response]:
        """What the client has not been told: the view's news, then the other tellers'."""
        told = [] if self.view is None else self.view.tell(expunges=expunges)
        for teller in self.tellers:
            told += teller()
        return told

    def check(self) -> None:
        """Law 3, for the selected mailbox; ``AssertionError`` if it is broken."""
        if self.view is not None:
            self.view.check()

    def capabilities(self) -> bytes:
        """The capability list of this moment."""
        return b" ".join(row.name for row in self.catalogue.capabilities if row.shown.test(self))


def refusal(error: AuthenticationFailed) -> No:
    """What a client is told that was not let in (RFC 5530 section 3)."""
    match error:
        case AuthorizationFailed():
            return No("You may not act for that user", b"AUTHORIZATIONFAILED")
        case Disabled():
            return No("This account is disabled", b"CONTACTADMIN")
        case Expired():
            return No("The password has expired", b"EXPIRED")
        case LockedOut():
            return No(f"Too many wrong passwords; wait for {error.seconds} seconds", b"LIMIT")
        case TooMany():
            return No("Too many simultaneous connections", b"UNAVAILABLE")
        case _:
            return No("Wrong user name or password", b"AUTHENTICATIONFAILED")
