"""Search programs of any size: read without recursion, or refused."""

import pytest

from harness import Client, inbox


@pytest.fixture
def client() -> Client:
    return Client(inbox(3)).open()


@pytest.mark.parametrize(
    "keys",
    [
        "OR " * 2_000 + "SEEN " * 2_000 + "2",
        "OR SEEN " * 2_000 + "2",
        "OR NOT ALL " * 2_000 + "2",
    ],
    ids=["all ORs first", "an OR in each OR", "with NOT"],
)
def test_alternatives_are_one_level_however_many(client: Client, keys: str) -> None:
    assert client.command(f"SEARCH {keys}") == ["* SEARCH 2", "t3 OK SEARCH completed"]


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("NOT ", ""), ("OR SEEN (", ")")], ids=str.strip
)
def test_nesting_has_a_limit(client: Client, opening: str, closing: str) -> None:
    limit = client.session.settings.nesting
    deepest = limit if opening != "OR SEEN (" else limit // 2
    for levels, verdict in ((deepest, "OK"), (deepest + 1, "BAD"), (5_000, "BAD")):
        answer = client.command(f"SEARCH {opening * levels}ALL{closing * levels}")[-1]
        assert answer.split()[1] == verdict, answer
    assert "levels of nesting" in answer
