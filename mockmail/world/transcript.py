"""What was said, in the order in which it happened, at virtual times.

The records are references to what went over the wire. Shown to people and
compared between runs is the *normalised* form: sessions have letters, tags are
counted (``A1`` is the first command of session A), and how a client cut its
bytes into segments is not seen.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from mockmail.clock import Clock
from mockmail.store.journal import Appended, Change, Expunged, Flagged
from mockmail.store.mailbox import Mailbox
from mockmail.wire.chunks import Chunk, Outbox

LIMIT = 67_108_864
"""Octets that a transcript keeps; the oldest records go first."""
SHOWN = 2_000
"""Octets of a literal, or of what was said at once, that are shown; the rest is counted."""


class Who(Enum):
    """Who speaks in a record."""

    CLIENT = "C"
    SERVER = "S"
    WORLD = "*"


@dataclass(slots=True)
class Record:
    """One thing that was said."""

    time: float
    """Seconds since the world's epoch."""
    session: str
    protocol: str
    who: Who
    data: Chunk
    tag: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the normalised form."""

    time: float
    session: str
    protocol: str
    who: Who
    text: str

    def __str__(self) -> str:
        return f"{self.session or '-':2} {self.who.value}: {self.text}"


class Transcript:
    """The conversation of all sessions of a world."""

    def __init__(self, clock: Clock, *, limit: int = LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._octets = 0
        # Plain tuples, for one is made whenever anybody says anything.
        self._records: deque[tuple[float, str, str, Who, Chunk, bytes | None]] = deque()
        self.dropped = 0
        """Records that went because of the limit."""
        self.lock: AbstractContextManager[object] = nullcontext()
        """Held by whoever adds records; the engine lends its own."""
        self.speaking: Outbox | None = None
        """Where a session is putting responses right now: they came before the next record."""

    def _add(
        self, session: str, protocol: str, who: Who, data: Chunk, tag: bytes | None = None
    ) -> None:
        self._records.append((self._clock.advanced, session, protocol, who, data, tag))
        self._octets += len(data)
        while self._octets > self._limit and len(self._records) > 1:
            self._octets -= len(self._records.popleft()[4])
            self.dropped += 1

    @property
    def records(self) -> tuple[Record, ...]:
        """What was said so far."""
        with self.lock:
            return tuple(Record(*record) for record in self._records)

    def heard(self, session: str, protocol: str, data: bytes, tag: bytes | None) -> None:
        """A client said something."""
        self._catch_up()
        self._add(session, protocol, Who.CLIENT, data, tag)

    def sent(self, session: str, protocol: str, data: Chunk) -> None:
        """A server said something."""
        self._add(session, protocol, Who.SERVER, data)

    def note(self, session: str, protocol: str, text: str) -> None:
        """Something happened that neither of them said."""
        self._catch_up()
        self._add(session, protocol, Who.WORLD, text.encode())

    def changed(self, mailbox: Mailbox, change: Change) -> None:
        """The store changed."""
        uids = ",".join(str(entry.uid) for entry in change.entries[:10])
        if len(change.entries) > 10:
            uids += f",… ({len(change.entries)} messages)"
        match change:
            case Appended():
                what = f"new in {mailbox.name}: UID {uids}"
            case Expunged():
                what = f"gone from {mailbox.name}: UID {uids}"
            case Flagged(entries=entries):
                flags = entries[0].flags.wire.decode()
                what = f"flags in {mailbox.name}: UID {uids} {flags}"
            case _:
                assert_never(change)
        self.note("", "", f"{what} (by {change.origin})")

    def _catch_up(self) -> None:
        if self.speaking is not None:
            self.speaking.record()

    def lines(self) -> Iterator[Line]:
        """The normalised form."""
        readers: dict[str, _Reader] = {}
        for record in self.records:
            reader = readers.get(record.session)
            if reader is None:
                reader = readers[record.session] = _Reader(record.session, record.protocol)
            for text in reader.texts(record):
                yield Line(
                    record.time, record.session, record.protocol, record.who, _printable(text)
                )

    def table(self, *, width: int | None = 100, last: int | None = None) -> str:
        """In columns: when, who, what the client said, what the server said.

        Longer texts are cut at `width` characters, unless it is None. With `last` only
        so many lines are shown, the last ones.
        """
        lines = list(self.lines())
        if not lines:
            return "nothing was said"
        shown = lines if last is None else lines[-last:]
        head = f"(the last {last} of {len(lines)} lines)\n" if len(shown) < len(lines) else ""
        return head + table(shown, width=width)

    def __str__(self) -> str:
        head = f"({self.dropped} earlier records were dropped)\n" if self.dropped else ""
        return head + "\n".join(map(str, self.lines()))


_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class _Reader:
    """Cuts one session's records into lines, and gives its tags numbers."""

    def __init__(self, session: str, protocol: str) -> None:
        self._session = session.encode()
        self._counts_literals = protocol == "imap"
        self._tags: dict[bytes, bytes] = {}
        self._commands = 0
        self._literal = 0
        """Octets of the server's literal that are still to come."""

    def texts(self, record: Record) -> Iterator[bytes]:
        data = bytes(record.data)
        if record.tag is not None:
            # A client may use a tag again; it is the newest command's then.
            self._commands += 1
            self._tags[record.tag] = b"%b%d" % (self._session, self._commands)
            data = self._tags[record.tag] + data[len(record.tag) :]
        if record.who is Who.SERVER and self._counts_literals:
            yield from self._responses(data)
        else:
            yield from _shown(data)

    def _responses(self, data: bytes) -> Iterator[bytes]:
        """Lines outside literals have their tag replaced; literals are shown in part."""
        at = 0
        while at < len(data):
            if self._literal:
                literal = data[at : at + self._literal]
                at += len(literal)
                self._literal -= len(literal)
                yield from _shown(literal)
                continue
            end = data.find(b"\r\n", at) + 2
            line = data[at:end] if end > 1 else data[at:]
            at += len(line)
            literal_follows = _LITERAL.search(line)
            if literal_follows:
                self._literal = int(literal_follows[1])
            first, space, rest = line.removesuffix(b"\r\n").partition(b" ")
            yield self._tags.get(first, first) + space + rest


def _shown(data: bytes) -> Iterator[bytes]:
    """The lines of some octets; of many, the first ones and the last line."""
    if len(data) <= SHOWN:
        yield from data.removesuffix(b"\r\n").split(b"\r\n")
        return
    last = data.removesuffix(b"\r\n").rpartition(b"\r\n")[2][-SHOWN:]
    yield from data[:SHOWN].split(b"\r\n")
    yield b"... %d octets ..." % (len(data) - SHOWN - len(last))
    yield last


def _printable(text: bytes) -> str:
    return "".join(
        char if char.isprintable() or char == "\t" else char.encode().hex(" ").join("<>")
        for char in text.decode("utf-8", "backslashreplace")
    )


def table(lines: Iterable[Line], *, width: int | None = 100) -> str:
    """The lines in columns: when, who, what the client said, what the server said.

    `width` is in characters; longer texts are cut, unless it is None.
    """
    wide = 100 if width is None else width
    half = (wide - 20) // 2
    most = half if width is not None else None
    rows = [f"{'time':>7}  {'session':<9}{'client':<{half}}  server", "-" * wide]
    for line in lines:
        who = f"{line.session} {line.protocol}" if line.session else ""
        start = f"{line.time:7.1f}  {who:<9}"
        match line.who:
            case Who.CLIENT:
                rows.append(f"{start}{_cut(line.text, most)}")
            case Who.SERVER:
                rows.append(f"{start}{'':<{half}}  {_cut(line.text, most)}")
            case Who.WORLD:
                rows.append(f"{start}{_cut(f'** {line.text}', most and 2 * most)}")
    return "\n".join(row.rstrip() for row in rows)


def _cut(text: str, width: int | None) -> str:
    text = text.expandtabs(4)
    return text if width is None or len(text) <= width else text[: width - 1] + "…"
