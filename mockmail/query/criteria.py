"""Search criteria as values, whoever asked them and in whatever syntax.

RFC 9051 section 6.4.4. A protocol parses into these; `match` answers them.
"""

from dataclasses import dataclass

from mockmail.numset import SeqSet, UidSet


@dataclass(frozen=True, slots=True)
class All:
    """Every message."""


@dataclass(frozen=True, slots=True)
class HasFlag:
    """Messages with a system flag or keyword."""

    flag: str


@dataclass(frozen=True, slots=True)
class Recent:
    """Messages that are ``\\Recent`` in the asking session."""


@dataclass(frozen=True, slots=True)
class InSeqs:
    """Messages by number in the asking session's view; the set is resolved."""

    seqs: SeqSet


@dataclass(frozen=True, slots=True)
class InUids:
    """Messages by UID; the set is resolved."""

    uids: UidSet


@dataclass(frozen=True, slots=True)
class Not:
    """Messages that don't match."""

    inner: "Criterion"


@dataclass(frozen=True, slots=True)
class Or:
    """Messages that match either."""

    left: "Criterion"
    right: "Criterion"


@dataclass(frozen=True, slots=True)
class And:
    """Messages that match each; ``And(())`` matches all."""

    parts: tuple["Criterion", ...]


Criterion = All | HasFlag | Recent | InSeqs | InUids | Not | Or | And
