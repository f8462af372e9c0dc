"""What is answered, as types. Their docstrings are the descriptions in the OpenAPI document."""

from datetime import datetime
from typing import Literal

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


class RecipientValue(Spec):
    """A recipient in an envelope."""

    address: str
    """His address."""
    notify: list[str] | None
    """When the sender wants a report (RFC 3461): NEVER, or some of SUCCESS, FAILURE, DELAY."""
    original: str
    """ORCPT, decoded, with its type; empty if the client gave none."""


class DeliverByValue(Spec):
    """Until when a message is of use (RFC 2852)."""

    at: datetime
    """The end of it."""
    mode: Literal["R", "N"]
    """Whether it is returned then, or its sender told that it is late."""
    trace: bool
    """Whether the sender hears of each relay."""


class EnvelopeValue(Spec):
    """What a mail transaction said of a message (RFC 5321)."""

    sender: str
    """Empty for a report."""
    recipients: list[RecipientValue]
    """Who got it so; in the outbox, those elsewhere."""
    ret: Literal["", "FULL", "HDRS"]
    """How much of it a report has (RFC 3461)."""
    envid: str
    """The sender's own name for the transaction (RFC 3461)."""
    body: Literal["7BIT", "8BITMIME", "BINARYMIME"]
    """What it is in (RFC 6152, 3030)."""
    utf8: bool
    """Whether it was said to be SMTPUTF8 (RFC 6531)."""
    release: datetime | None
    """Until when it was held (RFC 4865)."""
    deliver_by: DeliverByValue | None
    """Until when it is of use (RFC 2852)."""
    priority: int
    """MT-PRIORITY (RFC 6710)."""
    require_tls: bool
    """REQUIRETLS (RFC 8689)."""
    tls_optional: bool
    """``TLS-Required: No`` in its header, where REQUIRETLS is known."""
    size: int | None
    """How many octets the client said it has (RFC 1870)."""
    user: str
    """The login of whoever was authenticated."""
    protocol: str
    """How it came: ``ESMTP``, ``ESMTPSA``, ``LMTP`` (RFC 3848)."""


class SentSummary(SummaryValue):
    """A message that was sent elsewhere, but for what it says."""

    number: int
    """Its place in the outbox, from 0."""
    envelope_from: str
    """The sender in the envelope (RFC 5321)."""
    envelope_to: list[str]
    """The recipients elsewhere."""
    envelope: EnvelopeValue
    """All of it."""


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


class DeliveryValue(Spec):
    """What became of a message for one recipient."""

    subject: str | None
    """The message's Subject field, decoded."""
    envelope_from: str
    """The sender in the envelope; empty for a report."""
    recipient: str
    """Whose attempt this was."""
    original: str
    """The recipient as the sender knew him (RFC 3461), if he said so."""
    action: Literal["delivered", "failed", "delayed", "relayed", "expanded"]
    """What was done (RFC 3464)."""
    code: int
    """SMTP's reply: a far server's, or what one would have said here."""
    status: str
    """The enhanced one (RFC 3463): ``5.1.1``."""
    text: str
    """What was said with it."""
    at: datetime
    """The world's time."""
    user: str | None
    """The login of the user to whom it was delivered."""
    mailbox: str | None
    """His mailbox that it was delivered to."""
    report: str | None
    """Where the report is found here that the sender got."""


class DeliveriesValue(Spec):
    """What became of mail."""

    deliveries: list[DeliveryValue]
    """A line for each recipient and attempt, oldest first."""


class QueuedValue(Spec):
    """A message that waits."""

    subject: str | None
    """Decoded."""
    envelope_from: str
    """The sender in the envelope; empty for a report."""
    recipients: list[str]
    """Those who have not got it yet."""
    due: datetime
    """When it is looked at again, in the world's time."""
    attempts: int
    """How often it was tried; 0 while it is held."""


class QueueValue(Spec):
    """Mail that waits."""

    queue: list[QueuedValue]
    """What is due first comes first."""


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
