"""Values on their way out: strings, mailbox names, dates."""

import base64
import re
from datetime import datetime
from functools import lru_cache

from mockmail.imap.grammar import ASTRING_ATOM, MONTHS

# mUTF-7 (RFC 3501 section 5.1.3): printable US-ASCII stands for itself, "&" is
# "&-", and everything else is BASE64 of UTF-16 with "," for "/".
_SHIFTED = re.compile(r"[^ -~]+")
_ENCODED = re.compile(rb"&([A-Za-z0-9+,]*)-")


def _shift(found: re.Match[str]) -> str:
    octets = base64.b64encode(found[0].encode("utf-16-be"), b"+,")
    return "&" + octets.decode().rstrip("=") + "-"


def to_utf7(name: str) -> bytes:
    """A mailbox name in modified UTF-7."""
    return _SHIFTED.sub(_shift, name.replace("&", "&-")).encode("ascii")


def _unshift(found: re.Match[bytes]) -> bytes:
    coded = found[1]
    if not coded:
        return b"&"
    octets = base64.b64decode(coded + b"=" * (-len(coded) % 4), b"+,", validate=True)
    return octets.decode("utf-16-be").encode("utf-8")


def from_utf7(name: bytes) -> str:
    """A mailbox name out of modified UTF-7; ``ValueError`` where it is not that.

    Octets above 0x7f are taken as UTF-8, as a rev2 client means them.
    """
    if b"&" in _ENCODED.sub(b"", name):
        raise ValueError(f"{name!r} has an '&' that begins nothing")
    return _ENCODED.sub(_unshift, name).decode("utf-8")


def quoted(text: bytes) -> bytes:
    """A quoted string; `text` has no CR, LF or NUL."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def mailbox(name: str) -> bytes:
    """A mailbox name as a response shows it: an atom where it can be one, else quoted."""
    coded = to_utf7(name)
    return coded if ASTRING_ATOM.fullmatch(coded) else quoted(coded)


def date_time(when: datetime) -> bytes:
    """``"17-Jul-1996 02:44:25 -0700"`` with its quotes (date-time)."""
    offset = when.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds()) // 60
    return _date_time(when.replace(tzinfo=None), minutes)


# Keyed by what is shown: one instant has many spellings, and they compare equal.
@lru_cache(maxsize=1024)
def _date_time(when: datetime, minutes: int) -> bytes:
    sign = b"-" if minutes < 0 else b"+"
    return b'"%2d-%b-%04d %02d:%02d:%02d %b%02d%02d"' % (
        when.day,
        MONTHS[when.month - 1],
        when.year,
        when.hour,
        when.minute,
        when.second,
        sign,
        *divmod(abs(minutes), 60),
    )
