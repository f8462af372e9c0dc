"""What a test can set of delivery: what can't be delivered, how often it is tried, sent mail."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Settings of what happens to mail once a server has it; seconds of the server's clock.

    ``ValueError`` for a number that is not above 0.
    """

    unknown: Literal["refuse", "bounce", "drop"] = "refuse"
    """Mail to a local address that is nobody's: RCPT is answered 550 5.1.1; or it is taken, and
    its sender gets a report; or it is taken, and nobody hears of it."""
    over_quota: Literal["fail", "retry"] = "fail"
    """A mailbox without room for a message: 552 5.2.2, or 452 4.2.2 and a later attempt."""
    check_quota: bool = False
    """RCPT, too, is refused where a mailbox is full already."""
    file_sent: bool = False
    """What an authenticated user sends is filed in his mailbox for sent mail, as ``\\Seen``."""
    retry: float = 300.0
    """Seconds from the first attempt to the next; then they double."""
    retry_most: float = 4_000.0
    """Seconds between two attempts at most."""
    warn_after: float | None = 14_400.0
    """Seconds after which the sender is told of a delay; None for never."""
    give_up: float = 432_000.0
    """Seconds after which mail is returned (RFC 5321 section 4.5.4.1: 4 to 5 days)."""

    def __post_init__(self) -> None:
        for name in ("retry", "retry_most", "warn_after", "give_up"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be above 0, not {value}")
