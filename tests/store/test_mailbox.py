"""One mailbox: keywords, \\Recent, forks, and the laws it can show."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid
from mockmail.store import mailbox as mailbox_module
from mockmail.store.flags import FlagOp, flags
from mockmail.store.journal import Appended, Entry, Flagged
from mockmail.store.mailbox import Mailbox, TooManyKeywords
from mockmail.store.store import Store

DATE = datetime(2024, 1, 1, tzinfo=UTC)


def append(store: Store, box: Mailbox, *names: str) -> Entry:
    with store.transaction("test") as tx:
        return tx.append(box, Message(b""), flags(names), DATE)


# Keywords


def test_the_first_spelling_of_a_keyword_stays(store: Store, box: Mailbox) -> None:
    first = append(store, box, "$Junk")
    second = append(store, box, "$JUNK", "\\seen", "work")
    assert second.flags.names == ("\\Seen", "$Junk", "work")
    with store.transaction("test") as tx:
        tx.store_flags(box, [first.uid], FlagOp.REPLACE, flags(["WORK"]))
        tx.store_flags(box, [second.uid], FlagOp.REMOVE, flags(["$jUNK"]))
    assert [entry.flags.names for entry in box] == [("work",), ("\\Seen", "work")]
    assert list(box.keywords.values()) == ["$Junk", "work"]


def test_each_mailbox_has_its_own_spelling(store: Store, box: Mailbox) -> None:
    other = store.create(store.users["anna"], "Other")
    append(store, box, "Work")
    append(store, other, "work")
    assert append(store, box, "WORK").flags.names == ("Work",)
    assert append(store, other, "WORK").flags.names == ("work",)


def test_keywords_are_limited(store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_module, "MAX_KEYWORDS", 2)
    entry = append(store, box, "a", "b", "\\Seen")
    with pytest.raises(TooManyKeywords):
        append(store, box, "c")
    with pytest.raises(TooManyKeywords), store.transaction("test") as tx:
        tx.store_flags(box, [entry.uid], FlagOp.ADD, flags(["A", "c"]))
    assert append(store, box, "A", "B", "\\Draft").flags.names == ("\\Draft", "a", "b")
    assert box.entries[entry.uid].flags.names == ("\\Seen", "a", "b")
    store.check()


def test_keywords_of_a_refused_change_are_not_noted(
    store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "MAX_KEYWORDS", 2)
    append(store, box, "a")
    with pytest.raises(TooManyKeywords):
        append(store, box, "b", "c")
    assert list(box.keywords.values()) == ["a"]
    assert append(store, box, "c").flags.names == ("c",)


def test_removing_an_unknown_keyword_passes_no_limit(
    store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "MAX_KEYWORDS", 1)
    entry = append(store, box, "a")
    with store.transaction("test") as tx:
        assert tx.store_flags(box, [entry.uid], FlagOp.REMOVE, flags(["b"])) == [entry]
    assert list(box.keywords.values()) == ["a"]


@pytest.mark.parametrize("uid", [1, 99])
def test_a_keyword_is_used_once_a_message_has_it(store: Store, box: Mailbox, uid: int) -> None:
    # `Mailbox.keywords`: "Keywords ever used here".
    append(store, box)
    op = FlagOp.REMOVE if uid == 1 else FlagOp.ADD
    with store.transaction("test") as tx:
        tx.store_flags(box, [Uid(uid)], op, flags(["$Never"]))
    assert box.keywords == {}
    with store.transaction("test") as tx:
        tx.store_flags(box, [Uid(uid)], op, flags(["$Never"]))
        tx.append(box, Message(b""), flags(["$Once"]), DATE)
    assert list(box.keywords.values()) == ["$Once"]


# \Recent (RFC 3501 section 2.3.2)


def claimed(box: Mailbox, session: int) -> list[Uid]:
    """What a session that selects the mailbox now takes."""
    recent = [uid for uid in box.uids if uid >= box.first_recent]
    box.claim_recent(session)
    return recent


def test_recent_is_claimed_once(store: Store, box: Mailbox) -> None:
    append(store, box)
    append(store, box)
    assert claimed(box, 4) == [1, 2]
    assert claimed(box, 2) == []
    assert box.readers == [2, 4]


def test_arrivals_are_recent_for_the_reader_with_the_lowest_number(
    store: Store, box: Mailbox
) -> None:
    cursor = box.journal.open(lambda: None)
    append(store, box)
    assert claimed(box, 4) == [1]
    append(store, box)
    assert claimed(box, 2) == []
    append(store, box)
    box.readers.clear()
    append(store, box)
    recents = [change.recent for change in cursor.read() if isinstance(change, Appended)]
    assert recents == [0, 4, 2, 0]
    # What nobody was there for is for the next one who comes.
    assert claimed(box, 9) == [4]


def test_what_a_reader_was_not_told_of_is_recent_for_the_next(store: Store, box: Mailbox) -> None:
    append(store, box)
    assert claimed(box, 1) == [1]
    append(store, box)
    append(store, box)
    box.release_recent(1, [Uid(2), Uid(3)])
    assert box.readers == []
    assert claimed(box, 2) == [2, 3]
    box.release_recent(2, [])
    assert claimed(box, 3) == []


# What is kept at hand


def test_the_first_unseen_message(store: Store, box: Mailbox) -> None:
    assert box.first_unseen() is None
    for names in (["\\Seen"], ["\\Seen"], [], ["\\Seen"]):
        append(store, box, *names)
    assert box.first_unseen() == 3
    for uid, op, first in [
        (3, FlagOp.ADD, None),
        (4, FlagOp.REMOVE, 4),
        (2, FlagOp.REMOVE, 2),
        (2, FlagOp.ADD, 4),
        (4, FlagOp.ADD, None),
    ]:
        with store.transaction("test") as tx:
            tx.store_flags(box, [Uid(uid)], op, flags(["\\Seen"]))
        assert box.first_unseen() == first
        box.check()
    append(store, box, "\\Seen")
    append(store, box)
    assert box.first_unseen() == 6
    with store.transaction("test") as tx:
        tx.expunge(box, [Uid(6)])
    assert box.first_unseen() is None


def test_the_deleted_messages(store: Store, box: Mailbox) -> None:
    for _ in range(3):
        append(store, box)
    append(store, box, "\\Deleted")
    with store.transaction("test") as tx:
        tx.store_flags(box, [Uid(3), Uid(1)], FlagOp.ADD, flags(["\\Deleted"]))
    assert sorted(box.deleted) == [1, 3, 4]
    twin = box.fork()
    with store.transaction("test") as tx:
        tx.store_flags(box, [Uid(1)], FlagOp.REPLACE, flags(["\\Seen"]))
        tx.expunge(box, [Uid(4)])
    assert sorted(box.deleted) == [3]
    assert sorted(twin.deleted) == [1, 3, 4]
    twin.check()


# Forks


def test_a_fork_copies_nothing_before_the_first_write(store: Store, box: Mailbox) -> None:
    append(store, box)
    twin = box.fork()
    assert twin.uids is box.uids
    assert twin.entries is box.entries
    append(store, box)
    assert twin.uids == [1]
    assert box.uids == [1, 2]
    own = box.uids
    append(store, box)
    assert box.uids is own


def test_a_fork_has_the_same_numbers_and_nobody_in_it(store: Store, box: Mailbox) -> None:
    box.claim_recent(1)
    append(store, box, "$Work")
    cursor = box.journal.open(lambda: None)
    append(store, box)
    twin = box.fork()
    assert (twin.name, twin.uidvalidity) == (box.name, box.uidvalidity)
    assert (twin.uidnext, twin.modseq) == (box.uidnext, box.modseq)
    assert twin.journal.end == box.journal.end
    assert twin.first_recent == box.first_recent
    assert twin.keywords == box.keywords
    assert twin.readers == []
    assert box.readers == [1]
    assert [e.message for e in twin] == [e.message for e in box]
    assert cursor.behind
    twin.check()


# The laws


def _swap_uids(box: Mailbox) -> None:
    box.uids.reverse()


def _repeat_uid(box: Mailbox) -> None:
    box.uids.append(box.uids[-1])


def _lower_uidnext(box: Mailbox) -> None:
    box.uidnext = Uid(3)


def _lose_entry(box: Mailbox) -> None:
    del box.entries[Uid(2)]


def _lose_uid(box: Mailbox) -> None:
    box.uids.remove(Uid(2))


def _misplace_entry(box: Mailbox) -> None:
    box.entries[Uid(2)] = box.entries[Uid(1)]


def _entry_ahead(box: Mailbox) -> None:
    box.entries[Uid(2)].modseq = ModSeq(box.modseq + 1)


def _entry_without_modseq(box: Mailbox) -> None:
    box.entries[Uid(2)].modseq = ModSeq(0)


def _lower_modseq(box: Mailbox) -> None:
    box.modseq = ModSeq(box.modseq - 1)


def _forget_deleted(box: Mailbox) -> None:
    box.entries[Uid(2)].flags = flags(["\\Deleted"])


def _overlook_unseen(box: Mailbox) -> None:
    box._seen_below = Uid(3)


def _swap_changes(box: Mailbox) -> None:
    box.journal.changes.reverse()


def _journal_ahead(box: Mailbox) -> None:
    box.journal.changes.append(Flagged(ModSeq(box.modseq + 1), "test", ()))


@pytest.mark.parametrize(
    ("break_it", "law"),
    [
        (_swap_uids, "UIDs don't ascend"),
        (_repeat_uid, "UIDs don't ascend"),
        (_lower_uidnext, "UIDNEXT is in use"),
        (_lose_entry, "entries and UIDs differ"),
        (_lose_uid, "entries and UIDs differ"),
        (_misplace_entry, "stands under 2"),
        (_entry_ahead, "is ahead of"),
        (_entry_without_modseq, "is ahead of"),
        (_lower_modseq, "is ahead of"),
        (_forget_deleted, "index of \\Deleted is wrong"),
        (_overlook_unseen, "index of \\Seen is wrong"),
        (_swap_changes, "don't ascend with the journal"),
        (_journal_ahead, "journal is ahead"),
    ],
)
def test_a_broken_law_is_named(
    store: Store, box: Mailbox, break_it: Callable[[Mailbox], None], law: str
) -> None:
    for _ in range(3):
        append(store, box)
    box.check()
    break_it(box)
    with pytest.raises(AssertionError, match=re.escape(law)):
        box.check()
    with pytest.raises(AssertionError, match="mailbox 'INBOX'"):
        store.check()


def test_a_new_mailbox_is_lawful() -> None:
    box = Mailbox("x", 1, None)
    box.check()
    assert len(box) == 0
    assert list(box) == []
