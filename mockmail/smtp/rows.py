"""The rows that make up a server's SMTP, submission and LMTP.

An extension is a handful of rows; base code calls them in catalogue order, and a
row never calls or wraps a handler.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.message.message import Message
from mockmail.sasl.mechanism import Mechanism
from mockmail.smtp.reply import Reply
from mockmail.wire.acts import Act, Woke
from mockmail.wire.response import Response
from mockmail.wire.turns import Reading

if TYPE_CHECKING:
    from mockmail.smtp.session import Session


class Role(Enum):
    """What a port is for; the values are the protocol's names elsewhere."""

    SMTP = "smtp"
    """Mail from other servers (RFC 5321)."""
    SUBMISSION = "submission"
    """Mail from users (RFC 6409)."""
    LMTP = "lmtp"
    """Mail from a queue of this host's (RFC 2033)."""


ALL = tuple(Role)
ESMTP = (Role.SMTP, Role.SUBMISSION)
Answer = Generator[Act | Response, Woke | None, Reply | tuple[Reply, ...]]
"""A handler's run; it returns the reply, or raises `Refused`.

LMTP has one for each recipient when a message has come (RFC 2033 section 4.2).
"""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: what it does with the rest of its line, and how HELP shows it."""

    name: bytes
    syntax: str
    handle: "Callable[[Session, bytes], Answer]"
    roles: tuple[Role, ...] = ALL
    free: bool = False
    """Whether it may come before AUTH where that is required (RFC 4954 section 6, 530)."""
    skip: "Callable[[Session, bytes], Reading[None]] | None" = None
    """Reads and forgets what follows the line, where the command is not done (RFC 3030 section 2)."""


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """A line of EHLO's reply, with its parameters; None while it is not shown."""

    line: "Callable[[Session], str | None]"


def keyword(word: str) -> KeywordRow:
    """The row of a keyword that is always shown and has no parameters."""
    return KeywordRow(lambda session: word)


@dataclass(frozen=True, slots=True)
class MailParameter:
    """A parameter of MAIL: what it says of the envelope."""

    key: bytes
    syntax: str
    read: "Callable[[Session, Envelope, bytes | None], Envelope]"
    """The envelope with what the value says; it is None where no ``=`` follows the key."""


@dataclass(frozen=True, slots=True)
class RcptParameter:
    """A parameter of RCPT: what it says of the recipient."""

    key: bytes
    syntax: str
    read: "Callable[[Session, Recipient, bytes | None], Recipient]"


@dataclass(frozen=True, slots=True)
class MechanismRow:
    """A SASL mechanism of AUTH."""

    name: bytes
    mechanism: Mechanism
    plaintext: bool = False
    """Whether it sends the password as it is."""


@dataclass(frozen=True, slots=True)
class Extension:
    """Rows that belong together; the base protocol is one, too."""

    name: str
    rfc: int | None
    """The RFC that says what it is, if one does."""
    default: bool = True
    """Whether a server speaks it that was not asked to."""
    requires: tuple[str, ...] = ()
    """Extensions that it can't be without."""
    excludes: tuple[str, ...] = ()
    """Extensions that it can't be with."""
    roles: tuple[Role, ...] = ALL
    """Where it can be spoken at all."""
    commands: tuple[CommandRow, ...] = ()
    keywords: tuple[KeywordRow, ...] = ()
    mail: tuple[MailParameter, ...] = ()
    rcpt: tuple[RcptParameter, ...] = ()
    mechanisms: tuple[MechanismRow, ...] = ()
    bodies: tuple[str, ...] = ()
    """Values of BODY."""
    statuses: bool = False
    """Enhanced codes are said."""
    utf8: bool = False
    """UTF-8 may stand in addresses, where a client says that it does."""
    checks: "tuple[Callable[[Session, Envelope], None], ...]" = ()
    """What may be wrong with MAIL when all its parameters are read; they raise `Refused`."""
    data_checks: "tuple[Callable[[Session], None], ...]" = ()
    """Why DATA may not come now; they raise `Refused`."""
    headers: tuple[Callable[[Envelope, Message], Envelope], ...] = ()
    """What the header of a message says of its envelope."""


class Catalogue:
    """What one server speaks in one role: the rows of its extensions, by name."""

    def __init__(self, extensions: Iterable[Extension], role: Role) -> None:
        self.extensions = tuple(e for e in extensions if role in e.roles)
        on = self.extensions
        self.role = role
        rows = [row for e in on for row in e.commands if role in row.roles]
        self.commands = {row.name: row for row in rows}
        self.keywords = [row for e in on for row in e.keywords]
        self.mail = {row.key: row for e in on for row in e.mail}
        self.rcpt = {row.key: row for e in on for row in e.rcpt}
        self.mechanisms = {row.name: row for e in on for row in e.mechanisms}
        self.bodies = {body: None for e in on for body in e.bodies}
        self.statuses = any(e.statuses for e in on)
        self.utf8 = any(e.utf8 for e in on)
        self.checks = [check for e in on for check in e.checks]
        self.data_checks = [check for e in on for check in e.data_checks]
        self.headers = [read for e in on for read in e.headers]
