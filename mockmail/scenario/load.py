"""Scenario files: what may stand in them, and the world that comes of it.

A scenario is read and built once per process and text; each test gets a fork of
it, in a time that does not depend on the number of messages.
"""

import os
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Annotated, Literal

from msgspec import Meta, defstruct, field, structs

from mockmail.chance import Chance
from mockmail.clock import EPOCH, Clock
from mockmail.imap.catalog import catalogue
from mockmail.imap.settings import ImapSettings
from mockmail.message.build import SENDER, compose
from mockmail.message.message import Message
from mockmail.scenario.document import Document, Path
from mockmail.scenario.files import find
from mockmail.scenario.rules import RuleSpec, rule
from mockmail.scenario.spec import Count, Spec
from mockmail.store.flags import flags as make_flags
from mockmail.store.flags import problem
from mockmail.store.mailbox import MAX_KEYWORDS, SPECIAL_USES, Mailbox, TooManyKeywords
from mockmail.store.store import Refused, Store
from mockmail.store.user import User
from mockmail.world.rule import Rule
from mockmail.world.world import DOMAIN, World, first_uidvalidity

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


class Scenario:
    """A world to be forked."""

    def __init__(
        self,
        store: Store,
        epoch: datetime,
        domains: Sequence[str],
        rules: Sequence[Rule],
        capabilities: str = "",
        imap: ImapSettings | None = None,
    ) -> None:
        self._store = store
        self._epoch = epoch
        self._domains = tuple(domains)
        self._rules = tuple(rules)
        self._capabilities = capabilities
        self._imap = imap

    def world(
        self, seed: int = 0, capabilities: str = "", imap: ImapSettings | None = None
    ) -> World:
        """A fresh world; `capabilities` come after the scenario's own, `imap` in their place."""
        return World(
            store=self._store.fork(),
            clock=Clock(self._epoch),
            seed=seed,
            domains=self._domains,
            rules=[rule.copy() for rule in self._rules],
            capabilities=f"{self._capabilities} {capabilities}",
            imap=imap or self._imap,
        )


def load(scenario: str | os.PathLike[str]) -> Scenario:
    """A shipped scenario by name, or a file by path. `ScenarioError` if it is not right."""
    return parse(*find(scenario))


@lru_cache(maxsize=32)
def parse(file: str, text: str) -> Scenario:
    """A scenario from its text; `file` is how errors call it."""
    document = Document(file, text)
    spec = document.convert(document.data, ScenarioSpec, ())
    if spec.mockmail != VERSION:
        raise document.error(("mockmail",), f"expected version {VERSION}, found {spec.mockmail}")
    epoch = _aware(spec.epoch)
    try:
        store = Store(first_uidvalidity(epoch))
    except ValueError as error:
        raise document.error(("epoch",), str(error)) from None
    for number, domain in enumerate(spec.domains):
        if not domain.isascii() or not domain:
            raise document.error(("domains", number), f"{domain!r} is no domain in US-ASCII")
    seeding = _Seeding(document, store, epoch)
    for login, value in spec.users.items():
        path: Path = ("users", login)
        user_spec = document.convert({} if value is None else value, UserSpec, path)
        addresses = user_spec.addresses
        if addresses is None:
            addresses = [login if "@" in login else f"{login}@{spec.domains[0]}"]
        try:
            user = store.add_user(login, user_spec.password, addresses)
        except Refused as error:
            raise document.error(path, str(error)) from None
        user.disabled, user.expired = user_spec.disabled, user_spec.expired
        user.quota = user_spec.quota
        for name, given in user_spec.mailboxes.items():
            seeding.mailbox(user, name, given, (*path, "mailboxes", name))
    seeding.share()
    for name, specs in spec.shared.items():
        seeding.shared(name, specs, ("shared", name))
    rules = [
        rule(document, rule_spec, ("rules", number)) for number, rule_spec in enumerate(spec.rules)
    ]
    try:
        catalogue(spec.capabilities)
    except ValueError as error:
        raise document.error(("capabilities",), str(error)) from None
    imap = _imap_settings(document, {} if spec.imap is None else spec.imap)
    return Scenario(store, epoch, spec.domains, rules, spec.capabilities, imap)


def _imap_settings(document: Document, given: object) -> ImapSettings:
    settings = structs.asdict(document.convert(given, ImapSpec, ("imap",)))
    for name, value in settings.items():
        try:
            ImapSettings(**{name: value})
        except ValueError as error:
            raise document.error(("imap", name), str(error)) from None
    return ImapSettings(**settings)


class _Seeding:
    """Puts mailboxes and messages into a new store."""

    def __init__(self, document: Document, store: Store, epoch: datetime) -> None:
        self._document = document
        self._store = store
        self._epoch = epoch
        self._chance = Chance(0)
        self._shares: list[tuple[Mailbox, dict[str, Literal["read", "write"]], Path]] = []

    def mailbox(self, user: User, name: str, given: object, path: Path) -> None:
        """A mailbox of a user's own: its messages, or a mapping with more to say of it."""
        if isinstance(given, dict):
            spec = self._document.convert(given, MailboxSpec, path)
            messages_path = (*path, "messages")
        else:
            plain = [] if given is None else given
            messages = self._document.convert(plain, list[MessageSpec], path)
            spec = MailboxSpec(messages=messages)
            messages_path = path
        mailbox = user.mailbox(name)
        if mailbox is None:
            try:
                mailbox = self._store.create(user, name)
            except Refused as error:
                raise self._document.error(path, str(error)) from None
        for place, use in enumerate(spec.special_use):
            if use not in SPECIAL_USES:
                raise self._document.error(
                    (*path, "special_use", place),
                    f"expected one of {', '.join(SPECIAL_USES)}, found {use!r}",
                )
        mailbox.special_use = tuple(spec.special_use)
        mailbox.no_inferiors = spec.no_inferiors
        mailbox.keeps_modseqs = spec.modseqs
        mailbox.damaged = spec.damaged
        mailbox.sticky = spec.sticky
        if spec.subscribed:
            user.subscriptions[mailbox.name] = None
        self._shares.append((mailbox, spec.share, (*path, "share")))
        address = user.addresses[0] if user.addresses else user.name
        self._fill(mailbox, address, spec.messages, messages_path)

    def share(self) -> None:
        """Grant what was said of it, once all users are there."""
        for mailbox, share, path in self._shares:
            for login, access in share.items():
                try:
                    self._store.share(mailbox, login, write=access == "write")
                except Refused as error:
                    raise self._document.error(path, str(error), key=login) from None

    def shared(self, name: str, specs: Sequence[MessageSpec], path: Path) -> None:
        """A mailbox of all users."""
        try:
            mailbox = self._store.create_shared(name)
        except Refused as error:
            raise self._document.error(path, str(error)) from None
        self._fill(mailbox, f"all@{DOMAIN}", specs, path)

    def _fill(
        self, mailbox: Mailbox, address: str, specs: Sequence[MessageSpec], path: Path
    ) -> None:
        with self._store.transaction("scenario") as tx:
            for number, spec in enumerate(specs):
                where = (*path, number)
                date = _aware(spec.date or self._epoch)
                message = self._message(spec, address, date, where)
                for place, flag in enumerate(spec.flags):
                    if why := problem(flag):
                        raise self._document.error((*where, "flags", place), why)
                try:
                    tx.append(mailbox, message, make_flags(spec.flags), date)
                except TooManyKeywords:
                    raise self._document.error(
                        (*where, "flags"), f"a mailbox has at most {MAX_KEYWORDS} keywords"
                    ) from None

    def _message(self, spec: MessageSpec, address: str, date: datetime, path: Path) -> Message:
        if spec.raw is not None:
            if spec.subject or spec.text or spec.to or spec.sender:
                raise self._document.error(path, "a message is raw, or made from parts")
            return Message(spec.raw.encode("utf-8"))
        domain = address.rpartition("@")[2] if "@" in address else DOMAIN
        try:
            return compose(
                subject=spec.subject,
                text=spec.text,
                sender=spec.sender or SENDER,
                to=spec.to or address,
                date=date,
                message_id=f"<{self._chance.token('message-id')}@{domain}>",
                boundary=partial(self._chance.token, "boundary"),
            )
        except ValueError as error:
            raise self._document.error(path, f"can't be a message: {error}") from None


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
