"""From a scenario file to the scenario.

It is read and built once per process and text; each test gets a fork of it, in a
time that does not depend on the number of messages.
"""

import os
from functools import lru_cache

from msgspec import structs

from mockmail.imap.catalog import catalogue
from mockmail.imap.settings import ImapSettings
from mockmail.scenario import rules as rules_of
from mockmail.scenario.document import Document, Path
from mockmail.scenario.files import find
from mockmail.scenario.scenario import Scenario
from mockmail.scenario.seeding import Seeding
from mockmail.scenario.spec import VERSION, ImapSpec, ScenarioSpec, UserSpec, aware
from mockmail.store.store import Refused, Store
from mockmail.world.world import first_uidvalidity


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
    epoch = aware(spec.epoch)
    try:
        store = Store(first_uidvalidity(epoch))
    except ValueError as error:
        raise document.error(("epoch",), str(error)) from None
    for number, domain in enumerate(spec.domains):
        if not domain.isascii() or not domain:
            raise document.error(("domains", number), f"{domain!r} is no domain in US-ASCII")
    seeding = Seeding(document, store, epoch)
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
        rules_of.build(document, rule_spec, ("rules", number))
        for number, rule_spec in enumerate(spec.rules)
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
