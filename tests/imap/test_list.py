"""LIST's patterns against a slow matcher, and their time."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.imap.commands.list import matches

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
