"""Lines, counted octets and dot-blocks out of a byte stream, however it is cut."""

import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.wire.buffer import REMEMBERED, Buffer, TooLong

Taken = list[bytes | None]
"""What came out; None for a `TooLong`."""
Read = Callable[[Buffer], bytes | None]


def whole(data: bytes) -> list[bytes]:
    return [data]


def octets(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def left_in(buffer: Buffer) -> bytes:
    rest = buffer.exact(len(buffer))
    assert rest is not None
    return rest


def read_all(pieces: Iterable[bytes], read: Read) -> tuple[Taken, bytes]:
    """All that `read` takes out of the pieces as they come, and what is left then."""
    buffer = Buffer()
    taken: Taken = []
    for piece in pieces:
        buffer.feed(piece)
        while True:
            try:
                value = read(buffer)
            except TooLong:
                taken.append(None)
                continue
            if value is None:
                break
            taken.append(value)
    left = len(buffer)
    rest = left_in(buffer)
    assert len(rest) == left
    assert len(buffer) == 0
    return taken, rest


cuts = pytest.mark.parametrize("cut", [whole, octets])
Cut = Callable[[bytes], list[bytes]]
LIMIT = 5


def line(buffer: Buffer) -> bytes | None:
    return buffer.line(LIMIT)


@cuts
@pytest.mark.parametrize(
    ("data", "lines", "rest"),
    [
        (b"", [], b""),
        (b"ab", [], b"ab"),
        (b"ab\r\n", [b"ab"], b""),
        (b"ab\n", [b"ab"], b""),
        (b"\r\n\n", [b"", b""], b""),
        (b"a\r\nb\r\nc", [b"a", b"b"], b"c"),
        (b"a\r\n\rb\r\n", [b"a", b"\rb"], b""),
        # Only the last CR belongs to the line's end; a bare one ends nothing.
        (b"a\r\r\n", [b"a\r"], b""),
        (b"a\rb\r", [], b"a\rb\r"),
        (b"12345\n", [b"12345"], b""),
        (b"12345\r\n", [b"12345"], b""),
        (b"12345", [], b"12345"),
        (b"123456\r\n", [None], b""),
        (b"123456\n", [None], b""),
        (b"123456", [], b""),
        (b"1234567890\r\nab\r\n", [None, b"ab"], b""),
        (b"1234567890\r\n1234567890\nab", [None, None], b"ab"),
        (b"ab\r\n1234567890\r\n\r\n", [b"ab", None, b""], b""),
    ],
)
def test_line(data: bytes, lines: Taken, rest: bytes, cut: Cut) -> None:
    assert read_all(cut(data), line) == (lines, rest)


@cuts
def test_whether_an_lf_stood_alone(cut: Cut) -> None:
    buffer = Buffer()
    bare = []
    for piece in cut(b"a\r\nb\n\n\r\n\r\r\n\r\nx\ry\n"):
        buffer.feed(piece)
        while buffer.line(100) is not None:
            bare.append(buffer.bare)
    assert bare == [False, True, True, False, False, False, True]


contents = st.sampled_from(
    [b"", b"a", b"1234", b"12345", b"123456", b"1234567890", b"1\r3", b"1\r"]
)
lines_and_ends = st.lists(
    st.tuples(contents, st.sampled_from([b"\r\n", b"\n"])).map(b"".join), max_size=4
).map(b"".join)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(lines_and_ends, st.data())
def test_lines_are_the_same_however_they_come(text: bytes, data: st.DataObject) -> None:
    lines = [each.removesuffix(b"\r") for each in text.split(b"\n")[:-1]]
    expected = [each if len(each) <= LIMIT else None for each in lines]

    at = sorted(data.draw(st.sets(st.integers(0, len(text))), "cuts"))
    pieces = [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]
    assert read_all(pieces, line) == (expected, b"")


def test_a_line_without_end_keeps_no_more_than_its_limit() -> None:
    buffer = Buffer()
    for _ in range(1_000):
        buffer.feed(b"x" * 1_000)
        assert buffer.line(100) is None
        assert len(buffer) <= 101  # with a CR that may belong to the line's end
    buffer.feed(b"\r\nnext\r\n")
    with pytest.raises(TooLong):
        buffer.line(100)
    assert buffer.line(100) == b"next"


@cuts
def test_how_a_line_began_that_was_too_long(cut: Cut) -> None:
    buffer = Buffer()
    limit = REMEMBERED + 50
    long = b"a1 " + b"x" * (2 * REMEMBERED)
    starts = []
    for piece in cut(long + b"\r\nok\r\n" + long.upper() + b"\n"):
        buffer.feed(piece)
        value: bytes | None = b""
        while value is not None:
            try:
                value = buffer.line(limit)
            except TooLong as error:
                starts.append(error.start)
    assert starts == [long[:REMEMBERED], long[:REMEMBERED].upper()]


@pytest.mark.parametrize("octet_by_octet", [False, True])
def test_exact_octets_between_lines(octet_by_octet: bool) -> None:
    data = b"go {7}\r\na\r\nb\0\r\nc\r\n"
    wanted = ["line", 7, "line", 0, 3]
    buffer = Buffer()
    taken = []
    for piece in octets(data) if octet_by_octet else whole(data):
        buffer.feed(piece)
        while len(taken) < len(wanted):
            want = wanted[len(taken)]
            value = buffer.exact(want) if isinstance(want, int) else buffer.line(100)
            if value is None:
                break
            taken.append(value)
    assert taken == [b"go {7}", b"a\r\nb\0\r\n", b"c", b""]
    assert left_in(buffer) == b""


def test_exact_leaves_the_rest() -> None:
    buffer = Buffer()
    buffer.feed(b"abc")
    assert buffer.exact(4) is None
    assert buffer.line(100) is None
    buffer.feed(b"d\r\ne")
    assert buffer.exact(4) == b"abcd"
    assert buffer.exact(0) == b""
    assert buffer.line(100) == b""
    assert left_in(buffer) == b"e"


def until(buffer: Buffer) -> bytes | None:
    return buffer.until(b"ABAC", 8)


@cuts
@pytest.mark.parametrize(
    ("data", "taken", "rest"),
    [
        (b"", [], b""),
        (b"ABAC", [b"ABAC"], b""),
        (b"xABAC", [b"xABAC"], b""),
        (b"ABABAC", [b"ABABAC"], b""),
        (b"xxABA", [], b"xxABA"),
        (b"ABACABACx", [b"ABAC", b"ABAC"], b"x"),
        (b"1234ABACx", [b"1234ABAC"], b"x"),
        (b"12345ABACx", [None], b"x"),
        (b"1234567890123ABACABAC", [None, b"ABAC"], b""),
        (b"123456789ABABACx", [None], b"x"),
    ],
)
def test_until(data: bytes, taken: Taken, rest: bytes, cut: Cut) -> None:
    assert read_all(cut(data), until) == (taken, rest)


@cuts
@pytest.mark.parametrize("limit", range(6))
def test_until_finds_its_mark_whatever_the_limit(limit: int, cut: Cut) -> None:
    read = read_all(cut(b"abcdeABAC"), lambda buffer: buffer.until(b"ABAC", limit))
    assert read == ([None], b"")


def test_until_keeps_no_more_than_its_limit() -> None:
    buffer = Buffer()
    for _ in range(1_000):
        buffer.feed(b"x" * 1_000)
        assert buffer.until(b"end", 100) is None
        assert len(buffer) <= 100
    buffer.feed(b"endrest")
    with pytest.raises(TooLong):
        buffer.until(b"end", 100)
    assert left_in(buffer) == b"rest"


def dot_block(buffer: Buffer) -> bytes | None:
    return buffer.dot_block(100)


@cuts
@pytest.mark.parametrize(
    ("data", "blocks", "rest"),
    [
        (b"", [], b""),
        (b"a\r\n.\r\n", [b"a\r\n"], b""),
        (b"a\r\nb\r\n.\r\nQUIT\r\n", [b"a\r\nb\r\n"], b"QUIT\r\n"),
        (b".\r\nrest", [b""], b"rest"),
        (b".\r\n.\r\n", [b"", b""], b""),
        (b"\r\n.\r\n", [b"\r\n"], b""),
        # It is given as it came.
        (b"..\r\n..x\r\n.y\r\n.\r\n", [b"..\r\n..x\r\n.y\r\n"], b""),
        # Only CRLF "." CRLF ends it (RFC 5321 section 4.1.1.4).
        (b"a\n.\n", [], b"a\n.\n"),
        (b"a\n.\r\n", [], b"a\n.\r\n"),
        (b"a\r\n.\n", [], b"a\r\n.\n"),
        (b"a\r.\r", [], b"a\r.\r"),
        (b"a\r\n.\r", [], b"a\r\n.\r"),
        (b"a.\r\n", [], b"a.\r\n"),
        (b".\n", [], b".\n"),
        (b"a\n.\nb\r\n.\r\n", [b"a\n.\nb\r\n"], b""),
        # A dot at the start of what is read next is no end of what was read before.
        (b"a\r\n.\r\n.\r\n", [b"a\r\n", b""], b""),
    ],
)
def test_dot_block(data: bytes, blocks: Taken, rest: bytes, cut: Cut) -> None:
    assert read_all(cut(data), dot_block) == (blocks, rest)


@cuts
def test_a_dot_block_that_is_too_long_is_gone_and_the_next_can_be_read(cut: Cut) -> None:
    data = b"x" * 300 + b"\r\n.\r\n.\r\nb\r\n.\r\nrest"
    assert read_all(cut(data), dot_block) == ([None, b"", b"b\r\n"], b"rest")
    # A line that is a dot ends it even where all before it was thrown away.
    data = b"x" * 300 + b"\r\ny\r\n.\r\nrest"
    assert read_all(cut(data), dot_block) == ([None], b"rest")
    # A dot at the end of a line does not.
    data = b"x" * 300 + b".\r\ny\r\n.\r\nrest"
    assert read_all(cut(data), dot_block) == ([None], b"rest")


@cuts
@pytest.mark.parametrize("size", range(8, 16))
def test_the_limit_of_a_dot_block(size: int, cut: Cut) -> None:
    # The octets of the block: with the CRLF of its last line, without the dot's line.
    block = b"x" * (size - 2) + b"\r\n"
    taken, rest = read_all(cut(block + b".\r\nrest"), lambda buffer: buffer.dot_block(12))
    assert taken == [block if size <= 12 else None]
    assert rest == b"rest"


def test_a_dot_block_without_end_keeps_no_more_than_its_limit() -> None:
    buffer = Buffer()
    for _ in range(1_000):
        buffer.feed(b"x" * 1_000)
        assert buffer.dot_block(100) is None
        assert len(buffer) <= 105
    buffer.feed(b"\r\n.\r\n")
    with pytest.raises(TooLong):
        buffer.dot_block(100)
    assert len(buffer) == 0


def test_nothing_is_looked_at_twice() -> None:
    # A hundred thousand octets one at a time: quadratic, this would take a minute.
    buffer = Buffer()
    for _ in range(100_000):
        buffer.feed(b"x")
        assert buffer.line(200_000) is None
    buffer.feed(b"\n")
    line = buffer.line(200_000)
    assert line is not None
    assert len(line) == 100_000


def test_what_was_not_read_is_thrown_away() -> None:
    buffer = Buffer()
    buffer.feed(b"one\r\ntwo\r\nthr")
    assert buffer.line(10) == b"one"
    assert buffer.clear() == 8
    assert len(buffer) == 0
    buffer.feed(b"too long and no end")
    assert buffer.line(5) is None
    assert buffer.clear() == 0
    buffer.feed(b"new\r\n")
    assert buffer.line(5) == b"new"


# Octets as they come, and blocks with an end that is a pattern


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.binary(max_size=20), st.lists(st.integers(1, 6), max_size=8), st.booleans())
def test_some_octets(data: bytes, sizes: list[int], at_once: bool) -> None:
    buffer = Buffer()
    assert buffer.some(3) is None
    pieces = whole(data) if at_once else octets(data)
    taken = b""
    for piece, size in zip(pieces, sizes, strict=False):
        buffer.feed(piece)
        while size and (some := buffer.some(size)) is not None:
            assert 0 < len(some) <= size
            taken += some
            size -= len(some)
    assert data.startswith(taken)
    assert data.startswith(taken + left_in(buffer))


END = re.compile(rb"(?:\A|(?<=\n))\.\r?\n")


@cuts
@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"a", b"\n.\n", b"\r\n.\r\n"]), max_size=14))
def test_up_to_an_end(cut: Cut, parts: list[bytes]) -> None:
    data = b"".join(parts)
    expected: Taken = []
    left = data
    while (found := END.search(left)) is not None:
        block = left[: found.start()]
        expected.append(block if len(block) <= LIMIT else None)
        left = left[found.end() :]
    taken, rest = read_all(cut(data), lambda buffer: buffer.before(END, LIMIT))
    assert taken == expected
    assert left.endswith(rest)
    assert rest == left or len(left) > LIMIT
