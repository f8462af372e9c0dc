"""`mockmail.saslprep`: RFC 4013."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.saslprep import prepared


@pytest.mark.parametrize(
    ("text", "result"),
    [
        # Section 3's examples.
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("\u0627\u0031", None),
        # Spaces, controls, private use, and both directions.
        ("a\u00a0b", "a b"),
        ("a\u0007b", "a\u0007b"),
        ("\u0085", None),
        ("\ue000", None),
        ("\ufffd", None),
        ("\u0627a\u0627", None),
        ("\u0627 \u0628", "\u0627 \u0628"),
        # Newer than Unicode 3.2.
        ("\U0001f600", "\U0001f600"),
        ("", ""),
    ],
)
def test_prepared(text: str, result: str | None) -> None:
    assert prepared(text) == result


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=10))
def test_what_is_prepared_stays_so(text: str) -> None:
    once = prepared(text)
    if once is not None and prepared(once) is not None:
        assert prepared(once) == once
