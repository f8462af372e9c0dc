"""What IMAP takes before it says no, and that what it takes costs no more than it must."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from time import process_time  # noqa: TID251

import pytest

from harness import Client, inbox
from mockmail import ImapSettings, ScenarioError, start_server
from mockmail.world.world import World


def opened(count: int = 3, **settings: int) -> Client:
    return Client(inbox(count, world=World(imap=ImapSettings(**settings)))).open()


def verdict(client: Client, text: str) -> str:
    """The tagged line without its tag and its text."""
    _, kind, rest = client.command(text)[-1].split(" ", 2)
    code = rest.partition("]")[0] + "]" if rest.startswith("[") else ""
    return f"{kind} {code}".strip()


@pytest.mark.parametrize(
    ("setting", "limit", "make"),
    [
        ("line", 100, lambda n: "NOOP".ljust(n - len("t3 "))),
        ("nesting", 7, lambda n: f"SEARCH {'(' * n}ALL{')' * n}"),
        ("search_keys", 9, lambda n: "SEARCH" + " ALL" * n),
        ("fetch_items", 9, lambda n: f"FETCH 1 ({' '.join(['UID'] * n)})"),
        ("pattern", 20, lambda n: 'LIST "" ' + "a" * n),
        ("pattern", 20, lambda n: f'LIST "" ({"a" * (n - 1)} b)'),
        ("pattern", 20, lambda n: "LSUB aaaa " + "%" * (n - 4)),
    ],
)
def test_a_limit_can_be_set(setting: str, limit: int, make: Callable[[int], str]) -> None:
    client = opened(**{setting: limit})
    wanted = "BAD" if setting == "line" else "OK"  # NOOP takes no arguments, spaces or not
    assert verdict(client, make(limit)) == wanted
    answer = client.command(make(limit + 1))[-1]
    assert " BAD " in answer
    assert str(limit) in answer
    assert verdict(client, "NOOP") == "OK"


def test_literals_have_limits() -> None:
    client = opened(message=10, command=100, unauthenticated=50)
    assert client.command("APPEND INBOX {11}")[-1].split(" ")[1:3] == ["NO", "[TOOBIG]"]
    assert client.command("APPEND INBOX {1000000000000}")[-1].split(" ")[1:3] == ["NO", "[TOOBIG]"]
    assert client.command("APPEND INBOX {10}") == ["+ Ready for literal data"]
    client.send(b"0123456789\r\n")
    assert b" OK [APPENDUID" in client.said()
    assert " BAD " in client.command("SEARCH SUBJECT {101}")[-1]
    assert client.command("APPEND INBOX {11+}")[-1].startswith("* BYE [TOOBIG]")
    stranger = Client(client.world)
    assert " BAD " in stranger.command("LOGIN {51}")[-1]


@pytest.mark.parametrize(
    "setting", [each.name for each in fields(ImapSettings) if not isinstance(each.default, bool)]
)
def test_a_number_is_above_0(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{setting} must be above 0, not 0"):
        ImapSettings(**{setting: 0})
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"mockmail: 1\nimap:\n  fetch_expunged: true\n  {setting}: -1\n")
    with pytest.raises(ScenarioError, match=f"s.yaml:4: imap.{setting}: {setting} must be above 0"):
        start_server(scenario).__enter__()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{lines: 5}", r"s.yaml:2: imap: unknown key 'lines'; did you mean line\?"),
        ("{line: x}", "s.yaml:2: imap.line: expected a whole number, found 'x'"),
        ("[]", "s.yaml:2: imap: expected a mapping or nothing, found an empty list"),
    ],
)
def test_mistakes_in_yaml_are_named(text: str, message: str, tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"mockmail: 1\nimap: {text}\n")
    with pytest.raises(ScenarioError, match=message):
        start_server(scenario).__enter__()


def test_nesting_is_no_deeper_than_can_be_read() -> None:
    client = opened(nesting=100)
    assert verdict(client, "SEARCH " + "NOT (" * 50 + "ALL" + ")" * 50) == "OK"
    with pytest.raises(ValueError, match="nesting must be at most 100, not 101"):
        ImapSettings(nesting=101)


def test_settings_reach_the_sessions(tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text("mockmail: 1\nimap: {nesting: 2, fetch_expunged: true}\n")
    with start_server(scenario) as server:
        assert server._world.imap == ImapSettings(nesting=2, fetch_expunged=True)
    with start_server(scenario, imap=ImapSettings(nesting=3)) as server:
        assert server._world.imap == ImapSettings(nesting=3)


def cost(make: Callable[[int], str], count: int, size: int) -> float:
    """Seconds of processor time that a command of this size takes."""
    client = opened(count, search_keys=100_000, fetch_items=100_000, line=10**7)
    text = make(size)
    runs = []
    for _ in range(3):
        started = process_time()
        assert " OK " in client.command(text)[-1]
        runs.append(process_time() - started)
    return min(runs)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "SEARCH " + "OR ALL " * n + "SEEN",
        lambda n: "SEARCH " + " ".join(["KEYWORD x"] * n),
        lambda n: "UID SEARCH UID " + ",".join(f"{2 * each + 1}" for each in range(n)),
        lambda n: "UID FETCH " + ",".join(f"{1 + each % 3}:*" for each in range(n)) + " UID",
        lambda n: "FETCH 1 (" + " ".join(["UID"] * n) + ")",
        lambda n: f"FETCH 1 BODY.PEEK[HEADER.FIELDS ({' '.join(['X'] * n)})]",
    ],
    ids=["OR", "keys", "a set of many", "ranges over one another", "items", "fields"],
)
def test_the_time_grows_with_the_command_and_no_faster(make: Callable[[int], str]) -> None:
    few, many = (cost(make, 3, size) for size in (500, 4000))
    # Eight times as long: eight times the time, and 64 times if each part met each other.
    assert many < 24 * max(few, 0.0005), (few, many)
