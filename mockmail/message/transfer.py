"""Content-Transfer-Encoding (RFC 2045 section 6), undone; what is wrong is read as well as can be."""

import binascii
import re
from collections.abc import Callable

_NOT_BASE64 = bytes(
    octet
    for octet in range(256)
    if octet not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
_PADDING = re.compile(rb"=+")
# Space at a line's end was put there on the way (RFC 2045 section 6.7, rule 3).
_PADDED_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
# "=" 2HEX, or a soft line break
_QUOTED = re.compile(rb"=(?:([0-9A-Fa-f]{2})|\r?\n|\Z)")


def base64(coded: bytes) -> bytes:
    """BASE64, without what is not of its alphabet (RFC 2045 section 6.8); padding ends a run."""
    runs = _PADDING.split(coded.translate(None, _NOT_BASE64))
    return b"".join(map(_run, runs))


def _run(coded: bytes) -> bytes:
    if len(coded) % 4 == 1:
        coded = coded[:-1]  # six bits are no octet
    return binascii.a2b_base64(coded + b"=" * (-len(coded) % 4))


def quoted_printable(coded: bytes) -> bytes:
    """Quoted-printable; what is no escape stays as it is (RFC 2045 section 6.7)."""
    return _QUOTED.sub(
        lambda found: bytes((int(found[1], 16),)) if found[1] else b"", _PADDED_END.sub(b"", coded)
    )


def _identity(coded: bytes) -> bytes:
    return coded


DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"7bit": _identity,
    b"8bit": _identity,
    b"binary": _identity,
    b"base64": base64,
    b"quoted-printable": quoted_printable,
}
"""By name in lower case."""
