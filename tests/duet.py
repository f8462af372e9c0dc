"""The same lines to mockmail and to Dovecot, and what differs in their answers.

A *duet* is lines like ``A: FETCH 1:* (FLAGS)``: session A says this to both
servers. ``<text>`` is sent as a literal, ``|`` in it is a line's end; ``$H`` is the HIGHESTMODSEQ and ``$V``
the UIDVALIDITY that this server told the session last. Both servers begin with
the same messages in INBOX and nothing else, and each session is logged in.

What is compared is what a client knows after a command, a NOOP behind it
included: RFC 9051 section 5.2 leaves it to the server when changes are told.
Not compared are texts (section 7.1), the order of responses, values of
UIDVALIDITY and mod-sequences, ``\\Recent`` and RECENT (RFC 3501 section 2.3.2:
which session gets it depends on the server), FLAGS and PERMANENTFLAGS.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol

from answers import Value, values
from dovecot import Theirs
from harness import Client, inbox
from mockmail.imap.settings import ImapSettings
from mockmail.message.message import Message
from mockmail.numset import UidSet
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World

MESSAGES = tuple(
    b"From: %b <%b@example.net>\r\nTo: anna@example.org\r\nSubject: %b\r\n"
    b"Date: Mon, 1 Jan 2024 0%d:00:00 +0000\r\nMessage-ID: <%d@example.net>\r\n\r\n%b\r\n"
    % (name, name.lower(), subject, number, number, text)
    for number, (name, subject, text) in enumerate(
        (
            (b"Ben", b"lunch", b"At noon?"),
            (b"Carol", b"Re: lunch", b"Yes, at noon."),
            (b"Ben", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", b"Nothing new."),
            (b"Dora", b"minutes", b"All were there.\r\nNobody spoke."),
            (b"Ben", b"minutes", b"Thank you."),
        ),
        1,
    )
)
_LINE = re.compile(r"([A-C]): (.*)")
_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


_INLINE = re.compile(rb"(?<!\])<([^<>]*)>")


def _literal(found: re.Match[bytes]) -> bytes:
    text = found[1].replace(b"|", b"\r\n")
    return b"{%d+}\r\n%b" % (len(text), text)


class Server(Protocol):
    """One session of one of the servers."""

    def exchange(self, data: bytes, tag: bytes) -> bytes:
        """Send a command, take all that is said to its tagged line."""


class Ours:
    """A session of a mockmail engine."""

    def __init__(self, world: World) -> None:
        self._client = Client(world)
        self._client.send(b"login LOGIN anna apple\r\n")
        self._client.said()

    def exchange(self, data: bytes, tag: bytes) -> bytes:  # noqa: ARG002 all is said at once
        self._client.send(data)
        said = self._client.said()
        if said.startswith(b"+ ") and data.upper().endswith(b" IDLE\r\n"):
            self._client.send(b"DONE\r\n")
            said += self._client.said()
        return said


@dataclass
class Picture:
    """What a client of one server knows."""

    uids: list[int] | None = None
    """Of the selected mailbox, by number less one."""
    flags: dict[int, frozenset[bytes]] = field(default_factory=dict)
    highest: int = 1
    validity: int = 1


@dataclass
class Answer:
    """What one command did, with texts and the like left out."""

    tagged: tuple[bytes, ...] = ()
    gone: set[int] = field(default_factory=set)
    exists: int | None = None
    fetched: dict[int, dict[bytes, object]] = field(default_factory=dict)
    said: Counter[tuple[object, ...]] = field(default_factory=Counter)


class Difference(NamedTuple):
    """Two answers to one line."""

    line: str
    what: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        return f"{self.line}\n  {self.what}\n    ours:   {self.ours}\n    theirs: {self.theirs}"


def responses(data: bytes) -> Iterator[bytes]:
    """Each response of a server's output, with its literals, without its CRLF."""
    start = at = 0
    while at < len(data):
        at = data.index(b"\r\n", at) + 2
        literal = _LITERAL.search(data[start:at])
        if literal is not None:
            at += int(literal[1])
        else:
            yield data[start : at - 2]
            start = at


class Side:
    """One session with one server, and what its client knows."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tags = 0
        self.picture = Picture()

    def command(self, text: str) -> Answer:
        answer = self._exchange(text)
        if ".SILENT" in text:
            # The client isn't told what it ought to know.
            self.picture.flags.clear()
        if answer.tagged[0] == b"OK" and text.split()[0].upper() in ("SELECT", "EXAMINE"):
            self._learn(f"1:{answer.exists or 1}" if answer.exists else "")
        self._exchange("NOOP", answer)
        if self.picture.uids is not None and 0 in self.picture.uids:
            self._learn(f"{self.picture.uids.index(0) + 1}:*")
        answer.exists = None if self.picture.uids is None else len(self.picture.uids)
        if "FETCH" not in text.upper():
            # Flags are compared as what is known; who tells them when is the server's affair.
            answer.fetched = {uid: items for uid, items in answer.fetched.items() if items}
        return answer

    def _learn(self, seqs: str) -> None:
        """Ask for the UIDs of messages that were counted."""
        if seqs:
            self._exchange(f"FETCH {seqs} (UID)", Answer())

    def _exchange(self, text: str, into: Answer | None = None) -> Answer:
        """Give a command; what it did, or what it added to another's doings."""
        self._tags += 1
        tag = b"t%d" % self._tags
        text = text.replace("$H", str(self.picture.highest)).replace(
            "$V", str(self.picture.validity)
        )
        data = _INLINE.sub(_literal, text.encode("latin-1"))
        name = text.split()[0].upper()
        answer = into or Answer()
        if name in ("SELECT", "EXAMINE"):
            selected, self.picture.uids, self.picture.flags = self.picture.uids, [], {}
        for response in responses(self._server.exchange(tag + b" " + data + b"\r\n", tag)):
            self._observe(response, tag, answer, main=into is None)
        ended = answer.tagged[0] if into is None else b"OK"
        if name in ("CLOSE", "UNSELECT") and ended == b"OK":
            self.picture.uids = None
        if name in ("SELECT", "EXAMINE") and ended != b"OK":
            self.picture.uids = None if ended == b"NO" else selected
        return answer

    def _observe(self, response: bytes, tag: bytes, answer: Answer, *, main: bool) -> None:
        start, _, rest = response.partition(b" ")
        if start == b"+":
            return
        if start == tag:
            if main:
                kind, _, text = rest.partition(b" ")
                answer.tagged = (kind, *self._code(text))
            return
        first, _, after = rest.partition(b" ")
        if first.isdigit():
            self._numbered(int(first), *after.split(b" ", 1), answer=answer)
        elif first in (b"OK", b"NO", b"BAD", b"BYE"):
            code = self._code(after)
            if code and code[0] not in (b"PERMANENTFLAGS", b"HIGHESTMODSEQ", b"UIDVALIDITY"):
                answer.said[(first, *code)] += 1
        elif first == b"VANISHED":
            self._vanished(after, answer)
        elif first not in (b"FLAGS", b"CAPABILITY"):
            answer.said[self._data(first, after)] += 1

    def _code(self, text: bytes) -> tuple[bytes, ...]:
        """A response code and its arguments, as far as they are compared."""
        if not text.startswith(b"["):
            return ()
        name, _, rest = text[1 : text.index(b"]")].partition(b" ")
        if name == b"HIGHESTMODSEQ":
            self.picture.highest = int(rest)
        elif name == b"UIDVALIDITY":
            self.picture.validity = int(rest)
        if name in (b"COPYUID", b"APPENDUID"):
            return (name, *rest.split(b" ")[1:])
        if name in (b"CLIENTBUG", b"HIGHESTMODSEQ"):
            return ()
        return (name, rest) if name in (b"UIDNEXT", b"UNSEEN", b"MODIFIED") else (name,)

    def _numbered(self, number: int, kind: bytes, rest: bytes = b"", *, answer: Answer) -> None:
        uids = self.picture.uids
        assert uids is not None, (number, kind)
        if kind == b"EXISTS":
            uids += [0] * (number - len(uids))
            answer.exists = number
        elif kind == b"EXPUNGE":
            answer.gone.add(uids.pop(number - 1))
        elif kind == b"FETCH":
            items, _ = values(rest, 0)
            assert isinstance(items, list)
            pairs = dict(zip(map(bytes, items[::2]), items[1::2], strict=True))  # type: ignore[arg-type]
            uid = pairs.pop(b"UID", None)
            if isinstance(uid, int):
                uids[number - 1] = uid
            known = uids[number - 1]
            flags = pairs.pop(b"FLAGS", None)
            if isinstance(flags, list):
                names = (flag for flag in flags if isinstance(flag, bytes))
                self.picture.flags[known] = frozenset(n for n in names if n != b"\\Recent")
            pairs.pop(b"MODSEQ", None)
            if isinstance(date := pairs.get(b"INTERNALDATE"), bytes):
                text = date.decode().strip()  # date-day-fixed has two forms
                pairs[b"INTERNALDATE"] = datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z")
            # The header-list may be spelled as asked, or in capitals (RFC 9051 section 7.5.2).
            named = {name.upper(): value for name, value in pairs.items()}
            answer.fetched.setdefault(known, {}).update(named)

    def _vanished(self, rest: bytes, answer: Answer) -> None:
        earlier, _, ids = rest.rpartition(b" ")
        named = {n for low, high in UidSet.parse(ids).ranges for n in range(low, high + 1)}
        if earlier:
            answer.said[b"VANISHED", tuple(sorted(named))] += 1
        else:
            assert self.picture.uids is not None
            self.picture.uids = [uid for uid in self.picture.uids if uid not in named]
            answer.gone |= named

    def _data(self, kind: bytes, rest: bytes) -> tuple[object, ...]:
        words = values(b"(" + rest + b")", 0)[0]
        assert isinstance(words, list)
        if kind == b"SEARCH":
            return (kind, *sorted(word for word in words if isinstance(word, int)))
        if kind == b"ESEARCH":
            return (kind, *sorted(_esearch(words[1:]), key=repr))
        if kind in (b"LIST", b"LSUB"):
            attributes = words[0]
            assert isinstance(attributes, list)
            return (kind, _names(attributes), *map(_fixed, words[1:]))
        if kind == b"STATUS":
            items = words[1]
            assert isinstance(items, list)
            counts = dict(zip(items[::2], items[1::2], strict=True))  # type: ignore[arg-type]
            if isinstance(highest := counts.pop(b"HIGHESTMODSEQ", None), int):
                self.picture.highest = highest
            for name in (b"UIDVALIDITY", b"RECENT"):
                counts.pop(name, None)
            name = words[0]
            assert isinstance(name, bytes)
            # INBOX is one name in any case (RFC 9051 section 5.1).
            name = b"INBOX" if name.upper() == b"INBOX" else name
            return (kind, name, *sorted(counts.items()))  # type: ignore[type-var]
        if kind == b"ID":
            return (kind,)
        return (kind, *map(_fixed, words))


def _names(attributes: Sequence[Value]) -> frozenset[bytes]:
    """Attributes of a mailbox, those left out that a server may tell or not.

    ``\\Marked`` is a guess (RFC 9051 section 7.3.1); children are told where they
    are asked for, and otherwise as the server likes (RFC 3348 section 3).
    """
    names = {each.lower() for each in attributes if isinstance(each, bytes)}
    return frozenset(names - {b"\\marked", b"\\unmarked", *_CHILDREN})


_CHILDREN = (b"\\haschildren", b"\\hasnochildren")


def _esearch(words: Sequence[Value]) -> Iterator[object]:
    at = 0
    while at < len(words):
        word = words[at]
        if word == b"UID":
            yield word
            at += 1
            continue
        if word != b"MODSEQ":
            yield word, _fixed(words[at + 1])
        at += 2


def _fixed(value: Value) -> object:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


class Duet:
    """Both servers with the same messages."""

    def __init__(self, messages: Sequence[bytes] = MESSAGES) -> None:
        self._stack = ExitStack()
        # Not below pytest's folder, to which each run of pytest takes away all others' access.
        folder = self._stack.enter_context(TemporaryDirectory())
        self._theirs = Theirs(Path(folder))
        # RFC 2180 section 4.1.1: what Dovecot does with what others have expunged.
        self._world = inbox(world=World(imap=ImapSettings(fetch_expunged=True)))
        box = self._world.store.users["anna"].mailboxes["INBOX"]
        with self._world.store.transaction("seed") as tx:
            for raw in messages:
                tx.append(box, Message(raw), NO_FLAGS, self._world.clock.now)
        seeding = self._stack.enter_context(self._theirs.session())
        for raw in messages:
            data = b's APPEND INBOX "01-Jan-2024 00:00:00 +0000" {%d+}\r\n%b\r\n' % (len(raw), raw)
            assert b"s OK" in seeding.exchange(data, b"s")
        self._sides: dict[str, tuple[Side, Side]] = {}

    def close(self) -> None:
        self._stack.close()

    def say(self, line: str) -> list[Difference]:
        """One line to both servers."""
        found = _LINE.fullmatch(line)
        assert found, f"no line of a duet: {line!r}"
        name, text = found.groups()
        if name not in self._sides:
            theirs = self._stack.enter_context(self._theirs.session())
            self._sides[name] = Side(Ours(self._world)), Side(theirs)
        ours, theirs = self._sides[name]
        mine, other = ours.command(text), theirs.command(text)
        different = []
        if mine.fetched != other.fetched:
            for uid in mine.fetched.keys() | other.fetched.keys():
                a, b = mine.fetched.get(uid), other.fetched.get(uid)
                if a != b:
                    different.append(Difference(line, f"FETCH of {uid}", a, b))
        if mine.said != other.said:
            a, b = (mine.said - other.said), (other.said - mine.said)
            different.append(Difference(line, "said", sorted(a, key=repr), sorted(b, key=repr)))
        a, b = mine.tagged, other.tagged
        # A code may be left out (RFC 9051 section 7.1), but two of them must be the same.
        if a != b and not (a[0] == b[0] != b"OK" and 1 in (len(a), len(b))):
            different.append(Difference(line, "tagged", a, b))
        for what in ("gone", "exists"):
            a, b = getattr(mine, what), getattr(other, what)
            if a != b:
                different.append(Difference(line, what, a, b))
        if ours.picture.uids != theirs.picture.uids:
            different.append(Difference(line, "messages", ours.picture.uids, theirs.picture.uids))
        known = ours.picture.flags.keys() & theirs.picture.flags.keys()
        for uid in sorted(known.intersection(ours.picture.uids or ())):
            a, b = ours.picture.flags[uid], theirs.picture.flags[uid]
            if a != b:
                different.append(Difference(line, f"flags of {uid}", a, b))
        return different
