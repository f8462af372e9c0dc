"""The same lines to mockmail and to Dovecot, and what differs in their answers.

A *duet* is lines like ``A: FETCH 1:* (FLAGS)``: session A says this to both
servers. ``<text>`` is sent as a literal, ``|`` in it is a line's end; for
``<<text>>`` the client waits until the server wants it. ``$H`` is the
HIGHESTMODSEQ and ``$V`` the UIDVALIDITY of the mailbox that is selected, the
last ones that both servers told in answer to one line, in each server's own
number; ``$G`` is the first such HIGHESTMODSEQ, ``+1`` behind them one more; ``$S``
is what a client knew of numbers and UIDs there, for QRESYNC. ``A: IDLE`` goes on
until ``A: DONE``. Both servers begin with the same messages in INBOX, and with an
empty mailbox for sent ones.

All that is told is compared, line by line (told.py): UIDVALIDITY by whether the
same ones are the same, mod-sequences by their order. When the UIDs of new
messages are unknown, the session asks for them by a line of its own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from dovecot import SENT, Theirs
from harness import Client, inbox
from mockmail.imap.settings import ImapSettings
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World
from told import Key, Picture, Told, listen, named
from verdicts import OPTIMISED, PARTING, Circumstances, Difference, deciding
from worlds import MIME

MESSAGES = (
    *(
        b"From: %b <%b@example.net>\r\nTo: anna@example.org\r\nSubject: %b\r\n"
        b"Date: Mon, 1 Jan 2024 0%d:00:00 +0000\r\nMessage-ID: <%d@example.net>\r\n\r\n%b\r\n"
        % (name, name.lower(), subject, number, number, text)
        for number, (name, subject, text) in enumerate(
            (
                (b"Ben", b"lunch", b"At noon?"),
                (b"Carol", b"Re: lunch", b"Yes, at noon."),
                (b"Ben", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", b"Nothing new."),
                (b"Dora", b"minutes", b"All were there.\r\nNobody spoke."),
            ),
            1,
        )
    ),
    MIME[0].replace(b"\n", b"\r\n"),
)
_LINE = re.compile(r"([A-D]): (.*)")
_INLINE = re.compile(rb"(?<!\])(<?)<([^<>]*)>>?")
_PAUSE = b"\0"
"""Where a client waits for the server's "+"."""


def _literal(found: re.Match[bytes]) -> bytes:
    text = found[2].replace(b"|", b"\r\n")
    return b"{%d%b}\r\n%b" % (len(text), b"" if found[1] else b"+", _PAUSE * bool(found[1]) + text)


def pieces(text: str) -> list[bytes]:
    """A command in pieces: behind each but the last the client waits for a "+"."""
    return _INLINE.sub(_literal, text.encode("latin-1")).split(_PAUSE)


class Server(Protocol):
    """One session of one of the servers."""

    def exchange(self, data: bytes, tag: bytes) -> bytes:
        """Send a command, take all that is said to its tagged line, or to a continuation."""


class Ours:
    """A session of a mockmail engine."""

    def __init__(self, world: World) -> None:
        self._client = Client(world)
        self._client.send(b"login LOGIN anna apple\r\n")
        self._client.said()

    def exchange(self, data: bytes, tag: bytes) -> bytes:  # noqa: ARG002 all is said at once
        before = self._client.said()
        self._client.send(data)
        said = self._client.said()
        if data == b"DONE\r\n":
            assert said.count(b"\r\n") == 1, f"told too late to a client that idled: {said!r}"
        return before + said


class Side:
    """One session with one server, and what its client knows."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tags = 0
        self.idles = False
        self._idle = b""
        """What was said in answer to an IDLE that goes on."""
        self.picture = Picture()

    def command(self, text: str) -> Told | None:
        """What it told; None for an IDLE, which goes on."""
        if text == "DONE":
            self.idles = False
            tag = b"t%d" % self._tags
            said = self._idle + self._server.exchange(b"DONE\r\n", tag)
            return listen("IDLE", said, tag, self.picture)
        self._tags += 1
        tag = b"t%d" % self._tags
        first, *more = pieces(f"t{self._tags} {text}\r\n")
        said = self._server.exchange(first, tag)
        for piece in more:
            if not said.startswith(b"+ "):
                break
            said = self._server.exchange(piece, tag)
        if said.startswith(b"+ "):
            self.idles, self._idle = True, said
            return None
        return listen(text, said, tag, self.picture)


class Order:
    """Mod-sequences of one mailbox on both servers: if one is higher, the other is not lower."""

    def __init__(self) -> None:
        self._pairs: set[tuple[int, int]] = set()

    def fits(self, ours: int, theirs: int) -> bool:
        fitting = all((a - ours) * (b - theirs) >= 0 for a, b in self._pairs)
        if fitting:
            self._pairs.add((ours, theirs))
        return fitting


_CHANGING = re.compile(
    r"(?:UID )?(STORE|EXPUNGE|CLOSE|APPEND|COPY|MOVE|RENAME)"
    r"|(?:UID )?FETCH .*(BODY\[|BINARY\[|RFC822( |\)|$|\.TEXT))"
)
"""What may be news to other sessions."""
_ALL_TOLD = re.compile(r"NOOP|CHECK|SELECT|EXAMINE|DONE")
"""After these a session has been told everything."""
_AWARE = re.compile(r"CONDSTORE|QRESYNC|MODSEQ|CHANGEDSINCE")
"""What enables CONDSTORE (RFC 7162 section 3.1)."""
_KEYWORDS = re.compile(r"KEYWORD ([^ )]+)|[-+ ]FLAGS(?:\.SILENT)? \(?([^)]*)")
_PERHAPS = re.compile(r"-FLAGS|UNCHANGEDSINCE")
"""A STORE that may set nothing."""


class Duet:
    """Both servers with the same messages."""

    def __init__(self, messages: Sequence[bytes] = MESSAGES) -> None:
        self._stack = ExitStack()
        # Not below pytest's folder, to which each run of pytest takes away all others' access.
        folder = self._stack.enter_context(TemporaryDirectory())
        self._theirs = Theirs(Path(folder))
        # RFC 2180 section 4.1.1: what Dovecot does with what others have expunged.
        self._world = inbox(world=World(imap=ImapSettings(fetch_expunged=True)))
        anna = self._world.store.users["anna"]
        self._world.store.create(anna, SENT).special_use = ("\\Sent",)
        box = anna.mailboxes["INBOX"]
        with self._world.store.transaction("seed") as tx:
            for raw in messages:
                tx.append(box, Message(raw), NO_FLAGS, self._world.clock.now)
        self._seeding = self._stack.enter_context(self._theirs.session())
        self._keep_modseqs("INBOX")
        for raw in messages:
            data = b'APPEND INBOX "01-Jan-2024 00:00:00 +0000" {%d+}\r\n%b' % (len(raw), raw)
            self._seed(data)
        self._seed(b"CREATE " + SENT.encode())
        self._keep_modseqs(SENT)
        self._sides: dict[str, tuple[Side, Side]] = {}
        self._been: dict[str, Circumstances] = {}
        self._was = Circumstances()
        """Those of the last line."""
        self.parted = False
        """Whether one did what the other refused: they have nothing in common any more."""
        self.decided: Counter[str] = Counter()
        """How often each sentence decided a difference."""
        self._named: set[bytes] = set()
        self._orders: dict[str, Order] = {}
        self._highest: dict[str, list[tuple[int, int]]] = {}
        """By mailbox: those that both told in answer to the same line."""
        self._left: dict[str, str] = {}
        """By mailbox: numbers and UIDs that go together, for QRESYNC."""
        self._validities: dict[str, tuple[int, int]] = {}
        self._validity_of: tuple[dict[int, int], dict[int, int]] = {}, {}

    def close(self) -> None:
        self._stack.close()

    def _seed(self, command: bytes) -> None:
        """Let Dovecot do something of which mockmail is told otherwise, or need not be."""
        answer = self._seeding.exchange(b"s " + command + b"\r\n", b"s")
        assert b"s OK" in answer, answer

    def _keep_modseqs(self, mailbox: str) -> None:
        """Dovecot keeps mod-sequences of a mailbox from when somebody first asks for them."""
        self._seed(b'EXAMINE "%b" (CONDSTORE)' % mailbox.rstrip("/").encode("latin-1"))
        self._seed(b"UNSELECT")

    def say(self, line: str) -> list[Difference]:
        """One line to both servers."""
        found = _LINE.fullmatch(line)
        assert found, f"no line of a duet: {line!r}"
        name, text = found.groups()
        if name not in self._sides:
            theirs = self._stack.enter_context(self._theirs.session())
            self._sides[name] = Side(Ours(self._world)), Side(theirs)
        sides = self._sides[name]
        different = self._both(name, line, text)
        if self.parted or any(side.idles for side in sides):
            return different
        if not different and not _same(*(side.picture.uids for side in sides)):
            # Only one was told all. Numbers must mean the same before they are used again.
            was = self._was
            different = self._both(name, f"{name}: NOOP", "NOOP")
            pictures = [side.picture.uids for side in sides]
            if not _same(*pictures):
                found = [Difference(line, ("messages",), *pictures, was)]
                different += self._undecided(found)
        unknown = min((s.picture.uids.index(0) for s in sides if 0 in s.picture.uids), default=None)
        if unknown is not None and not different:
            text = f"FETCH {unknown + 1}:* (UID)"
            different = self._both(name, f"{name}: {text}", text)
        return different

    def _both(self, name: str, line: str, text: str) -> list[Difference]:
        sides = self._sides[name]
        box = self._mailbox(sides[0].picture, text)
        self._sample(sides[0].picture)
        sent = [self._filled(text, box, at) for at in (0, 1)]
        ours, theirs = (side.command(each) for side, each in zip(sides, sent, strict=True))
        self._was = was = self._circumstances(name, text)
        if ours is None or theirs is None:
            assert ours is theirs, f"{line}: only one goes on"
            return []
        if text == "DONE":
            self._at_last(sides, ours, theirs)
        was.sent = sent[0]
        was.tagged = ours.facts["tagged",], theirs.facts["tagged",]
        if _AWARE.search(text) and not OPTIMISED.search(text) and theirs.kind == b"OK":
            was.aware = self._been[name].aware = True
        self._name(text, ours, was)
        self._follow(text, theirs)
        different = [Difference(line, *each, was) for each in _unequal(ours.facts, theirs.facts)]
        if not was.behind:
            # Otherwise they may speak of different moments.
            numbers = self._numbers(box, ours, theirs)
            different += [Difference(line, *each, was) for each in numbers]
            if text != "DONE" and ours.kind == theirs.kind == b"OK":
                self._remember(box, ours, theirs)
        if ours.kind != theirs.kind:
            # All else follows from this.
            different = [each for each in different if each.about == ("tagged",)]
        if _ALL_TOLD.match(text):
            flags = _flags(theirs, *(side.picture for side in sides))
            different += [Difference(line, *each, was) for each in flags]
        return self._undecided(different)

    def _undecided(self, different: list[Difference]) -> list[Difference]:
        """The differences that no sentence decides."""
        undecided = []
        for each in different:
            if (sentence := deciding(each)) is None:
                undecided.append(each)
            else:
                self.decided[sentence] += 1
                if each.about == ("RECENT",):
                    self._been[each.line[0]].shared = True
                ours, theirs = (tagged[0] for tagged in each.was.tagged)
                self.parted |= ours != theirs and ours != b"NO"
                self.parted |= sentence in PARTING
        return undecided

    def _follow(self, text: str, theirs: Told) -> None:
        """Note what the line does to names."""
        if text.startswith("CREATE") and theirs.kind == b"OK":
            self._keep_modseqs(text.removeprefix("CREATE ").strip('<>"'))
        if re.match(r"RENAME|DELETE|CREATE", text):
            # Whose mod-sequences are whose, now?
            self._orders.clear()
            self._highest.clear()
            self._validities.clear()

    def _sample(self, picture: Picture) -> None:
        """Note some numbers and UIDs that a client knows."""
        known = list(enumerate(picture.uids, 1))[::2]
        if picture.mailbox is not None and known and 0 not in picture.uids:
            both = zip(*known, strict=True)
            self._left[picture.mailbox] = " ".join(",".join(map(str, each)) for each in both)

    def _name(self, text: str, ours: Told, was: Circumstances) -> None:
        """Note keywords that are named, and set nowhere."""
        sure = not (was.behind or _PERHAPS.search(text))
        stored = sure and any(key[0] == "FETCH" for key in ours.facts)
        for found in _KEYWORDS.finditer(text):
            if found[1] or not stored:
                words = (found[1] or found[2]).lower().encode("latin-1").split()
                self._named.update(word for word in words if not word.startswith(b"\\"))

    def _circumstances(self, name: str, text: str) -> Circumstances:
        """What the session has been through; and what it means to the others that it says this."""
        been = self._been.setdefault(name, Circumstances())
        mailbox = self._sides[name][0].picture.mailbox
        for other, (side, _) in self._sides.items():
            if other != name and mailbox is not None and side.picture.mailbox == mailbox:
                been.shared = self._been[other].shared = True
        been.named = self._named
        was = replace(been)
        if _CHANGING.match(text):
            for other in self._been.keys() - {name}:
                self._been[other].behind = True
        if _ALL_TOLD.match(text):
            been.behind = False
        return was

    def _at_last(self, sides: tuple[Side, Side], *told: Told) -> None:
        """What is told while the client idles, or soon, is the server's affair: by NOOP it is."""
        for side, each in zip(sides, told, strict=True):
            more = side.command("NOOP")
            assert more is not None
            del more.facts["tagged",]
            if side is sides[0]:
                assert not more.facts, f"not told to an idling client: {more.facts}"
            for key, value in more.facts.items():
                before = each.facts.get(key)
                each.facts[key] = (
                    tuple(sorted({*before, *value}))
                    if isinstance(before, tuple) and isinstance(value, tuple)
                    else value
                )
            each.modseqs.update(more.modseqs)

    @staticmethod
    def _mailbox(picture: Picture, text: str) -> str:
        """Which mailbox the answer is about."""
        if text.split()[0].upper() in ("SELECT", "EXAMINE"):
            return named(text)
        return picture.mailbox or ""

    def _filled(self, text: str, box: str, at: int) -> str:
        highest = self._highest.get(box, [(1, 1)])
        return (
            text.replace("$H+1", str(highest[-1][at] + 1))
            .replace("$H", str(highest[-1][at]))
            .replace("$G+1", str(highest[0][at] + 1))
            .replace("$G", str(highest[0][at]))
            .replace("$V", str(self._validities.get(box, (1, 1))[at]))
            .replace("$S", self._left.get(box, "1 1"))
        )

    def _numbers(self, box: str, ours: Told, theirs: Told) -> Iterator[tuple[Key, int, int]]:
        """Mod-sequences out of order, and UIDVALIDITY that changed on one side only."""
        for key in ours.modseqs.keys() & theirs.modseqs.keys():
            about = key[1] if key[0] == "STATUS" else box
            order = self._orders.setdefault(str(about), Order())
            if not order.fits(ours.modseqs[key], theirs.modseqs[key]):
                yield ("order of mod-sequences", *key), ours.modseqs[key], theirs.modseqs[key]
        for key in ours.validities.keys() & theirs.validities.keys():
            a, b = ours.validities[key], theirs.validities[key]
            one, other = self._validity_of
            if one.setdefault(a, b) != b or other.setdefault(b, a) != a:
                yield ("UIDVALIDITY", *key), a, b

    def _remember(self, box: str, ours: Told, theirs: Told) -> None:
        for key in ours.modseqs.keys() & theirs.modseqs.keys():
            if key[0] in ("HIGHESTMODSEQ", "STATUS"):
                about = box if key[0] == "HIGHESTMODSEQ" else str(key[1])
                pair = ours.modseqs[key], theirs.modseqs[key]
                self._highest.setdefault(about, []).append(pair)
        key = ("UIDVALIDITY",)
        if key in ours.validities and key in theirs.validities:
            self._validities[box] = ours.validities[key], theirs.validities[key]


def _flags(told: Told, ours: Picture, theirs: Picture) -> Iterator[tuple[Key, object, object]]:
    """What the clients believe of flags when all has been told, the last by Dovecot as `told`."""
    for uid in theirs.flags.keys() & set(ours.uids):
        a, b = ours.flags.get(uid), theirs.flags[uid]
        if a != b and (a is not None or ("FETCH", uid, b"FLAGS") in told.facts):
            yield ("flags", uid), a, b


def _same(ours: list[int], theirs: list[int]) -> bool:
    """Whether both may be the same messages; some UIDs may be unknown."""
    return len(ours) == len(theirs) and all(
        one == other or 0 in (one, other) for one, other in zip(ours, theirs, strict=True)
    )


_Unequal = Iterator[tuple[Key, object, object]]
"""What something is about, ours and theirs."""


def _unequal(ours: dict[Key, object], theirs: dict[Key, object]) -> _Unequal:
    for key in sorted(ours.keys() | theirs.keys(), key=repr):
        if ours.get(key) != theirs.get(key):
            yield key, ours.get(key), theirs.get(key)
