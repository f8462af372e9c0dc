"""Where mail goes: to the world's users, or to the outbox. Nothing leaves the machine.

An address of a user is delivered to, whatever its domain. Another in a local
domain is unknown; one elsewhere is accepted and its mail kept in the outbox, as
a relay would have sent it.
"""

from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from mockmail.clock import Clock
from mockmail.delivery.envelope import Envelope
from mockmail.delivery.verdict import ACCEPTED, Verdict
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.store.mailbox import Mailbox
from mockmail.store.newcomers import mailbox_of
from mockmail.store.store import NoMailbox, Store


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """A message for somewhere else: the envelope (RFC 5321 section 2.3.1) and the message."""

    sender: str
    recipients: tuple[str, ...]
    message: Message

    @property
    def subject(self) -> str | None:
        """The Subject field, decoded."""
        return self.message.field("Subject")

    @property
    def raw(self) -> bytes:
        """The message as it was submitted, without the trace fields that this server added."""
        submitted = self.message.submitted
        return self.message.raw if submitted is None else submitted

    @property
    def mail(self) -> EmailMessage:
        """The standard library's reading of it, made anew each time, with ``policy.default``."""
        mail = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def __repr__(self) -> str:
        return f"<Sent {self.subject!r} from {self.sender} to {', '.join(self.recipients)}>"


class Delivery:
    """The mail routes of one world."""

    def __init__(self, store: Store, clock: Clock, domains: tuple[str, ...]) -> None:
        self.store = store
        self.clock = clock
        self.domains = store.directory.domains = domains
        """Local domains, lower-cased; the first one is the servers' own."""
        self.outbox: list[Sent] = []

    def is_local(self, address: str) -> bool:
        return address.rpartition("@")[2].lower() in self.domains

    def is_unknown(self, address: str) -> bool:
        """Whether an address is local and nobody's. Postmaster is somebody's (RFC 5321 section 4.5.1)."""
        return self.store.directory.resolve(address).unknown

    def verify(self, address: str, sender: str = "") -> Verdict:  # noqa: ARG002 not all ask
        """What RCPT is told of an address; `sender` is who writes to it, empty for a report."""
        if self.is_unknown(address):
            return Verdict(550, "5.1.1", f"There is no user {address}")
        return ACCEPTED

    def expand(self, name: str) -> list[str]:
        """The members of a list, for EXPN. ``KeyError`` if there is none of that name."""
        return self.store.directory.expand(name)

    def accept(self, envelope: Envelope, message: Message, origin: str) -> tuple[Verdict, ...]:
        """Take a message for its recipients: local ones first, in their order, each once.

        What became of each of them, in the envelope's order. LMTP says it; SMTP takes the
        message whatever it is.
        """
        mailboxes: dict[Mailbox, None] = {}
        elsewhere: dict[str, None] = {}
        for recipient in envelope.recipients:
            route = self.store.directory.resolve(recipient.address)
            for stop in route.stops:
                with suppress(NoMailbox):  # others have come before him, too many
                    mailboxes[mailbox_of(self.store, stop)] = None
            elsewhere.update(dict.fromkeys(route.elsewhere))
        with self.store.transaction(origin) as tx:
            for mailbox in mailboxes:
                tx.append(mailbox, message, NO_FLAGS, self.clock.now)
        if elsewhere:
            self.outbox.append(Sent(envelope.sender, tuple(elsewhere), message))
            self.store.version += 1
        return (ACCEPTED,) * len(envelope.recipients)
