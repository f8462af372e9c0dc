"""Byte-stuffing: RFC 1939 section 3, RFC 5321 section 4.5.2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.wire.buffer import Buffer
from mockmail.wire.dot import stuff, unstuff


@pytest.mark.parametrize(
    ("plain", "stuffed"),
    [
        (b"", b""),
        (b"a\r\n", b"a\r\n"),
        (b".", b".."),
        (b".\r\n", b"..\r\n"),
        (b"..\r\n", b"...\r\n"),
        (b".a\r\nb\r\n.c\r\n", b"..a\r\nb\r\n..c\r\n"),
        (b"a\r\n.\r\n.\r\n", b"a\r\n..\r\n..\r\n"),
        (b"a.b\r\n c.\r\n", b"a.b\r\n c.\r\n"),
        # Lines end in CRLF; behind a bare CR or LF none begins.
        (b"a\n.b\r.c\r\n", b"a\n.b\r.c\r\n"),
        (b"\r\n\r\n.", b"\r\n\r\n.."),
    ],
)
def test_known(plain: bytes, stuffed: bytes) -> None:
    assert stuff(plain) == stuffed
    assert unstuff(stuffed) == plain


def test_a_dot_that_nobody_put_there_is_taken_all_the_same() -> None:
    # RFC 5321 section 4.5.2: a line that begins with a dot loses it.
    assert unstuff(b".a\r\n") == b"a\r\n"


texts = st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"a", b"\0"])).map(b"".join)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(texts)
def test_round_trip(data: bytes) -> None:
    assert unstuff(stuff(data)) == data


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(st.just(b""), texts.map(lambda text: text + b"\r\n")), texts)
def test_what_is_stuffed_ends_at_its_own_end(data: bytes, rest: bytes) -> None:
    buffer = Buffer()
    buffer.feed(stuff(data) + b".\r\n" + rest)
    block = buffer.dot_block(1_000)
    assert block is not None
    assert unstuff(block) == data
    assert buffer.exact(len(buffer)) == rest
