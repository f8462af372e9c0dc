"""A message has come, by DATA or BDAT: what is wrong with it, and where it goes."""

from email.utils import format_datetime

from mockmail.message.message import Message
from mockmail.smtp import trace
from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import Answer, Role
from mockmail.smtp.session import Session
from mockmail.wire.acts import COMMITTED


def take(session: Session, submitted: bytes) -> Answer:
    """Deliver it, and end the mail transaction; LMTP tells what became of each recipient."""
    envelope = session.sealed()
    try:
        _check(session, submitted, binary=envelope.body == "BINARYMIME")
    except Refused as refused:
        replies = (refused.reply,) * _replies(session)
        session.reset()
        return replies
    session.taken += 1
    queue_id = f"{session.name}{session.taken}"
    if session.settings.fix and session.role is Role.SUBMISSION:
        submitted = _missing(session, Message(submitted)) + submitted
    raw = trace.received(session, envelope, queue_id) + submitted
    keep = envelope.body == "BINARYMIME" or session.settings.line_ends == "keep"
    message = Message(raw, submitted=submitted, newlines="keep" if keep else "crlf")
    for read in session.catalogue.headers:
        envelope = read(envelope, message)
    verdicts = session.delivery.accept(envelope, message, session.name)
    session.reset()
    yield COMMITTED
    if session.role is Role.LMTP:
        return tuple(reply(each.code, each.status, each.text) for each in verdicts)
    return reply(250, "2.0.0", f"Accepted as {queue_id}")


def refused_for_all(session: Session, refused: Refused) -> Answer:
    """The same refusal as often as a message is answered; the end of the mail transaction."""
    yield from ()
    replies = (refused.reply,) * _replies(session)
    session.reset()
    return replies


def _replies(session: Session) -> int:
    return len(session.recipients) if session.role is Role.LMTP else 1


def too_large(session: Session) -> Refused:
    return Refused(552, "5.3.4", f"A message has at most {session.settings.message} octets")


def _check(session: Session, submitted: bytes, *, binary: bool) -> None:
    """`Refused` if a message can't be taken whoever it is for."""
    if not binary and session.settings.line_ends == "refuse" and _has_bare(submitted):
        raise Refused(554, "5.6.0", "A message has no bare CR, no bare LF and no NUL")
    end = submitted.find(b"\r\n\r\n")
    header = submitted if end < 0 else submitted[:end]
    if trace.goes_round(header, session.settings.hops):
        raise Refused(554, "5.4.6", "That message goes round in circles")


def _has_bare(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\n") != pairs or data.count(b"\r") != pairs or b"\0" in data


def _missing(session: Session, message: Message) -> bytes:
    """The fields that a message must have and lacks (RFC 6409 sections 8.2 and 8.3)."""
    added = b""
    if message.field("Date") is None:
        added += f"Date: {format_datetime(session.clock.now)}\r\n".encode()
    if message.field("Message-ID") is None:
        token = session.chance.token("submission")
        added += f"Message-ID: <{token}@{session.host}>\r\n".encode()
    return added
