"""What may stand in a scenario file, as types; its rules are in `mockmail.scenario.rules`."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, defstruct, field

from mockmail.clock import EPOCH
from mockmail.imap.settings import ImapSettings
from mockmail.scenario.document import Count, Spec
from mockmail.scenario.rules import RuleSpec
from mockmail.world.world import DOMAIN

VERSION = 1


class MessageSpec(Spec):
    """A message: `raw`, or made from the other words."""

    raw: str | None = None
    subject: str = ""
    text: str = ""
    sender: str | None = field(name="from", default=None)
    to: str | None = None
    date: datetime | None = None
    flags: list[str] = []


class MailboxSpec(Spec):
    """A mailbox; where it has nothing but messages, their list may stand in its place."""

    messages: list[MessageSpec] = []
    special_use: list[str] = []
    subscribed: bool = False
    share: dict[str, Literal["read", "write"]] = {}
    no_inferiors: bool = False
    modseqs: bool = True
    damaged: bool = False
    sticky: bool = True


class UserSpec(Spec):
    """A user, under the login name."""

    password: str = "secret"
    addresses: list[str] | None = None
    disabled: bool = False
    expired: bool = False
    quota: Count | None = None
    mailboxes: dict[str, object] = {}


ImapSpec = defstruct(
    "ImapSpec",
    [(setting.name, setting.type, setting.default) for setting in fields(ImapSettings)],
    bases=(Spec,),
    kw_only=True,
)


class ScenarioSpec(Spec):
    """The whole file."""

    mockmail: int
    epoch: datetime = EPOCH
    domains: Annotated[tuple[str, ...], Meta(min_length=1)] = (DOMAIN,)
    users: dict[str, object] = {}
    shared: dict[str, list[MessageSpec]] = {}
    capabilities: str = ""
    imap: object = None
    rules: list[RuleSpec] = []


def aware(when: datetime) -> datetime:
    """The same moment with a zone: UTC where none was given."""
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
