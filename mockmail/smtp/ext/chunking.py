"""CHUNKING and BINARYMIME (RFC 3030): a message in counted octets."""

import re
from functools import partial

from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import Answer, CommandRow, Extension, keyword
from mockmail.smtp.session import Session
from mockmail.smtp.taking import refused_for_all, take, too_large
from mockmail.wire.acts import Heard
from mockmail.wire.turns import Reading, read

_ARGUMENTS = re.compile(rb"([0-9]{1,20})( +LAST)?", re.IGNORECASE)
_OCTETS = re.compile(rb"[0-9]{1,20}(?= |\Z)")
PART = 1_048_576
"""Octets of a chunk that are looked at at once."""


def bdat(session: Session, argument: bytes) -> Answer:
    """``BDAT octets [LAST]``. Whatever is wrong, the chunk is read and thrown away first."""
    found = _ARGUMENTS.fullmatch(argument)
    if found is None:
        yield from skip(session, argument)
        raise Refused(501, "5.5.4", "BDAT takes a number of octets, and LAST")
    octets, last = int(found[1]), found[2] is not None
    refused = _refused(session, octets)
    if refused is not None:
        yield from _chunk(session, octets, None)
        if last and session.envelope is not None:
            return (yield from refused_for_all(session, refused))
        session.reset()
        raise refused
    chunks = session.chunks = session.chunks or bytearray()
    start = len(chunks)
    yield from _chunk(session, octets, chunks)
    yield Heard(bytes(chunks[start:]))
    if last:
        return (yield from take(session, bytes(chunks)))
    return reply(250, "2.0.0", f"{octets} octets received")


def skip(session: Session, argument: bytes) -> Reading[None]:
    """Read the chunk of a BDAT that is not done, and forget the mail transaction that lacks it.

    Whatever is wrong with the line: what it announces is no commands.
    """
    found = _OCTETS.match(argument)
    if found is not None:
        yield from _chunk(session, int(found[0]), None)
        session.reset()


def _refused(session: Session, octets: int) -> Refused | None:
    """What is wrong with a chunk of so many octets now."""
    try:
        session.transaction()
        if not session.recipients:
            raise Refused(503, "5.5.1", "No valid recipients")
    except Refused as refused:
        return refused
    if len(session.chunks or b"") + octets > session.settings.message:
        return too_large(session)
    return None


def _chunk(session: Session, octets: int, kept: bytearray | None) -> Reading[None]:
    """Read the octets of a chunk, and keep them or not."""
    while octets:
        part = yield from read(partial(session.buffer.some, min(octets, PART)), session.wait)
        octets -= len(part)
        if kept is not None:
            kept += part


def _not_both(session: Session) -> None:
    """DATA and BDAT are not for the same message (section 2)."""
    if session.chunks is not None:
        raise Refused(503, "5.5.1", "BDAT has begun")


def _only_chunks(session: Session) -> None:
    """DATA can't carry any octets (section 3)."""
    if session.transaction().body == "BINARYMIME":
        raise Refused(503, "5.5.1", "BINARYMIME needs BDAT")


CHUNKING = Extension(
    "CHUNKING",
    rfc=3030,
    commands=(CommandRow(b"BDAT", "BDAT octets [LAST]", bdat, skip=skip),),
    keywords=(keyword("CHUNKING"),),
    data_checks=(_not_both,),
)
BINARYMIME = Extension(
    "BINARYMIME",
    rfc=3030,
    requires=("CHUNKING", "8BITMIME"),
    keywords=(keyword("BINARYMIME"),),
    bodies=("BINARYMIME",),
    data_checks=(_only_chunks,),
)
