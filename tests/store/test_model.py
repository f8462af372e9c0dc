"""The store against plain lists: two users, several transactions, forks.

The model is a list of messages for each user of each fork. A *reader* of each
mailbox starts with nothing and applies what its journal says: it must come to
the same list (laws 1, 2 and 3 without a session).
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.store.flags import FlagOp, flags
from mockmail.store.journal import Appended, Cursor, Expunged, Flagged
from mockmail.store.mailbox import Mailbox
from mockmail.store.store import Store

USERS = ("anna", "ben")
ORDER = ("\\Flagged", "\\Deleted", "\\Seen", "$Junk", "work")
"""The flags of this test in the order in which they must be shown."""
DATE = datetime(2024, 1, 1, tzinfo=UTC)
MAX_FORKS = 4

Names = frozenset[str]


@dataclass
class Box:
    """What the model says one mailbox holds."""

    messages: list[tuple[int, bytes, Names]] = field(default_factory=list)
    next_uid: int = 1

    def copy(self) -> "Box":
        return replace(self, messages=list(self.messages))


@dataclass
class Reader:
    """What one who reads the journal knows."""

    cursor: Cursor
    known: dict[int, tuple[bytes, Names]]
    modseq: int


@dataclass
class World:
    store: Store
    boxes: dict[str, Box]
    readers: dict[str, Reader]


forks = st.integers(0, MAX_FORKS - 1)
users = st.sampled_from(USERS)
flag_sets = st.frozensets(st.sampled_from(ORDER), max_size=3)
uid_sets = st.frozensets(st.integers(1, 8), max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), users, st.binary(max_size=3), flag_sets),
        st.tuples(st.just("flags"), users, uid_sets, st.sampled_from(FlagOp), flag_sets),
        st.tuples(st.just("expunge"), users, uid_sets),
    ),
    min_size=1,
    max_size=4,
)


class Stores(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        store = Store()
        for name in USERS:
            store.add_user(name, "secret")
        self.worlds = [self.opened(store, {name: Box() for name in USERS})]

    def opened(self, store: Store, boxes: dict[str, Box]) -> World:
        readers = {}
        for name in USERS:
            box = store.users[name].mailboxes["INBOX"]
            known = {int(e.uid): (e.message.raw, frozenset(e.flags.names)) for e in box}
            readers[name] = Reader(box.journal.open(lambda: None), known, box.modseq)
        return World(store, boxes, readers)

    def world(self, number: int) -> World:
        return self.worlds[number % len(self.worlds)]

    @rule(number=forks, steps=steps, fail=st.booleans())
    def transaction(self, number: int, steps: list[tuple], fail: bool) -> None:
        world = self.world(number)
        boxes = {name: box.copy() for name, box in world.boxes.items()}
        with suppress(ZeroDivisionError), world.store.transaction("test") as tx:
            for verb, name, *values in steps:
                box, model = world.store.users[name].mailboxes["INBOX"], boxes[name]
                if verb == "append":
                    raw, names = values
                    entry = tx.append(box, Message(raw, newlines="keep"), flags(names), DATE)
                    assert entry.uid == model.next_uid
                    model.messages.append((model.next_uid, raw, names))
                    model.next_uid += 1
                elif verb == "flags":
                    uids, op, names = values
                    entries = tx.store_flags(box, map(Uid, sorted(uids)), op, flags(names))
                    model.messages = [
                        (uid, raw, after(old, op, names) if uid in uids else old)
                        for uid, raw, old in model.messages
                    ]
                    assert [(e.uid, frozenset(e.flags)) for e in entries] == [
                        (uid, names) for uid, _, names in model.messages if uid in uids
                    ]
                else:
                    (uids,) = values
                    gone = tx.expunge(box, map(Uid, sorted(uids)))
                    assert [e.uid for e in gone] == [u for u, _, _ in model.messages if u in uids]
                    model.messages = [each for each in model.messages if each[0] not in uids]
            if fail:
                raise ZeroDivisionError
        if not fail:
            world.boxes = boxes

    @precondition(lambda self: len(self.worlds) < MAX_FORKS)
    @rule(number=forks)
    def fork(self, number: int) -> None:
        world = self.world(number)
        boxes = {name: box.copy() for name, box in world.boxes.items()}
        self.worlds.append(self.opened(world.store.fork(), boxes))

    @rule(number=forks, user=users)
    def read(self, number: int, user: str) -> None:
        """A reader catches up, and knows what is there."""
        world = self.world(number)
        reader = world.readers[user]
        for change in reader.cursor.read():
            assert change.modseq >= reader.modseq
            reader.modseq = change.modseq
            for entry in change.entries:
                what = (entry.message.raw, frozenset(entry.flags.names))
                match change:
                    case Appended():
                        assert entry.uid > max(reader.known, default=0)
                        reader.known[entry.uid] = what
                    case Flagged():
                        assert entry.uid in reader.known
                        reader.known[entry.uid] = what
                    case Expunged():
                        del reader.known[entry.uid]
        messages = world.boxes[user].messages
        assert reader.known == {uid: (raw, names) for uid, raw, names in messages}

    @rule(number=forks, user=users)
    def look(self, number: int, user: str) -> None:
        """What the mailbox keeps at hand, asked for now and then."""
        world = self.world(number)
        unseen = (u for u, _, names in world.boxes[user].messages if "\\Seen" not in names)
        box = world.store.users[user].mailboxes["INBOX"]
        assert box.first_unseen() == next(unseen, None)

    @invariant()
    def the_store_is_the_model(self) -> None:
        for world in self.worlds:
            world.store.check()
            for name, model in world.boxes.items():
                box = world.store.users[name].mailboxes["INBOX"]
                assert pictured(box) == model.messages
                assert box.uidnext == model.next_uid
                deleted = [uid for uid, _, names in model.messages if "\\Deleted" in names]
                assert sorted(box.deleted) == deleted
                for entry in box:
                    shown = [flag for flag in ORDER if flag in entry.flags]
                    assert entry.flags.wire.decode() == f"({' '.join(shown)})"


def after(old: Names, op: FlagOp, names: Names) -> Names:
    if op is FlagOp.REPLACE:
        return names
    return old | names if op is FlagOp.ADD else old - names


def pictured(box: Mailbox) -> list[tuple[int, bytes, Names]]:
    return [(entry.uid, entry.message.raw, frozenset(entry.flags.names)) for entry in box]


TestStores = Stores.TestCase
TestStores.settings = settings(
    deadline=None, derandomize=True, max_examples=60, stateful_step_count=30
)
