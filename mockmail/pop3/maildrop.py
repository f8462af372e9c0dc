"""A maildrop: what one session sees of a mailbox.

Numbers start from 1, and a message keeps its number as long as the session lasts.
Nothing is changed before `update`, which QUIT calls (RFC 1939 section 6).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import md5
from itertools import count

from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.pop3.reply import Err
from mockmail.pop3.settings import Pop3Settings, SizeStyle, UidlStyle
from mockmail.store.flags import FlagOp, flags
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.store.store import Store
from mockmail.store.user import User

SEEN = flags(("\\Seen",))


def as_sent(entry: Entry) -> bytes:
    """The message as POP3 sends it, before stuffing: its last line has a CRLF."""
    wire = entry.message.wire
    return wire if wire.endswith(b"\r\n") else wire + b"\r\n"


def _exact(entry: Entry) -> int:
    # Of what is sent, before stuffing (RFC 1939 section 11).
    wire = entry.message.wire
    return len(wire) if wire.endswith(b"\r\n") else len(wire) + 2


def _lines(message: Message) -> int:
    return message.wire.count(b"\r\n")


_SIZES: Mapping[SizeStyle, Callable[[Entry], int]] = {
    "exact": _exact,
    "lf": lambda entry: _exact(entry) - entry.message.view(_lines),
    "rounded": lambda entry: -(_exact(entry) // -1024) * 1024,
}


def _digest(message: Message) -> bytes:
    return md5(message.raw, usedforsecurity=False).hexdigest().encode()


_PUNCTUATION = bytes(range(0x21, 0x30)) + bytes(range(0x3A, 0x41)) + bytes(range(0x5B, 0x61))

_UNIQUE_IDS: Mapping[UidlStyle, Callable[[Mailbox, Entry], bytes]] = {
    "uidvalidity": lambda box, entry: b"%08x%08x" % (box.uidvalidity, entry.uid),
    "uid": lambda box, entry: b"%d" % entry.uid,
    "digest": lambda box, entry: entry.message.view(_digest),
    "long": lambda box, entry: (
        (b"%08x%08x" % (box.uidvalidity, entry.uid)).rjust(70 - len(_PUNCTUATION), b"~")
        + _PUNCTUATION
    ),
}
"""1 to 70 characters from 0x21 to 0x7E (RFC 1939 section 7, UIDL)."""


class Maildrop:
    """A session's maildrop: the messages as they were when it was opened, or as they are."""

    locks = True
    """Whether only one session may have it."""

    def __init__(self, store: Store, user: User, mailbox: Mailbox, settings: Pop3Settings) -> None:
        self._store = store
        self._user = user
        self._mailbox = mailbox
        self._settings = settings
        self._size = _SIZES[settings.sizes]
        self._unique_id = _UNIQUE_IDS[settings.uidl]
        self.entries: list[Entry] = []
        self._scanned: list[bytes] = []
        """The lines of LIST, as far as they were asked for: they never change."""
        self._seen_to = Uid(0)
        """UIDs up to this one were looked at."""
        self._modseq = 0
        """Of the mailbox when it was looked at."""
        self.deleted: dict[int, None] = {}
        """Numbers marked by DELE."""
        self.retrieved: dict[int, None] = {}
        """Numbers of what RETR has brought."""
        self._gone: dict[int, None] = {}
        """Numbers of what others have removed, where that is shown."""
        self._look()
        before = [n for n, entry in self._numbered() if self._key(entry) in user.popped]
        self._last_before = max(before, default=0)

    def _key(self, entry: Entry) -> tuple[int, int]:
        return self._mailbox.uidvalidity, entry.uid

    def _look(self) -> None:
        """Give what is new a number."""
        self._modseq = self._mailbox.modseq
        most, once = self._settings.most, self._settings.once
        for entry in self._mailbox:
            if most is not None and len(self.entries) >= most:
                break
            if entry.uid > self._seen_to:
                self._seen_to = entry.uid
                if not (once and self._user.popped.get(self._key(entry))):
                    self.entries.append(entry)

    def refresh(self) -> None:
        """Before a command: see what others have done, unless this is a snapshot."""
        if self._settings.snapshot or self._modseq == self._mailbox.modseq:
            return
        self._look()
        there = self._mailbox.entries
        self._gone.update((n, None) for n, entry in self._numbered() if entry.uid not in there)

    def _numbered(self) -> Iterator[tuple[int, Entry]]:
        return enumerate(self.entries, 1)

    def remaining(self) -> Iterator[tuple[int, Entry]]:
        """Numbers and messages that are there and not marked as deleted."""
        if not (self.deleted or self._gone):
            return self._numbered()
        return (
            (number, entry)
            for number, entry in self._numbered()
            if number not in self.deleted and number not in self._gone
        )

    def entry(self, number: int) -> Entry:
        """The message of that number; `Err` if there is none, or it is marked."""
        if not 1 <= number <= len(self.entries):
            raise Err(f"There is no message {number}")
        if number in self.deleted:
            raise Err(f"Message {number} is deleted")
        if number in self._gone:
            raise Err(f"Message {number} is gone")
        return self.entries[number - 1]

    def content(self, number: int) -> Entry:
        """The message of that number, to be sent; `Err` if that can't be."""
        entry = self.entry(number)
        if not self._settings.fetch_expunged and entry.uid not in self._mailbox.entries:
            raise Err(f"Message {number} is gone")
        return entry

    def size(self, entry: Entry) -> int:
        """What LIST and STAT count."""
        return self._size(entry)

    def scan_listing(self, number: int, entry: Entry) -> bytes:
        """A message's line in LIST (RFC 1939 section 5)."""
        return b"%d %d" % (number, self._size(entry))

    def scan_listings(self) -> list[bytes]:
        """The lines of all that remain."""
        scanned = self._scanned
        start = len(scanned) + 1
        scanned += map(self.scan_listing, count(start), self.entries[start - 1 :])
        if not (self.deleted or self._gone):
            return scanned
        return [scanned[number - 1] for number, _ in self.remaining()]

    def unique_id(self, entry: Entry) -> bytes:
        """What UIDL tells of a message."""
        return self._unique_id(self._mailbox, entry)

    @property
    def last(self) -> int:
        """The highest number that RETR has brought, now or in earlier sessions (RFC 1225)."""
        return max(self._last_before, max(self.retrieved, default=0))

    def mark(self, number: int) -> None:
        """Mark a message as deleted."""
        self.deleted[number] = None

    def reset(self) -> None:
        """Forget what has been marked and brought (RFC 1225, RSET)."""
        self.deleted.clear()
        self.retrieved.clear()

    def update(self, origin: str) -> None:
        """The UPDATE state: do what is to be done for what was marked and brought."""
        removed = {**self.deleted, **(self.retrieved if self._settings.expire == 0 else {})}
        self._user.popped.update((self._key(self.entries[n - 1]), True) for n in self.retrieved)
        with self._store.transaction(origin) as tx:
            tx.expunge(self._mailbox, self._uids(removed))
        self.close(origin)

    def close(self, origin: str) -> None:
        """The end of a session, with the UPDATE state or without it: note what was brought."""
        for number in self.retrieved:
            self._user.popped.setdefault(self._key(self.entries[number - 1]), False)
        if self._settings.seen:
            with self._store.transaction(origin) as tx:
                tx.store_flags(self._mailbox, self._uids(self.retrieved), FlagOp.ADD, SEEN)

    def _uids(self, numbers: Iterable[int]) -> list[Uid]:
        return [self.entries[number - 1].uid for number in sorted(numbers)]


class ReadOnly(Maildrop):
    """A mailbox from which nothing can be removed: DELE does nothing (RFC 1082)."""

    locks = False

    def mark(self, number: int) -> None:
        pass

    def update(self, origin: str) -> None:
        pass

    def close(self, origin: str) -> None:
        pass


class Frozen(ReadOnly):
    """That of a user who can change nothing."""

    def mark(self, number: int) -> None:
        raise Err(f"Message {number} can't be deleted: the account is read-only", "SYS/PERM")


class Group(ReadOnly):
    """That of a discussion group (RFC 1082)."""

    def scan_listing(self, number: int, entry: Entry) -> bytes:
        """With the maxima: the UID, which never decreases."""
        return b"%b %d" % (super().scan_listing(number, entry), entry.uid)
