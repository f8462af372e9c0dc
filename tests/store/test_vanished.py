"""What a mailbox remembers of expunged messages."""

import pytest

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid, UidSet
from mockmail.store import vanished
from mockmail.store.flags import NO_FLAGS
from mockmail.store.store import Store
from mockmail.store.vanished import Vanished


def gone(*records: tuple[int, list[int]]) -> Vanished:
    made = Vanished()
    for modseq, uids in records:
        made.add(ModSeq(modseq), [Uid(uid) for uid in uids])
    return made


def test_what_vanished_since() -> None:
    memory = gone((3, [5, 6]), (4, [1]), (7, [2, 9]))
    assert memory.since(0) == UidSet([(1, 2), (5, 6), (9, 9)])
    assert memory.since(3) == UidSet([(1, 2), (9, 9)])
    assert memory.since(4) == memory.since(6) == UidSet([(2, 2), (9, 9)])
    assert memory.since(7) == UidSet(())


def test_the_oldest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanished, "MAX_RANGES", 3)
    memory = gone((3, [1, 3]), (4, [5]), (5, [7]))
    assert memory.forgotten == 3
    assert memory.since(2) is None
    assert memory.since(3) == UidSet([(5, 5), (7, 7)])


def test_more_ranges_at_once_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanished, "MAX_RANGES", 3)
    memory = gone((3, [1, 3, 5, 7]))
    assert memory.since(2) is None
    assert memory.since(3) == UidSet(())


def test_forgetting_all() -> None:
    memory = gone((3, [1]), (4, [2]))
    memory.forget()
    assert memory.since(3) is None
    assert memory.since(4) == UidSet(())
    Vanished().forget()
    assert Vanished().since(0) == UidSet(())


def test_a_fork_remembers_for_itself() -> None:
    store = Store()
    box = store.add_user("anna", "apple").mailboxes["INBOX"]
    with store.transaction("test") as tx:
        uids = [tx.append(box, Message(b""), NO_FLAGS, None).uid for _ in range(3)]  # type: ignore[arg-type]
    with store.transaction("test") as tx:
        tx.expunge(box, uids[:1])
    fork = store.fork().users["anna"].mailboxes["INBOX"]
    with store.transaction("test") as tx:
        tx.expunge(box, uids[1:])
    assert box.vanished.since(1) == UidSet([(1, 3)])
    assert fork.vanished.since(1) == UidSet([(1, 1)])
