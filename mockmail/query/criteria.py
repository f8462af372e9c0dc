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
class Sized:
    """Messages of at least `least` octets, and of at most `most` (None: of any number)."""

    least: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included, as ``date.toordinal()`` counts them."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Received:
    """Messages whose INTERNALDATE is of these days, time and zone disregarded."""

    days: Days


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages whose Date field is of these days, time and zone disregarded."""

    days: Days


@dataclass(frozen=True, slots=True)
class HeaderHas:
    """Messages with a field `name` (lower case) that contains `text`; any field of it if empty."""

    name: bytes
    text: str


@dataclass(frozen=True, slots=True)
class BodyHas:
    """Messages whose body contains `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class TextHas:
    """Messages whose header or body contains `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class ModifiedSince:
    """Messages whose mod-sequence, or that of a flag, is `modseq` or higher.

    RFC 7162 section 3.1.5.
    """

    modseq: int
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Messages that don't match."""

    inner: "Criterion"


@dataclass(frozen=True, slots=True)
class Or:
    """Messages that match any; ``Or(())`` matches none."""

    parts: tuple["Criterion", ...]


@dataclass(frozen=True, slots=True)
class And:
    """Messages that match each; ``And(())`` matches all."""

    parts: tuple["Criterion", ...]


Criterion = (
    All
    | HasFlag
    | Recent
    | InSeqs
    | InUids
    | Sized
    | Received
    | Sent
    | HeaderHas
    | BodyHas
    | TextHas
    | ModifiedSince
    | Not
    | Or
    | And
)
