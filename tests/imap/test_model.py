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
from mockmail.numset import Uid, UidSet
from mockmail.store.flags import FlagOp, flags
from mockmail.store.mailbox import Mailbox
from mockmail.world.world import World

SESSIONS = 3
LARGE = 12
"""Messages from which on nothing is copied."""
FLAGS = ("\\Seen", "\\Flagged", "\\Deleted", "$Work")
SEQS = frozenset(("FETCH", "STORE", "SEARCH", "STATUS", "DELETE", "CREATE"))
"""Commands that don't tell of an EXPUNGE."""

MODES = ("", "", "CONDSTORE", "QRESYNC", "UIDONLY", "QRESYNC UIDONLY", "IMAP4rev2 QRESYNC")
"""What a session has enabled."""

clients = st.integers(0, SESSIONS - 1)
flag_sets = st.sets(st.sampled_from(FLAGS), max_size=3).map(lambda chosen: tuple(sorted(chosen)))
numbers = st.one_of(st.integers(1, 9), st.just("*"))
sets = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3)


@dataclass
class Told:
    """What the model says one client knows."""

    box: "Box"
    """What it has selected."""
    uids: list[int]
    read_only: bool
    silent: set[int] = field(default_factory=set)
    """Messages whose flags it changed without hearing of the result."""
    mode: str = ""
    condstore: bool = False
    """Whether it is told of mod-sequences (RFC 7162 section 3.1)."""

    def __post_init__(self) -> None:
        self.qresync = "QRESYNC" in self.mode
        self.condstore = self.qresync or "CONDSTORE" in self.mode
        self.uidonly = "UIDONLY" in self.mode

    def fetched(self, uid: int) -> tuple[str, int]:
        """What stands before FETCH, and what the name of FETCH is (RFC 9586)."""
        return ("UIDFETCH", uid) if self.uidonly else ("FETCH", self.uids.index(uid) + 1)


@dataclass
class Box:
    """What the model says a mailbox holds: Work, or what was called so once."""

    stored: Mailbox
    messages: dict[int, frozenset[str]]
    next_uid: int
    highest: int
    modseqs: dict[int, int]
    stamps: dict[tuple[int, str], int]
    """Mod-sequences of flags that have changed, and of arrival under an empty name."""
    vanished: dict[int, int] = field(default_factory=dict)
    forgotten: int = 0

    @classmethod
    def of(cls, world: World, count: int) -> "Box":
        """A new mailbox, Work, with `count` messages."""
        store = world.store
        stored = store.create(store.users["anna"], "Work")
        with store.transaction("seed") as tx:
            for _ in range(count):
                tx.append(stored, Message(b"old"), flags(()), world.clock.now)
        return cls.like(stored, count)

    @classmethod
    def like(cls, stored: Mailbox, count: int = 0) -> "Box":
        """A mailbox with `count` messages that came at once."""
        highest = 2 if count else 1
        uids = range(1, count + 1)
        return cls(
            stored,
            dict.fromkeys(uids, frozenset()),
            count + 1,
            highest,
            dict.fromkeys(uids, highest),
            {(uid, ""): highest for uid in uids},
        )


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
    @initialize(
        count=st.integers(0, 4),
        examine=st.booleans(),
        modes=st.tuples(*(st.sampled_from(MODES) for _ in range(SESSIONS))),
    )
    def start(self, count: int, examine: bool, modes: tuple[str, ...]) -> None:
        self.world = inbox()
        self.untagged: list[str] = []
        self.names = 0
        self.box = self.current = Box.of(self.world, count)
        self.clients = [
            Client(self.world).open("Work", examine=examine and number == SESSIONS - 1, enable=mode)
            for number, mode in enumerate(modes)
        ]
        self.told = [
            Told(
                self.box,
                list(range(1, count + 1)),
                examine and number == SESSIONS - 1,
                mode=mode,
            )
            for number, mode in enumerate(modes)
        ]

    # The model

    def flags_of(self, uid: int) -> frozenset[str] | None:
        return self.box.messages.get(uid)

    def stamp(self, uids: list[int]) -> None:
        """One transaction has changed these messages."""
        if uids:
            self.box.highest += 1
            self.box.modseqs.update(dict.fromkeys(uids, self.box.highest))

    def since(self, back: int) -> int:
        """A mod-sequence that a client may remember."""
        return max(1, self.box.highest - back)

    def gone_since(self, since: int) -> list[int]:
        """What vanished after that, or ever, where the server does not remember."""
        if since < self.box.forgotten:
            since = 0
        return sorted(uid for uid, modseq in self.box.vanished.items() if modseq > since)

    def alter(self, uid: int, op: FlagOp, names: tuple[str, ...]) -> None:
        """Change flags in the transaction that is stamped next."""
        old = self.box.messages[uid]
        if op is FlagOp.REPLACE:
            self.box.messages[uid] = frozenset(names)
        else:
            self.box.messages[uid] = old | set(names) if op is FlagOp.ADD else old - set(names)
        for name in old ^ self.box.messages[uid]:
            self.box.stamps[uid, name] = self.box.highest + 1

    def flag_modseq(self, uid: int, name: str) -> int:
        """0 if the message never had this keyword."""
        if (uid, name) in self.box.stamps:
            return self.box.stamps[uid, name]
        exists = name.startswith("\\") or name in self.box.messages[uid]
        return self.box.stamps[uid, ""] if exists else 0

    def unchanged(self, uid: int, since: int, op: FlagOp, names: tuple[str, ...]) -> bool:
        """Whether UNCHANGEDSINCE lets a message through (RFC 7162 section 3.1.12)."""
        if self.box.modseqs[uid] <= since:
            return True
        return op is not FlagOp.REPLACE and all(self.flag_modseq(uid, n) <= since for n in names)

    def add(self, who: int | None, *messages: frozenset[str]) -> None:
        """Messages come into the mailbox that is called Work now, by a client or a bystander."""
        self.box = self.current
        uids = []
        for names in messages:
            uids.append(self.box.next_uid)
            self.box.messages[self.box.next_uid] = names
            self.box.next_uid += 1
        self.stamp(uids)
        for uid in uids:
            self.box.stamps[uid, ""] = self.box.highest
        if who is not None:
            self.box = self.told[who].box

    def expunge_deleted(self) -> None:
        self.remove([u for u, names in self.box.messages.items() if "\\Deleted" in names])

    def remove(self, uids: list[int]) -> None:
        if uids:
            self.box.highest += 1
        for uid in uids:
            del self.box.messages[uid]
            self.box.vanished[uid] = self.box.highest

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
        present = list(self.box.messages)
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

    def refused(self, who: int, by_uid: bool, verdict: str) -> bool:
        """Whether the client may not name messages by number (RFC 9586 section 3.2)."""
        if by_uid or not self.told[who].uidonly:
            return False
        assert verdict == "BAD"
        assert "[UIDREQUIRED]" in self.tagged
        assert not self.untagged
        return True

    def after(self, who: int, command: str) -> None:
        """Law 6, against the model: the client counts what the model says it knows."""
        before = list(self.told[who].uids)
        self.tell(who, command)
        self.check_forms(who, before)
        for line in self.untagged:
            found = _NUMBERED.search(line)
            if found is None:
                assert not self.told[who].condstore or "FETCH" in command or " FETCH" not in line
            else:
                assert self.told[who].condstore
                uid = int(found["by_item"] or found["by_number"])
                assert int(found["modseq"]) == self.box.modseqs[uid]
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

    def check_forms(self, who: int, before: list[int]) -> None:
        """How an EXPUNGE is told, and which mod-sequence is to be trusted meanwhile."""
        told = self.told[who]
        if "IMAP4rev2" in told.mode:
            assert not any("RECENT" in line.upper() for line in self.untagged)
        words = [line.split() for line in self.untagged]
        if told.uidonly:
            assert not any(word[2:3] == ["FETCH"] for word in words)
        else:
            assert not any(word[2:3] == ["UIDFETCH"] for word in words)
        gone = [uid for uid in before if uid not in told.uids]
        vanished = [word[2] for word in words if word[1] == "VANISHED" and len(word) == 3]
        if told.uidonly or told.qresync:
            assert not any(word[2:3] == ["EXPUNGE"] for word in words)
            assert vanished == ([bytes(UidSet.of(map(Uid, gone))).decode()] if gone else [])
        else:
            assert not vanished
        kept_back = [self.box.vanished[uid] for uid in told.uids if uid in self.box.vanished]
        if told.qresync and kept_back and self.untagged:
            assert any(f"[HIGHESTMODSEQ {min(kept_back) - 1}]" in line for line in self.untagged)

    # Steps

    @rule(names=flag_sets)
    def bystander_appends(self, names: tuple[str, ...]) -> None:
        self.box = self.current
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.append(self.box.stored, Message(b"new"), flags(names), self.world.clock.now)
        self.add(None, frozenset(names))

    @precondition(lambda self: self.current.messages)
    @rule(pick=st.integers(0, 99))
    def bystander_expunges(self, pick: int) -> None:
        self.box = self.current
        uid = list(self.box.messages)[pick % len(self.box.messages)]
        self.remove([uid])
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.expunge(self.box.stored, [Uid(uid)])

    @precondition(lambda self: self.current.messages)
    @rule(pick=st.integers(0, 99), op=st.sampled_from(FlagOp), names=flag_sets)
    def bystander_flags(self, pick: int, op: FlagOp, names: tuple[str, ...]) -> None:
        self.box = self.current
        uid = list(self.box.messages)[pick % len(self.box.messages)]
        before = self.box.messages[uid]
        with self.world.engine.turn(), self.world.store.transaction("bystander") as tx:
            tx.store_flags(self.box.stored, [Uid(uid)], op, flags(names))
        self.alter(uid, op, names)
        if self.flags_of(uid) != before:
            self.stamp([uid])
            for told in self.told:
                if told.box is self.box:
                    told.silent.discard(uid)

    @rule(who=clients)
    def noop(self, who: int) -> None:
        self.box = self.told[who].box
        verdict, _ = self.ask(who, "NOOP")
        assert verdict == "OK"
        self.after(who, "NOOP")

    @rule(who=clients, pairs=sets, by_uid=st.booleans())
    def fetch_flags(self, who: int, pairs: list[tuple[object, object]], by_uid: bool) -> None:
        self.box = self.told[who].box
        name = "UID FETCH" if by_uid else "FETCH"
        uids = self.chosen(who, pairs, by_uid)
        told = list(self.told[who].uids)
        verdict, lines = self.ask(who, f"{name} {_text(pairs)} (UID FLAGS)")
        if self.refused(who, by_uid, verdict):
            return
        if uids is None:
            assert verdict == "BAD"
            uids = []
        present = [uid for uid in uids if self.flags_of(uid) is not None]
        expected = [
            (uid if self.told[who].uidonly else told.index(uid) + 1, uid, self.flags_of(uid))
            for uid in present
        ]
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
        self.box = self.told[who].box
        name = "UID STORE" if by_uid else "STORE"
        since = None if back is None else self.since(back)
        modifier = "" if since is None else f"(UNCHANGEDSINCE {since}) "
        if by_uid or not self.told[who].uidonly:
            self.told[who].condstore |= since is not None
        uids = self.chosen(who, pairs, by_uid)
        told = list(self.told[who].uids)
        item = op.value + (".SILENT" if silent else "")
        text = f"{name} {_text(pairs)} {modifier}{item} ({' '.join(names)})"
        verdict, lines = self.ask(who, text)
        if self.refused(who, by_uid, verdict):
            return
        if uids is None:
            assert verdict == "BAD"
        elif self.told[who].read_only:
            assert verdict == "NO"
        else:
            present = [uid for uid in uids if self.flags_of(uid) is not None]
            kept = [u for u in present if since is None or self.unchanged(u, since, op, names)]
            changed = []
            for uid in kept:
                before = self.flags_of(uid)
                self.alter(uid, op, names)
                if self.flags_of(uid) != before:
                    changed.append(uid)
                    for number, each in enumerate(self.told):
                        if number != who and each.box is self.box:
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
                uidonly = self.told[who].uidonly
                numbers = [int(line.split()[1]) for line in lines if "FETCH " in line]
                assert numbers[: len(kept)] == [
                    uid if uidonly else told.index(uid) + 1 for uid in kept
                ]
        self.after(who, name)

    @rule(who=clients)
    def expunge(self, who: int) -> None:
        self.box = self.told[who].box
        verdict, _ = self.ask(who, "EXPUNGE")
        if self.told[who].read_only:
            assert verdict == "NO"
        else:
            assert verdict == "OK"
            self.expunge_deleted()
        self.after(who, "EXPUNGE")

    @rule(
        who=clients,
        name=st.sampled_from(FLAGS),
        by_uid=st.booleans(),
        negated=st.booleans(),
        pairs=st.none() | sets,
    )
    def search(
        self,
        who: int,
        name: str,
        by_uid: bool,
        negated: bool,
        pairs: list[tuple[object, object]] | None,
    ) -> None:
        """By a flag, and by numbers, which keeps them in a UID SEARCH, too."""
        self.box = self.told[who].box
        key = name[1:].upper() if name.startswith("\\") else f"KEYWORD {name}"
        command = "UID SEARCH" if by_uid else "SEARCH"
        told = list(self.told[who].uids)
        among = told if pairs is None else self.chosen(who, pairs, by_uid=False)
        text = "" if pairs is None else f"{_text(pairs)} "
        verdict, lines = self.ask(who, f"{command} {text}{'NOT ' if negated else ''}{key}")
        if self.refused(who, by_uid and pairs is None, verdict):
            return
        assert verdict == ("BAD" if among is None else "OK")
        expected = []
        for number, uid in enumerate(told, 1):
            now = self.flags_of(uid)
            if uid in (among or ()) and now is not None and (name in now) != negated:
                expected.append(uid if by_uid else number)
        if among is not None:
            assert _found(lines[0]) == (expected, None)
        self.after(who, command if pairs is None else "SEARCH")

    @rule(who=clients)
    def status(self, who: int) -> None:
        self.box = self.told[who].box
        self.told[who].condstore = True
        verdict, lines = self.ask(who, "STATUS Work (HIGHESTMODSEQ)")
        assert verdict == "OK"
        assert f"* STATUS Work (HIGHESTMODSEQ {self.current.highest})" in lines
        self.after(who, "STATUS")

    @rule(who=clients, back=st.integers(0, 6))
    def fetch_changed(self, who: int, back: int) -> None:
        self.box = self.told[who].box
        since = self.since(back)
        told = self.told[who]
        told.condstore = True
        changed = [u for u in told.uids if u in self.box.messages and self.box.modseqs[u] > since]
        expected = [(told.fetched(uid)[1], self.box.modseqs[uid]) for uid in changed]
        vanished = [uid for uid in self.gone_since(since) if uid not in told.uids]
        modifier = " VANISHED" if told.qresync else ""
        verdict, lines = self.ask(who, f"UID FETCH 1:* (MODSEQ) (CHANGEDSINCE {since}{modifier})")
        assert verdict == "OK"
        found = [_MODSEQ.fullmatch(line) for line in lines]
        assert [tuple(map(int, each.groups())) for each in found if each] == expected
        if told.qresync:
            assert _earlier(lines) == vanished
        self.after(who, "UID FETCH")

    @rule(who=clients, back=st.integers(0, 6), flag=st.none() | st.sampled_from(FLAGS))
    def search_changed(self, who: int, back: int, flag: str | None) -> None:
        self.box = self.told[who].box
        since = self.since(back)
        told = self.told[who]
        told.condstore = True
        expected = [
            uid
            for uid in told.uids
            if uid in self.box.messages
            and (self.box.modseqs[uid] if flag is None else self.flag_modseq(uid, flag)) >= since
        ]
        entry = "" if flag is None else '"/flags/{}" all '.format(flag.replace("\\", "\\\\"))
        verdict, lines = self.ask(who, f"UID SEARCH MODSEQ {entry}{since}")
        assert verdict == "OK"
        highest = max((self.box.modseqs[uid] for uid in expected), default=0)
        assert (expected, highest or None) in map(_found, lines)
        self.after(who, "UID SEARCH")

    @precondition(lambda self: len(self.current.messages) < LARGE)  # or it doubles and doubles
    @rule(who=clients, pairs=sets, by_uid=st.booleans())
    def copy_here(self, who: int, pairs: list[tuple[object, object]], by_uid: bool) -> None:
        self.box = self.told[who].box
        name = "UID COPY" if by_uid else "COPY"
        uids = self.chosen(who, pairs, by_uid)
        verdict, _ = self.ask(who, f"{name} {_text(pairs)} Work")
        if self.refused(who, by_uid, verdict):
            return
        if uids is None:
            assert verdict == "BAD"
        else:
            present = [uid for uid in uids if self.flags_of(uid) is not None]
            assert (verdict == "OK") == (by_uid or present == uids)
            if verdict == "OK":
                self.add(who, *(self.box.messages[uid] for uid in present))
        self.after(who, name)

    @rule(who=clients, names=flag_sets)
    def append(self, who: int, names: tuple[str, ...]) -> None:
        self.box = self.told[who].box
        client = self.clients[who]
        assert client.command(f"APPEND Work ({' '.join(names)}) {{3}}")[0].startswith("+")
        client.send(b"abc\r\n")
        *self.untagged, tagged = client.said().decode().splitlines()
        assert " OK " in tagged
        self.add(who, frozenset(names))
        self.after(who, "APPEND")

    @rule(who=clients)
    def idle(self, who: int) -> None:
        self.box = self.told[who].box
        client = self.clients[who]
        plus, *self.untagged = client.command("IDLE")
        assert plus == "+ idling"
        self.after(who, "IDLE")
        client.send(b"DONE\r\n")
        assert client.said().decode().splitlines()[-1].split()[1] == "OK"
        self.after(who, "IDLE")

    @rule(
        who=clients,
        close=st.booleans(),
        back=st.none() | st.integers(0, 6),
        forgotten=st.booleans(),
    )
    def select_again(self, who: int, close: bool, back: int | None, forgotten: bool) -> None:
        """The client may ask what it has missed since (RFC 7162 section 3.2.5)."""
        self.box = self.told[who].box
        told = self.told[who]
        if close:
            verdict, lines = self.ask(who, "CLOSE")
            assert verdict == "OK"
            assert not lines
            if not told.read_only:
                self.expunge_deleted()
        since = None if back is None or not told.qresync else self.since(back)
        known = self.box
        self.box = self.current
        if forgotten:
            self.box.stored.vanished.forget()
            self.box.forgotten = max(self.box.vanished.values(), default=0)
        ask = "" if since is None else f" (QRESYNC ({known.stored.uidvalidity} {since}))"
        verdict, lines = self.ask(who, f"{'EXAMINE' if told.read_only else 'SELECT'} Work{ask}")
        assert verdict == "OK"
        assert ("* OK [CLOSED] The mailbox is closed" in lines) != close
        assert f"* OK [HIGHESTMODSEQ {self.box.highest}] The highest mod-sequence" in lines
        told.box, told.uids = self.box, list(self.box.messages)
        told.silent.clear()
        if self.box is not known:
            assert not any("FETCH " in line or "VANISHED" in line for line in lines)
        elif since is not None:
            changed = [uid for uid in told.uids if self.box.modseqs[uid] > since]
            numbers = [int(line.split()[1]) for line in lines if "FETCH " in line]
            assert numbers == [told.fetched(uid)[1] for uid in changed]
            assert _earlier(lines) == self.gone_since(since)
        self.after(who, "SELECT")

    @rule(who=clients, rename=st.booleans())
    def make_anew(self, who: int, rename: bool) -> None:
        """Who has the old mailbox selected keeps it (RFC 2180 sections 3.2 and 3.4)."""
        self.box = self.told[who].box
        self.names += 1
        command = f"RENAME Work Old{self.names}" if rename else "DELETE Work"
        assert self.ask(who, command)[0] == "OK"
        self.after(who, command.split()[0])
        assert self.ask(who, "CREATE Work")[0] == "OK"
        self.after(who, "CREATE")
        self.current = Box.like(self.world.store.users["anna"].mailboxes["Work"])

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for who in range(SESSIONS):
            self.noop(who)
            assert self.told[who].uids == list(self.box.messages)
        for box in (self.current, *(told.box for told in self.told)):
            assert {e.uid: frozenset(e.flags.names) for e in box.stored} == box.messages
        self.world.check()


_NUMBERED = re.compile(
    r"\* (?:\d+ FETCH \(UID (?P<by_item>\d+)|(?P<by_number>\d+) UIDFETCH \().*MODSEQ \((?P<modseq>\d+)\)"
)
_MODSEQ = re.compile(r"\* (\d+) (?:UID)?FETCH \((?:UID \d+ )?MODSEQ \((\d+)\)\)")
_EARLIER = re.compile(r"\* VANISHED \(EARLIER\) ([0-9:,]+)")


def _earlier(lines: list[str]) -> list[int]:
    """The UIDs that are told as vanished before."""
    found = [each[1] for line in lines if (each := _EARLIER.fullmatch(line))]
    assert len(found) <= 1
    return _expanded(found[0]) if found else []


def _expanded(ids: str) -> list[int]:
    ranges = (part.split(":") for part in ids.split(","))
    return [number for ends in ranges for number in range(int(ends[0]), int(ends[-1]) + 1)]


def _modified(tagged: str) -> list[int]:
    """The numbers in a MODIFIED response code."""
    found = re.search(r"\[MODIFIED ([0-9:,]+)\]", tagged)
    return [] if found is None else _expanded(found[1])


def _found(line: str) -> tuple[list[int], int | None] | None:
    """What a SEARCH or an ESEARCH has found, and the highest mod-sequence of it."""
    found = _SEARCH.fullmatch(line)
    if found is None:
        return None
    modseq = found["modseq"] or found["emodseq"]
    ids = (
        _expanded(found["all"]) if found["all"] else [int(n) for n in (found["ids"] or "").split()]
    )
    return ids, int(modseq) if modseq else None


_SEARCH = re.compile(
    r"\* (?:SEARCH(?P<ids>( \d+)*)(?: \(MODSEQ (?P<modseq>\d+)\))?"
    r"|ESEARCH \(TAG \"\w+\"\)(?: UID)?(?: ALL (?P<all>[0-9:,]+))?(?: MODSEQ (?P<emodseq>\d+))?)"
)
_FETCHED = re.compile(r"\* (\d+) (?:UID)?FETCH \(UID (\d+) FLAGS \(([^)]*)\)\)")


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
