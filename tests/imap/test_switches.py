"""Each capability on and off: its word in the list, and a smoke dialogue of each."""

from pathlib import Path

import pytest

from harness import Client, dialogues, inbox, play
from mockmail import ScenarioError, start_server
from mockmail.imap.catalog import EXTENSIONS, IMAP4REV1, catalogue
from mockmail.world.world import World

SWITCHES = [extension.name for extension in EXTENSIONS if extension is not IMAP4REV1]
SMOKE = dict(dialogues(Path(__file__).parent / "switches" / "dialogues.txt"))


def switched(name: str, state: str) -> World:
    sign = "+" if state == "on" else "-"
    world = inbox(5, world=World(capabilities=sign + name))
    world.offers_tls = name == "STARTTLS"
    return world


def shown(world: World) -> set[str]:
    """What is in the lists before login and after it."""
    client = Client(world)
    words = client.command("CAPABILITY")[0].split()
    client.send(b"a AUTHENTICATE PLAIN AGFubmEAYXBwbGU=\r\n")
    return {*words, *client.command("CAPABILITY")[0].split()}


def names(changes: str) -> set[str]:
    return {extension.name for extension in catalogue(changes).extensions}


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch(name: str, state: str) -> None:
    assert (name in shown(switched(name, state))) == (state == "on")
    play(switched(name, state), SMOKE[f"{name} {state}"])


def test_what_is_off_takes_along_what_requires_it() -> None:
    assert names("") - names("-CONDSTORE") == {"CONDSTORE", "QRESYNC"}
    assert names("") - names("-ESEARCH") == {"ESEARCH", "SEARCHRES", "IMAP4rev2"}


def test_what_is_on_brings_what_it_requires_and_takes_what_it_excludes() -> None:
    assert "CONDSTORE" in names("-ENABLE -CONDSTORE +QRESYNC")
    assert names("+literal-") ^ names("") == {"LITERAL+", "LITERAL-"}


def test_a_server_with_the_same_switches_has_the_same_catalogue() -> None:
    assert catalogue("-MOVE") is catalogue("-MOVE")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("MOVE", r"\+NAME and -NAME: 'MOVE'"),
        ("+MOOVE", "no capability 'MOOVE'; did you mean MOVE"),
        ("-IMAP4rev1", "IMAP4rev1 is what all else"),
        ("-", "no capability ''"),
    ],
)
def test_mistakes_are_named(changes: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message), start_server(capabilities=changes):
        pass
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"mockmail: 1\ncapabilities: '{changes}'\n")
    with pytest.raises(ScenarioError, match=f"s.yaml:2: capabilities: .*{message}"):
        start_server(scenario).__enter__()


def test_a_test_has_the_last_word(tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text("mockmail: 1\ncapabilities: -MOVE -IDLE\nusers: {anna: {}}\n")
    with start_server(scenario, capabilities="+MOVE") as server:
        stream = server._world
        assert "MOVE" in {e.name for e in stream.catalogue.extensions}
        assert "IDLE" not in {e.name for e in stream.catalogue.extensions}
