"""Chance: streams by name, each of them a function of the seed alone."""

import os
import subprocess
import sys

import pytest

from mockmail.chance import Chance

NAMES = ["message-id", "order", "ünïcode", ""]


def draws(chance: Chance, name: str) -> list[float]:
    return [chance(name).random() for _ in range(5)]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_and_name_give_the_same_values(name: str) -> None:
    assert draws(Chance(7), name) == draws(Chance(7), name)
    assert Chance(7).token(name) == Chance(7).token(name)


def test_other_seeds_and_names_give_other_values() -> None:
    tokens = {Chance(seed).token(name) for seed in range(20) for name in NAMES}
    assert len(tokens) == 20 * len(NAMES)
    # Where the seed ends and the name begins is seen, too.
    assert Chance(1).token("1a") != Chance(11).token("a")
    assert Chance(1).token("1/a") != Chance(11).token("a")


def test_a_draw_moves_nothing_in_another_stream() -> None:
    quiet, busy = Chance(3), Chance(3)
    expected = draws(quiet, "a")
    found = []
    for _ in range(5):
        draws(busy, "b")
        busy.token("c", 100)
        found.append(busy("a").random())
    assert found == expected


def test_a_stream_goes_on_where_it_was() -> None:
    chance = Chance(0)
    assert chance("a") is chance("a")
    first, second = chance.token("a"), chance.token("a")
    assert first != second
    again = Chance(0)
    assert [again.token("a"), again.token("a")] == [first, second]


@pytest.mark.parametrize("octets", [0, 1, 8, 20])
def test_a_token_is_hexadecimal_digits(octets: int) -> None:
    token = Chance(0).token("a", octets)
    assert len(token) == 2 * octets
    assert bytes.fromhex(token).hex() == token


def test_no_say_for_pythonhashseed() -> None:
    program = (
        "from mockmail.chance import Chance\n"
        f"print([(name, Chance(5).token(name)) for name in {NAMES!r}])"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hashseed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            encoding="utf-8",
        ).stdout
        for hashseed in ("0", "1")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].strip() == str([(name, Chance(5).token(name)) for name in NAMES])
