"""A message with its envelope."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from mockmail.delivery.envelope import Envelope
from mockmail.message.message import Message


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """A message that was sent: the envelope (RFC 5321 section 2.3.1) and the message."""

    envelope: Envelope
    """Who sent it to whom, and how; of mail in the outbox, without those who got it otherwise."""
    message: Message

    @property
    def sender(self) -> str:
        """Of the envelope; empty for a report."""
        return self.envelope.sender

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses of the envelope."""
        return self.envelope.addresses

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
        sender = self.sender or "<>"
        return f"<Sent {self.subject!r} from {sender} to {', '.join(self.recipients)}>"
