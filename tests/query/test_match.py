"""`mockmail.query.match`: which messages match, against plain sets."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Seq, SeqSet, Uid, UidSet
from mockmail.query.criteria import All, And, Criterion, HasFlag, InSeqs, InUids, Not, Or, Recent
from mockmail.query.match import matcher
from mockmail.store.flags import flags
from mockmail.store.journal import Entry

DATE = datetime(2024, 1, 1, tzinfo=UTC)
UIDS = (2, 3, 5, 8, 13, 21)
NAMES = [[], ["\\Seen"], ["\\Seen", "\\Deleted"], ["$Junk"], ["\\Seen", "$Junk"], ["\\Deleted"]]
ENTRIES = [
    Entry(Uid(uid), Message(b""), flags(names), ModSeq(1), DATE)
    for uid, names in zip(UIDS, NAMES, strict=True)
]
EVERYTHING = frozenset(UIDS)
RECENT = frozenset({3, 21, 99})


def found(criterion: Criterion) -> frozenset[int]:
    test = matcher(criterion, frozenset(map(Uid, RECENT)))
    return frozenset(
        entry.uid for number, entry in enumerate(ENTRIES, 1) if test(Seq(number), entry)
    )


@pytest.mark.parametrize(
    ("criterion", "uids"),
    [
        (All(), EVERYTHING),
        (And(()), EVERYTHING),
        (Not(All()), set()),
        (HasFlag("\\Seen"), {3, 5, 13}),
        (HasFlag("\\SEEN"), {3, 5, 13}),
        (HasFlag("$junk"), {8, 13}),
        (HasFlag("Junk"), set()),
        (Recent(), {3, 21}),
        (InSeqs(SeqSet.parse(b"1,5:9")), {2, 13, 21}),
        (InUids(UidSet.parse(b"1,5:9")), {5, 8}),
        (Or((Recent(), HasFlag("$Junk"))), {3, 8, 13, 21}),
        (And((HasFlag("\\Seen"), Not(HasFlag("\\Deleted")), Not(Recent()))), {13}),
    ],
)
def test_known_answers(criterion: Criterion, uids: set[int]) -> None:
    assert found(criterion) == uids


Answer = tuple[Criterion, frozenset[int]]
"""A criterion, and what it must find."""


def has_flag(name: str) -> Answer:
    pairs = zip(UIDS, NAMES, strict=True)
    wanted = name.lower()
    return HasFlag(name), frozenset(u for u, has in pairs if wanted in map(str.lower, has))


def in_seqs(numbers: set[int]) -> Answer:
    seqs = SeqSet.of(map(Seq, sorted(numbers)))
    return InSeqs(seqs), frozenset(uid for n, uid in enumerate(UIDS, 1) if n in numbers)


def in_uids(numbers: set[int]) -> Answer:
    return InUids(UidSet.of(map(Uid, sorted(numbers)))), EVERYTHING & numbers


leaves = st.one_of(
    st.just((All(), EVERYTHING)),
    st.just((Recent(), EVERYTHING & RECENT)),
    st.sampled_from(["\\Seen", "\\deleted", "$JUNK", "nothing"]).map(has_flag),
    st.sets(st.integers(1, 7)).map(in_seqs),
    st.sets(st.integers(1, 22)).map(in_uids),
)


def larger(inner: st.SearchStrategy[Answer]) -> st.SearchStrategy[Answer]:
    return st.one_of(
        inner.map(lambda one: (Not(one[0]), EVERYTHING - one[1])),
        st.tuples(inner, inner).map(
            lambda two: (Or((two[0][0], two[1][0])), two[0][1] | two[1][1])
        ),
        st.lists(inner, max_size=3).map(
            lambda all_: (
                And(tuple(one for one, _ in all_)),
                EVERYTHING.intersection(*(answer for _, answer in all_)),
            )
        ),
    )


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.recursive(leaves, larger, max_leaves=8))
def test_against_plain_sets(case: Answer) -> None:
    criterion, uids = case
    assert found(criterion) == uids


def test_a_matcher_is_made_once_for_all_messages() -> None:
    recent: set[Uid] = set()
    test: Callable[[Seq, Entry], bool] = matcher(Recent(), recent)
    assert not test(Seq(1), ENTRIES[0])
    recent.add(ENTRIES[0].uid)
    assert test(Seq(1), ENTRIES[0])
