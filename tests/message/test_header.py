"""The header by offsets: RFC 5322 sections 2.1 and 2.2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.header import end_of_header, scan, unfold


def parts(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a message: name, and the whole field."""
    return [(name, raw[start:end]) for name, start, _, end in scan(raw, 0, end_of_header(raw))]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"A: b\r\n\r\n", b"body\r\n\r\nmore"),
        (b"A: b\n\n", b"body\n\nmore"),
        (b"A: b\r\n\n", b"body"),
        (b"A: b\n\r\n", b"body"),
        (b"A: b\r\nC: d\n\n", b"\n\n"),
        (b"\r\n", b"body\r\n\r\n"),
        (b"\n", b"A: b\n\n"),
        (b"A: b\r\n\r\n", b""),
        # Without an empty line all is header.
        (b"A: b\r\nC: d\r\n", b""),
        (b"A: b", b""),
        (b"A: b\r\n", b""),
        (b"", b""),
        # A line of white space is not empty, and a bare CR ends no line.
        (b"A: b\r\n \r\nC: d\r\n", b""),
        (b"A: b\r\rC: d", b""),
    ],
)
def test_where_the_header_ends(header: bytes, body: bytes) -> None:
    assert end_of_header(header + body) == len(header)


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"", []),
        (b"\r\nbody: x\r\n", []),
        (b"\nbody: x\n", []),
        (b"A: b\r\nC:d\r\n\r\nE: f", [(b"a", b"A: b\r\n"), (b"c", b"C:d\r\n")]),
        (b"A: b\nC:d\n\nE: f", [(b"a", b"A: b\n"), (b"c", b"C:d\n")]),
        (b"A: b\r\nC:d", [(b"a", b"A: b\r\n"), (b"c", b"C:d")]),
        (b"A: b\r\n folded\r\n\tC: d\r\nE:", [(b"a", b"A: b\r\n folded\r\n\tC: d\r\n"), (b"e", b"E:")]),
        (b"A:\r\n\r\n", [(b"a", b"A:\r\n")]),
        # The obsolete syntax has white space before the colon (RFC 5322 section 4.5).
        (b"A \t: b\r\n\r\n", [(b"a", b"A \t: b\r\n")]),
        (b"A: b\r\nA: c\r\n\r\n", [(b"a", b"A: b\r\n"), (b"a", b"A: c\r\n")]),
        # What is no field is a field of no name, or of one that nobody asks for.
        (b"A: b\r\nno field here\r\nC: d\r\n", [(b"a", b"A: b\r\n"), (b"", b"no field here\r\n"), (b"c", b"C: d\r\n")]),
        (b"no field here\r\n folded: x\r\nC: d\r\n", [(b"no field here\r\n folded", b"no field here\r\n folded: x\r\n"), (b"c", b"C: d\r\n")]),
        (b"A: b\r\n: no name\r\n\r\n", [(b"a", b"A: b\r\n"), (b"", b": no name\r\n")]),
        (b"A: b\r\n\xfc: 8 bits\r\n\r\n", [(b"a", b"A: b\r\n"), (b"\xfc", b"\xfc: 8 bits\r\n")]),
        (b" A: b\r\nC: d\r\n", [(b" a", b" A: b\r\n"), (b"c", b"C: d\r\n")]),
        (b"A: b\rC: d\r\n\r\n", [(b"a", b"A: b\rC: d\r\n")]),
    ],
)  # fmt: skip
def test_fields(raw: bytes, fields: list[tuple[bytes, bytes]]) -> None:
    assert parts(raw) == fields


def test_the_value_begins_behind_the_colon() -> None:
    raw = b"A: b\r\nLong-Name :\r\n c\r\n\r\n"
    assert [raw[value:end] for _, _, value, end in scan(raw, 0, end_of_header(raw))] == [
        b" b\r\n",
        b"\r\n c\r\n",
    ]


@pytest.mark.parametrize(
    ("value", "unfolded"),
    [
        (b" b\r\n", b"b"),
        (b" b\r\n c\r\n", b"b c"),
        (b" b\n\tc\n", b"b\tc"),
        (b"\r\n  b  \r\n", b"b"),
        (b"b\r\n \r\n c", b"b  c"),
        (b"", b""),
        # No fold: the next line has no white space.
        (b"b\r\nc\r\n", b"b\r\nc"),
    ],
)
def test_unfold(value: bytes, unfolded: bytes) -> None:
    assert unfold(value) == unfolded


ends = st.sampled_from([b"\r\n", b"\n"])
names = st.sampled_from([b"A", b"Subject", b"x-y", b"!~"])
text = st.text("ab: \t.=?ü", max_size=6).map(str.encode)
fields = st.tuples(names, st.sampled_from([b"", b" ", b"\t"]), st.just(b":"), text).map(b"".join)
folds = st.tuples(st.sampled_from([b" ", b"\t"]), text).map(b"".join)
garbage = st.sampled_from([b"garbage", b": no name", b"two words: x", b"\xfc: x", b"."])
lines = st.tuples(st.one_of(fields, folds, garbage), ends).map(b"".join)
headers = st.tuples(fields, ends, st.lists(lines, max_size=6).map(b"".join)).map(b"".join)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(headers, st.one_of(st.just(b""), st.tuples(ends, text, ends, text).map(b"".join)))
def test_the_fields_in_order_are_the_header(header: bytes, rest: bytes) -> None:
    raw = header + rest
    assert b"".join(field for _, field in parts(raw)) == header


@pytest.mark.parametrize(
    "header",
    [b"garbage\r\nA: b\r\n", b" folded\r\nA: b\r\n", b"From anna Mon Jan 1\nA: b\n", b"no field\n"],
)
def test_nothing_is_lost_before_the_first_field(header: bytes) -> None:
    raw = header + b"\r\nbody\r\n"
    assert b"".join(field for _, field in parts(raw)) == header


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.binary(max_size=5), headers, st.one_of(st.just(b""), st.just(b"\r\nbody"), st.just(b"\n"))
)
def test_a_header_in_the_middle_is_the_same_as_at_the_start(
    before: bytes, header: bytes, rest: bytes
) -> None:
    at = len(before)
    alone, inside = header + rest, before + header + rest
    end = end_of_header(alone)
    assert end_of_header(inside, at) == end + at
    assert [
        (name, start - at, value - at, stop - at)
        for name, start, value, stop in scan(inside, at, end + at)
    ] == list(scan(alone, 0, end))


def test_a_header_ends_where_it_is_told_to() -> None:
    raw = b"A: b\r\nC: d\r\n--x\r\n\r\n"
    assert end_of_header(raw, 0, 12) == 12
    assert [name for name, _, _, _ in scan(raw, 0, 12)] == [b"a", b"c"]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.sampled_from([b"A:", b" ", b"b", b"\r", b"\n", b"\r\n"])).map(b"".join))
def test_any_bytes_have_a_header(raw: bytes) -> None:
    end = end_of_header(raw)
    assert 0 <= end <= len(raw)
    found = scan(raw, 0, end)
    # Each begins where the one before it ends.
    assert [start for _, start, _, _ in found[1:]] == [stop for _, _, _, stop in found[:-1]]
