"""The journal: what came since, for each reader, and no more than that."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid
from mockmail.store.flags import NO_FLAGS
from mockmail.store.journal import KEPT, Appended, Change, Entry, Expunged, Journal

DATE = datetime(2024, 1, 1, tzinfo=UTC)


class Reader:
    """Reads when it likes, and when it is made to."""

    def __init__(self, journal: Journal) -> None:
        self.read: list[Change] = []
        self.cursor = journal.open(self.catch_up)

    def catch_up(self) -> None:
        self.read += self.cursor.read()


def change(number: int) -> Change:
    return Expunged(ModSeq(number), "test", ())


def test_a_cursor_stands_at_the_end() -> None:
    journal = Journal()
    journal.add(change(1))
    cursor = journal.open(lambda: None)
    assert not cursor.behind
    assert list(cursor.read()) == []
    second = change(2)
    journal.add(second)
    assert cursor.behind
    assert list(cursor.unread()) == [second]
    assert list(cursor.unread()) == [second]
    assert list(cursor.read()) == [second]
    assert list(cursor.read()) == []
    assert not cursor.behind


def test_each_reader_has_its_own_place() -> None:
    journal = Journal()
    slow, quick = (journal.open(lambda: None) for _ in range(2))
    changes = [change(number) for number in range(3)]
    for each in changes:
        journal.add(each)
        assert list(quick.read()) == [each]
    assert list(slow.read()) == changes


def test_what_was_read_stays_as_it_was() -> None:
    journal = Journal()
    cursor = journal.open(lambda: None)
    first = change(1)
    journal.add(first)
    read = cursor.read()
    for number in range(2 * KEPT):
        journal.add(change(number))
    assert list(read) == [first]


@pytest.mark.parametrize("readers", [0, 1, 3])
def test_bounded_when_nobody_is_behind(readers: int) -> None:
    journal = Journal()
    cursors = [journal.open(lambda: None) for _ in range(readers)]
    for number in range(5_000):
        journal.add(change(number))
        for cursor in cursors:
            cursor.read()
        assert len(journal.changes) <= KEPT
    assert journal.end == 5_000


def test_kept_for_a_reader_that_lags() -> None:
    journal = Journal()
    slow, quick = Reader(journal), Reader(journal)
    changes = [change(number) for number in range(KEPT)]
    for each in changes:
        journal.add(each)
        quick.catch_up()
    assert slow.read == []
    slow.catch_up()
    assert slow.read == quick.read == changes


def test_who_never_reads_is_made_to_and_misses_nothing() -> None:
    journal = Journal()
    silent, quick = Reader(journal), Reader(journal)
    changes = [change(number) for number in range(10 * KEPT)]
    for each in changes:
        journal.add(each)
        quick.catch_up()
        assert len(journal.changes) <= KEPT
    silent.catch_up()
    assert silent.read == quick.read == changes


def test_a_reader_that_left_is_not_asked() -> None:
    journal = Journal()
    left = Reader(journal)
    journal.add(change(0))
    left.cursor.close()
    for number in range(2 * KEPT):
        journal.add(change(number))
    assert left.read == []
    assert len(journal.changes) <= KEPT


def test_a_journal_may_begin_anywhere() -> None:
    journal = Journal(77)
    assert journal.end == 77
    reader = Reader(journal)
    added = change(1)
    journal.add(added)
    assert journal.end == 78
    reader.catch_up()
    assert reader.read == [added]


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([1, 2, KEPT - 1, KEPT, KEPT + 1]).map(lambda count: ("add", count)),
            st.integers(0, 3).map(lambda who: ("read", who)),
            st.just(("open", 0)),
            st.integers(0, 3).map(lambda who: ("close", who)),
        ),
        max_size=30,
    )
)
def test_every_reader_reads_each_change_once(steps: list[tuple[str, int]]) -> None:
    journal = Journal()
    added = 0
    readers: list[tuple[Reader, int]] = []
    for step, value in steps:
        if step == "add":
            for _ in range(value):
                journal.add(change(added))
                added += 1
        elif step == "open":
            readers.append((Reader(journal), added))
        elif value < len(readers):
            reader, since = readers[value]
            if step == "close":
                reader.cursor.close()
                del readers[value]
            else:
                reader.catch_up()
                assert [each.modseq for each in reader.read] == list(range(since, added))
                assert not reader.cursor.behind
        assert journal.end == added
        assert len(journal.changes) <= KEPT


def test_repr_of_an_entry() -> None:
    entry = Entry(Uid(3), Message(b""), NO_FLAGS, ModSeq(9), DATE)
    assert repr(entry) == "<Entry 3 () modseq 9>"
    assert Appended(ModSeq(9), "A", (entry,), 0).entries == (entry,)
