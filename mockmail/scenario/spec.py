"""What may stand in a scenario file, as types; its rules are in `mockmail.scenario.rules`.

The docstrings are the descriptions in the JSON Schema (`mockmail schema`).
"""

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, defstruct, field

from mockmail.clock import EPOCH
from mockmail.delivery.settings import DeliverySettings
from mockmail.imap.settings import ImapSettings
from mockmail.pop3.settings import Pop3Settings
from mockmail.scenario.document import Count, Spec
from mockmail.scenario.rules import RuleSpec
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings
from mockmail.world.world import DOMAIN

Newlines = Literal["crlf", "keep"]
Probability = Annotated[float, Meta(ge=0, le=1)]
SpecialUse = Literal[
    "\\All",
    "\\Archive",
    "\\Drafts",
    "\\Flagged",
    "\\Important",
    "\\Junk",
    "\\Sent",
    "\\Trash",
]


class LoadSpec(Spec):
    """Mail in a file or folder: eml, mbox (perhaps compressed with gzip) or Maildir."""

    path: str
    """Where it is; relative to the scenario file."""
    newlines: Newlines = "crlf"
    """Whether each line end becomes CRLF, or stays as it is."""


Loads = str | LoadSpec | list[str | LoadSpec]


class AttachedSpec(Spec):
    """A file that goes with a message; its content is `text` or `base64`."""

    filename: str | None = None
    """How it is called, for the reader."""
    text: str | None = None
    """Its content, in the message's charset."""
    base64: bytes | None = None
    """Its content, whatever it is."""
    type: str = ""
    """Type and subtype, ``text/csv``; by the content and the file name if nothing is said."""
    inline: bool = False
    """Whether it is shown where it stands."""
    content_id: str | None = None
    """With `inline`, the HTML shows it as ``cid:`` and this."""


class AttachmentSpec(AttachedSpec):
    """A file that goes with a message; its content is `text`, `base64` or `load`."""

    load: str | None = None
    """A file with its content; relative to the scenario file."""


class PartsSpec(Spec):
    """What a message is made from, but for its attachments; and what it has in its mailbox."""

    subject: str = ""
    """Its Subject field."""
    text: str = ""
    """Its body, as plain text."""
    html: str | None = None
    """The same as HTML (RFC 2046 section 5.1.4)."""
    sender: str | None = field(name="from", default=None)
    """Its From field: ``Ben <ben@example.org>``."""
    to: str | list[str] | None = None
    """Its To field; the user's address if nothing is said."""
    cc: str | list[str] = []
    """Its Cc field."""
    headers: dict[str, str | list[str] | None] = {}
    """Further fields; a list is as many fields, and nothing leaves out a field that is made here."""
    charset: str = "utf-8"
    """What a text outside US-ASCII is in."""
    date: datetime | None = None
    """Its INTERNALDATE, and its Date field if it is made here; UTC without a zone."""
    flags: list[str] = []
    """System flags and keywords: ``[\\Seen, $Todo]``."""

    def fields(self) -> list[tuple[str, str | None]]:
        """`headers` one by one."""
        return [
            (name, each)
            for name, given in self.headers.items()
            for each in (given if isinstance(given, list) else [given])
        ]


class MessageSpec(PartsSpec):
    """A message: `raw`, or from a file by `load`, or made from the other words."""

    raw: str | None = None
    """All of it, header and body."""
    load: str | None = None
    """A file that holds this message; relative to the scenario file."""
    newlines: Newlines = "crlf"
    """Of `raw` and `load`: whether each line end becomes CRLF, or stays as it is."""
    attachments: list[AttachmentSpec] = []
    """Files that go with it."""


class FakeSpec(Spec):
    """Made-up messages; the same words as in `Mailbox.fake`. Needs ``mockmail[faker]``."""

    count: Count
    """How many."""
    locale: str | Annotated[list[str], Meta(min_length=1)] = "en_US"
    """The language, or several: ``de_DE``."""
    threads: Probability = 0.3
    """How probable it is that a message answers an earlier one."""
    html: Probability = 0.3
    """How probable HTML is."""
    attachments: Probability = 0.2
    """How probable attachments are."""
    charsets: str | Annotated[list[str], Meta(min_length=1)] = "utf-8"
    """Charsets to choose from, where they can encode the text."""
    flags: dict[str, Probability] | None = None
    """How probable each flag is."""
    days: Count = 30
    """They came in so many days before the epoch."""


class SharedSpec(Spec):
    """A mailbox of all users; where it has nothing but messages, their list may stand in its place.

    What is loaded comes first, what is made up next, then `messages`.
    """

    messages: list[MessageSpec] = []
    """Messages that stand here."""
    load: Loads = []
    """Files or folders of mail."""
    fake: FakeSpec | None = None
    """Messages that are made up."""


class MailboxSpec(SharedSpec):
    """A mailbox; where it has nothing but messages, their list may stand in its place.

    What is loaded comes first, what is made up next, then `messages`.
    """

    special_use: list[SpecialUse] = []
    """What it is for (RFC 6154)."""
    subscribed: bool = False
    """Whether its owner has subscribed to it."""
    share: dict[str, Literal["read", "write"]] = {}
    """Who else may read it or change it, by login."""
    no_inferiors: bool = False
    """Nothing can be created below it."""
    modseqs: bool = True
    """Whether clients are told of mod-sequences (NOMODSEQ; RFC 7162)."""
    damaged: bool = False
    """No client can open it: NO [CORRUPTION] (RFC 5530)."""
    sticky: bool = True
    """Whether it keeps its UIDs (UIDNOTSTICKY; RFC 4315)."""


class UserSpec(Spec):
    """A user, under the login name."""

    password: str = "secret"
    """What to log in with."""
    addresses: list[str] | None = None
    """Whose mail is delivered here; the login at the first domain if nothing is said."""
    disabled: bool = False
    """He is not let in, whatever he knows (CONTACTADMIN; RFC 5530)."""
    expired: bool = False
    """His password is no longer good (EXPIRED; RFC 5530)."""
    read_only: bool = False
    """He can look at his mailboxes, and change nothing; mail comes to him all the same."""
    quota: Count | None = None
    """How many octets his mailboxes may hold (OVERQUOTA; RFC 5530)."""
    load: Loads = []
    """A Maildir with all its mailboxes, or mail for INBOX."""
    mailboxes: dict[str, MailboxSpec | list[MessageSpec] | None] = {}
    """His mailboxes by name; levels are divided by ``/``. INBOX is there in any case."""


if TYPE_CHECKING:

    class ImapSpec(Spec):
        """Settings of IMAP."""

    class Pop3Spec(Spec):
        """Settings of POP3."""

    class SmtpSpec(Spec):
        """Settings of SMTP."""

    class AccountsSpec(Spec):
        """Settings of accounts."""

    class DeliverySpec(Spec):
        """Settings of delivery."""

else:

    def _of_settings(name, settings, description):  # noqa: ANN001, ANN202
        return defstruct(
            name,
            [(setting.name, setting.type, setting.default) for setting in fields(settings)],
            bases=(Spec,),
            kw_only=True,
            namespace={"__doc__": description},
        )

    ImapSpec = _of_settings(
        "ImapSpec", ImapSettings, "Settings of IMAP: limits, and what its RFCs leave open."
    )
    Pop3Spec = _of_settings(
        "Pop3Spec", Pop3Settings, "Settings of POP3: limits, and how maildrops are treated."
    )
    SmtpSpec = _of_settings(
        "SmtpSpec", SmtpSettings, "Settings of SMTP: limits, and what its RFCs leave open."
    )
    AccountsSpec = _of_settings(
        "AccountsSpec",
        AccountSettings,
        "Settings of accounts: who is let in, and whose mail an address is.",
    )
    DeliverySpec = _of_settings(
        "DeliverySpec",
        DeliverySettings,
        "Settings of delivery: what can't be delivered, how often it is tried, sent mail.",
    )
SETTINGS: dict[type[Spec], type] = {
    ImapSpec: ImapSettings,
    Pop3Spec: Pop3Settings,
    SmtpSpec: SmtpSettings,
    AccountsSpec: AccountSettings,
    DeliverySpec: DeliverySettings,
}
"""What the values of these make; there the fields are described."""


Targets = str | Annotated[list[str], Meta(min_length=1)]
"""Addresses, or logins."""


class RemoteSpec(Spec):
    """What servers elsewhere say of mail to an address or a domain."""

    to: str
    """The address, or the domain."""
    code: Annotated[int, Meta(ge=200, le=599)]
    """The reply's code: 4xx is tried again, 5xx is returned to the sender."""
    status: str = ""
    """The enhanced one (RFC 3463), ``5.1.1``; what is usual with the code if nothing is said."""
    text: str = ""
    """What is said with it."""
    times: Annotated[int, Meta(ge=1)] | None = None
    """So many attempts are answered so, and later ones accepted; null: all."""


class ScenarioSpec(Spec):
    """A world for mockmail: its users, their mail, and the rules by which it misbehaves."""

    mockmail: Literal[1]
    """The version of this format."""
    epoch: datetime = EPOCH
    """Where the world's clock starts; UTC without a zone."""
    seed: int = 0
    """What made-up messages are drawn from, and ids and boundaries of those that are made."""
    domains: Annotated[tuple[str, ...], Meta(min_length=1)] = (DOMAIN,)
    """Whose mail is delivered here."""
    users: dict[str, UserSpec | None] = {}
    """The users by login name."""
    aliases: dict[str, Targets] = {}
    """Addresses that stand for others: one, or several. ``@second.example`` is for all that is
    nobody's in that domain."""
    lists: dict[str, Targets] = {}
    """Aliases that are mailing lists: EXPN tells who is on them."""
    shared: dict[str, SharedSpec | list[MessageSpec] | None] = {}
    """Mailboxes that all users have: ``Shared/…``, and newsgroups, ``#news.…``."""
    capabilities: str = ""
    """IMAP's, switched on and off: ``+LITERAL- -MOVE`` (`mockmail capabilities` lists them)."""
    imap: ImapSpec | None = None
    """Settings of IMAP."""
    pop3: Pop3Spec | None = None
    """Settings of POP3."""
    smtp: SmtpSpec | None = None
    """Settings of SMTP."""
    accounts: AccountsSpec | None = None
    """Settings of accounts."""
    delivery: DeliverySpec | None = None
    """Settings of delivery."""
    remote: list[RemoteSpec] = []
    """What servers elsewhere say."""
    rules: list[RuleSpec] = []
    """By which the server misbehaves."""


def aware(when: datetime) -> datetime:
    """The same moment with a zone: UTC where none was given."""
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
