"""Values on their way out: strings, mailbox names, dates."""

import re
from datetime import datetime
from functools import lru_cache

from mockmail.imap.grammar import ASTRING_ATOM, MONTHS
from mockmail.store.utf7 import to_utf7

_NOT_PLAIN = re.compile(rb'[\x00\r\n"\\\x80-\xff]')
_NOT_QUOTED = re.compile(rb"[\x00\r\n\x80-\xff]")


def nstring(text: bytes | None) -> bytes:
    """``NIL``, a quoted string, or a literal where the text can't be quoted.

    NUL can stand in neither (RFC 9051 section 9, CHAR8): U+FFFD stands for it.
    """
    if text is None:
        return b"NIL"
    if _NOT_PLAIN.search(text) is None:
        return b'"%b"' % text
    if _NOT_QUOTED.search(text) is None:
        return quoted(text)
    text = text.replace(b"\0", b"\xef\xbf\xbd")
    return b"{%d}\r\n%b" % (len(text), text)


def quoted(text: bytes) -> bytes:
    """A quoted string; `text` has no CR, LF or NUL."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def mailbox(name: str, *, utf8: bool) -> bytes:
    """A mailbox name as a response shows it: an atom where it can be one, else quoted."""
    coded = name.encode() if utf8 else to_utf7(name)
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
