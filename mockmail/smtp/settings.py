"""What a test can set of SMTP: limits, and what its RFCs leave open."""

import re
from dataclasses import dataclass
from typing import Literal

from mockmail.near import choice
from mockmail.sasl import MECHANISMS

LineEnds = Literal["refuse", "keep", "lenient"]
_POLICY = re.compile(r"[A-Za-z0-9._-]{0,20}")  # RFC 6710 section 5, priority-profile


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Settings of a server's SMTP, submission and LMTP; octets and seconds unless said otherwise.

    ``ValueError`` for a limit that is not above 0, and for other numbers below 0; for a mechanism
    that there is not, a policy's name that can't be one, and a banner that is not US-ASCII.
    """

    capabilities: str = ""
    """Extensions switched on and off: ``+LIMITS -DSN`` (`mockmail capabilities smtp` lists them)."""
    banner: str = ""
    """The greeting behind the host's name, of several lines perhaps; empty for ``mockmail ESMTP ready``."""
    hello: bool = True
    """EHLO, HELO or LHLO has to come first (RFC 5321 section 4.1.4)."""
    auth_required: bool | None = None
    """Mail is taken only from users who are authenticated; None for: on the submission port."""
    plaintext: bool = True
    """Passwords may be sent without TLS; otherwise 538 (RFC 4954 sections 4 and 6)."""
    weak: str = ""
    """Mechanisms that are offered and refused as too weak, with 534: ``PLAIN LOGIN``."""
    own_sender: bool = False
    """The submission port takes from a user only senders that are his own (RFC 6409 section 6.1)."""
    fix: bool = False
    """The submission port adds Date and Message-ID where they are missing (RFC 6409 section 8)."""
    verify: bool = False
    """VRFY and EXPN tell who is there; otherwise 252 for everybody (RFC 5321 section 7.3)."""
    line_ends: LineEnds = "refuse"
    """A message with bare CR, bare LF or NUL is refused (554), is kept as it is, or may even be
    ended by a dot between bare LFs, as by servers that let mail be smuggled in. Refused (500) is
    a command, too, that ends with an LF alone."""
    hops: int = 100
    """Received fields that a message may have: more are a loop (RFC 5321 section 6.3)."""
    by_min: int = 0
    """Seconds that DELIVERBY asks for at least, to return a message (RFC 2852 section 3)."""
    hold: int = 604_800
    """Seconds that FUTURERELEASE holds a message at most (RFC 4865 section 3)."""
    priorities: str = ""
    """The name of MT-PRIORITY's policy: ``MIXER`` (RFC 6710 section 3)."""
    recipients: int = 1_000
    """RCPT commands for one message (RFC 5321 section 4.5.3.1.8: at least 100)."""
    recipient_domains: int | None = None
    """Different domains of recipients in a session (RFC 9422 section 4.3)."""
    messages: int | None = None
    """MAIL commands in a session (RFC 9422 section 4.1); the next one is its end, with 421."""
    errors: int | None = None
    """Commands in a session that may be refused; the next such one is its end, with 421."""
    line: int = 2_048
    """A command line, without CRLF (RFC 5321 section 4.5.3.1.4 and its extensions)."""
    long_paths: bool = True
    """An address may be longer than each server takes: 64 octets of local part, 255 of domain, 254
    in all. Otherwise 501 (RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3 and 4.5.3.1.10)."""
    answer: int = 12_288
    """A line that answers a challenge of AUTH (RFC 4954 section 4)."""
    message: int = 52_428_800
    """A message: what SIZE says (RFC 1870)."""
    timeout: float = 300.0
    """Seconds of silence (RFC 5321 section 4.5.3.2.7)."""

    def __post_init__(self) -> None:
        for name in (
            *("hops", "hold", "recipients", "recipient_domains", "messages"),
            *("line", "answer", "message", "timeout"),
        ):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}")
        for name in ("by_min", "errors"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} can't be below 0: {value}")
        if not _POLICY.fullmatch(self.priorities):
            raise ValueError(
                f"priorities is up to 20 letters, digits, '-', '_' and '.', not {self.priorities!r}"
            )
        for name in self.weak.upper().split():
            if name not in MECHANISMS:
                raise ValueError(f"weak: {choice(name, MECHANISMS)}")
        if not self.banner.replace("\n", "").isprintable() or not self.banner.isascii():
            raise ValueError(f"banner is printable US-ASCII, not {self.banner!r}")
