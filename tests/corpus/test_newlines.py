"""Line ends in files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.corpus.newlines import written
from mockmail.message.message import Message, with_crlf


@pytest.mark.parametrize(
    ("raw", "lf"),
    [
        (b"", b""),
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\nb\rc\r\n", b"a\nb\nc\n"),
        (b"a\r\r\nb", b"a\n\nb"),
    ],
)
def test_written(raw: bytes, lf: bytes) -> None:
    assert written(raw, "lf") == lf
    assert written(raw, "crlf") is raw


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"a"])).map(b"".join))
def test_what_comes_back(raw: bytes) -> None:
    assert Message(written(raw, "lf")).raw == with_crlf(raw)
    assert Message(written(raw, "crlf"), newlines="keep").raw == raw
