"""Flags: one order, one object, names without case (RFC 9051 section 2.3.2)."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.store.flags import NO_FLAGS, SYSTEM_FLAGS, FlagOp, flags, problem


@pytest.mark.parametrize(
    ("names", "wire"),
    [
        ([], b"()"),
        (["\\Seen"], b"(\\Seen)"),
        (reversed(SYSTEM_FLAGS), b"(\\Answered \\Flagged \\Deleted \\Seen \\Draft)"),
        (["$Junk", "\\seen", "\\FLAGGED"], b"(\\Flagged \\Seen $Junk)"),
        (["b", "C", "a", "B"], b"(a b C)"),
        (["Work", "work", "WORK"], b"(Work)"),
        (["work", "Work"], b"(work)"),
        (["\\Odd", "a", "$B", "\\Seen"], b"(\\Seen $B \\Odd a)"),
    ],
)
def test_order_and_spelling(names: list[str], wire: bytes) -> None:
    assert flags(names).wire == wire


@pytest.mark.parametrize("names", list(permutations(["\\Seen", "\\Draft", "$b", "A"])))
def test_the_same_flags_are_one_object(names: tuple[str, ...]) -> None:
    assert flags(names) is flags(["\\Draft", "\\Seen", "$b", "A"])
    assert flags(name for name in names) is flags(names)


def test_no_flags() -> None:
    assert flags([]) is NO_FLAGS
    assert len(NO_FLAGS) == 0
    assert list(NO_FLAGS) == []


def test_asked_for_without_case() -> None:
    some = flags(["\\Seen", "$Junk"])
    assert "\\seen" in some
    assert "$JUNK" in some
    assert "Junk" not in some
    assert "\\Deleted" not in some


@pytest.mark.parametrize(
    ("names", "seen", "deleted"),
    [([], False, False), (["\\seen"], True, False), (["\\DELETED", "Seen"], False, True)],
)
def test_what_is_asked_for_often(names: list[str], seen: bool, deleted: bool) -> None:
    assert (flags(names).seen, flags(names).deleted) == (seen, deleted)


@pytest.mark.parametrize(
    ("before", "op", "named", "after"),
    [
        (["\\Seen"], FlagOp.ADD, ["\\Deleted"], ["\\Deleted", "\\Seen"]),
        (["\\Seen"], FlagOp.ADD, ["\\SEEN"], ["\\Seen"]),
        (["\\Seen"], FlagOp.ADD, [], ["\\Seen"]),
        (["Work"], FlagOp.ADD, ["work", "b"], ["b", "Work"]),
        (["\\Seen", "Work"], FlagOp.REMOVE, ["work"], ["\\Seen"]),
        (["\\Seen", "Work"], FlagOp.REMOVE, ["\\Draft"], ["\\Seen", "Work"]),
        (["\\Seen"], FlagOp.REMOVE, [], ["\\Seen"]),
        (["\\Seen"], FlagOp.REMOVE, ["\\Seen"], []),
        (["\\Seen"], FlagOp.REPLACE, ["\\Draft", "a"], ["\\Draft", "a"]),
        (["\\Seen"], FlagOp.REPLACE, [], []),
    ],
)
def test_ops(before: list[str], op: FlagOp, named: list[str], after: list[str]) -> None:
    result = flags(before).apply(op, flags(named))
    assert result.names == tuple(after)
    assert result is flags(after)
    # A second time changes nothing.
    assert result.apply(op, flags(named)) is result


names = st.lists(st.sampled_from([*SYSTEM_FLAGS, "\\seen", "$Junk", "$junk", "work", "Zoo"]))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(names, st.sampled_from(FlagOp), names)
def test_ops_against_plain_sets(before: list[str], op: FlagOp, named: list[str]) -> None:
    old, wanted = ({name.lower() for name in group} for group in (before, named))
    expected = {FlagOp.ADD: old | wanted, FlagOp.REMOVE: old - wanted, FlagOp.REPLACE: wanted}[op]
    result = flags(before).apply(op, flags(named))
    assert {name.lower() for name in result} == expected
    assert len(result) == len(expected)
    assert result.wire == b"(%b)" % " ".join(result).encode()


# RFC 3501 section 9: flag-keyword = atom; no flag-extension but what a standard defines.
@pytest.mark.parametrize(
    "name", [*SYSTEM_FLAGS, "\\seen", "$Junk", "a", "work-2024", "[x", "!#$&'+,./:;<=>?@^_`|}~"]
)
def test_possible(name: str) -> None:
    assert problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "a\t",
        "a\n",
        "\0",
        "\x7f",
        "é",
        "(",
        "a)",
        "{",
        "a{",
        "%",
        "*",
        "a*",
        '"',
        "]",
    ]
    + ["\\", "a\\", "\\\\Seen", "\\Odd", "\\*", "\\Recent", "\\Seen "],
)
def test_impossible(name: str) -> None:
    assert "flag" in (problem(name) or "")


def test_equal_by_names() -> None:
    assert flags(["a"]) == flags(["a", "a"])
    assert flags(["a"]) != flags(["A"])  # another spelling is other bytes
    assert flags(["a"]) != ("a",)
    assert repr(flags(["\\Seen"])) == "Flags('\\\\Seen',)"
