"""What a test can set of IMAP: what a server takes before it says no, and what RFCs leave open."""

from dataclasses import dataclass, fields

MAX_NESTING = 100
"""A parser and a search that call themselves can do no more."""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Settings of a server's IMAP; octets unless said otherwise.

    ``ValueError`` for a number that is not above 0, and for too much nesting.
    """

    line: int = 65_536
    """A command line, without its literals."""
    command: int = 1_048_576
    """A command with its literals, APPEND apart."""
    unauthenticated: int = 8_192
    """A command with its literals before login."""
    message: int = 104_857_600
    """An APPEND's message, or all of its messages."""
    nesting: int = 50
    """Parentheses, NOTs and ORs inside one another."""
    search_keys: int = 10_000
    """Keys of a SEARCH."""
    fetch_items: int = 1_000
    """Items of a FETCH."""
    pattern: int = 1_000
    """Characters of the patterns of a LIST, with their reference."""
    autologout: float = 1_800.0
    """Seconds of silence (RFC 9051 section 5.4: at least 30 minutes)."""
    fetch_expunged: bool = False
    """FETCH finds what others have expunged until the client is told (RFC 2180 section 4.1.1)."""
    delete_selected: bool = True
    """What others have selected can be deleted and renamed (RFC 2180 section 3); or NO [INUSE]."""
    delete_superiors: bool = True
    """Mailboxes with others below them can be deleted; or NO [HASCHILDREN] (RFC 9051 section 7.1)."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0 and value is not False:
                raise ValueError(f"{field.name} must be above 0, not {value}")
        if self.nesting > MAX_NESTING:
            raise ValueError(f"nesting must be at most {MAX_NESTING}, not {self.nesting}")
