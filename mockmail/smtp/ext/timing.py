"""DELIVERBY (RFC 2852), FUTURERELEASE (RFC 4865) and MT-PRIORITY (RFC 6710): when mail goes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from mockmail.delivery.envelope import DeliverBy, Envelope
from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import ESMTP, Extension, KeywordRow, MailParameter, Role
from mockmail.smtp.session import Session

# by-value = by-time";"by-mode[by-trace]             ; RFC 2852 section 4
_BY = re.compile(rb"([-+]?[0-9]{1,9});([NR])(T?)", re.IGNORECASE)
_SECONDS = re.compile(rb"[1-9][0-9]{0,8}")
_DATE_TIME = re.compile(
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z", re.IGNORECASE
)
_PRIORITY = re.compile(rb"0|-?[1-9]")


def _by(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    found = _BY.fullmatch(value or b"")
    if found is None:
        raise Refused(501, "5.5.4", "BY is seconds, a semicolon and N or R, perhaps with T")
    seconds, mode = int(found[1]), found[2].decode().upper()
    if mode == "R" and seconds <= 0:
        raise Refused(501, "5.5.4", "A message to be returned needs time")
    if mode == "R" and seconds < session.settings.by_min:
        raise Refused(555, "5.5.4", f"BY is at least {session.settings.by_min} seconds")
    try:
        at = session.clock.now + timedelta(seconds=seconds)
    except OverflowError:
        raise Refused(555, "5.5.4", "That time is out of reach") from None
    by = DeliverBy(at, cast(Literal["R", "N"], mode), trace=bool(found[3]))
    return replace(envelope, deliver_by=by)


def _latest(session: Session) -> datetime:
    return session.clock.now + timedelta(seconds=session.settings.hold)


def _future_release(session: Session) -> str:
    return f"FUTURERELEASE {session.settings.hold} {_latest(session):%Y-%m-%dT%H:%M:%SZ}"


def _hold_for(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    if value is None or not _SECONDS.fullmatch(value):
        raise Refused(501, "5.5.4", "HOLDFOR is a number of seconds")
    if int(value) > session.settings.hold:
        raise _too_late(session)
    release = session.clock.now + timedelta(seconds=int(value))
    return _held(envelope, release, f"for;{value.decode()}")


def _hold_until(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    try:
        if value is None or not _DATE_TIME.fullmatch(value):
            raise ValueError(value)
        release = datetime.fromisoformat(value.decode().upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            501, "5.5.4", "HOLDUNTIL is a date and time, as 2024-01-31T12:00:00Z"
        ) from None
    if release <= session.clock.now:
        raise Refused(501, "5.5.4", "HOLDUNTIL is in the past")
    if release > _latest(session):
        raise _too_late(session)
    return _held(envelope, release, f"until;{value.decode()}")


def _too_late(session: Session) -> Refused:
    return Refused(501, "5.5.4", f"A message is held {session.settings.hold} seconds at most")


def _held(envelope: Envelope, release: datetime, hold: str) -> Envelope:
    if envelope.release is not None:
        raise Refused(501, "5.5.4", "HOLDFOR and HOLDUNTIL exclude each other")
    return replace(envelope, release=release, hold=hold)


def _in_time(session: Session, envelope: Envelope) -> None:
    """What is held may not be too late then (RFC 4865 section 5.2.2)."""
    release, by = envelope.release, envelope.deliver_by
    if release is not None and by is not None and release > by.at:
        raise Refused(501, "5.5.4", "The message would be held for longer than it is of use")


def _priority(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    if value is None or not _PRIORITY.fullmatch(value):
        raise Refused(501, "5.5.2", "MT-PRIORITY is a number from -9 to 9")
    priority = int(value)
    # Nobody raises it whom we don't know (RFC 6710 section 4.1).
    if priority > 0 and session.user is None and session.role is not Role.LMTP:
        priority = 0
        session.notice = reply(250, "2.3.6", "0 is the priority of mail from strangers")
    return replace(envelope, priority=priority)


def _shown_by(session: Session) -> str:
    least = session.settings.by_min
    return f"DELIVERBY {least}" if least else "DELIVERBY"


DELIVERBY = Extension(
    "DELIVERBY",
    rfc=2852,
    default=False,
    roles=ESMTP,
    keywords=(KeywordRow(_shown_by),),
    mail=(MailParameter(b"BY", "BY=seconds;N|R[T]", _by),),
)
FUTURERELEASE = Extension(
    "FUTURERELEASE",
    rfc=4865,
    default=False,
    roles=(Role.SUBMISSION,),  # section 4.2: nowhere else
    keywords=(KeywordRow(_future_release),),
    mail=(
        MailParameter(b"HOLDFOR", "HOLDFOR=seconds", _hold_for),
        MailParameter(b"HOLDUNTIL", "HOLDUNTIL=time", _hold_until),
    ),
    checks=(_in_time,),
)
MT_PRIORITY = Extension(
    "MT-PRIORITY",
    rfc=6710,
    default=False,
    keywords=(KeywordRow(lambda s: f"MT-PRIORITY {s.settings.priorities}".rstrip()),),
    mail=(MailParameter(b"MT-PRIORITY", "MT-PRIORITY=-9..9", _priority),),
)
