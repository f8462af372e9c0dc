"""What a server writes on top of a message, and what it may look for below (RFC 5321 section 4.4)."""

import re
from email.utils import format_datetime
from functools import lru_cache

from mockmail.delivery.envelope import Envelope
from mockmail.smtp.session import Session

_RECEIVED = re.compile(rb"(?im)^received:")
_date = lru_cache(maxsize=4)(format_datetime)
"""Many messages come at the same moment of a clock that stands."""


def received(session: Session, envelope: Envelope, queue_id: str) -> bytes:
    """The Received field; a recipient is named in it if there is but one (section 7.2)."""
    clauses = [f"Received: from {session.client or 'unknown'}"]
    clauses.append(f"by {session.host} with {envelope.protocol} id {queue_id}")
    if len(envelope.recipients) == 1:
        clauses.append(f"for <{envelope.recipients[0].address}>")
    if envelope.priority:
        clauses[-1] += f" PRIORITY {envelope.priority}"  # RFC 6710 section 7
    clauses[-1] += ";"
    return "\r\n\t".join((*clauses, _date(session.clock.now))).encode() + b"\r\n"


def goes_round(header: bytes, most: int) -> bool:
    """Whether more than so many servers have had the message (section 6.3)."""
    # Of a message that is one large header the expression would take a second.
    if header.lower().count(b"received:") <= most:
        return False
    return len(_RECEIVED.findall(header)) > most
