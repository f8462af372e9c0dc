"""What is answered, as types. Their docstrings are the descriptions in the OpenAPI document."""

from datetime import datetime

from msgspec import field

from mockmail.scenario.document import Spec
from mockmail.scenario.rules import RuleSpec


class ProblemValue(Spec, omit_defaults=True):
    """Why a request was not answered as it was meant (RFC 9457)."""

    title: str
    """The status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong, and what would do."""
    type: str = "about:blank"
    """Nothing more than the status says."""
    path: str | None = None
    """Where it is wrong, in the body or the query: ``when.point``."""


class MailboxValue(Spec):
    """A mailbox."""

    url: str
    """Where it is found here."""
    name: str
    """Levels are divided by ``/``, in a URL by ``%2F``."""
    messages: int
    """How many messages are in it."""
    unseen: int
    """How many of them are without ``\\Seen``."""
    uidvalidity: int
    """UIDVALIDITY (RFC 9051 section 2.3.1.1)."""
    uidnext: int
    """The UID that the next message will have."""


class UserValue(Spec):
    """A user."""

    url: str
    """Where he is found here."""
    login: str
    """What to log in with."""
    password: str
    """What to log in with; nothing here is secret."""
    address: str
    """The first of his addresses; empty if there is none."""
    addresses: list[str]
    """All of them: whose mail is his."""
    disabled: bool
    """He is not let in, whatever he knows."""
    expired: bool
    """His password is no longer good."""
    read_only: bool
    """He can look at his mailboxes, and change nothing."""
    quota: int | None
    """How many octets his mailboxes may hold."""
    locked_for: float
    """For how many seconds he is not let in, after too many wrong passwords."""
    mailboxes: list[MailboxValue]
    """His own mailboxes."""


class AliasValue(Spec):
    """An address that stands for others."""

    url: str
    """Where it is found here."""
    address: str
    """Without a local part it is for all that is nobody's in its domain."""
    targets: list[str]
    """Addresses, or logins."""
    list: bool
    """Whether EXPN tells who is on it."""


class AliasesValue(Spec):
    """Aliases and lists."""

    aliases: list[AliasValue]
    """The aliases, then the lists, each in the order in which they were added."""


class StateValue(Spec):
    """What there is."""

    host: str
    """The address that the ports are on."""
    ports: dict[str, int]
    """By scheme: ``imap``, ``pop3``, ``smtp``, and those with TLS from the start."""
    now: datetime
    """The world's time."""
    connections: int
    """How many mail clients are connected."""
    waiting: int
    """How many requests wait for mail."""
    users: list[UserValue]
    """All users."""
    outbox: int
    """How many messages were sent to addresses elsewhere."""
    rules: int
    """How many rules there are."""


class UsersValue(Spec):
    """All users."""

    users: list[UserValue]
    """In the order in which they were made."""


class MailboxesValue(Spec):
    """A user's own mailboxes."""

    mailboxes: list[MailboxValue]
    """In the order in which they were made."""


class SummaryValue(Spec):
    """A message, but for what it says."""

    subject: str | None
    """Its Subject field, decoded."""
    sender: str | None = field(name="from")
    """Its From field, decoded."""
    to: str | None
    """Its To field, decoded."""
    size: int
    """Octets."""
    url: str
    """Where it is found here; below it are ``/raw`` and ``/text``."""


class MessageSummary(SummaryValue):
    """A message in a mailbox, but for what it says."""

    uid: int
    """Its UID."""
    flags: list[str]
    """System flags and keywords."""
    date: datetime
    """Its INTERNALDATE."""


class SentSummary(SummaryValue):
    """A message that was sent elsewhere, but for what it says."""

    number: int
    """Its place in the outbox, from 0."""
    envelope_from: str
    """The sender in the envelope (RFC 5321)."""
    envelope_to: list[str]
    """The recipients elsewhere."""


class FieldValue(Spec):
    """A header field."""

    name: str
    """As it is spelled in the message; empty for a line that is none."""
    value: str
    """Unfolded and decoded."""


class MessageValue(MessageSummary):
    """A message in a mailbox."""

    header: list[FieldValue]
    """Its header fields in order."""
    text: str | None
    """Its first plain text, decoded."""
    html: str | None
    """Its first HTML, decoded, and as it came: nobody has made it safe."""


class SentValue(SentSummary):
    """A message that was sent elsewhere."""

    header: list[FieldValue]
    """Its header fields in order."""
    text: str | None
    """Its first plain text, decoded."""
    html: str | None
    """Its first HTML, decoded, and as it came: nobody has made it safe."""


class MessagesValue(Spec):
    """Messages of a mailbox, in UID order."""

    total: int
    """How many are in the mailbox, whatever was asked for."""
    messages: list[MessageSummary]
    """Those that were asked for."""


class OutboxValue(Spec):
    """What was sent to addresses elsewhere, oldest first. It has not left the machine."""

    messages: list[SentSummary]
    """All of it."""


class FoundValue(Spec):
    """The mail that was waited for."""

    messages: list[MessageSummary]
    """What is in mailboxes."""
    outbox: list[SentSummary]
    """What is in the outbox."""


class RuleValue(RuleSpec, kw_only=True):
    """A rule, and how often it has fired."""

    url: str
    """Where it is found here."""
    fired: int
    """How often it has fired."""
    why_not: str | None
    """If it has never fired: the moment that came nearest."""


class RulesValue(Spec):
    """The rules by which the server misbehaves."""

    rules: list[RuleValue]
    """In the order in which they were added."""


class ClockValue(Spec):
    """The world's time."""

    now: datetime
    """It moves only when somebody advances it."""


class CapabilityValue(Spec):
    """A capability of IMAP."""

    name: str
    """As it is shown to clients."""
    rfc: int | None
    """Where it is defined."""
    on: bool
    """Whether this server has it."""
    default: bool
    """Whether servers have it unless they are asked otherwise."""
    requires: list[str]
    """What it needs."""


class CapabilitiesValue(Spec):
    """What IMAP consists of here."""

    capabilities: list[CapabilityValue]
    """In the order in which they are shown."""
