"""Encoded words (RFC 2047): text in a header that is not US-ASCII.

A word that is not as it must be never hinders: it is shown as well as can be
(section 6.3).
"""

import base64
import codecs
import re

# encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
_WORD = re.compile(rb"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
# Codecs that Python has for purposes of its own.
_NO_CHARSETS = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode(value: bytes) -> str:
    """An unfolded field's text, decoded; what is no encoded word is UTF-8 (RFC 6532).

    White space between two encoded words is not shown (section 6.2), and words
    of one charset are joined before they are decoded: some writers cut
    characters in two.
    """
    texts: list[str] = []
    octets, charset = b"", b""
    end = 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        fresh = word[1].lower() != charset
        if fresh or between.strip():
            texts.append(_text(octets, charset))
            octets, charset = b"", word[1].lower()
            if between.strip() or end == 0:
                texts.append(between.decode("utf-8", "replace"))
        octets += _b(word[3]) if word[2] in b"bB" else _q(word[3])
        end = word.end()
    texts.append(_text(octets, charset))
    texts.append(value[end:].decode("utf-8", "replace"))
    return "".join(texts)


def _b(coded: bytes) -> bytes:
    coded = _NOT_BASE64.sub(b"", coded)
    if len(coded) % 4 == 1:
        coded = coded[:-1]
    return base64.b64decode(coded + b"=" * (-len(coded) % 4))


def _q(coded: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes((int(found[1], 16),)), coded.replace(b"_", b" "))


def _text(octets: bytes, charset: bytes) -> str:
    if not octets:
        return ""
    try:
        codec = codecs.lookup(charset.decode("ascii")).name
        if codec not in _NO_CHARSETS:
            return octets.decode(codec, "replace")
    except (LookupError, ValueError):
        pass
    return octets.decode("latin-1")
