"""An envelope: what a mail transaction says of a message (RFC 5321 section 2.3.1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for: one RCPT."""

    address: str
    notify: frozenset[str] | None = None
    """NOTIFY (RFC 3461 section 4.1): ``NEVER``, or some of ``SUCCESS``, ``FAILURE`` and
    ``DELAY``; None if nothing was said."""
    original: str = ""
    """ORCPT (section 4.2), decoded: ``rfc822;anna@example.org``."""


@dataclass(frozen=True, slots=True)
class DeliverBy:
    """DELIVERBY (RFC 2852): until when a message is of use."""

    at: datetime
    mode: Literal["R", "N"]
    """What happens then: it is returned, or the sender is told that it is late."""
    trace: bool = False
    """Whether the sender wants to hear of each relay."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends a message, to whom, and how."""

    sender: str
    """Empty for a report, which is never answered by another (RFC 5321 section 4.5.5)."""
    recipients: tuple[Recipient, ...]
    ret: Literal["", "FULL", "HDRS"] = ""
    """RET (RFC 3461 section 4.3): how much of the message a report has."""
    envid: str = ""
    """ENVID (section 4.4), decoded."""
    body: Literal["7BIT", "8BITMIME", "BINARYMIME"] = "7BIT"
    """BODY (RFC 6152, 3030)."""
    utf8: bool = False
    """SMTPUTF8 (RFC 6531)."""
    release: datetime | None = None
    """FUTURERELEASE (RFC 4865): when it may go."""
    hold: str = ""
    """In which words that was asked for: ``for;3600`` or ``until;2024-01-31T12:00:00Z``."""
    deliver_by: DeliverBy | None = None
    priority: int = 0
    """MT-PRIORITY (RFC 6710)."""
    require_tls: bool = False
    """REQUIRETLS (RFC 8689)."""
    tls_optional: bool = False
    """``TLS-Required: No`` in the header, where REQUIRETLS is known and was not said (section 3)."""
    size: int | None = None
    """SIZE (RFC 1870): octets, as the client declared them."""
    user: str = ""
    """The login of whoever was authenticated."""
    protocol: str = ""
    """How it came, in the words of RFC 3848: ``ESMTPSA``, ``LMTP``."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the recipients."""
        return tuple(recipient.address for recipient in self.recipients)


def envelope(sender: str, *addresses: str) -> Envelope:
    """An envelope about which no more is said."""
    return Envelope(sender, tuple(map(Recipient, addresses)))
