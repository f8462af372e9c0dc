"""LIST's patterns against a slow matcher, their time, and what is off."""

import re
from time import process_time  # noqa: TID251

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.imap.commands.list import matches
from mockmail.world.world import World

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


def test_without_special_use_nobody_hears_of_it() -> None:
    world = inbox(world=World(capabilities="-SPECIAL-USE -CHILDREN"))
    world.store.create(world.store.users["anna"], "Sent").special_use = ("\\Sent",)
    assert Client(world).open().command('LIST "" Sent')[0] == '* LIST () "/" Sent'


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
