"""Each of SMTP's extensions on and off: its keyword in EHLO, and a smoke dialogue of each."""

from pathlib import Path

import pytest

from harness import Client, dialogues, inbox, play
from mockmail import ScenarioError, SmtpSettings, start_server
from mockmail.smtp.catalog import EXTENSIONS, SMTP, catalogues
from mockmail.smtp.rows import Extension, Role
from mockmail.store.directory import Alias
from mockmail.world.world import World

SWITCHES = [extension.name for extension in EXTENSIONS if extension is not SMTP]
SMOKE = dict(dialogues(Path(__file__).parent / "switches" / "dialogues.txt"))


def switched(name: str, state: str) -> World:
    sign = "+" if state == "on" else "-"
    settings = SmtpSettings(capabilities=sign + name, verify=True)
    world = inbox(world=World(smtp=settings, domains=["example.org", "second.example"]))
    world.offers_tls = name == "STARTTLS" and state == "on"
    world.store.add_user("ben", "banana", ["jörg@example.org"])
    world.store.add_user("c", "cherry", ["carol@example.org"])
    world.store.add_user("d", "date", ["carol@second.example"])
    members = ("anna@example.org", "jörg@example.org")
    world.store.directory.add(Alias("friends@example.org", members, expands=True))
    return world


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch(name: str, state: str) -> None:
    for octets in (False, True):
        play(switched(name, state), SMOKE[f"{name} {state}"], octets=octets)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("extension", [e for e in EXTENSIONS if e.keywords], ids=lambda e: e.name)
def test_a_keyword_is_shown(extension: Extension, state: str, role: Role) -> None:
    sign = "+" if state == "on" else "-"
    world = inbox(world=World(smtp=SmtpSettings(capabilities=sign + extension.name)))
    world.offers_tls = True
    client = Client(world, role.value, tls=extension.name == "REQUIRETLS")
    client.said()
    client.send(b"LHLO me\r\n" if role is Role.LMTP else b"EHLO me\r\n")
    words = {line[4:].split()[0].decode() for line in client.said().splitlines()[1:]}
    assert (extension.name in words) == (state == "on" and role in extension.roles)


def names(changes: str, role: Role = Role.SMTP) -> set[str]:
    return {extension.name for extension in catalogues(changes)[role].extensions}


def test_what_is_off_takes_along_what_requires_it() -> None:
    assert names("") - names("-AUTH") == {"AUTH", "AUTH=PLAIN", "AUTH=LOGIN"}
    assert names("") - names("-CHUNKING") == {"CHUNKING", "BINARYMIME"}
    assert names("") - names("-8BITMIME") == {"8BITMIME", "BINARYMIME", "SMTPUTF8"}
    assert names("+FUTURERELEASE") == names("")
    assert names("+FUTURERELEASE", Role.SUBMISSION) - names("") == {"FUTURERELEASE"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("LIMITS", r"\+NAME and -NAME: 'LIMITS'"),
        ("+LIMIT", "no capability 'LIMIT'; did you mean LIMITS"),
        ("-SMTP", "SMTP is what all else"),
    ],
)
def test_mistakes_are_named(changes: str, message: str, tmp_path: Path) -> None:
    settings = SmtpSettings(capabilities=changes)
    with pytest.raises(ValueError, match=message), start_server(smtp=settings):
        pass
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"mockmail: 1\nsmtp:\n  capabilities: '{changes}'\n")
    with pytest.raises(ScenarioError, match=rf"s.yaml:3: smtp\.capabilities: .*{message}"):
        start_server(scenario).__enter__()
