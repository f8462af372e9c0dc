"""Which messages were expunged when, as far back as is remembered (RFC 7162 section 5.3)."""

from collections import deque
from collections.abc import Sequence

from mockmail.numset import ModSeq, Uid, UidSet

MAX_RANGES = 10_000
"""Ranges of UIDs that one mailbox remembers; what is older is forgotten."""


class Vanished:
    """The UIDs of expunged messages by mod-sequence, the latest `MAX_RANGES` ranges of them."""

    __slots__ = ("_ranges", "_records", "forgotten")

    def __init__(self) -> None:
        self.forgotten = ModSeq(0)
        """The highest mod-sequence of what is not remembered."""
        self._records: deque[tuple[ModSeq, UidSet]] = deque()
        self._ranges = 0

    def copy(self) -> "Vanished":
        twin = Vanished()
        twin.forgotten = self.forgotten
        twin._records = self._records.copy()
        twin._ranges = self._ranges
        return twin

    def add(self, modseq: ModSeq, uids: Sequence[Uid]) -> None:
        """The messages with these ascending UIDs were expunged."""
        gone = UidSet.of(uids)
        self._records.append((modseq, gone))
        self._ranges += len(gone.ranges)
        while self._ranges > MAX_RANGES:
            self.forgotten, oldest = self._records.popleft()
            self._ranges -= len(oldest.ranges)

    def forget(self) -> None:
        """Remember nothing of what has been expunged so far."""
        if self._records:
            self.forgotten = self._records[-1][0]
            self._records.clear()
            self._ranges = 0

    def since(self, modseq: int) -> UidSet | None:
        """What was expunged after `modseq`; None where that is not remembered any more."""
        if modseq < self.forgotten:
            return None
        ranges: list[tuple[int, int]] = []
        for each, gone in reversed(self._records):
            if each <= modseq:
                break
            ranges += gone.ranges
        return UidSet(ranges).resolve(0)
