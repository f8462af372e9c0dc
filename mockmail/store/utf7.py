"""Mailbox names in modified UTF-7 (RFC 3501 section 5.1.3): IMAP's on the wire, and Maildir's."""

import base64
import re

# mUTF-7 (RFC 3501 section 5.1.3): printable US-ASCII stands for itself, "&" is
# "&-", and everything else is BASE64 of UTF-16 with "," for "/".
_SHIFTED = re.compile(r"[^ -~]+")
_ENCODED = re.compile(rb"&([A-Za-z0-9+,]*)-")
_NULL_SHIFT = re.compile(rb"&[^-]+-&[^-]")


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
    text = octets.decode("utf-16-be")
    if to_utf7(text) != found[0]:
        raise ValueError(f"{found[0]!r} is not what {text!r} is in modified UTF-7")
    return text.encode("utf-8")


def from_utf7(name: bytes) -> str:
    """A mailbox name out of modified UTF-7; ``ValueError`` where it is not that.

    A name has one form: no printable US-ASCII in BASE64, and no shift that could be
    left out. Control characters may stand for themselves, though.
    """
    if b"&" in _ENCODED.sub(b"", name) or _NULL_SHIFT.search(name):
        raise ValueError(f"{name!r} has an '&' that begins nothing")
    name.decode("ascii")
    return _ENCODED.sub(_unshift, name).decode("utf-8")
