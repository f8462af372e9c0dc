"""Maildrops against a model of lists: snapshots and live views, while others add and expunge."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import PASSWORD, Client, inbox
from mockmail import Pop3Settings
from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World

RAW = b"Subject: x\r\n\r\n"
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "append",
                "expunge",
                "list",
                "list",
                "retr",
                "top",
                "dele",
                "dele",
                "rset",
                "stat",
                "quit",
                "hang",
            ]
        ),
        st.integers(1, 4),
    ),
    max_size=25,
)


@dataclass
class Model:
    """What a client should find."""

    snapshot: bool
    fetch_expunged: bool
    box: list[int]
    """UIDs that are there."""
    seen: set[int] = field(default_factory=set)
    numbered: list[int] | None = None
    """UIDs by message number, in a session."""
    deleted: set[int] = field(default_factory=set)
    brought: set[int] = field(default_factory=set)

    def look(self) -> None:
        """What a session does before each command."""
        if self.numbered is None:
            self.numbered, self.deleted, self.brought = list(self.box), set(), set()
        elif not self.snapshot:
            self.numbered += [uid for uid in self.box if uid > max(self.numbered, default=0)]

    def listed(self) -> list[int]:
        assert self.numbered is not None
        return [
            number
            for number, uid in enumerate(self.numbered, 1)
            if number not in self.deleted and (self.snapshot or uid in self.box)
        ]

    def uid(self, number: int) -> int:
        assert self.numbered is not None
        return self.numbered[number - 1]

    def readable(self, number: int) -> bool:
        there = self.fetch_expunged or not self.snapshot
        return number in self.listed() and (there or self.uid(number) in self.box)

    def ends(self, *, update: bool) -> None:
        if update:
            gone = {self.uid(number) for number in self.deleted}
            self.box = [uid for uid in self.box if uid not in gone]
        self.seen |= {self.uid(number) for number in self.brought} & set(self.box)
        self.numbered = None


class Pair:
    """The model and a server."""

    def __init__(self, *, snapshot: bool, fetch_expunged: bool) -> None:
        choice = Pop3Settings(snapshot=snapshot, fetch_expunged=fetch_expunged)
        self.world = inbox(world=World(pop3=choice))
        self.box = self.world.store.users["anna"].mailboxes["INBOX"]
        self.client: Client | None = None
        self.model = Model(snapshot, fetch_expunged, [])
        for _ in range(3):
            self.append(0)

    def say(self, line: str) -> list[bytes]:
        if self.client is None:
            self.client = Client(self.world, "pop3")
            self.client.send(f"USER anna\r\nPASS {PASSWORD}\r\n".encode())
            assert self.client.said().endswith(b" messages\r\n")
        self.model.look()
        self.client.send(line.encode() + b"\r\n")
        return self.client.said().splitlines()

    def ok(self, line: str) -> bool:
        return self.say(line)[0].startswith(b"+OK")

    # Steps

    def append(self, _: int) -> None:
        with self.world.store.transaction("other") as tx:
            self.model.box.append(
                tx.append(self.box, Message(RAW), NO_FLAGS, self.world.clock.now).uid
            )

    def expunge(self, index: int) -> None:
        if index <= len(self.model.box):
            uid = self.model.box.pop(index - 1)
            with self.world.store.transaction("other") as tx:
                tx.expunge(self.box, [Uid(uid)])

    def list(self, _: int) -> None:
        _, *rows, _ = self.say("LIST")
        assert rows == [b"%d %d" % (number, len(RAW)) for number in self.model.listed()]

    def stat(self, _: int) -> None:
        (said,) = self.say("STAT")
        count = len(self.model.listed())
        assert said == b"+OK %d %d" % (count, count * len(RAW))

    def retr(self, number: int) -> None:
        brought = self.ok(f"RETR {number}")
        assert brought == self.model.readable(number)
        if brought:
            self.model.brought.add(number)

    def top(self, number: int) -> None:
        assert self.ok(f"TOP {number} 0") == self.model.readable(number)

    def dele(self, number: int) -> None:
        done = self.ok(f"DELE {number}")
        assert done == (number in self.model.listed())
        if done:
            self.model.deleted.add(number)

    def rset(self, _: int) -> None:
        said = self.say("RSET")
        self.model.deleted, self.model.brought = set(), set()
        assert said == [b"+OK %d messages" % len(self.model.listed())]

    def quit(self, _: int) -> None:
        assert self.ok("QUIT")
        self._over(update=True)

    def hang(self, _: int) -> None:
        if self.client is not None:
            self.client.close()
            self._over(update=False)

    def _over(self, *, update: bool) -> None:
        self.client = None
        self.model.ends(update=update)
        assert list(self.box.uids) == self.model.box
        assert {entry.uid for entry in self.box if entry.flags.seen} == self.model.seen & set(
            self.model.box
        )


@pytest.mark.parametrize("fetch_expunged", [True, False])
@pytest.mark.parametrize("snapshot", [True, False])
@settings(deadline=None, derandomize=True, max_examples=200)
@given(script=steps)
def test_a_maildrop(snapshot: bool, fetch_expunged: bool, script: list[tuple[str, int]]) -> None:
    pair = Pair(snapshot=snapshot, fetch_expunged=fetch_expunged)
    for step, number in script:
        getattr(pair, step)(number)
        pair.world.check()
    pair.quit(0)
