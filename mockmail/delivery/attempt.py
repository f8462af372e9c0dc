"""One attempt to bring a message to its recipients: routes, mailboxes, far servers."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mockmail.clock import Clock
from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.delivery.filing import has_room
from mockmail.delivery.outcome import Outcome
from mockmail.delivery.remote import Remotes
from mockmail.delivery.settings import DeliverySettings
from mockmail.delivery.status import Action
from mockmail.delivery.verdict import ACCEPTED, DELIVERED, EXPANDED, Verdict
from mockmail.message.message import Message
from mockmail.store.directory import Route, Stop
from mockmail.store.flags import NO_FLAGS
from mockmail.store.mailbox import Mailbox
from mockmail.store.newcomers import mailbox_of
from mockmail.store.refusal import NoMailbox
from mockmail.store.store import Store
from mockmail.store.transaction import Transaction

BOUNCES = "-bounces"
"""Behind a list's name: whom reports on its members go to (RFC 3461 section 5.2.7.1)."""
_RETURN_PATH = b"return-path:"
_DAMAGED = Verdict(451, "4.2.0", "The mailbox is damaged")


@dataclass(slots=True)
class Attempted:
    """What came of an attempt."""

    outcomes: list[tuple[Outcome, ...]] = field(default_factory=list)
    """For each recipient, in order; several where mail went on to several addresses."""
    relayed: list[Recipient] = field(default_factory=list)
    """To whom it was handed on, as a far server was told."""
    lists: list[Envelope] = field(default_factory=list)
    """What goes to the members of lists."""


class Routes:
    """Where the mail of one world goes."""

    def __init__(
        self, store: Store, clock: Clock, settings: DeliverySettings, remotes: Remotes
    ) -> None:
        self.store = store
        self.clock = clock
        self.settings = settings
        self.remotes = remotes

    def is_local(self, place: str) -> bool:
        """Whether an address, or a domain, is this world's."""
        return place.rpartition("@")[2].lower() in self.store.directory.domains

    def verify(self, address: str, *, relays: bool) -> Verdict:
        """What is known of an address before there is a message."""
        route = self.store.directory.resolve(address)
        if not relays and route.kind == "elsewhere" and not self.is_local(address):
            return _no_user(address)
        if route.unknown:
            return _no_user(address) if self.settings.unknown == "refuse" else ACCEPTED
        if self.settings.check_quota and route.kind == "user":
            user = self.store.users.get(route.stops[0].login)
            if user is not None and not has_room(user, 1):
                return self.full(user.name)
        return ACCEPTED

    def attempt(
        self, envelope: Envelope, recipients: Iterable[Recipient], message: Message, origin: str
    ) -> Attempted:
        """Try some recipients of an envelope; all mailboxes get it at once."""
        made = Attempted()
        with self.store.transaction(origin) as tx:
            run = _Run(self, envelope, message, tx, made)
            made.outcomes = [run.to(recipient) for recipient in recipients]
        return made

    def full(self, login: str) -> Verdict:
        """What is said of a mailbox that has no room."""
        text = f"The mailbox of {login} is full"
        if self.settings.over_quota == "retry":
            return Verdict(452, "4.2.2", text)
        return Verdict(552, "5.2.2", text)


def _no_user(address: str) -> Verdict:
    return Verdict(550, "5.1.1", f"There is no user {address}")


class _Run:
    """One attempt under way."""

    def __init__(
        self,
        routes: Routes,
        envelope: Envelope,
        message: Message,
        tx: Transaction,
        made: Attempted,
    ) -> None:
        self._routes = routes
        self._envelope = envelope
        self._message = message
        self._tx = tx
        self._made = made
        self._local: Message | None = None
        """The message as mailboxes get it."""
        self._verdicts: dict[Mailbox, Verdict] = {}
        """What became of it so far, for each mailbox gets it once."""
        self._octets: dict[str, int] = {}
        """What users got just now, by login."""

    def to(self, recipient: Recipient) -> tuple[Outcome, ...]:
        """What becomes of it for one recipient."""
        routes = self._routes
        route = routes.store.directory.resolve(recipient.address)
        if route.unknown:
            silent = routes.settings.unknown == "drop"
            return (Outcome(recipient, "failed", _no_user(recipient.address), silent=silent),)
        if route.kind == "list":
            self._made.lists.append(self._to_members(recipient, route))
            return (Outcome(recipient, "delivered", DELIVERED),)
        if len(route.stops) + len(route.elsewhere) == 1:
            # An alias of one address hands on what was asked of it (RFC 3461 section 5.2.7.2).
            if route.stops:
                return (self._into(route.stops[0], recipient),)
            return (self._away(route.elsewhere[0], recipient),)
        # One of several is told by itself, and asks for no success of them (5.2.7.3, c).
        notify = recipient.notify
        quiet = replace(recipient, notify=notify and notify - {"SUCCESS"})
        return (
            Outcome(recipient, "expanded", EXPANDED),
            *(self._into(stop, replace(quiet, address=stop.address)) for stop in route.stops),
            *(self._away(each, replace(quiet, address=each)) for each in route.elsewhere),
        )

    def _to_members(self, recipient: Recipient, route: Route) -> Envelope:
        """Nothing of the envelope goes on but the message's own nature (RFC 3461 section 5.2.7.1)."""
        local, _, domain = recipient.address.rpartition("@")
        members = (*(stop.address for stop in route.stops), *route.elsewhere)
        envelope = self._envelope
        return Envelope(
            f"{local}{BOUNCES}@{domain}",
            tuple(map(Recipient, members)),
            body=envelope.body,
            utf8=envelope.utf8,
            require_tls=envelope.require_tls,
            tls_optional=envelope.tls_optional,
        )

    def _into(self, stop: Stop, recipient: Recipient) -> Outcome:
        """Into a mailbox."""
        try:
            mailbox = mailbox_of(self._routes.store, stop)
        except NoMailbox:
            return Outcome(recipient, "failed", _no_user(recipient.address))
        if mailbox not in self._verdicts:
            self._verdicts[mailbox] = self._append(stop.login, mailbox)
        verdict = self._verdicts[mailbox]
        if not verdict.ok:
            return Outcome(recipient, "failed" if verdict.permanent else "delayed", verdict)
        return Outcome(recipient, "delivered", verdict, user=stop.login, mailbox=mailbox.name)

    def _append(self, login: str, mailbox: Mailbox) -> Verdict:
        routes = self._routes
        if mailbox.damaged:
            return _DAMAGED
        message = self._final()
        octets = self._octets.get(login, 0) + message.size
        if not has_room(routes.store.users[login], octets):
            return routes.full(login)
        self._octets[login] = octets
        self._tx.append(mailbox, message, NO_FLAGS, routes.clock.now)
        return DELIVERED

    def _final(self) -> Message:
        """With Return-Path, in the place of one that stands there (RFC 5321 section 4.4)."""
        if self._local is None:
            raw, given = self._message.raw, self._message
            if raw[: len(_RETURN_PATH)].lower() == _RETURN_PATH:
                raw = raw[given.fields[0][3] :]
            top = f"Return-Path: <{self._envelope.sender}>\r\n".encode()
            self._local = Message(top + raw, submitted=given.submitted, newlines="keep")
        return self._local

    def _away(self, address: str, recipient: Recipient) -> Outcome:
        """To a far server."""
        verdict = self._routes.remotes.ask(address)
        if verdict.ok:
            original = recipient.original
            if address != recipient.address and not original:
                original = f"rfc822;{recipient.address}"  # section 5.2.1, d
            onward = replace(recipient, address=address, original=original)
            self._made.relayed.append(onward)
        action: Action = "relayed" if verdict.ok else "failed" if verdict.permanent else "delayed"
        return Outcome(recipient, action, verdict, remote=address.rpartition("@")[2])
