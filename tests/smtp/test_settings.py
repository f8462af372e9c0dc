"""What can be set of SMTP, as dialogues; and what a dialogue can't say."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import Client, dialogues, inbox, play
from mockmail import ScenarioError, SmtpSettings, start_server
from mockmail.sasl import MECHANISMS
from mockmail.smtp.catalog import EXTENSIONS
from mockmail.world.world import World

DIALOGUES = dialogues(Path(__file__).parent / "settings" / "dialogues.txt")


def furnished(settings: SmtpSettings) -> World:
    world = inbox(world=World(smtp=settings))
    world.store.add_user("ben", "banana", ["ben@example.org", "b@example.org"])
    return world


@pytest.mark.parametrize(("title", "text"), DIALOGUES, ids=[title for title, _ in DIALOGUES])
def test_dialogue(title: str, text: str) -> None:
    found = re.match(r"(\{.*\}): ", title)
    assert found
    for octets in (False, True):
        play(furnished(SmtpSettings(**yaml.safe_load(found[1]))), text, octets=octets)


def keywords(settings: SmtpSettings, protocol: str = "smtp") -> list[str]:
    client = Client(furnished(settings), protocol)
    client.said()
    client.send(b"EHLO me\r\n")
    return [line[4:] for line in client.said().decode().splitlines()[1:]]


@pytest.mark.parametrize(
    ("settings", "protocol", "line"),
    [
        ({"message": 1000}, "smtp", "SIZE 1000"),
        ({"capabilities": "+LIMITS"}, "smtp", "LIMITS RCPTMAX=1000"),
        (
            {"capabilities": "+LIMITS", "messages": 5, "recipients": 1, "recipient_domains": 2},
            "smtp",
            "LIMITS MAILMAX=5 RCPTMAX=1 RCPTDOMAINMAX=2",
        ),
        ({"capabilities": "+LIMITS", "recipients": 1_000_000}, "smtp", "LIMITS"),
        ({"capabilities": "+DELIVERBY"}, "smtp", "DELIVERBY"),
        ({"capabilities": "+DELIVERBY", "by_min": 240}, "smtp", "DELIVERBY 240"),
        (
            {"capabilities": "+FUTURERELEASE"},
            "submission",
            "FUTURERELEASE 604800 2024-01-08T00:00:00Z",
        ),
        ({"capabilities": "+MT-PRIORITY"}, "smtp", "MT-PRIORITY"),
        ({"capabilities": "+MT-PRIORITY", "priorities": "MIXER"}, "smtp", "MT-PRIORITY MIXER"),
        ({"capabilities": "+AUTH=CRAM-MD5"}, "submission", "AUTH PLAIN LOGIN CRAM-MD5"),
    ],
)
def test_what_a_server_says_of_it(settings: dict[str, object], protocol: str, line: str) -> None:
    assert line in keywords(SmtpSettings(**settings), protocol)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"line": 0}, "line must be above 0, not 0"),
        ({"recipient_domains": 0}, "recipient_domains must be above 0, not 0"),
        ({"timeout": -1.0}, "timeout must be above 0"),
        ({"hold": 0}, "hold must be above 0"),
        ({"errors": -1}, "errors can't be below 0: -1"),
        ({"by_min": -1}, "by_min can't be below 0: -1"),
        ({"banner": "Grüße"}, "banner is printable US-ASCII"),
        ({"weak": "PLAIN LOGGIN"}, "weak: expected one of .*'LOGGIN'; did you mean LOGIN"),
        ({"priorities": "MIXER STANAG"}, "priorities is up to 20 letters"),
        ({"priorities": "x" * 21}, "priorities is up to 20 letters"),
        ({"banner": "a\rb"}, "banner is printable US-ASCII"),
    ],
)
def test_what_can_t_be_set(settings: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=problem):
        SmtpSettings(**settings)
    scenario = tmp_path / "s.yaml"
    scenario.write_text(yaml.safe_dump({"mockmail": 1, "smtp": settings}))
    with pytest.raises(ScenarioError, match=problem):
        start_server(scenario).__enter__()


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("a" * 64 + "@x.example", True),
        ("a" * 65 + "@x.example", False),
        ("ä" * 33 + "@x.example", False),
        ("a@" + "x" * 252, True),
        ("a@" + "x" * 253, False),
    ],
)
def test_paths_that_not_each_server_takes(address: str, fits: bool) -> None:
    for settings, taken in ((SmtpSettings(), True), (SmtpSettings(long_paths=False), fits)):
        client = Client(furnished(settings), "smtp")
        client.send(b"EHLO me\r\n")
        client.said()
        client.send(f"MAIL FROM:<{address}> SMTPUTF8\r\nRSET\r\n".encode())
        client.send(f"MAIL FROM:<> SMTPUTF8\r\nRCPT TO:<{address}>\r\n".encode())
        first, _, _, last = client.said().splitlines()
        assert first == (b"250 2.1.0 Sender ok" if taken else b"501 5.1.7 Path too long")
        assert last == (b"250 2.1.5 Recipient ok" if taken else b"501 5.1.3 Path too long")


def test_all_mechanisms_can_be_called_weak() -> None:
    rows = [row.name.decode() for each in EXTENSIONS for row in each.mechanisms]
    assert rows == list(MECHANISMS)
    SmtpSettings(weak=" ".join(rows).lower())


def test_a_scenario_sets_them_and_a_test_has_the_last_word(tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text("mockmail: 1\nsmtp: {verify: true, capabilities: +LIMITS}\n")
    with start_server(scenario) as server:
        assert server._world.smtp == SmtpSettings(verify=True, capabilities="+LIMITS")
        assert server._world.fork().smtp.verify
    with start_server(scenario, smtp=SmtpSettings()) as server:
        assert server._world.smtp == SmtpSettings()


# SMTP smuggling: what ends a message for one server, and not for the next


SMUGGLED = [b"\n.\n", b"\n.\r\n", b"\r\n.\n"]
ENVELOPE = b"EHLO me\r\nMAIL FROM:<ben@example.org>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("end", SMUGGLED)
@pytest.mark.parametrize(
    ("line_ends", "codes", "messages"),
    [("refuse", "554", 0), ("keep", "250", 1), ("lenient", "250 250 250 354 250", 2)],
)
def test_smuggling(line_ends: str, codes: str, messages: int, end: bytes, octets: bool) -> None:
    world = furnished(SmtpSettings(line_ends=line_ends))
    client = Client(world, "smtp", octets=octets)
    client.send(ENVELOPE)
    client.said()
    smuggled = ENVELOPE.partition(b"\r\n")[2] + b"Subject: smuggled\r\n\r\n.\r\n"
    client.send(b"Subject: x\r\n\r\nhello" + end + smuggled)
    assert re.findall(r"^(\d+) ", client.said().decode(), re.MULTILINE) == codes.split()
    box = list(world.store.users["anna"].mailboxes["INBOX"])
    assert len(box) == messages
    # Whatever it was, the session goes on.
    client.send(b"NOOP\r\n")
    assert client.said() == b"250 2.0.0 OK\r\n"
    world.check()


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("start", [b"", b"x\n", b"x.\n", b".."])
def test_a_lenient_server_and_a_message_that_is_too_large(start: bytes, octets: bool) -> None:
    world = furnished(SmtpSettings(line_ends="lenient", message=100))
    client = Client(world, "smtp", octets=octets)
    client.send(ENVELOPE)
    client.said()
    client.send(start + b"xxxxxxx.\r\nxxxxxxx.\n.." * 20 + b"\nNOOP\n")
    assert client.said() == b""
    assert len(client.connection.buffer) <= 200
    client.send(b".\nNOOP\r\n")
    assert client.said().startswith(b"552 5.3.4 ")
    assert world.store.users["anna"].mailboxes["INBOX"].entries == {}


@pytest.mark.parametrize(
    ("line_ends", "stored"),
    [("keep", b"a\nb\r\0c\r\n"), ("lenient", b"a\r\nb\r\n\0c\r\n")],
)
def test_bare_line_ends_that_are_taken(line_ends: str, stored: bytes) -> None:
    world = furnished(SmtpSettings(line_ends=line_ends))
    client = Client(world, "smtp")
    client.send(ENVELOPE + b"a\nb\r\0c\r\n.\r\n")
    (entry,) = world.store.users["anna"].mailboxes["INBOX"]
    assert entry.message.raw.endswith(b"+0000\r\n" + stored)
