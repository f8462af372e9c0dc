"""The store: transactions, forks, users and their mailboxes."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid
from mockmail.store import store as store_module
from mockmail.store.flags import NO_FLAGS, FlagOp, flags
from mockmail.store.journal import Appended, Change, Entry, Expunged, Flagged
from mockmail.store.mailbox import Mailbox
from mockmail.store.refusal import MailboxExists, NoMailbox, Refused
from mockmail.store.store import Store

DATE = datetime(2024, 1, 1, tzinfo=UTC)
SEEN = flags(["\\Seen"])


def append(store: Store, box: Mailbox, count: int = 1) -> list[Entry]:
    with store.transaction("test") as tx:
        return [tx.append(box, Message(b"%d" % n), NO_FLAGS, DATE) for n in range(count)]


def picture(store: Store) -> list[object]:
    """All that anybody could see."""
    return [
        (
            user.name,
            box.name,
            box.uidvalidity,
            box.uidnext,
            box.modseq,
            list(box.uids),
            [(e.uid, e.flags.names, e.modseq, e.message.raw) for e in box],
            box.journal.end,
        )
        for user in store.users.values()
        for box in user.mailboxes.values()
    ]


# Transactions (law 7)


def test_nothing_is_seen_before_the_end(store: Store, box: Mailbox) -> None:
    append(store, box, 3)
    before, version = picture(store), store.version
    with store.transaction("test") as tx:
        tx.append(box, Message(b"new"), SEEN, DATE)
        tx.store_flags(box, [Uid(1)], FlagOp.ADD, SEEN)
        tx.expunge(box, [Uid(2)])
        assert picture(store) == before
        assert store.version == version
    assert [(e.uid, e.flags.names) for e in box] == [(1, ("\\Seen",)), (3, ()), (4, ("\\Seen",))]
    assert store.version == version + 1
    store.check()


def test_all_or_nothing(store: Store, box: Mailbox) -> None:
    other = store.create(store.users["anna"], "Other")
    append(store, box, 3)
    before, version = picture(store), store.version
    with suppress(ZeroDivisionError), store.transaction("test") as tx:
        tx.append(box, Message(b"new"), SEEN, DATE)
        tx.append(other, Message(b"new"), SEEN, DATE)
        tx.store_flags(box, [Uid(1)], FlagOp.ADD, SEEN)
        tx.expunge(box, [Uid(2)])
        raise ZeroDivisionError
    assert picture(store) == before
    assert store.version == version
    store.check()


def test_an_undone_transaction_notes_no_keywords(store: Store, box: Mailbox) -> None:
    with suppress(ZeroDivisionError), store.transaction("test") as tx:
        tx.append(box, Message(b"new"), flags(["$Junk"]), DATE)
        raise ZeroDivisionError
    assert box.keywords == {}


def test_a_transaction_sees_its_own_changes(store: Store, box: Mailbox) -> None:
    append(store, box, 2)
    with store.transaction("test") as tx:
        new = tx.append(box, Message(b"new"), NO_FLAGS, DATE)
        assert new.uid == 3
        (flagged,) = tx.store_flags(box, [new.uid], FlagOp.ADD, SEEN)
        assert flagged.flags is SEEN
        (again,) = tx.store_flags(box, [new.uid], FlagOp.ADD, flags(["\\Draft"]))
        assert again.flags.names == ("\\Seen", "\\Draft")
        assert [e.uid for e in tx.expunge(box, [Uid(1), Uid(1), Uid(9)])] == [1]
        assert tx.store_flags(box, [Uid(1)], FlagOp.ADD, SEEN) == []
        assert tx.expunge(box, [Uid(1)]) == []
    assert [(e.uid, e.flags.names) for e in box] == [(2, ()), (3, ("\\Seen", "\\Draft"))]


def test_a_flag_change_before_an_expunge_stays_with_the_last_entry(
    store: Store, box: Mailbox
) -> None:
    append(store, box, 1)
    cursor = box.journal.open(lambda: None)
    with store.transaction("test") as tx:
        tx.store_flags(box, [Uid(1)], FlagOp.ADD, SEEN)
        (gone,) = tx.expunge(box, [Uid(1)])
    (change,) = cursor.read()
    assert isinstance(change, Expunged)
    assert change.entries == (gone,)
    assert gone.flags is SEEN


def test_one_modseq_and_one_record_of_each_kind(store: Store, box: Mailbox) -> None:
    append(store, box, 4)
    cursor = box.journal.open(lambda: None)
    told: list[tuple[Mailbox, Change]] = []
    store.on_commit = lambda mailbox, change: told.append((mailbox, change))
    before = box.modseq
    with store.transaction("A") as tx:
        for _ in range(2):
            tx.append(box, Message(b"new"), NO_FLAGS, DATE)
        for uid in (1, 2):
            tx.store_flags(box, [Uid(uid)], FlagOp.ADD, SEEN)
        for uid in (3, 4):
            tx.expunge(box, [Uid(uid)])
    changes = list(cursor.read())
    assert [(type(c), [e.uid for e in c.entries]) for c in changes] == [
        (Expunged, [3, 4]),
        (Appended, [5, 6]),
        (Flagged, [1, 2]),
    ]
    assert {(c.modseq, c.origin) for c in changes} == {(before + 1, "A")}
    assert box.modseq == before + 1
    assert [e.modseq for e in box] == [box.modseq] * 4
    assert told == [(box, change) for change in changes]


def test_a_listener_hears_of_a_change_when_it_is_true(store: Store, box: Mailbox) -> None:
    seen: list[list[Uid]] = []
    store.on_commit = lambda mailbox, change: seen.append(list(mailbox.uids))
    append(store, box, 2)
    with store.transaction("test") as tx:
        tx.expunge(box, [Uid(1)])
        tx.append(box, Message(b"new"), NO_FLAGS, DATE)
    assert seen == [[1, 2], [2, 3], [2, 3]]


def test_flags_that_stay_the_same_are_no_change(store: Store, box: Mailbox) -> None:
    (entry,) = append(store, box)
    before, version = picture(store), store.version
    with store.transaction("test") as tx:
        assert tx.store_flags(box, [entry.uid], FlagOp.REMOVE, SEEN) == [entry]
        assert tx.store_flags(box, [entry.uid], FlagOp.REPLACE, NO_FLAGS) == [entry]
        assert tx.store_flags(box, [Uid(99)], FlagOp.ADD, SEEN) == []
        assert tx.expunge(box, [Uid(99)]) == []
    assert picture(store) == before
    assert store.version == version


def test_modseq_ascends_and_marks_what_changed(store: Store, box: Mailbox) -> None:
    append(store, box, 3)
    steps = [box.modseq]
    for uid in (2, 1, 2):
        with store.transaction("test") as tx:
            (entry,) = tx.store_flags(box, [Uid(uid)], FlagOp.ADD, flags([f"k{box.modseq}"]))
        assert entry.modseq == box.modseq
        steps.append(box.modseq)
    assert steps == sorted(set(steps))
    assert [e.modseq for e in box] == [steps[2], steps[3], steps[0]]
    with store.transaction("test") as tx:
        tx.expunge(box, [Uid(3)])
    assert box.modseq > steps[-1]


def test_an_entry_held_stays_what_it_was(store: Store, box: Mailbox) -> None:
    (held,) = append(store, box)
    with store.transaction("test") as tx:
        (flagged,) = tx.store_flags(box, [held.uid], FlagOp.ADD, SEEN)
    assert held.flags is NO_FLAGS
    assert flagged.message is held.message
    assert (flagged.uid, flagged.internaldate) == (held.uid, held.internaldate)


def test_two_transactions_at_once_are_refused_whole(store: Store, box: Mailbox) -> None:
    other = store.create(store.users["anna"], "Other")
    append(store, box)
    outer = store.transaction("outer")
    outer.append(other, Message(b"outer"), NO_FLAGS, DATE)
    outer.append(box, Message(b"outer"), NO_FLAGS, DATE)
    append(store, box)
    before = picture(store)
    with pytest.raises(RuntimeError, match="two transactions at once"):
        outer.__exit__(None, None, None)
    assert picture(store) == before
    store.check()


# UIDs (law 1)


def test_uids_are_never_used_again(store: Store, box: Mailbox) -> None:
    append(store, box, 3)
    with store.transaction("test") as tx:
        tx.expunge(box, [Uid(2), Uid(3)])
    assert append(store, box)[0].uid == 4
    with store.transaction("test") as tx:
        tx.expunge(box, [tx.append(box, Message(b"x"), NO_FLAGS, DATE).uid])
    assert box.uids == [1, 4]
    assert box.uidnext == 6
    assert append(store, box)[0].uid == 6
    store.check()


def test_what_came_and_went_in_one_transaction_was_never_there(store: Store, box: Mailbox) -> None:
    cursor = box.journal.open(lambda: None)
    modseq, version = box.modseq, store.version
    with store.transaction("test") as tx:
        tx.expunge(box, [tx.append(box, Message(b"x"), NO_FLAGS, DATE).uid])
    assert not cursor.behind
    assert (box.modseq, store.version) == (modseq, version)


def test_mailboxes_of_one_transaction_count_for_themselves(store: Store, box: Mailbox) -> None:
    other = store.create(store.users["anna"], "Other")
    append(store, box, 5)
    with store.transaction("test") as tx:
        uids = [tx.append(each, Message(b"x"), NO_FLAGS, DATE).uid for each in (box, other, box)]
    assert uids == [6, 1, 7]
    assert (box.modseq, other.modseq) == (ModSeq(3), ModSeq(2))


# Forks


def test_forks_are_independent_both_ways(store: Store, box: Mailbox) -> None:
    append(store, box, 2)
    twin = store.fork()
    twin_box = twin.users["anna"].mailboxes["INBOX"]
    before = picture(store)
    assert picture(twin) == before

    with twin.transaction("test") as tx:
        tx.append(twin_box, Message(b"twin's"), SEEN, DATE)
        tx.store_flags(twin_box, [Uid(1)], FlagOp.ADD, flags(["$Twin"]))
        tx.expunge(twin_box, [Uid(2)])
    twin.create(twin.users["anna"], "Twin's")
    twin.add_user("ben", "banana")
    twin.directory.give(twin.users["anna"], ["anna@example.org", "twin@example.org"])
    assert picture(store) == before
    assert list(store.users) == ["anna"]
    assert store.users["anna"].addresses == ("anna@example.org",)
    assert store.directory.user_of("twin@example.org") is None
    assert box.keywords == {}

    twins = picture(twin)
    with store.transaction("test") as tx:
        tx.expunge(box, [Uid(1)])
        tx.store_flags(box, [Uid(2)], FlagOp.ADD, flags(["$Own"]))
    store.create(store.users["anna"], "Own")
    assert picture(twin) == twins
    store.check()
    twin.check()


def test_a_fork_shares_until_the_first_write_whoever_writes(store: Store, box: Mailbox) -> None:
    append(store, box, 2)
    stores = [store, store.fork(), store.fork()]
    stores.append(stores[1].fork())
    boxes = [each.users["anna"].mailboxes["INBOX"] for each in stores]
    assert len({id(each.entries) for each in boxes}) == 1
    for number, (each, inbox) in enumerate(zip(stores, boxes, strict=True), 1):
        append(each, inbox, number)
        assert [len(b) for b in boxes] == [2 + n if n <= number else 2 for n in (1, 2, 3, 4)]
    # The messages themselves are shared for ever.
    assert len({id(b.entries[Uid(1)].message) for b in boxes}) == 1


def test_a_fork_begins_without_readers_listeners_and_locks(store: Store, box: Mailbox) -> None:
    append(store, box)
    store.on_commit = lambda mailbox, change: pytest.fail("told of the twin's change")
    store.users["anna"].maildrop_lock = 3
    box.claim_recent(1)
    cursor = box.journal.open(lambda: None)
    twin = store.fork()
    user = twin.users["anna"]
    assert user.maildrop_lock == 0
    append(twin, user.mailboxes["INBOX"])
    assert not cursor.behind


def test_a_fork_gives_the_uidvalidity_the_original_would(store: Store) -> None:
    twin = store.fork()
    validities = [each.create(each.users["anna"], "New").uidvalidity for each in (store, twin)]
    assert validities[0] == validities[1]
    twin.check()


# Mailboxes


def test_create_makes_what_is_missing_above(store: Store) -> None:
    anna = store.users["anna"]
    version = store.version
    assert store.create(anna, "a/b/c").name == "a/b/c"
    assert list(anna.mailboxes) == ["INBOX", "a", "a/b", "a/b/c"]
    assert store.version > version
    store.create(anna, "a/x")
    store.create(anna, "inbox/y")
    assert list(anna.mailboxes) == ["INBOX", "a", "a/b", "a/b/c", "a/x", "INBOX/y"]
    assert len({box.uidvalidity for box in anna.mailboxes.values()}) == 6
    store.check()


def test_inbox_in_any_case(store: Store, box: Mailbox) -> None:
    anna = store.users["anna"]
    assert anna.mailbox("inbox") is anna.mailbox("INBOX") is box
    assert anna.mailbox("Inbox2") is None
    for name in ("INBOX", "inbox"):
        with pytest.raises(MailboxExists, match="INBOX exists already"):
            store.create(anna, name)
        with pytest.raises(Refused, match="INBOX can't be deleted"):
            store.delete(anna, name)


def test_other_names_are_case_sensitive(store: Store) -> None:
    anna = store.users["anna"]
    store.create(anna, "Work")
    store.create(anna, "work")
    assert anna.mailbox("WORK") is None
    with pytest.raises(MailboxExists):
        store.create(anna, "work")


@pytest.mark.parametrize("name", ["", "a//b", "a*", "a/%/b", "a\n", "x" * 1001])
def test_impossible_names_create_nothing(store: Store, name: str) -> None:
    anna = store.users["anna"]
    with pytest.raises(Refused):
        store.create(anna, name)
    assert list(anna.mailboxes) == ["INBOX"]


def test_mailboxes_are_limited(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_MAILBOXES", 4)
    anna = store.users["anna"]
    store.create(anna, "a")
    # Three more would pass the limit, so that none is made.
    with pytest.raises(Refused, match="at most 4 mailboxes"):
        store.create(anna, "x/y/z")
    assert list(anna.mailboxes) == ["INBOX", "a"]
    store.create(anna, "x/y")
    with pytest.raises(Refused, match="at most 4 mailboxes"):
        store.create(anna, "b")
    store.delete(anna, "x/y")
    store.create(anna, "b")
    # Each user has a limit of their own.
    store.create(store.add_user("ben", "banana"), "x/y/z")


def test_delete_leaves_what_is_below_and_who_has_it(store: Store) -> None:
    anna = store.users["anna"]
    box = store.create(anna, "a/b")
    above = anna.mailboxes["a"]
    append(store, above, 2)
    version = store.version
    store.delete(anna, "a")
    assert store.version > version
    assert list(anna.mailboxes) == ["INBOX", "a/b"]
    assert anna.mailbox("a/b") is box
    # A session that has it selected still reads and writes there (RFC 2180 section 3.2).
    append(store, above)
    assert len(above) == 3
    with pytest.raises(NoMailbox, match="no mailbox a"):
        store.delete(anna, "a")
    store.check()


def test_a_name_used_again_has_another_uidvalidity(store: Store) -> None:
    anna = store.users["anna"]
    seen = set()
    for _ in range(5):
        box = store.create(anna, "again")
        assert box.uidvalidity not in seen
        assert (len(box), box.uidnext) == (0, 1)
        seen.add(box.uidvalidity)
        append(store, box)
        store.delete(anna, "again")


def test_delete_of_a_name_that_was_never_there(store: Store) -> None:
    with pytest.raises(NoMailbox):
        store.delete(store.users["anna"], "nowhere")


# Users


def test_users(store: Store) -> None:
    ben = store.add_user("ben", "banana", ["Ben@Example.org", "b@example.org"])
    assert list(ben.mailboxes) == ["INBOX"]
    assert store.directory.user_of("ben@example.ORG") is ben
    assert store.directory.user_of("b@example.org") is ben
    assert store.directory.user_of("ben") is None
    assert store.directory.user_of("") is None
    with pytest.raises(Refused, match="'ben' already"):
        store.add_user("ben", "other")
    assert store.users["ben"] is ben
    with pytest.raises(Refused, match=r"B@example.org is an address of 'ben' already"):
        store.add_user("bob", "other", ["bob@example.org", "B@example.org"])
    assert list(store.users) == ["anna", "ben"]
    store.check()


def test_the_first_uidvalidity_is_given() -> None:
    store = Store(1000)
    anna = store.add_user("anna", "apple")
    assert anna.mailboxes["INBOX"].uidvalidity == 1000
    assert store.create(anna, "x").uidvalidity == 1001


# The laws


def test_check_finds_a_uidvalidity_used_twice(store: Store, box: Mailbox) -> None:
    store.create(store.users["anna"], "Other").uidvalidity = box.uidvalidity
    with pytest.raises(AssertionError, match="anna: UIDVALIDITY used twice"):
        store.check()


def test_check_finds_a_mailbox_under_another_name(store: Store, box: Mailbox) -> None:
    store.users["anna"].mailboxes["Other"] = Mailbox("Elsewhere", 99, "anna")
    with pytest.raises(AssertionError, match=re.escape("'Elsewhere' stands under 'Other'")):
        store.check()


# Renaming


def test_rename_takes_what_is_below_along(store: Store) -> None:
    user = store.users["anna"]
    below = store.create(user, "a/b/c")
    append(store, below, 2)
    store.rename(user, "a", "x/y", "test")
    assert list(user.mailboxes) == ["INBOX", "x/y", "x/y/b", "x/y/b/c", "x"]
    assert user.mailboxes["x/y/b/c"] is below
    assert below.name == "x/y/b/c"
    assert len(below) == 2
    store.check()


def test_a_level_that_is_no_mailbox_can_be_renamed(store: Store) -> None:
    user = store.users["anna"]
    store.create(user, "a/b")
    store.delete(user, "a")
    store.rename(user, "a", "x", "test")
    assert list(user.mailboxes) == ["INBOX", "x/b"]


def test_a_rename_that_is_refused_changes_nothing(store: Store, box: Mailbox) -> None:
    user = store.users["anna"]
    store.create(user, "a/b")
    store.create(user, "x/b")
    store.delete(user, "x")
    append(store, box, 1)
    before = picture(store)
    for old, new, error in (
        ("nowhere", "y", NoMailbox),
        ("a", "a", MailboxExists),
        ("a", "inbox", MailboxExists),
        ("a", "x", MailboxExists),
        ("a", "a/c", Refused),
        ("a", "y*", Refused),
        ("a", "y" * 999, Refused),
        ("INBOX", "a", MailboxExists),
    ):
        with pytest.raises(error):
            store.rename(user, old, new, "test")
        assert picture(store) == before


def test_a_fork_has_its_own_names_and_subscriptions(store: Store) -> None:
    user = store.users["anna"]
    store.create(user, "a")
    user.subscriptions["a"] = None
    twin = store.fork()
    store.rename(user, "a", "b", "test")
    user.subscriptions.clear()
    assert "a" in twin.users["anna"].mailboxes
    assert list(twin.users["anna"].subscriptions) == ["a"]


# Special uses


def test_a_special_use_stays_with_its_mailbox(store: Store, box: Mailbox) -> None:
    user = store.users["anna"]
    store.create(user, "a/b").special_use = ("\\Drafts", "\\Sent")
    box.special_use = ("\\Important",)
    twin = store.fork()
    store.rename(user, "a", "x", "test")
    store.rename(user, "INBOX", "old", "test")
    assert {name: each.special_use for name, each in user.mailboxes.items()} == {
        "INBOX": ("\\Important",),
        "x": (),
        "x/b": ("\\Drafts", "\\Sent"),
        "old": (),
    }
    store.delete(user, "x/b")
    assert store.create(user, "x/b").special_use == ()
    copy = twin.users["anna"].mailboxes
    assert copy["a/b"].special_use == ("\\Drafts", "\\Sent")
    copy["a/b"].special_use = ("\\Trash",)
    assert user.mailboxes["x/b"].special_use == ()
    store.check()
    twin.check()


def test_check_finds_a_use_that_is_none(store: Store, box: Mailbox) -> None:
    box.special_use = ("\\Nonsense",)
    with pytest.raises(AssertionError, match="no special use"):
        store.check()
