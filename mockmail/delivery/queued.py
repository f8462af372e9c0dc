"""Mail that waits, as a test sees it."""

from dataclasses import dataclass
from datetime import datetime

from mockmail.delivery.sent import Sent


@dataclass(frozen=True, slots=True, repr=False)
class Queued:
    """A message that waits: until it may go (RFC 4865), or for another attempt."""

    message: Sent
    """The message with its envelope, as it came."""
    recipients: tuple[str, ...]
    """The addresses of those who have not got it yet."""
    due: datetime
    """When it is looked at again, by the world's clock."""
    attempts: int
    """How often it was tried; 0 while it is held."""

    @property
    def sender(self) -> str:
        """Of the envelope; empty for a report."""
        return self.message.sender

    @property
    def subject(self) -> str | None:
        """The Subject field, decoded."""
        return self.message.subject

    def __repr__(self) -> str:
        return (
            f"<Queued {self.subject!r} from {self.sender or '<>'} to {', '.join(self.recipients)}:"
            f" due {self.due:%Y-%m-%d %H:%M:%S}, attempts: {self.attempts}>"
        )
