"""From a scenario file to the scenario.

It is read and built once per process and text; each test gets a fork of it, in a
time that does not depend on the number of messages.
"""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, structs

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
from mockmail.scenario.scenario import Scenario
from mockmail.scenario.seeding import Seeding
from mockmail.scenario.spec import (
    AccountsSpec,
    DeliverySpec,
    ImapSpec,
    Pop3Spec,
    ScenarioSpec,
    SmtpSpec,
    UserSpec,
    aware,
)
from mockmail.smtp.catalog import catalogues as smtp_catalogues
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings
from mockmail.store.store import Store
from mockmail.world.world import first_uidvalidity

T = TypeVar("T")


def load(scenario: str | os.PathLike[str]) -> Scenario:
    """A shipped scenario by name, or a file by path. `ScenarioError` if it is not right."""
    return parse(*find(scenario))


def parse(file: str, text: str, folder: Path = Path()) -> Scenario:  # never changes
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
    stamps: Mapping[Path, object] = MappingProxyType({})


@lru_cache(maxsize=32)
def _kept(file: str, text: str, folder: Path) -> _Kept:  # they are the key
    return _Kept()


def _build(document: Document, beside: Beside) -> Scenario:
    spec = document.convert(document.data, ScenarioSpec, ())
    epoch = aware(spec.epoch)
    try:
        store = Store(first_uidvalidity(epoch))
    except ValueError as error:
        raise document.error(("epoch",), str(error)) from None
    for number, domain in enumerate(spec.domains):
        if not domain.isascii() or not domain:
            raise document.error(("domains", number), f"{domain!r} is no domain in US-ASCII")
    accounts = _settings(document, "accounts", AccountSettings, spec.accounts or AccountsSpec())
    store.directory.domains = tuple(domain.lower() for domain in spec.domains)
    seeding = Seeding(document, store, beside, epoch=epoch, seed=spec.seed)
    for login, user in spec.users.items():
        seeding.user(login, user or UserSpec(), spec.domains[0])
    for aliases, expands in ((spec.aliases, False), (spec.lists, True)):
        for name, targets in aliases.items():
            seeding.alias(name, targets, expands=expands)
    seeding.share()
    for name, given in spec.shared.items():
        seeding.shared(name, given)
    rules = [rules_of.build(document, rule, ("rules", at)) for at, rule in enumerate(spec.rules)]
    try:
        catalogue(spec.capabilities)
    except ValueError as error:
        raise document.error(("capabilities",), str(error)) from None
    imap = _settings(document, "imap", ImapSettings, spec.imap or ImapSpec())
    pop3 = _settings(document, "pop3", Pop3Settings, spec.pop3 or Pop3Spec())
    try:
        pop3_catalogue(pop3.capabilities)
    except ValueError as error:
        raise document.error(("pop3", "capabilities"), str(error)) from None
    smtp = _settings(document, "smtp", SmtpSettings, spec.smtp or SmtpSpec())
    try:
        smtp_catalogues(smtp.capabilities)
    except ValueError as error:
        raise document.error(("smtp", "capabilities"), str(error)) from None
    delivery = _settings(document, "delivery", DeliverySettings, spec.delivery or DeliverySpec())
    return Scenario(
        store,
        epoch,
        spec.domains,
        rules,
        spec.capabilities,
        [_remote(document, spec, number) for number in range(len(spec.remote))],
        imap=imap,
        pop3=pop3,
        smtp=smtp,
        delivery=delivery,
        accounts=accounts,
    )


def _remote(document: Document, spec: ScenarioSpec, number: int) -> tuple[str, RemoteReply]:
    given = spec.remote[number]
    try:
        check_place(given.to, [domain.lower() for domain in spec.domains])
        return given.to, remote_reply(given.code, given.status, given.text, given.times)
    except ValueError as error:
        raise document.error(("remote", number), str(error)) from None


def _settings(document: Document, key: str, kind: Callable[..., T], given: Struct) -> T:
    settings = structs.asdict(given)
    for name, value in settings.items():
        try:
            kind(**{name: value})
        except ValueError as error:
            raise document.error((key, name), str(error)) from None
    return kind(**settings)
