"""An envelope: what a mail transaction says of a message (RFC 5321 section 2.3.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for: one RCPT."""

    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends a message, to whom."""

    sender: str
    """Empty for a report, which is never answered by another (RFC 5321 section 4.5.5)."""
    recipients: tuple[Recipient, ...]


def envelope(sender: str, *addresses: str) -> Envelope:
    """An envelope about which no more is said."""
    return Envelope(sender, tuple(map(Recipient, addresses)))
