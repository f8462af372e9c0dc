"""What is said of a recipient: before the message, or after it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reply of SMTP or LMTP about one recipient."""

    code: int
    """The reply's code (RFC 5321 section 4.2): 250, 452, 550."""
    status: str
    """The enhanced one (RFC 3463): ``5.1.1``."""
    text: str

    @property
    def ok(self) -> bool:
        return self.code < 400

    @property
    def permanent(self) -> bool:
        """Whether trying again is of no use."""
        return self.code >= 500


ACCEPTED = Verdict(250, "2.1.5", "Recipient ok")
DELIVERED = Verdict(250, "2.1.5", "Delivered")
EXPANDED = Verdict(250, "2.1.5", "Sent to several addresses")
