"""What a test can set of SMTP: limits, and what its RFCs leave open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Settings of a server's SMTP; octets and seconds unless said otherwise.

    ``ValueError`` for a limit that is not above 0.
    """

    line: int = 2_048
    """A command line, without CRLF (RFC 5321 section 4.5.3.1.4 and its extensions)."""
    message: int = 52_428_800
    """A message: what SIZE says (RFC 1870)."""
    recipients: int = 1_000
    """Recipients of one message (RFC 5321 section 4.5.3.1.8: at least 100)."""
    timeout: float = 300.0
    """Seconds of silence (RFC 5321 section 4.5.3.2.7)."""

    def __post_init__(self) -> None:
        for name in ("line", "message", "recipients", "timeout"):
            value = getattr(self, name)
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}")
