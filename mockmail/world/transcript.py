"""What was said, in the order in which it happened, at virtual times.

The records are references to what went over the wire. Shown to people and
compared between runs is the *normalised* form: sessions have letters, tags are
counted (``A1`` is the first command of session A), and how a client cut its
bytes into segments is not seen.
"""

from collections import deque
from collections.abc import Iterable, Iterator
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
"""Octets of one record that are shown; the rest is counted."""


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
        self.records: deque[Record] = deque()
        self.dropped = 0
        """Records that went because of the limit."""
        self.speaking: Outbox | None = None
        """Where a session is putting responses right now: they came before the next record."""

    def _add(
        self, session: str, protocol: str, who: Who, data: Chunk, tag: bytes | None = None
    ) -> None:
        self.records.append(Record(self._clock.advanced, session, protocol, who, data, tag))
        self._octets += len(data)
        while self._octets > self._limit and len(self.records) > 1:
            self._octets -= len(self.records.popleft().data)
            self.dropped += 1

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
        tags: dict[str, dict[bytes, bytes]] = {}
        counts: dict[str, int] = {}
        for record in self.records:
            known = tags.setdefault(record.session, {})
            if record.tag is not None:
                # A client may use a tag again; it is the newest command's then.
                counts[record.session] = counts.get(record.session, 0) + 1
                known[record.tag] = b"%b%d" % (record.session.encode(), counts[record.session])
            for text in _texts(record.data):
                first, space, rest = text.partition(b" ")
                if first in known and (record.who is Who.SERVER or first == record.tag):
                    text = known[first] + space + rest
                yield Line(
                    record.time, record.session, record.protocol, record.who, _printable(text)
                )

    def __str__(self) -> str:
        head = f"({self.dropped} earlier records were dropped)\n" if self.dropped else ""
        return head + "\n".join(map(str, self.lines()))


def _texts(data: Chunk) -> Iterator[bytes]:
    shown = bytes(data[:SHOWN])
    yield from shown.removesuffix(b"\r\n").split(b"\r\n")
    if len(data) > SHOWN:
        yield b"... and %d octets more" % (len(data) - SHOWN)


def _printable(text: bytes) -> str:
    return "".join(
        char if char.isprintable() or char == "\t" else char.encode().hex(" ").join("<>")
        for char in text.decode("utf-8", "backslashreplace")
    )


def table(lines: Iterable[Line], *, width: int = 100) -> str:
    """The lines in columns: when, who, what the client said, what the server said.

    `width` is in characters; longer texts are cut.
    """
    half = (width - 20) // 2
    rows = [f"{'time':>7}  {'session':<9}{'client':<{half}}  server", "-" * width]
    for line in lines:
        who = f"{line.session} {line.protocol}" if line.session else ""
        start = f"{line.time:7.1f}  {who:<9}"
        match line.who:
            case Who.CLIENT:
                rows.append(f"{start}{_cut(line.text, half)}")
            case Who.SERVER:
                rows.append(f"{start}{'':<{half}}  {_cut(line.text, half)}")
            case Who.WORLD:
                rows.append(f"{start}{_cut(f'** {line.text}', 2 * half)}")
    return "\n".join(row.rstrip() for row in rows)


def _cut(text: str, width: int) -> str:
    text = text.expandtabs(4)
    return text if len(text) <= width else text[: width - 1] + "…"
