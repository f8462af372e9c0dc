"""Each of POP3's extensions on and off: its line of CAPA, and a smoke dialogue of each."""

from pathlib import Path

import pytest

from harness import Client, dialogues, inbox, play
from mockmail import Pop3Settings, ScenarioError, start_server
from mockmail.message.message import Message
from mockmail.pop3.catalog import EXTENSIONS, POP3, catalogue
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World

SWITCHES = [extension.name for extension in EXTENSIONS if extension is not POP3]
SMOKE = dict(dialogues(Path(__file__).parent / "switches" / "dialogues.txt"))
GROUPS = ("#news.comp.mail.misc", "#news.comp.mail.misc.archive", "Shared/Staff")


def switched(name: str, state: str) -> World:
    sign = "+" if state == "on" else "-"
    settings = Pop3Settings(capabilities=sign + name)
    world = inbox(2, world=World(pop3=settings))
    world.offers_tls = name == "STLS" and state == "on"
    groups = [world.store.create_shared(name) for name in GROUPS]
    with world.store.transaction("seed") as tx:
        box = world.store.users["anna"].mailboxes["INBOX"]
        utf8 = Message("Subject: Grüße\r\n\r\nx\r\n".encode())
        tx.append(box, utf8, NO_FLAGS, world.clock.now)
        for group in groups:
            for number in (1, 2):
                raw = f"Subject: number {number}\r\n\r\nbody of {number}\r\n".encode()
                tx.append(group, Message(raw), NO_FLAGS, world.clock.now)
    return world


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch(name: str, state: str) -> None:
    for octets in (False, True):
        play(switched(name, state), SMOKE[f"{name} {state}"], octets=octets)


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("name", [e.name for e in EXTENSIONS if e.capabilities])
def test_a_capability_is_shown(name: str, state: str) -> None:
    settings = Pop3Settings(capabilities=f"{'+' if state == 'on' else '-'}{name}", login_delay=60)
    world = inbox(world=World(pop3=settings))
    world.offers_tls = True
    client = Client(world, "pop3")
    client.said()
    client.send(b"CAPA\r\n")
    tags = {line.split()[0].decode() for line in client.said().splitlines()[1:-1]}
    assert (name in tags) == (state == "on")


def names(changes: str) -> set[str]:
    return {extension.name for extension in catalogue(changes).extensions}


def test_what_is_off_takes_along_what_requires_it() -> None:
    assert names("") - names("-SASL") == {"SASL", "AUTH=PLAIN"}
    assert names("") - names("-RESP-CODES") == {"RESP-CODES", "AUTH-RESP-CODE"}
    assert names("-SASL +AUTH=LOGIN") == names("-AUTH=PLAIN +AUTH=LOGIN")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("LAST", r"\+NAME and -NAME: 'LAST'"),
        ("+LASTS", "no capability 'LASTS'; did you mean LAST"),
        ("-POP3", "POP3 is what all else"),
    ],
)
def test_mistakes_are_named(changes: str, message: str, tmp_path: Path) -> None:
    settings = Pop3Settings(capabilities=changes)
    with pytest.raises(ValueError, match=message), start_server(pop3=settings):
        pass
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"mockmail: 1\npop3:\n  capabilities: '{changes}'\n")
    with pytest.raises(ScenarioError, match=rf"s.yaml:3: pop3\.capabilities: .*{message}"):
        start_server(scenario).__enter__()
