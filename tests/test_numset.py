"""Sets of message numbers: RFC 9051 section 9, sequence-set."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.numset import FEW, LARGEST, STAR, Seq, SeqSet, Uid, UidSet, without

KNOWN = [
    (b"1", [(1, 1)]),
    (b"1:5", [(1, 5)]),
    (b"5:1", [(5, 1)]),
    (b"*", [(STAR, STAR)]),
    (b"*:4", [(STAR, 4)]),
    (b"4:*", [(4, STAR)]),
    (b"2,4:7,9,12:*", [(2, 2), (4, 7), (9, 9), (12, STAR)]),
    (b"9,2,2,3", [(9, 9), (2, 2), (2, 2), (3, 3)]),
    (b"4294967295", [(LARGEST, LARGEST)]),
    (b"1:4294967295", [(1, LARGEST)]),
]


@pytest.mark.parametrize(("text", "ranges"), KNOWN)
def test_parsed_and_printed(text: bytes, ranges: list[tuple[int, int]]) -> None:
    parsed = SeqSet.parse(text)
    assert parsed.ranges == tuple(ranges)
    assert bytes(parsed) == text
    assert SeqSet.parse(bytes(parsed)) == parsed


@pytest.mark.parametrize(("text", "printed"), [(b"5:5", b"5"), (b"*:*", b"*"), (b"1:1,2", b"1,2")])
def test_a_range_of_one_is_printed_as_one(text: bytes, printed: bytes) -> None:
    assert bytes(SeqSet.parse(text)) == printed
    assert SeqSet.parse(printed) == SeqSet.parse(text)


@pytest.mark.parametrize(
    "text",
    [b"", b"0", b"01", b"0:5", b"1:0", b"1,", b",1", b"1,,2", b"1:", b":1", b"1::2", b"1:2:3"]
    + [b"a", b"-1", b"+1", b"1.5", b" 1", b"1 ", b"1\n", b"1, 2", b"**", b"$", b"\xb9", b"1\x00"]
    + [b"4294967296", b"1:4294967296", b"99999999999", b"9" * 1000],
)
def test_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"is not a set|does not fit"):
        SeqSet.parse(text)


@pytest.mark.parametrize(
    ("text", "largest", "resolved"),
    [
        (b"*", 7, b"7"),
        (b"*:*", 7, b"7"),
        (b"3:*", 7, b"3:7"),
        (b"*:3", 7, b"3:7"),
        # It includes the largest number even where that is below the other end.
        (b"*:9", 7, b"7:9"),
        (b"9:*", 7, b"7:9"),
        (b"5:2", 9, b"2:5"),
        (b"3:1,2:4", 9, b"1:4"),
        (b"3,1,2", 9, b"1:3"),
        (b"9,1", 9, b"1,9"),
        (b"1,1,1", 9, b"1"),
        (b"1:9,3:4", 9, b"1:9"),
        (b"1:4294967295", 5, b"1:4294967295"),
        (b"4294967295:*", 5, b"5:4294967295"),
    ],
)
def test_resolved(text: bytes, largest: int, resolved: bytes) -> None:
    assert bytes(UidSet.parse(text).resolve(largest)) == resolved


numbers = st.integers(0, 12)  # 0 is the star
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(pairs, st.integers(1, 12))
def test_resolve_and_contains_against_plain_sets(
    ranges: list[tuple[int, int]], largest: int
) -> None:
    members: set[int] = set()
    for low, high in ranges:
        ends = sorted((low or largest, high or largest))
        members.update(range(ends[0], ends[1] + 1))
    resolved = UidSet(ranges).resolve(largest)

    assert all(low <= high for low, high in resolved.ranges)
    # Sorted, and with a gap between neighbours.
    assert all(before[1] + 1 < after[0] for before, after in pairwise(resolved.ranges))
    assert {number for number in range(1, 15) if Uid(number) in resolved} == members
    assert resolved.highest == max(members)
    assert resolved.resolve(largest) == resolved
    assert UidSet.parse(bytes(resolved)) == resolved
    assert UidSet.of(Uid(uid) for uid in sorted(members)) == resolved


@settings(deadline=None, derandomize=True, max_examples=100)
@given(pairs)
def test_printed_sets_mean_the_same(ranges: list[tuple[int, int]]) -> None:
    assert SeqSet.parse(bytes(SeqSet(ranges))) == SeqSet(ranges)


def test_never_expanded() -> None:
    # Expanded, each of these would be four thousand million numbers.
    everything = UidSet.parse(b"1:4294967295,*,4294967295:1").resolve(3)
    assert everything.ranges == ((1, LARGEST),)
    assert Uid(LARGEST) in everything
    assert Uid(1) in everything
    assert everything.highest == LARGEST
    assert bytes(everything) == b"1:4294967295"
    assert hash(everything) == hash(UidSet.parse(b"1:4294967295"))


def test_the_empty_set() -> None:
    nothing = SeqSet.of([])
    assert nothing.ranges == ()
    assert nothing.highest == 0
    assert bytes(nothing) == b""
    assert Seq(1) not in nothing


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_common_and_left_against_plain_sets(mine: set[int], others: set[int]) -> None:
    a, b = UidSet.of(map(Uid, sorted(mine))), UidSet.of(map(Uid, sorted(others)))
    assert a & b == UidSet.of(map(Uid, sorted(mine & others)))
    assert a - b == UidSet.of(map(Uid, sorted(mine - others)))


def test_common_and_left_at_the_ends() -> None:
    whole = UidSet([(1, LARGEST)])
    assert whole - whole == UidSet(())
    assert whole - UidSet(()) == whole
    assert whole - UidSet([(1, 1), (LARGEST, LARGEST)]) == UidSet([(2, LARGEST - 1)])


def test_sequence_numbers_and_uids_are_never_equal() -> None:
    assert SeqSet.parse(b"1:3") == SeqSet.parse(b"1:3")
    assert SeqSet.parse(b"1:3") != SeqSet.parse(b"1:4")
    assert SeqSet.parse(b"1:3") != UidSet.parse(b"1:3")
    assert repr(UidSet.parse(b"1:*")) == "UidSet(1:*)"
    assert type(UidSet.parse(b"*").resolve(4)) is UidSet


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.sets(st.integers(1, 3 * FEW)), st.lists(st.integers(1, 3 * FEW), unique=True))
def test_without_some(numbers: set[int], gone: list[int]) -> None:
    left = without([Uid(uid) for uid in sorted(numbers)], [Uid(uid) for uid in gone])
    assert left == sorted(numbers - set(gone))


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 3 * FEW])
def test_without_few_and_many(count: int) -> None:
    uids = [Uid(uid) for uid in range(1, 4 * FEW)]
    gone = dict.fromkeys(uids[FEW // 2 :][:count])
    expected = [uid for uid in uids if uid not in gone]
    assert without(uids, gone) == expected
