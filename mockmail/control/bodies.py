"""What a request may say, as types. Their docstrings are the descriptions in the OpenAPI document."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from mockmail.scenario.document import Count, Spec
from mockmail.scenario.spec import AttachedSpec, Newlines, PartsSpec, SpecialUse

LONGEST_WAIT = 600
"""Seconds."""


class NewUser(Spec):
    """A user with an empty INBOX."""

    login: str
    """What to log in with."""
    password: str = "secret"
    """What to log in with."""
    address: str | None = None
    """Whose mail he gets; the login at the first local domain if nothing is said."""


class UserChange(Spec):
    """What shall be otherwise; what is left out stays."""

    password: str | None = None
    """What to log in with from now on; sessions that are open stay so."""
    addresses: list[str] | None = None
    """All his addresses: whose mail is his."""
    disabled: bool | None = None
    """He is not let in, whatever he knows."""
    expired: bool | None = None
    """His password is no longer good."""
    read_only: bool | None = None
    """He can look at his mailboxes, and change nothing."""
    quota: Count | UnsetType | None = UNSET
    """How many octets his mailboxes may hold; null for any number."""
    locked_for: Annotated[float, Meta(ge=0)] | None = None
    """For how many seconds he is not let in; 0 lets him in again."""


class NewAlias(Spec):
    """An address that stands for others."""

    address: str
    """At the first local domain if it names none; without a local part (``@b.example``) for all
    that is nobody's in that domain."""
    targets: Annotated[list[str], Meta(min_length=1)]
    """Addresses, or logins."""
    list: bool = False
    """Whether it is a mailing list: EXPN tells who is on it."""


class NewMailbox(Spec):
    """A mailbox; those above it that are missing are made, too."""

    name: str
    """Levels are divided by ``/``."""
    special_use: list[SpecialUse] = []
    """What it is for (RFC 6154)."""
    subscribed: bool = False
    """Whether its owner has subscribed to it."""
    no_inferiors: bool = False
    """Nothing can be created below it."""
    modseqs: bool = True
    """Whether clients are told of mod-sequences (NOMODSEQ; RFC 7162)."""


class MailboxName(Spec):
    """The new name of a mailbox."""

    name: str
    """Levels are divided by ``/``; mailboxes below it come along."""


class NewMessage(PartsSpec):
    """A message: `raw`, or `base64`, or made from the other words."""

    raw: str | None = None
    """All of it, header and body."""
    base64: bytes | None = None
    """All of it, whatever octets it has."""
    newlines: Newlines = "crlf"
    """Of `raw` and `base64`: whether each line end becomes CRLF, or stays as it is."""
    attachments: list[AttachedSpec] = []
    """Files that go with it."""


class FlagChange(Spec):
    """Flags of a message: all of them, or some to add and to remove."""

    flags: list[str] | None = None
    """The flags it shall have, and no others."""
    add: list[str] = []
    """Flags to set beside those it has."""
    remove: list[str] = []
    """Flags to take away."""


class Target(Spec):
    """Where a message goes."""

    mailbox: str
    """A mailbox of the same user."""


class Page(Spec):
    """A part of a mailbox."""

    after: Count = 0
    """Only messages with UIDs above this one."""
    limit: Count | None = None
    """At most so many, the lowest UIDs first."""


class Wanted(Spec):
    """Mail to wait for: each condition that is given must hold. What is there already counts, too."""

    subject: str | None = None
    """All of its Subject field."""
    subject_matches: str | None = None
    """A regular expression of Python's that is found somewhere in the Subject field."""
    sender: str | None = field(name="from", default=None)
    """An address of the sender: in the envelope, or in From or Sender."""
    to: str | None = None
    """An address of a recipient: in the envelope, the user's own, or in To or Cc."""
    user: str | None = None
    """The login of the user who has it; what all share is nobody's."""
    mailbox: str | None = None
    """The mailbox that it is in: ``INBOX``, or one that all share, as ``Shared/Team``."""
    flags: list[str] = []
    """Flags that it has, perhaps beside others."""
    count: Annotated[int, Meta(ge=1)] | None = None
    """How many there must be; they are all told then. One if nothing is said."""
    timeout: Annotated[float, Meta(ge=0, le=LONGEST_WAIT)] = 5.0
    """Seconds after which it is given up."""


class Advance(Spec):
    """How far to move the clock on."""

    seconds: Annotated[float, Meta(ge=0)]
    """What is due by then happens before the answer comes."""
