"""Transactions: changes that happen all at once, or not at all.

A transaction collects what it will do and does it all at its end, or nothing if
an exception ends it: nobody sees half of it (law 7). Each transaction raises a
changed mailbox's mod-sequence once and adds to its journal.
"""

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mockmail.message.message import Message
from mockmail.numset import ModSeq, Uid
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.journal import NO_STAMPS, Entry
from mockmail.store.mailbox import Mailbox
from mockmail.store.refusal import OverQuota

if TYPE_CHECKING:
    from mockmail.store.store import Store


class Draft:
    """What a transaction will do to one mailbox."""

    __slots__ = ("appended", "changed", "expunged", "keywords", "mailbox", "modseq", "uidnext")

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.uidnext = mailbox.uidnext
        self.modseq = ModSeq(mailbox.modseq + 1)
        self.appended: dict[Uid, Entry] = {}
        self.changed: dict[Uid, Entry] = {}
        self.expunged: dict[Uid, Entry] = {}
        self.keywords: dict[str, str] = {}
        """Keywords that the mailbox doesn't know yet."""

    def check(self) -> None:
        """``RuntimeError`` if another transaction has changed the mailbox meanwhile."""
        if self.modseq != self.mailbox.modseq + 1:
            raise RuntimeError(f"two transactions at once on mailbox {self.mailbox.name}")

    def octets(self) -> int:
        """How much more there will be in the mailbox."""
        arrived, gone = (
            sum(len(entry.message.raw) for entry in entries.values())
            for entries in (self.appended, self.expunged)
        )
        return arrived - gone

    def entry(self, uid: Uid) -> Entry | None:
        """The entry as this transaction would leave it; None if it is gone."""
        if uid in self.expunged:
            return None
        return self.changed.get(uid) or self.appended.get(uid) or self.mailbox.entries.get(uid)


class Transaction:
    """Changes that happen together, at the end of the ``with`` block."""

    __slots__ = ("_drafts", "_store", "origin")

    def __init__(self, store: "Store", origin: str) -> None:
        self._store = store
        self.origin = origin
        self._drafts: dict[Mailbox, Draft] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            for draft in self._drafts.values():
                draft.check()
            for draft in self._drafts.values():
                self._store.commit(draft, self.origin)

    def _draft(self, mailbox: Mailbox) -> Draft:
        draft = self._drafts.get(mailbox)
        if draft is None:
            draft = self._drafts[mailbox] = Draft(mailbox)
        return draft

    def append(
        self, mailbox: Mailbox, message: Message, flags: Flags, internaldate: datetime
    ) -> Entry:
        """Add a message at the end; its entry has the UID it will have."""
        draft = self._draft(mailbox)
        spelled = mailbox.spelled(flags, draft.keywords)
        entry = Entry(draft.uidnext, message, spelled, draft.modseq, internaldate)
        draft.appended[entry.uid] = entry
        draft.uidnext = Uid(entry.uid + 1)
        return entry

    def store_flags(
        self, mailbox: Mailbox, uids: Iterable[Uid], op: FlagOp, flags: Flags
    ) -> list[Entry]:
        """Change flags; the entries afterwards, changed or not, without those that are gone.

        A message whose flags stay the same is not a change (RFC 7162 section
        3.1.3 leaves its mod-sequence alone).
        """
        draft = self._draft(mailbox)
        remove = op is FlagOp.REMOVE  # what no message has can be taken from each
        wanted = flags if remove else mailbox.spelled(flags, draft.keywords)
        entries = []
        # Most messages of a STORE change in the same way.
        last: tuple[Flags, Flags, ModSeq] | None = None
        stamps = old_stamps = NO_STAMPS
        for uid in uids:
            old = draft.entry(uid)
            if old is None:
                continue
            before, after = old.flags, old.flags.apply(op, wanted)
            if after != before:
                if old.stamps is not old_stamps or (before, after, old.modseq) != last:
                    last, old_stamps = (before, after, old.modseq), old.stamps
                    changed = dict.fromkeys(before.difference(after), draft.modseq)
                    stamps = {"": old.modseq, **old_stamps, **changed}
                old = Entry(uid, old.message, after, draft.modseq, old.internaldate, stamps)
                (draft.appended if uid in draft.appended else draft.changed)[uid] = old
            entries.append(old)
        return entries

    def expunge(self, mailbox: Mailbox, uids: Iterable[Uid]) -> list[Entry]:
        """Remove messages; their last entries, without those that were gone already."""
        draft = self._draft(mailbox)
        gone = []
        for uid in uids:
            entry = draft.entry(uid)
            if entry is not None:
                draft.changed.pop(uid, None)
                draft.expunged[uid] = entry
                gone.append(entry)
        return gone

    def check_quotas(self) -> None:
        """`OverQuota` if an owner would have more octets than he may, and more than before."""
        more: dict[str, int] = {}
        for draft in self._drafts.values():
            owner = draft.mailbox.owner
            if owner is not None:
                more[owner] = more.get(owner, 0) + draft.octets()
        for login, octets in more.items():
            user = self._store.users[login]
            if user.quota is not None and octets > 0 and user.octets() + octets > user.quota:
                raise OverQuota(f"{login} has a quota of {user.quota} octets")
