"""Several sessions and a bystander against a slow, obvious model.

The model is lists and loops: the mailbox as a list of (UID, flags), and for
each client the UIDs it has been told of, in order. Hypothesis draws what they
do; each answer is worked out from the model and compared. Run with
``MOCKMAIL_MODEL_STEPS`` set to a larger number for a longer walk.
"""

import os
import re
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from harness import Client, inbox
from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.store.flags import FlagOp, flags

SESSIONS = 3
LARGE = 12
"""Messages from which on nothing is copied."""
FLAGS = ("\\Seen", "\\Flagged", "\\Deleted", "$Work")
SEQS = frozenset(("FETCH", "STORE", "SEARCH", "STATUS"))
"""Commands that don't tell of an EXPUNGE."""

clients = st.integers(0, SESSIONS - 1)
flag_sets = st.sets(st.sampled_from(FLAGS), max_size=3).map(lambda chosen: tuple(sorted(chosen)))
numbers = st.one_of(st.integers(1, 9), st.just("*"))
sets = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3)


@dataclass
class Told:
    """What the model says one client knows."""

    uids: list[int]
    read_only: bool
    silent: set[int] = field(default_factory=set)
    """Messages whose flags it changed without hearing of the result."""
    condstore: bool = False
    """Whether it is told of mod-sequences (RFC 7162 section 3.1)."""


def _members(pairs: list[tuple[object, object]], largest: int) -> list[int]:
    chosen: set[int] = set()
    for pair in pairs:
        low, high = (largest if end == "*" else end for end in pair)
        assert isinstance(low, int)
        assert isinstance(high, int)
        chosen.update(range(min(low, high), max(low, high) + 1))
    return sorted(chosen)


def _text(pairs: list[tuple[object, object]]) -> str:
    return ",".join(f"{low}:{high}" for low, high in pairs)


class Sessions(RuleBasedStateMachine):
    @initialize(count=st.integers(0, 4), examine=st.booleans())
    def start(self, count: int, examine: bool) -> None:
        self.world = inbox(count)
        self.mailbox: dict[int, frozenset[str]] = dict.fromkeys(range(1, count + 1), frozenset())
        self.next_uid = count + 1
        self.untagged: list[str] = []
        self.highest = 2 if count else 1
        self.modseqs = dict.fromkeys(self.mailbox, self.highest)
        self.clients = [
            Client(self.world).open(examine=examine and number == SESSIONS - 1)
            for number in range(SESSIONS)
        ]
        self.told = [
            Told(list(range(1, count + 1)), examine and number == SESSIONS - 1)
            for number in range(SESSIONS)
        ]

    # The model

    def flags_of(self, uid: int) -> frozenset[str] | None:
        return self.mailbox.get(uid)

    def stamp(self, uids: list[int]) -> None:
        """One transaction has changed these messages."""
        if uids:
            self.highest += 1
            self.modseqs.update(dict.fromkeys(uids, self.highest))

    def since(self, back: int) -> int:
        """A mod-sequence that a client may remember."""
        return max(1, self.highest - back)

    def alter(self, uid: int, op: FlagOp, names: tuple[str, ...]) -> None:
        old = self.mailbox[uid]
        if op is FlagOp.REPLACE:
            self.mailbox[uid] = frozenset(names)
        else:
            self.mailbox[uid] = old | set(names) if op is FlagOp.ADD else old - set(names)

    def add(self, *messages: frozenset[str]) -> None:
        uids = []
        for names in messages:
            uids.append(self.next_uid)
            self.mailbox[self.next_uid] = names
            self.next_uid += 1
        self.stamp(uids)

    def expunge_deleted(self) -> None:
        kept = {u: names for u, names in self.mailbox.items() if "\\Deleted" not in names}
        if len(kept) < len(self.mailbox):
            self.highest += 1
        self.mailbox = kept

    def chosen(
        self, who: int, pairs: list[tuple[object, object]], by_uid: bool
    ) -> list[int] | None:
        """The UIDs a set names for this client; None where it must be BAD."""
        told = self.told[who].uids
        if by_uid:
            wanted = _members(pairs, told[-1]) if told else []
            return [uid for uid in told if uid in wanted]
        wanted = _members(pairs, len(told))
        if not told or wanted[-1] > len(told):
            return None
        return [told[number - 1] for number in wanted]

    def tell(self, who: int, command: str) -> None:
        """What the client must know at the command's end."""
        told = self.told[who]
        present = list(self.mailbox)
        last = told.uids[-1] if told.uids else 0
        if command in SEQS:
            told.uids += [uid for uid in present if uid > last]
        else:
            told.uids = present

    # Asking

    def ask(self, who: int, text: str) -> tuple[str, list[str]]:
        """Send a command; its verdict and its untagged lines."""
        *self.untagged, self.tagged = self.clients[who].command(text)
        return self.tagged.split(" ", 2)[1], self.untagged

    def after(self, who: int, command: str) -> None:
        """Law 6, against the model: the client counts what the model says it knows."""
        self.tell(who, command)
        for line in self.untagged:
            found = _NUMBERED.search(line)
            if found is None:
                assert not self.told[who].condstore or "FETCH" in command or " FETCH" not in line
            else:
                assert self.told[who].condstore
                assert int(found[2]) == self.modseqs[int(found[1])]
        self.untagged = []
        shadow = self.clients[who].shadow
        assert shadow is not None
        assert shadow.messages is not None
        expected = self.told[who].uids
        assert len(shadow.messages) == len(expected)
        for number, (message, uid) in enumerate(zip(shadow.messages, expected, strict=True)):
            assert message.setdefault("uid", uid) == uid, (number, message, uid)
            shown = message.get("flags")
            now = self.flags_of(uid)
            if command in SEQS or uid in self.told[who].silent or now is None:
                continue
            assert shown is None or _names(shown) == now, f"UID {uid}: told {shown}, true {now}"

    # Steps

    @rule(names=flag_sets)
    def bystander_appends(self, names: tuple[str, ...]) -> None:
        user = self.world.store.users["anna"]
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.append(user.mailboxes["INBOX"], Message(b"new"), flags(names), self.world.clock.now)
        self.add(frozenset(names))

    @precondition(lambda self: self.mailbox)
    @rule(pick=st.integers(0, 99))
    def bystander_expunges(self, pick: int) -> None:
        uid = list(self.mailbox)[pick % len(self.mailbox)]
        del self.mailbox[uid]
        self.highest += 1
        user = self.world.store.users["anna"]
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.expunge(user.mailboxes["INBOX"], [Uid(uid)])

    @precondition(lambda self: self.mailbox)
    @rule(pick=st.integers(0, 99), op=st.sampled_from(FlagOp), names=flag_sets)
    def bystander_flags(self, pick: int, op: FlagOp, names: tuple[str, ...]) -> None:
        uid = list(self.mailbox)[pick % len(self.mailbox)]
        before = self.mailbox[uid]
        user = self.world.store.users["anna"]
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.store_flags(user.mailboxes["INBOX"], [Uid(uid)], op, flags(names))
        self.alter(uid, op, names)
        if self.flags_of(uid) != before:
            self.stamp([uid])
            for told in self.told:
                told.silent.discard(uid)

    @rule(who=clients)
    def noop(self, who: int) -> None:
        verdict, _ = self.ask(who, "NOOP")
        assert verdict == "OK"
        self.after(who, "NOOP")

    @rule(who=clients, pairs=sets, by_uid=st.booleans())
    def fetch_flags(self, who: int, pairs: list[tuple[object, object]], by_uid: bool) -> None:
        name = "UID FETCH" if by_uid else "FETCH"
        uids = self.chosen(who, pairs, by_uid)
        told = list(self.told[who].uids)
        verdict, lines = self.ask(who, f"{name} {_text(pairs)} (UID FLAGS)")
        if uids is None:
            assert verdict == "BAD"
            uids = []
        present = [uid for uid in uids if self.flags_of(uid) is not None]
        expected = [(told.index(uid) + 1, uid, self.flags_of(uid)) for uid in present]
        assert [line for line in map(_fetched, lines) if line][: len(expected)] == expected
        if verdict != "BAD":
            assert (verdict == "OK") == (by_uid or present == uids)
        self.told[who].silent.difference_update(present)
        self.after(who, name)

    @rule(
        who=clients,
        pairs=sets,
        by_uid=st.booleans(),
        op=st.sampled_from(FlagOp),
        names=flag_sets,
        silent=st.booleans(),
        back=st.none() | st.integers(0, 6),
    )
    def store(
        self,
        who: int,
        pairs: list[tuple[object, object]],
        by_uid: bool,
        op: FlagOp,
        names: tuple[str, ...],
        silent: bool,
        back: int | None,
    ) -> None:
        name = "UID STORE" if by_uid else "STORE"
        since = None if back is None else self.since(back)
        modifier = "" if since is None else f"(UNCHANGEDSINCE {since}) "
        self.told[who].condstore |= since is not None
        uids = self.chosen(who, pairs, by_uid)
        told = list(self.told[who].uids)
        item = op.value + (".SILENT" if silent else "")
        text = f"{name} {_text(pairs)} {modifier}{item} ({' '.join(names)})"
        verdict, lines = self.ask(who, text)
        if uids is None:
            assert verdict == "BAD"
        elif self.told[who].read_only:
            assert verdict == "NO"
        else:
            present = [uid for uid in uids if self.flags_of(uid) is not None]
            kept = [uid for uid in present if since is None or self.modseqs[uid] <= since]
            changed = []
            for uid in kept:
                before = self.flags_of(uid)
                self.alter(uid, op, names)
                if self.flags_of(uid) != before:
                    changed.append(uid)
                    for number, each in enumerate(self.told):
                        if number != who:
                            each.silent.discard(uid)
                if silent:
                    self.told[who].silent.add(uid)
                else:
                    self.told[who].silent.discard(uid)
            self.stamp(changed)
            assert (verdict == "OK") == (by_uid or silent or present == uids)
            failed = [uid if by_uid else told.index(uid) + 1 for uid in present if uid not in kept]
            assert _modified(self.tagged) == failed
            if not silent or self.told[who].condstore:
                numbers = [int(line.split()[1]) for line in lines if " FETCH " in line]
                assert numbers[: len(kept)] == [told.index(uid) + 1 for uid in kept]
        self.after(who, name)

    @rule(who=clients)
    def expunge(self, who: int) -> None:
        verdict, _ = self.ask(who, "EXPUNGE")
        if self.told[who].read_only:
            assert verdict == "NO"
        else:
            assert verdict == "OK"
            self.expunge_deleted()
        self.after(who, "EXPUNGE")

    @rule(who=clients, name=st.sampled_from(FLAGS), by_uid=st.booleans(), negated=st.booleans())
    def search(self, who: int, name: str, by_uid: bool, negated: bool) -> None:
        key = name[1:].upper() if name.startswith("\\") else f"KEYWORD {name}"
        command = "UID SEARCH" if by_uid else "SEARCH"
        told = list(self.told[who].uids)
        verdict, lines = self.ask(who, f"{command} {'NOT ' if negated else ''}{key}")
        assert verdict == "OK"
        expected = []
        for number, uid in enumerate(told, 1):
            now = self.flags_of(uid)
            if now is not None and (name in now) != negated:
                expected.append(uid if by_uid else number)
        assert [int(n) for n in lines[0].split()[2:]] == expected
        self.after(who, command)

    @rule(who=clients)
    def status(self, who: int) -> None:
        self.told[who].condstore = True
        verdict, lines = self.ask(who, "STATUS INBOX (HIGHESTMODSEQ)")
        assert verdict == "OK"
        assert f"* STATUS INBOX (HIGHESTMODSEQ {self.highest})" in lines
        self.after(who, "STATUS")

    @rule(who=clients, back=st.integers(0, 6))
    def fetch_changed(self, who: int, back: int) -> None:
        since = self.since(back)
        told = self.told[who]
        told.condstore = True
        expected = [
            (number, uid, self.modseqs[uid])
            for number, uid in enumerate(told.uids, 1)
            if uid in self.mailbox and self.modseqs[uid] > since
        ]
        verdict, lines = self.ask(who, f"UID FETCH 1:* (MODSEQ) (CHANGEDSINCE {since})")
        assert verdict == "OK"
        found = [_MODSEQ.fullmatch(line) for line in lines]
        assert [tuple(map(int, each.groups())) for each in found if each] == expected
        self.after(who, "UID FETCH")

    @rule(who=clients, back=st.integers(0, 6))
    def search_changed(self, who: int, back: int) -> None:
        since = self.since(back)
        told = self.told[who]
        told.condstore = True
        expected = [uid for uid in told.uids if uid in self.mailbox and self.modseqs[uid] >= since]
        verdict, lines = self.ask(who, f"UID SEARCH MODSEQ {since}")
        assert verdict == "OK"
        highest = max((self.modseqs[uid] for uid in expected), default=0)
        words = ["* SEARCH", *map(str, expected), *([f"(MODSEQ {highest})"] if expected else [])]
        assert " ".join(words) in lines
        self.after(who, "UID SEARCH")

    @precondition(lambda self: len(self.mailbox) < LARGE)  # or it doubles and doubles
    @rule(who=clients, pairs=sets, by_uid=st.booleans())
    def copy_here(self, who: int, pairs: list[tuple[object, object]], by_uid: bool) -> None:
        name = "UID COPY" if by_uid else "COPY"
        uids = self.chosen(who, pairs, by_uid)
        verdict, _ = self.ask(who, f"{name} {_text(pairs)} INBOX")
        if uids is None:
            assert verdict == "BAD"
        else:
            present = [uid for uid in uids if self.flags_of(uid) is not None]
            assert (verdict == "OK") == (by_uid or present == uids)
            if verdict == "OK":
                self.add(*(self.mailbox[uid] for uid in present))
        self.after(who, name)

    @rule(who=clients, names=flag_sets)
    def append(self, who: int, names: tuple[str, ...]) -> None:
        client = self.clients[who]
        assert client.command(f"APPEND INBOX ({' '.join(names)}) {{3}}")[0].startswith("+")
        client.send(b"abc\r\n")
        assert " OK " in client.said().decode().splitlines()[-1]
        self.add(frozenset(names))
        self.after(who, "APPEND")

    @rule(who=clients)
    def idle(self, who: int) -> None:
        client = self.clients[who]
        assert client.command("IDLE")[0] == "+ idling"
        self.tell(who, "IDLE")
        client.send(b"DONE\r\n")
        assert client.said().decode().splitlines()[-1].split()[1] == "OK"
        self.after(who, "IDLE")

    @rule(who=clients, close=st.booleans())
    def select_again(self, who: int, close: bool) -> None:
        told = self.told[who]
        if close:
            verdict, lines = self.ask(who, "CLOSE")
            assert verdict == "OK"
            assert not lines
            if not told.read_only:
                self.expunge_deleted()
        verdict, _ = self.ask(who, f"{'EXAMINE' if told.read_only else 'SELECT'} INBOX")
        assert verdict == "OK"
        told.uids = list(self.mailbox)
        told.silent.clear()
        self.after(who, "SELECT")

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for who in range(SESSIONS):
            self.noop(who)
            assert self.told[who].uids == list(self.mailbox)
        mailbox = self.world.store.users["anna"].mailboxes["INBOX"]
        assert {e.uid: frozenset(e.flags.names) for e in mailbox} == self.mailbox
        self.world.check()


_NUMBERED = re.compile(r"\* \d+ FETCH \(UID (\d+) .*MODSEQ \((\d+)\)")
_MODSEQ = re.compile(r"\* (\d+) FETCH \(UID (\d+) MODSEQ \((\d+)\)\)")


def _modified(tagged: str) -> list[int]:
    """The numbers in a MODIFIED response code."""
    found = re.search(r"\[MODIFIED ([0-9:,]+)\]", tagged)
    if found is None:
        return []
    ranges = (part.split(":") for part in found[1].split(","))
    return [number for ends in ranges for number in range(int(ends[0]), int(ends[-1]) + 1)]


_FETCHED = re.compile(r"\* (\d+) FETCH \(UID (\d+) FLAGS \(([^)]*)\)\)")


def _fetched(line: str) -> tuple[int, int, frozenset[str]] | None:
    found = _FETCHED.fullmatch(line)
    return found and (int(found[1]), int(found[2]), _names(found[3].encode().split()))


def _names(shown: object) -> frozenset[str]:
    assert isinstance(shown, frozenset | list)
    return frozenset(name.decode() for name in shown) - {"\\Recent"}


STEPS = int(os.environ.get("MOCKMAIL_MODEL_STEPS", "5000"))
TestSessions = Sessions.TestCase
TestSessions.settings = settings(
    max_examples=max(1, STEPS // 50),
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
