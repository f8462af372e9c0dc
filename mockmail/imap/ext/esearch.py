"""ESEARCH (RFC 4731): MIN, MAX, ALL and COUNT of what a SEARCH has found."""

from mockmail.imap.rows import CapabilityRow, Extension, Numbers, SearchReturn, SearchReturnRow
from mockmail.numset import SeqSet


def _min(found: Numbers) -> bytes | None:
    return b"MIN %d" % found[0] if found else None


def _max(found: Numbers) -> bytes | None:
    return b"MAX %d" % found[-1] if found else None


def _all(found: Numbers) -> bytes | None:
    return b"ALL " + bytes(SeqSet.of(found)) if found else None  # type: ignore[arg-type]


def _count(found: Numbers) -> bytes | None:
    return b"COUNT %d" % len(found)


def _row(name: bytes, option: SearchReturn) -> SearchReturnRow:
    return SearchReturnRow(name, lambda cursor: option)


EXTENSION = Extension(
    "ESEARCH",
    rfc=4731,
    capabilities=(CapabilityRow(b"ESEARCH"),),
    search_returns=(
        _row(b"MIN", SearchReturn(_min, slice(1))),
        _row(b"MAX", SearchReturn(_max, slice(-1, None))),
        _row(b"ALL", SearchReturn(_all, slice(None))),
        _row(b"COUNT", SearchReturn(_count, slice(None))),
    ),
)
