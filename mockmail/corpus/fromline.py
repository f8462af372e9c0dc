"""The line that begins a message in an mbox: "From ", a sender and a date (RFC 4155).

The date is that of C's asctime, ``Mon Jan  1 00:00:00 2024``, in UTC.
"""

import re
from datetime import UTC, datetime

from mockmail.clock import EPOCH
from mockmail.message.header import unfold
from mockmail.message.message import Message

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ASCTIME = re.compile(
    f" (?:{'|'.join(_DAYS)}) ({'|'.join(_MONTHS)}) ([ 0-3][0-9]) "
    "([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})"
)
_ASCTIME_SIZE = 25  # with the space before it

# addr-spec of atoms and dots (RFC 5322 section 3.4.1), alone or behind a display name
_ATOMS = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]++"
_ADDRESS = re.compile(rb"(?:[^<]*+<)?+(%b@%b)>?" % (_ATOMS, _ATOMS))


def date(line: bytes) -> datetime | None:
    """The date at the line's end; None if there is no such date."""
    found = _ASCTIME.fullmatch(line.rstrip()[-_ASCTIME_SIZE:].decode("latin-1"))
    if found is None:
        return None
    month, *numbers = found.groups()
    day, hour, minute, second, year = map(int, numbers)
    try:
        return datetime(year, _MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None


def sender(message: Message) -> str:
    """Who sent it, where Return-Path or From has an address that can stand in the line."""
    raw, fields = message.raw, message.fields
    for wanted in (b"return-path", b"from"):
        value = next((raw[value:end] for name, _, value, end in fields if name == wanted), b"")
        found = _ADDRESS.fullmatch(unfold(value))
        if found is not None:
            return found[1].decode("ascii")
    return "MAILER-DAEMON"


def render(sender: str, when: datetime | None) -> bytes:
    """The line without its end.

    With no date it has one that other programs read, and `date` doesn't: without seconds.
    """
    t = (EPOCH if when is None else when).utctimetuple()
    seconds = "" if when is None else f":{t.tm_sec:02}"
    day = f"{_DAYS[t.tm_wday]} {_MONTHS[t.tm_mon - 1]} {t.tm_mday:2}"
    line = f"From {sender} {day} {t.tm_hour:02}:{t.tm_min:02}{seconds} {t.tm_year:04}"
    return line.encode("ascii")
