"""From a scenario file to the scenario.

It is read and built once per process and text; each test gets a fork of it, in a
time that does not depend on the number of messages.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, structs

from mockmail.imap.catalog import catalogue
from mockmail.imap.settings import ImapSettings
from mockmail.scenario import rules as rules_of
from mockmail.scenario.beside import Beside, stamp
from mockmail.scenario.document import Document
from mockmail.scenario.files import find
from mockmail.scenario.scenario import Scenario
from mockmail.scenario.seeding import Seeding
from mockmail.scenario.spec import ImapSpec, ScenarioSpec, UserSpec, aware
from mockmail.store.store import Store
from mockmail.world.world import first_uidvalidity


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
    seeding = Seeding(document, store, beside, epoch=epoch, seed=spec.seed)
    for login, user in spec.users.items():
        seeding.user(login, user or UserSpec(), spec.domains[0])
    seeding.share()
    for name, given in spec.shared.items():
        seeding.shared(name, given)
    rules = [rules_of.build(document, rule, ("rules", at)) for at, rule in enumerate(spec.rules)]
    try:
        catalogue(spec.capabilities)
    except ValueError as error:
        raise document.error(("capabilities",), str(error)) from None
    imap = _imap_settings(document, spec.imap or ImapSpec())
    return Scenario(store, epoch, spec.domains, rules, spec.capabilities, imap)


def _imap_settings(document: Document, given: Struct) -> ImapSettings:
    settings = structs.asdict(given)
    for name, value in settings.items():
        try:
            ImapSettings(**{name: value})
        except ValueError as error:
            raise document.error(("imap", name), str(error)) from None
    return ImapSettings(**settings)
