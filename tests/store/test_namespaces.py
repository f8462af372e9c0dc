"""Mailboxes of others, of all, and newsgroups."""

import pytest

from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.store.flags import NO_FLAGS, FlagOp, flags
from mockmail.store.mailbox import Mailbox
from mockmail.store.refusal import MailboxExists, NotPermitted, Refused
from mockmail.store.store import Store
from mockmail.store.user import User

SEEN = flags(("\\Seen",))


@pytest.fixture
def store() -> Store:
    store = Store()
    store.add_user("anna", "apple")
    store.add_user("ben", "banana")
    return store


@pytest.fixture
def anna(store: Store) -> User:
    return store.users["anna"]


@pytest.fixture
def ben(store: Store) -> User:
    return store.users["ben"]


def add(store: Store, mailbox: Mailbox) -> None:
    with store.transaction("test") as tx:
        tx.append(mailbox, Message(b"x"), NO_FLAGS, None)  # type: ignore[arg-type]


def seen(mailbox: Mailbox) -> list[bool]:
    return [entry.flags.seen for entry in mailbox]


def test_a_newsgroup_has_followers_with_flags_of_their_own(
    store: Store, anna: User, ben: User
) -> None:
    group = store.create_shared("#news.misc")
    add(store, group)
    mine, his = anna.news["#news.misc"], ben.news["#news.misc"]
    with store.transaction("anna") as tx:
        tx.store_flags(mine, [Uid(1)], FlagOp.ADD, SEEN)
    add(store, group)
    assert (seen(mine), seen(his), seen(group)) == ([True, False], [False] * 2, [False] * 2)
    with store.transaction("test") as tx:
        tx.expunge(group, [Uid(1)])
    assert mine.uids == his.uids == group.uids == [2]
    assert mine.uidvalidity == his.uidvalidity == group.uidvalidity
    store.check()


def test_keywords_come_to_followers_as_far_as_they_take_them(
    store: Store, anna: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = store.create_shared("#news.misc")
    add(store, group)
    mine, his = anna.news["#news.misc"], ben.news["#news.misc"]
    monkeypatch.setattr("mockmail.store.mailbox.MAX_KEYWORDS", 2)
    with store.transaction("ben") as tx:
        tx.store_flags(his, [Uid(1)], FlagOp.ADD, flags(("NEW", "other")))
    for name in ("New", "Another"):
        with store.transaction("test") as tx:
            tx.append(group, Message(b"x"), flags(("\\Seen", name)), None)  # type: ignore[arg-type]
    assert [entry.flags.names for entry in mine][1:] == [("\\Seen", "New"), ("\\Seen", "Another")]
    assert list(mine.keywords.values()) == ["New", "Another"]
    assert [entry.flags.names for entry in his][1:] == [("\\Seen", "NEW"), ("\\Seen",)]
    assert list(his.keywords.values()) == ["NEW", "other"]
    store.check()


def test_who_comes_later_follows_too(store: Store) -> None:
    group = store.create_shared("#news.misc")
    add(store, group)
    late = store.add_user("carol", "cherry")
    add(store, group)
    assert late.news["#news.misc"].uids == [1, 2]
    store.check()


def test_a_fork_has_its_own_groups_and_followers(store: Store, anna: User) -> None:
    group = store.create_shared("#news.misc")
    add(store, group)
    with store.transaction("anna") as tx:
        tx.store_flags(anna.news["#news.misc"], [Uid(1)], FlagOp.ADD, SEEN)
    fork = store.fork()
    add(fork, fork.shared["#news.misc"])
    add(fork, fork.shared["#news.misc"])
    add(store, group)
    assert seen(fork.users["anna"].news["#news.misc"]) == [True, False, False]
    assert seen(anna.news["#news.misc"]) == [True, False]
    store.check()
    fork.check()


def test_a_fork_keeps_grants_apart(store: Store, anna: User) -> None:
    fork = store.fork()
    store.share(anna.mailboxes["INBOX"], "ben", write=True)
    assert store.mailbox(store.users["ben"], "Users/anna/inbox") is anna.mailboxes["INBOX"]
    assert fork.mailbox(fork.users["ben"], "Users/anna/INBOX") is None


def test_names_in_use_are_not_taken_twice(store: Store, anna: User) -> None:
    store.create(anna, "Users/ben/x")
    with pytest.raises(Refused, match="of his own"):
        store.share(store.users["ben"].mailboxes["INBOX"], "anna", write=True)
    store.create(anna, "Shared/x")
    with pytest.raises(Refused, match="of his own"):
        store.create_shared("Shared/y")
    store.create_shared("#news.x")
    with pytest.raises(MailboxExists):
        store.create_shared("#news.x")
    with pytest.raises(NotPermitted):
        store.create(anna, "#news.y")


@pytest.mark.parametrize("name", ["Staff", "Shared/", "#news.", "#news.a..b", "Shared//x"])
def test_what_no_shared_mailbox_can_be_called(store: Store, name: str) -> None:
    with pytest.raises(Refused):
        store.create_shared(name)


@pytest.mark.parametrize("login", ["anna", "nobody"])
def test_with_whom_a_mailbox_can_t_be_shared(store: Store, anna: User, login: str) -> None:
    with pytest.raises(Refused, match=login):
        store.share(anna.mailboxes["INBOX"], login, write=False)


def test_what_is_shared_by_all_can_t_be_granted(store: Store) -> None:
    with pytest.raises(Refused):
        store.share(store.create_shared("Shared/x"), "anna", write=False)
