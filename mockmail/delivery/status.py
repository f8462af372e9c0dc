"""What became of a message for one recipient."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mockmail.delivery.sent import Sent

Action = Literal["delivered", "failed", "delayed", "relayed", "expanded"]
"""The words of RFC 3464 section 2.3.3."""


@dataclass(frozen=True, slots=True, repr=False)
class DeliveryStatus:
    """What became of a message for one recipient: a line of the delivery log."""

    message: Sent
    """The message with its envelope, as it came."""
    recipient: str
    """Whose attempt this is; behind an alias, the address that it stands for."""
    action: Action
    """``delivered`` to a mailbox, ``relayed`` to a far server, ``delayed`` until another
    attempt, ``expanded`` to several addresses, or ``failed``."""
    code: int
    """SMTP's reply (RFC 5321 section 4.2): a far server's, or what one would have said here."""
    status: str
    """The enhanced one (RFC 3463): ``5.1.1``."""
    text: str
    """What was said with it."""
    at: datetime
    """The time of the world's clock."""
    original: str = ""
    """The recipient as the sender knew him, from ORCPT (RFC 3461 section 4.2), without its type."""
    user: str | None = None
    """The login of the user to whom it was delivered."""
    mailbox: str | None = None
    """His mailbox that it was delivered to."""
    report: Sent | None = None
    """What the sender was told by mail (RFC 3464), if he was."""

    @property
    def sender(self) -> str:
        """Of the envelope; empty for a report."""
        return self.message.sender

    @property
    def subject(self) -> str | None:
        """The Subject field, decoded."""
        return self.message.subject

    def __repr__(self) -> str:
        where = f" ({self.mailbox} of {self.user})" if self.user is not None else ""
        said = f"{self.code} {self.status} {self.text}".rstrip()
        told = "; reported" if self.report is not None else ""
        return (
            f"<DeliveryStatus {self.subject!r} from {self.sender or '<>'}"
            f" {self.action} to {self.recipient}{where}: {said}{told}>"
        )
