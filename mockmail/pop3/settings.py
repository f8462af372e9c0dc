"""What a test can set of POP3: limits, and how a server treats its maildrops."""

from dataclasses import dataclass
from typing import Literal

UidlStyle = Literal["uidvalidity", "uid", "digest", "long"]
SizeStyle = Literal["exact", "lf", "rounded"]
LineEnds = Literal["refuse", "lenient"]


@dataclass(frozen=True, slots=True)
class Pop3Settings:
    """Settings of a server's POP3; octets and seconds unless said otherwise.

    ``ValueError`` for a limit that is not above 0, and for other numbers below 0.
    """

    capabilities: str = ""
    """Extensions switched on and off: ``+LAST -TOP`` (`mockmail capabilities pop3` lists them)."""
    shown_late: str = ""
    """Capabilities that CAPA shows only after login: ``UIDL TOP``."""
    mailbox: str = "INBOX"
    """The mailbox that is the maildrop, in any namespace of the user's."""
    snapshot: bool = True
    """The maildrop is what it was at login (RFC 1939 section 4); otherwise what comes gets the
    next number, and what others take away is no longer listed."""
    lock: bool = True
    """One session at a time has a maildrop: -ERR [IN-USE] (RFC 2449 section 8.1.2)."""
    fetch_expunged: bool = True
    """In a snapshot RETR and TOP find what others have expunged (RFC 1939 section 4); or -ERR."""
    seen: bool = True
    r"""What RETR has brought gets the flag \Seen when the session ends, with QUIT or without."""
    once: bool = False
    """What RETR has brought in a session that said QUIT is not shown to later ones."""
    most: int | None = None
    """Messages that a session sees, the oldest ones; None for all."""
    top: int | None = None
    """Octets of a message that TOP brings at most; None for all."""
    uidl: UidlStyle = "uidvalidity"
    """Unique-ids: of UIDVALIDITY and UID, so that they change in a mailbox that is not `sticky`;
    the UID alone; a digest of the message, the same for copies; or 70 characters."""
    sizes: SizeStyle = "exact"
    """Octets that LIST and STAT count: what RETR sends (RFC 1939 section 11); less, with line
    ends of one octet; or up to the next 1024."""
    expire: int | None = None
    """Days after its arrival a message is removed, unless its maildrop is open (EXPIRE; RFC 2449
    section 6.7); 0 for what RETR has brought, at QUIT; None for never."""
    login_delay: int = 0
    """Seconds after a login until the next one (LOGIN-DELAY; RFC 2449 section 6.5)."""
    plaintext: bool = True
    """Passwords may be sent without TLS (RFC 5034 section 4)."""
    initial_response: bool = True
    """AUTH takes one behind the mechanism (RFC 5034), or it does not (RFC 1734)."""
    line_ends: LineEnds = "refuse"
    """A command that ends with an LF alone gets -ERR (RFC 1939 section 3), or it is done."""
    autologout: float = 600.0
    """Seconds of silence (RFC 1939 section 3: at least 10 minutes)."""
    line: int = 255
    """A command line, without CRLF (RFC 2449 section 4)."""
    answer: int = 8_192
    """A line that answers a challenge of AUTH."""
    message: int = 52_428_800
    """A message that XTND XMIT takes."""

    def __post_init__(self) -> None:
        for name in ("most", "top", "autologout", "line", "answer", "message"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}")
        for name in ("expire", "login_delay"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} can't be below 0: {value}")
