"""One mailbox: messages in UID order, and the numbers that promise things about them.

A fork shares the messages and copies the two containers that hold them at its
first write, so that forking takes the same time whatever the mailbox holds.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from mockmail.numset import ModSeq, Uid
from mockmail.store.flags import SYSTEM_FLAGS, Flags, flags
from mockmail.store.journal import Entry, Journal
from mockmail.store.vanished import Vanished

MAX_KEYWORDS = 1000
"""Different keywords that one mailbox takes."""

SPECIAL_USES = (
    "\\All",
    "\\Archive",
    "\\Drafts",
    "\\Flagged",
    "\\Important",
    "\\Junk",
    "\\Sent",
    "\\Trash",
)
"""What a mailbox can be for (RFC 6154 section 2; RFC 8457 section 3)."""


class TooManyKeywords(Exception):
    """A mailbox has `MAX_KEYWORDS` different keywords already."""


class Mailbox:
    """Messages by UID. Only a `Transaction` changes them."""

    __slots__ = (
        "_seen_below",
        "_shared",
        "damaged",
        "deleted",
        "entries",
        "first_recent",
        "fixed",
        "followers",
        "gone",
        "grants",
        "journal",
        "keeps_modseqs",
        "keywords",
        "modseq",
        "name",
        "no_inferiors",
        "owner",
        "readers",
        "special_use",
        "sticky",
        "uidnext",
        "uids",
        "uidvalidity",
        "vanished",
    )

    def __init__(self, name: str, uidvalidity: int, owner: str | None) -> None:
        self.name = name
        """For its owner."""
        self.owner = owner
        """Login of the user whose it is; None for one that belongs to all."""
        self.gone = False
        """Whether it was deleted; sessions may have it selected still (RFC 2180 section 3.2)."""
        self.uidvalidity = uidvalidity
        self.uidnext = Uid(1)
        self.modseq = ModSeq(1)
        """The highest mod-sequence so far (RFC 7162's HIGHESTMODSEQ)."""
        self.uids: list[Uid] = []
        self.entries: dict[Uid, Entry] = {}
        self.deleted: dict[Uid, None] = {}
        """Messages with ``\\Deleted``, in the order in which they got it."""
        self._seen_below = Uid(1)
        """All messages below this UID are ``\\Seen``."""
        self.keywords: dict[str, str] = {}
        """Keywords ever used here: lower-cased → as first spelled, in order of first use."""
        self.journal = Journal()
        self.first_recent = Uid(1)
        """From this UID on, no session has been told of a message as ``\\Recent``."""
        self.readers: list[int] = []
        """Numbers of the sessions that have it selected read-write, ascending."""
        self.special_use: tuple[str, ...] = ()
        """Some of `SPECIAL_USES`; several mailboxes may have the same."""
        self.no_inferiors = False
        """Nothing can be created below it (RFC 9051 section 7.3.1, ``\\NoInferiors``)."""
        self.grants: dict[str, bool] = {}
        """Who else has access, by login, and whether he may change it."""
        self.fixed = False
        """No client adds messages or takes them away."""
        self.followers: list[Mailbox] = []
        """Mailboxes with the same messages at all times, and flags of their own."""
        self.damaged = False
        """It can't be opened (RFC 5530 section 3, CORRUPTION)."""
        self.sticky = True
        """UIDs stay; without that it has a new UIDVALIDITY whenever it is opened."""
        self.vanished = Vanished()
        self.keeps_modseqs = True
        """Whether clients are told of mod-sequences (RFC 7162 section 3.1.2.2)."""
        self._shared = False

    def __iter__(self) -> Iterator[Entry]:
        """The entries in UID order."""
        return map(self.entries.__getitem__, self.uids)

    def __len__(self) -> int:
        return len(self.uids)

    def fork(self) -> "Mailbox":
        """The same mailbox for another store; nobody has it selected there."""
        twin = Mailbox.__new__(Mailbox)
        twin.name = self.name
        twin.owner = self.owner
        twin.uidvalidity = self.uidvalidity
        twin.uidnext = self.uidnext
        twin.modseq = self.modseq
        twin.uids = self.uids
        twin.entries = self.entries
        twin.deleted = self.deleted
        twin._seen_below = self._seen_below
        twin.keywords = dict(self.keywords)
        twin.journal = Journal(self.journal.end)
        twin.first_recent = self.first_recent
        twin.readers = []
        twin.special_use = self.special_use
        twin.gone = self.gone
        twin.no_inferiors = self.no_inferiors
        twin.grants = dict(self.grants)
        twin.fixed = self.fixed
        twin.followers = []
        twin.damaged = self.damaged
        twin.sticky = self.sticky
        twin.vanished = self.vanished
        twin.keeps_modseqs = self.keeps_modseqs
        twin._shared = self._shared = True
        return twin

    def own(self) -> None:
        """Make the containers this mailbox's own before writing to them."""
        if self._shared:
            self.uids = self.uids.copy()
            self.entries = self.entries.copy()
            self.deleted = self.deleted.copy()
            self.vanished = self.vanished.copy()
            self._shared = False

    def index(self, entries: Iterable[Entry]) -> None:
        """Note what is new about entries that were put in."""
        for entry in entries:
            if entry.flags.deleted:
                self.deleted[entry.uid] = None
            else:
                self.deleted.pop(entry.uid, None)
            if entry.uid < self._seen_below and not entry.flags.seen:
                self._seen_below = entry.uid

    def first_unseen(self) -> Uid | None:
        """The lowest UID without ``\\Seen``; None if there is none."""
        for uid in self.uids[bisect_left(self.uids, self._seen_below) :]:
            if not self.entries[uid].flags.seen:
                self._seen_below = uid
                return uid
        self._seen_below = self.uidnext
        return None

    def spelled(self, wanted: Flags, new: dict[str, str]) -> Flags:
        """`wanted` in this mailbox's spelling of keywords; those it doesn't know go into `new`.

        `TooManyKeywords` when it would know more than `MAX_KEYWORDS` with them.
        """
        if all(name in SYSTEM_FLAGS for name in wanted.names):
            return wanted
        names = []
        for name in wanted.names:
            if name not in SYSTEM_FLAGS:
                low = name.lower()
                known = self.keywords.get(low)
                name = new.setdefault(low, name) if known is None else known
            names.append(name)
        if len(self.keywords) + len(new) > MAX_KEYWORDS:
            raise TooManyKeywords(self.name)
        return flags(names)

    def claim_recent(self, session: int) -> None:
        """`session` selects the mailbox read-write, and takes what is ``\\Recent`` now.

        No other session will see it so (RFC 3501 section 2.3.2).
        """
        self.first_recent = self.uidnext
        self.readers.append(session)
        self.readers.sort()

    def release_recent(self, session: int, untold: Collection[Uid]) -> None:
        """`session` leaves; what it was not told of is ``\\Recent`` for the next one."""
        self.readers.remove(session)
        if untold:
            self.first_recent = min(untold)

    def check(self) -> None:
        """Laws 1 and 2, as far as one mailbox can show them; ``AssertionError`` if broken."""
        where = f"mailbox {self.name!r}"
        assert all(use in SPECIAL_USES for use in self.special_use), (
            f"{where}: {self.special_use} is no special use"
        )
        assert all(a < b for a, b in pairwise(self.uids)), f"{where}: UIDs don't ascend"
        assert not self.uids or self.uids[-1] < self.uidnext, f"{where}: UIDNEXT is in use"
        assert self.entries.keys() == set(self.uids), f"{where}: entries and UIDs differ"
        for uid, entry in self.entries.items():
            assert entry.uid == uid, f"{where}: entry {entry} stands under {uid}"
            assert 0 < entry.modseq <= self.modseq, f"{where}: {entry} is ahead of {self.modseq}"
        deleted = {uid for uid, entry in self.entries.items() if entry.flags.deleted}
        assert self.deleted.keys() == deleted, f"{where}: the index of \\Deleted is wrong"
        assert all(
            entry.flags.seen for uid, entry in self.entries.items() if uid < self._seen_below
        ), f"{where}: the index of \\Seen is wrong"
        changes = self.journal.changes
        assert all(a.modseq <= b.modseq for a, b in pairwise(changes)), (
            f"{where}: mod-sequences don't ascend with the journal"
        )
        assert not changes or changes[-1].modseq <= self.modseq, f"{where}: journal is ahead"
