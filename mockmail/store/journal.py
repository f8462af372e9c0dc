"""What changed in a mailbox, numbered, in the order it happened.

Each transaction adds at most one record of each kind per mailbox. A reader (a
session's view) holds a cursor and asks for what came since. A few records are
kept for readers that lag; beyond that they are asked to catch up, so that a
session that never speaks costs no memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid
from mockmail.store.flags import Flags

NO_STAMPS: Mapping[str, ModSeq] = {}


class Entry:
    """A message's place in a mailbox: never changed after it was made, only replaced.

    A handler or a fork that holds an entry holds what was true when it took it.
    """

    __slots__ = ("flags", "internaldate", "message", "modseq", "stamps", "uid")

    def __init__(
        self,
        uid: Uid,
        message: Message,
        flags: Flags,
        modseq: ModSeq,
        internaldate: datetime,
        stamps: Mapping[str, ModSeq] = NO_STAMPS,
    ) -> None:
        self.uid = uid
        self.message = message
        self.flags = flags
        self.modseq = modseq
        self.internaldate = internaldate
        self.stamps = stamps
        """Mod-sequences of flags that have changed here, by lower-cased name.

        Under the empty name stands that of the message's arrival.
        """

    def flag_modseq(self, name: str) -> int:
        """When the flag was changed last, or came with the message (RFC 7162 section 3.1.12).

        0 for a keyword that the message never had; a system flag always exists.
        """
        stamp = self.stamps.get(name.lower())
        if stamp is not None:
            return stamp
        if name.startswith("\\") or name in self.flags:
            return self.stamps.get("", self.modseq)
        return 0

    def __repr__(self) -> str:
        return f"<Entry {self.uid} {self.flags.wire.decode()} modseq {self.modseq}>"


@dataclass(frozen=True, slots=True)
class Appended:
    """New messages; `recent` is the session they are ``\\Recent`` for, 0 if for none yet."""

    modseq: ModSeq
    origin: str
    entries: tuple[Entry, ...]
    recent: int


@dataclass(frozen=True, slots=True)
class Flagged:
    """Messages with their new flags."""

    modseq: ModSeq
    origin: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Expunged:
    """Messages that are gone, as they were last."""

    modseq: ModSeq
    origin: str
    entries: tuple[Entry, ...]


Change = Appended | Flagged | Expunged

KEPT = 256
"""Records that are kept for slow readers; then they are made to read."""


class Journal:
    """The changes of one mailbox from number `first` on."""

    __slots__ = ("_cursors", "changes", "end", "first")

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.end = first
        """The number that the next change will have."""
        self.changes: list[Change] = []
        self._cursors: list[Cursor] = []

    @property
    def readers(self) -> int:
        """How many read it: sessions that have the mailbox selected."""
        return len(self._cursors)

    def add(self, change: Change) -> None:
        self.changes.append(change)
        self.end += 1
        if len(self.changes) > KEPT:
            self._trim()

    def _trim(self) -> None:
        """Let the readers catch up, and forget what all have read."""
        for cursor in self._cursors:
            if cursor.behind:
                cursor.catch_up()
        keep_from = min((cursor.at for cursor in self._cursors), default=self.end)
        del self.changes[: keep_from - self.first]
        self.first = keep_from

    def open(self, catch_up: Callable[[], None]) -> "Cursor":
        """A cursor that stands at the end; `catch_up` makes its holder read."""
        cursor = Cursor(self, catch_up)
        self._cursors.append(cursor)
        return cursor

    def close(self, cursor: "Cursor") -> None:
        self._cursors.remove(cursor)


class Cursor:
    """How far one reader has come."""

    __slots__ = ("at", "catch_up", "journal")

    def __init__(self, journal: Journal, catch_up: Callable[[], None]) -> None:
        self.journal = journal
        self.catch_up = catch_up
        self.at = journal.end

    @property
    def behind(self) -> bool:
        return self.at < self.journal.end

    def unread(self) -> Sequence[Change]:
        """What came since the last `read`, left unread."""
        return self.journal.changes[self.at - self.journal.first :]

    def read(self) -> Sequence[Change]:
        """What came since the last `read`."""
        changes = self.unread()
        self.at = self.journal.end
        return changes

    def close(self) -> None:
        self.journal.close(self)
