"""Sets of message numbers as ranges, never expanded.

``1:5,7,*:9`` is three pairs of integers, however large the numbers. A set as a
client wrote it may name ``*``, "the largest number in use"; ``resolve`` puts
the number in its place and leaves sorted ranges that don't touch. Sequence
numbers and UIDs are different classes, so that mixing them is a type error.

RFC 9051 section 9: ``sequence-set``, ``seq-range``, ``seq-number``.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from typing import Generic, NewType, Self, TypeVar

Seq = NewType("Seq", int)
"""A message sequence number: 1 is the first message this client knows of."""
Uid = NewType("Uid", int)
"""A unique identifier within one mailbox and UIDVALIDITY."""
ModSeq = NewType("ModSeq", int)
"""A mod-sequence (RFC 7162): ascends with each change of a mailbox."""

STAR = 0
"""``*`` in a range that is not resolved yet; no message has the number 0."""
LARGEST = 2**32 - 1

N = TypeVar("N", Seq, Uid)

# nz-number        = digit-nz *DIGIT    ; 0 < n < 4,294,967,296
# seq-number       = nz-number / "*"
# seq-range        = seq-number ":" seq-number
# sequence-set     = (seq-number / seq-range) ["," sequence-set]
_NUMBER = rb"(?:[1-9][0-9]{0,9}|\*)"
SEQUENCE_SET = rb"%b(?::%b)?(?:,%b(?::%b)?)*" % ((_NUMBER,) * 4)
_WHOLE = re.compile(SEQUENCE_SET)


def _number(text: bytes) -> int:
    if text == b"*":
        return STAR
    number = int(text)
    if number > LARGEST:
        raise ValueError(f"{number} does not fit into 32 bits")
    return number


FEW = 32
"""Numbers up to which taking them out one by one beats making the list anew."""


def without(numbers: list[N], gone: Collection[N]) -> list[N]:
    """The ascending `numbers` without those `gone`: in place where they are few, else a new list."""
    if len(gone) > FEW:
        return [number for number in numbers if number not in gone]
    for number in gone:
        at = bisect_left(numbers, number)
        if at < len(numbers) and numbers[at] == number:
            del numbers[at]
    return numbers


class NumSet(Generic[N]):
    """Ranges of numbers: ``(low, high)`` pairs, both ends included."""

    __slots__ = ("ranges",)

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self.ranges = tuple(ranges)

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read a ``sequence-set``; ``ValueError`` if it is none."""
        if not _WHOLE.fullmatch(text):
            raise ValueError(f"{text!r} is not a set of message numbers")
        ranges = []
        for part in text.split(b","):
            low, colon, high = part.partition(b":")
            first = _number(low)
            ranges.append((first, _number(high) if colon else first))
        return cls(ranges)

    @classmethod
    def of(cls, numbers: Iterable[N]) -> Self:
        """The set of these ascending numbers, neighbours joined to ranges."""
        ranges: list[tuple[int, int]] = []
        for number in numbers:
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1] = (ranges[-1][0], number)
            else:
                ranges.append((number, number))
        return cls(ranges)

    def resolve(self, largest: int) -> Self:
        """The same set with ``*`` replaced by `largest`, as sorted ranges that don't touch.

        A range may be written from either end, and ``*:5`` includes the largest
        number even where that is below 5 (RFC 9051 section 9, seq-range).
        """
        pairs = sorted(
            (min(a, b), max(a, b))
            for low, high in self.ranges
            for a, b in [(low or largest, high or largest)]
        )
        merged: list[tuple[int, int]] = []
        for low, high in pairs:
            if merged and low <= merged[-1][1] + 1:
                if high > merged[-1][1]:
                    merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return type(self)(merged)

    def __contains__(self, number: N) -> bool:
        """Whether a *resolved* set holds `number`."""
        at = bisect_right(self.ranges, (number, LARGEST + 1)) - 1
        return at >= 0 and self.ranges[at][0] <= number <= self.ranges[at][1]

    def __and__(self, other: Self) -> Self:
        """What two *resolved* sets have in common."""
        common = []
        mine, others = iter(self.ranges), iter(other.ranges)
        a, b = next(mine, None), next(others, None)
        while a is not None and b is not None:
            low, high = max(a[0], b[0]), min(a[1], b[1])
            if low <= high:
                common.append((low, high))
            if a[1] < b[1]:
                a = next(mine, None)
            else:
                b = next(others, None)
        return type(self)(common)

    def __sub__(self, other: Self) -> Self:
        """What a *resolved* set has and another one has not."""
        ends = [0, *(end for low, high in other.ranges for end in (low - 1, high + 1)), LARGEST]
        between = zip(ends[::2], ends[1::2], strict=True)
        return self & type(self)([(low, high) for low, high in between if low <= high])

    @property
    def highest(self) -> int:
        """The largest number of a *resolved* set, 0 if it is empty."""
        return self.ranges[-1][1] if self.ranges else 0

    def __bytes__(self) -> bytes:
        def text(number: int) -> bytes:
            return b"%d" % number if number else b"*"

        return b",".join(
            text(low) if low == high else text(low) + b":" + text(high) for low, high in self.ranges
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.ranges == self.ranges

    def __hash__(self) -> int:
        return hash(self.ranges)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({bytes(self).decode()})"


class SeqSet(NumSet[Seq]):
    """A set of sequence numbers."""


class Found(SeqSet):
    """``$`` where sequence numbers are expected: what a SEARCH has saved (RFC 5182)."""

    __slots__ = ("uids",)

    def __init__(self, uids: "UidSet") -> None:
        super().__init__(())
        self.uids = uids


class UidSet(NumSet[Uid]):
    """A set of unique identifiers."""
