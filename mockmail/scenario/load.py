"""From a scenario file to the scenario.

It is read and built once per process and text; each test gets a fork of it, in a
time that does not depend on the number of messages.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path as File
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, structs

from mockmail.clock import EPOCH
from mockmail.delivery.remote import RemoteReply, check_place, remote_reply
from mockmail.delivery.settings import DeliverySettings
from mockmail.imap.catalog import catalogue
from mockmail.imap.settings import ImapSettings
from mockmail.pop3.catalog import catalogue as pop3_catalogue
from mockmail.pop3.settings import Pop3Settings
from mockmail.scenario import rules as rules_of
from mockmail.scenario.beside import Beside, stamp
from mockmail.scenario.document import Document
from mockmail.scenario.files import find
from mockmail.scenario.mistakes import Path
from mockmail.scenario.scenario import Scenario
from mockmail.scenario.seeding import Seeding
from mockmail.scenario.spec import (
    AccountsSpec,
    DeliverySpec,
    ImapSpec,
    Pop3Spec,
    RemoteSpec,
    ScenarioSpec,
    SmtpSpec,
    UserSpec,
    aware,
)
from mockmail.smtp.catalog import catalogues as smtp_catalogues
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings
from mockmail.store.store import Store
from mockmail.world.rule import Rule
from mockmail.world.world import first_uidvalidity

T = TypeVar("T")


def load(scenario: str | os.PathLike[str]) -> Scenario:
    """A shipped scenario by name, or a file by path. `ScenarioError` if it is not right."""
    return parse(*find(scenario))


def parse(file: str, text: str, folder: File = File()) -> Scenario:  # never changes
    """A scenario from its text; `file` is how errors call it, paths in it start from `folder`."""
    kept = _kept(file, text, folder)
    if kept.scenario is None or any(stamp(place) != was for place, was in kept.stamps.items()):
        document = Document(file, text)
        beside = Beside(document, folder)
        kept.scenario, kept.stamps = _build(document, beside), beside.stamps
    return kept.scenario


class _Kept:
    """What was built, and the files of mail that it was built from."""

    scenario: Scenario | None = None
    stamps: Mapping[File, object] = MappingProxyType({})


@lru_cache(maxsize=32)
def _kept(file: str, text: str, folder: File) -> _Kept:  # they are the key
    return _Kept()


def _build(document: Document, beside: Beside) -> Scenario:
    """The scenario; `ScenarioError` with all the mistakes that can be found at once."""
    data = document.data
    given: object = []
    if isinstance(data, dict):
        data = dict(data)
        given = data.pop("rules", [])
    # Rules are looked at one by one: one that is wrong hides no other's mistakes.
    spec = document.sound(data, ScenarioSpec) or ScenarioSpec(mockmail=1)
    rules: dict[str, Rule] = {}
    with document.kept():
        for at, each in enumerate(document.convert(given, list[object], ("rules",))):
            with document.kept():
                _add_rule(document, rules, each, ("rules", at))
    epoch = EPOCH
    with document.kept():
        epoch = _epoch(document, aware(spec.epoch))
    store = Store(first_uidvalidity(epoch))
    for number, domain in enumerate(spec.domains):
        with document.kept():
            if not domain.isascii() or not domain:
                raise document.error(("domains", number), f"{domain!r} is no domain in US-ASCII")
    accounts = _settings(document, "accounts", AccountSettings, spec.accounts or AccountsSpec())
    store.directory.settings = accounts
    store.directory.domains = tuple(domain.lower() for domain in spec.domains)
    seeding = Seeding(document, store, beside, epoch=epoch, seed=spec.seed)
    for login, user in spec.users.items():
        with document.kept():
            seeding.user(login, user or UserSpec(), spec.domains[0])
    seeding.aliases(spec.aliases, spec.lists)
    seeding.share()
    for name, shared in spec.shared.items():
        with document.kept():
            seeding.shared(name, shared)
    with document.kept(), _at(document, ("capabilities",)):
        catalogue(spec.capabilities)
    imap = _settings(document, "imap", ImapSettings, spec.imap or ImapSpec())
    pop3 = _settings(document, "pop3", Pop3Settings, spec.pop3 or Pop3Spec())
    with document.kept(), _at(document, ("pop3", "capabilities")):
        pop3_catalogue(pop3.capabilities)
    smtp = _settings(document, "smtp", SmtpSettings, spec.smtp or SmtpSpec())
    with document.kept(), _at(document, ("smtp", "capabilities")):
        smtp_catalogues(smtp.capabilities)
    delivery = _settings(document, "delivery", DeliverySettings, spec.delivery or DeliverySpec())
    remote = []
    for number, each in enumerate(spec.remote):
        with document.kept():
            remote.append(_remote(document, each, spec.domains, ("remote", number)))
    document.raise_mistakes()
    return Scenario(
        store,
        epoch,
        spec.domains,
        list(rules.values()),
        spec.capabilities,
        remote,
        imap=imap,
        pop3=pop3,
        smtp=smtp,
        delivery=delivery,
        accounts=accounts,
    )


def _add_rule(document: Document, rules: dict[str, Rule], given: object, path: Path) -> None:
    rule = rules_of.build(document, document.convert(given, rules_of.RuleSpec, path), path)
    if rule.name in rules:
        raise document.error((*path, "name"), f"there is a rule {rule.name!r} already")
    rules[rule.name or f"the one of {path[-1]}"] = rule


def _epoch(document: Document, epoch: datetime) -> datetime:
    with _at(document, ("epoch",)):
        first_uidvalidity(epoch)
    return epoch


@contextmanager
def _at(document: Document, path: Path) -> Iterator[None]:
    """What is wrong with a value stands at `path`."""
    try:
        yield
    except ValueError as error:
        raise document.error(path, str(error)) from None


def _remote(
    document: Document, spec: RemoteSpec, domains: Iterable[str], path: Path
) -> tuple[str, RemoteReply]:
    with _at(document, path):
        check_place(spec.to, [domain.lower() for domain in domains])
        return spec.to, remote_reply(spec.code, spec.status, spec.text, spec.times)


def _settings(document: Document, key: str, kind: Callable[..., T], given: Struct) -> T:
    settings = structs.asdict(given)
    right = {}
    for name, value in settings.items():
        with document.kept(), _at(document, (key, name)):
            kind(**{name: value})
            right[name] = value
    return kind(**right)
