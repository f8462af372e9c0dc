"""LIST's patterns against a slow matcher, their time, and what is off."""

import re
from time import process_time  # noqa: TID251

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.imap import catalog
from mockmail.imap.commands.list import matches
from mockmail.imap.rows import Catalogue

patterns = st.text("ab/*%", max_size=8)
names = st.text("ab/", min_size=1, max_size=8)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(patterns, names)
def test_it_matches_as_a_regular_expression_would(pattern: str, name: str) -> None:
    wanted = "".join({"*": ".*", "%": "[^/]*"}.get(char, re.escape(char)) for char in pattern)
    assert matches(pattern, name) == bool(re.fullmatch(wanted, name))


def test_no_pattern_takes_long() -> None:
    name = "a" * 1000
    for pattern in ("*" * 999 + "z", "%*" * 499 + "z", "*a" * 499 + "z", "a%" * 499 + "z"):
        assert not matches(pattern, name)


@pytest.mark.parametrize(
    ("off", "text"),
    [
        ("LIST-EXTENDED", "LIST () {} *"),
        ("LIST-EXTENDED", "LIST (SUBSCRIBED) {} *"),
        ("LIST-EXTENDED", "LIST {} * RETURN (SUBSCRIBED)"),
        ("LIST-STATUS", "LIST {} * RETURN (STATUS (MESSAGES))"),
        ("SPECIAL-USE", "LIST (SPECIAL-USE) {} *"),
        ("SPECIAL-USE", "LIST {} * RETURN (SPECIAL-USE)"),
        ("CREATE-SPECIAL-USE", "CREATE new (USE (\\Sent))"),
    ],
)
def test_what_is_off_is_unknown(monkeypatch: pytest.MonkeyPatch, off: str, text: str) -> None:
    text = text.format('""')
    assert " OK " in Client(inbox()).open().command(text)[-1]
    left = [each for each in catalog.EXTENSIONS if each.name != off]
    assert len(left) == len(catalog.EXTENSIONS) - 1
    monkeypatch.setattr(catalog, "DEFAULT", Catalogue(left))
    client = Client(inbox()).open()
    assert off not in client.command("CAPABILITY")[0].split()
    assert " BAD " in client.command(text)[-1]


def test_without_special_use_nobody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [each for each in catalog.EXTENSIONS if each.name not in ("SPECIAL-USE", "CHILDREN")]
    monkeypatch.setattr(catalog, "DEFAULT", Catalogue(left))
    client = Client(inbox()).open()
    client.command("CREATE Sent (USE (\\Sent))")
    assert client.command('LIST "" Sent')[0] == '* LIST () "/" Sent'


def test_the_time_grows_with_the_mailboxes_and_no_faster() -> None:
    seconds = []
    for count in (500, 4000):
        world = inbox()
        anna = world.store.users["anna"]
        for number in range(count):
            box = world.store.create(anna, f"{number % 20}/{number}")
            box.special_use = ("\\Archive",) if number % 2 else ()
            anna.subscriptions[box.name] = None
        client = Client(world).open()
        text = 'LIST (SUBSCRIBED SPECIAL-USE RECURSIVEMATCH) "" (% *1) RETURN (STATUS (UIDNEXT))'
        runs = []
        for _ in range(5):
            started = process_time()
            assert " OK " in client.command(text)[-1]
            runs.append(process_time() - started)
        seconds.append(min(runs))
    few, many = seconds
    # Eight times the mailboxes: eight times the time, and 64 times if each met each other one.
    assert many < 24 * few, seconds
