"""Flags of a message: ordered, interned, rendered once.

System flags come first, in the order of RFC 3501's examples, then keywords by
their lower-cased spelling: two clients that set the same flags in different
orders leave the same bytes. Names are compared without case (RFC 9051 section
2.3.2); the spelling that was there first stays.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import assert_never

SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
_RANK = {name.lower(): (rank, name) for rank, name in enumerate(SYSTEM_FLAGS)}


class FlagOp(Enum):
    """What a STORE does with the flags it names."""

    REPLACE = "FLAGS"
    ADD = "+FLAGS"
    REMOVE = "-FLAGS"


class Flags:
    """An immutable set of flags in the one order they are always shown in."""

    __slots__ = ("_folded", "deleted", "item", "names", "seen", "wire")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.wire = b"(" + " ".join(names).encode("ascii") + b")"
        """As IMAP prints them: ``(\\Seen $Junk)``."""
        self.item = b"FLAGS " + self.wire
        """The item of a FETCH."""
        self.seen = "\\Seen" in names
        self.deleted = "\\Deleted" in names
        self._folded = {name.lower(): name for name in names}

    def __contains__(self, name: str) -> bool:
        return name in self.names or name.lower() in self._folded

    def apply(self, op: FlagOp, other: "Flags") -> "Flags":
        """The flags after a STORE of `other`."""
        return _applied(self, op, other)

    def difference(self, other: "Flags") -> list[str]:
        """Lower-cased names of the flags that only one of the two has."""
        return sorted({n.lower() for n in self.names} ^ {n.lower() for n in other.names})

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Flags):
            return self.names == other.names
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.names)

    def __repr__(self) -> str:
        return f"Flags{self.names}"


# flag-keyword = atom (RFC 9051 section 9); ATOM-CHAR is all but these.
_NO_ATOM = re.compile(r"[^!#$&'+-\[^-z|}~]")


def problem(name: str) -> str | None:
    """Why no message can have the flag `name`, or None."""
    if name.startswith("\\"):
        if name.lower() in _RANK:
            return None
        return f"{name!r} is no system flag; there are {' '.join(SYSTEM_FLAGS)}"
    if not name:
        return "'' can't be a flag: it is empty"
    found = _NO_ATOM.search(name)
    if found is None:
        return None
    return f"{name!r} can't be a flag: no {found[0]!r} in it (RFC 9051 section 9, flag-keyword)"


def flags(names: Iterable[str]) -> Flags:
    """The flags of these names; `names` in any order, repeated names count once."""
    folded = {name.lower(): name for name in reversed(tuple(names))}
    return _interned(
        tuple(
            _RANK[low][1] if low in _RANK else folded[low]
            for low in sorted(folded, key=lambda low: (_RANK.get(low, (len(_RANK),))[0], low))
        )
    )


# Bounded: a client may invent keywords for as long as it likes.
@lru_cache(maxsize=4096)
def _interned(names: tuple[str, ...]) -> Flags:
    return Flags(names)


@lru_cache(maxsize=4096)
def _applied(old: Flags, op: FlagOp, other: Flags) -> Flags:
    if op is FlagOp.REPLACE:
        return other
    if op is FlagOp.ADD:
        return flags((*old.names, *other.names))
    if op is FlagOp.REMOVE:
        return flags(name for name in old.names if name not in other)
    assert_never(op)


NO_FLAGS = flags(())
