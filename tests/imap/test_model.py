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

SESSIONS = 3
LARGE = 12
"""Messages from which on nothing is copied."""
FLAGS = ("\\Seen", "\\Flagged", "\\Deleted", "$Work")
SEQS = frozenset(("FETCH", "STORE", "SEARCH", "STATUS"))
"""Commands that don't tell of an EXPUNGE."""

MODES = ("", "", "CONDSTORE", "QRESYNC", "UIDONLY", "QRESYNC UIDONLY")
"""What a session has enabled."""

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
        self.world = inbox(count)
        self.mailbox: dict[int, frozenset[str]] = dict.fromkeys(range(1, count + 1), frozenset())
        self.next_uid = count + 1
        self.untagged: list[str] = []
        self.highest = 2 if count else 1
        self.modseqs = dict.fromkeys(self.mailbox, self.highest)
        self.stamps: dict[tuple[int, str], int] = {}
        """Mod-sequences of flags that have changed, and of arrival under an empty name."""
        for uid in self.mailbox:
            self.stamps[uid, ""] = self.highest
        self.vanished: dict[int, int] = {}
        self.forgotten = 0
        self.clients = [
            Client(self.world).open(examine=examine and number == SESSIONS - 1, enable=mode)
            for number, mode in enumerate(modes)
        ]
        self.told = [
            Told(list(range(1, count + 1)), examine and number == SESSIONS - 1, mode=mode)
            for number, mode in enumerate(modes)
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

    def gone_since(self, since: int) -> list[int]:
        """What vanished after that, or ever, where the server does not remember."""
        if since < self.forgotten:
            since = 0
        return sorted(uid for uid, modseq in self.vanished.items() if modseq > since)

    def alter(self, uid: int, op: FlagOp, names: tuple[str, ...]) -> None:
        """Change flags in the transaction that is stamped next."""
        old = self.mailbox[uid]
        if op is FlagOp.REPLACE:
            self.mailbox[uid] = frozenset(names)
        else:
            self.mailbox[uid] = old | set(names) if op is FlagOp.ADD else old - set(names)
        for name in old ^ self.mailbox[uid]:
            self.stamps[uid, name] = self.highest + 1

    def flag_modseq(self, uid: int, name: str) -> int:
        """0 if the message never had this keyword."""
        if (uid, name) in self.stamps:
            return self.stamps[uid, name]
        exists = name.startswith("\\") or name in self.mailbox[uid]
        return self.stamps[uid, ""] if exists else 0

    def unchanged(self, uid: int, since: int, op: FlagOp, names: tuple[str, ...]) -> bool:
        """Whether UNCHANGEDSINCE lets a message through (RFC 7162 section 3.1.12)."""
        if self.modseqs[uid] <= since:
            return True
        return op is not FlagOp.REPLACE and all(self.flag_modseq(uid, n) <= since for n in names)

    def add(self, *messages: frozenset[str]) -> None:
        uids = []
        for names in messages:
            uids.append(self.next_uid)
            self.mailbox[self.next_uid] = names
            self.next_uid += 1
        self.stamp(uids)
        for uid in uids:
            self.stamps[uid, ""] = self.highest

    def expunge_deleted(self) -> None:
        self.remove([u for u, names in self.mailbox.items() if "\\Deleted" in names])

    def remove(self, uids: list[int]) -> None:
        if uids:
            self.highest += 1
        for uid in uids:
            del self.mailbox[uid]
            self.vanished[uid] = self.highest

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
                assert int(found["modseq"]) == self.modseqs[uid]
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
        kept_back = [self.vanished[uid] for uid in told.uids if uid in self.vanished]
        if told.qresync and kept_back and self.untagged:
            assert any(f"[HIGHESTMODSEQ {min(kept_back) - 1}]" in line for line in self.untagged)

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
        self.remove([uid])
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
                uidonly = self.told[who].uidonly
                numbers = [int(line.split()[1]) for line in lines if "FETCH " in line]
                assert numbers[: len(kept)] == [
                    uid if uidonly else told.index(uid) + 1 for uid in kept
                ]
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
        if self.refused(who, by_uid, verdict):
            return
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
        changed = [u for u in told.uids if u in self.mailbox and self.modseqs[u] > since]
        expected = [(told.fetched(uid)[1], self.modseqs[uid]) for uid in changed]
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
        since = self.since(back)
        told = self.told[who]
        told.condstore = True
        expected = [
            uid
            for uid in told.uids
            if uid in self.mailbox
            and (self.modseqs[uid] if flag is None else self.flag_modseq(uid, flag)) >= since
        ]
        entry = "" if flag is None else '"/flags/{}" all '.format(flag.replace("\\", "\\\\"))
        verdict, lines = self.ask(who, f"UID SEARCH MODSEQ {entry}{since}")
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
        if self.refused(who, by_uid, verdict):
            return
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
        *self.untagged, tagged = client.said().decode().splitlines()
        assert " OK " in tagged
        self.add(frozenset(names))
        self.after(who, "APPEND")

    @rule(who=clients)
    def idle(self, who: int) -> None:
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
        told = self.told[who]
        if close:
            verdict, lines = self.ask(who, "CLOSE")
            assert verdict == "OK"
            assert not lines
            if not told.read_only:
                self.expunge_deleted()
        since = None if back is None or not told.qresync else self.since(back)
        mailbox = self.world.store.users["anna"].mailboxes["INBOX"]
        if forgotten:
            mailbox.vanished.forget()
            self.forgotten = max(self.vanished.values(), default=0)
        ask = "" if since is None else f" (QRESYNC ({mailbox.uidvalidity} {since}))"
        verdict, lines = self.ask(who, f"{'EXAMINE' if told.read_only else 'SELECT'} INBOX{ask}")
        assert verdict == "OK"
        assert ("* OK [CLOSED] The mailbox is closed" in lines) != close
        assert f"* OK [HIGHESTMODSEQ {self.highest}] The highest mod-sequence" in lines
        told.uids = list(self.mailbox)
        told.silent.clear()
        if since is not None:
            changed = [uid for uid in told.uids if self.modseqs[uid] > since]
            numbers = [int(line.split()[1]) for line in lines if "FETCH " in line]
            assert numbers == [told.fetched(uid)[1] for uid in changed]
            assert _earlier(lines) == self.gone_since(since)
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
