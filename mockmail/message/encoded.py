"""Encoded words (RFC 2047): text in a header that is not US-ASCII.

A word that is not as it must be never hinders: it is shown as well as can be
(section 6.3).
"""

import re

from mockmail.message import charset, transfer

# encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
# Each part is as long as it can be and no longer: the time is linear.
_WORD = re.compile(rb"=\?([^?*\s]++)(?:\*[^?\s]*+)?\?([bBqQ])\?([^?\s]*+)\?=")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode(value: bytes) -> str:
    """An unfolded field's text, decoded; what is no encoded word is UTF-8 (RFC 6532).

    White space between two encoded words is not shown (section 6.2), and words
    of one charset are joined before they are decoded: some writers cut
    characters in two.
    """
    if b"=?" not in value:
        return charset.decode(value)
    texts: list[str] = []
    octets: list[bytes] = []
    label = b""
    end = 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        if word[1].lower() != label or between.strip():
            texts.append(charset.decode(b"".join(octets), label))
            octets, label = [], word[1].lower()
            if between.strip() or end == 0:
                texts.append(charset.decode(between))
        octets.append(transfer.base64(word[3]) if word[2] in b"bB" else _q(word[3]))
        end = word.end()
    texts.append(charset.decode(b"".join(octets), label))
    texts.append(charset.decode(value[end:]))
    return "".join(texts)


def _q(coded: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes((int(found[1], 16),)), coded.replace(b"_", b" "))
