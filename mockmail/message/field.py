"""The fields of a message that is made here: text in US-ASCII, in lines that are not too long.

What is US-ASCII stands as it is given, and is folded where it has white space
(RFC 5322 section 2.2.3). What is not becomes encoded words (RFC 2047); among
addresses only names do, and comments.
"""

import binascii
import codecs
import re
from functools import lru_cache

from mockmail.message import charset as charsets

_WIDE = 78  # characters, RFC 5322 section 2.1.1: what a line should not go beyond
_MAX_PIECE = 900
"""Characters without white space that leave room for a name in a line of 998 (the same section)."""
_NAME = re.compile(r"[!-9;-~]+")  # ftext (RFC 5322 section 3.6.8)
_CHARSET = re.compile(r"[0-9A-Za-z._:+-]+")
_PIECE = re.compile(r"[ \t]*[^ \t]+")
_ADDRESS_FIELDS = frozenset(
    f"{resent}{name}"
    for resent in ("", "resent-")
    for name in ("from", "sender", "reply-to", "to", "cc", "bcc")
)
# A run of words and quoted strings, and what follows it: before these it is a name or a comment.
_RUN = re.compile(r'((?:"(?:[^"\\]|\\.)*+"?|[^<>,:;"()@\[\]\\])++)([<:)]?)', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_WORD_LINE = 76  # characters of a line with encoded words, RFC 2047 section 2
_SHORTEST = 40  # characters that an encoded word may have in any case
# What may stand in an encoded word wherever it is (RFC 2047 section 5, rule 3).
_Q_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_Q = [chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in range(256)]
_Q[ord(" ")] = "_"


def is_name(name: str) -> bool:
    """Whether a field can have this name."""
    return _NAME.fullmatch(name) is not None


def refuse_line_ends(value: str) -> None:
    """``ValueError`` if there is a line end in what shall stand in a field."""
    if "\r" in value or "\n" in value:
        raise ValueError(f"there is a line end in {value!r}")


def field(name: str, value: str, charset: str) -> str:
    """The field without the end of its last line."""
    refuse_line_ends(value)
    room = max(_SHORTEST, _WORD_LINE - len(name) - 2)
    if name.lower() in _ADDRESS_FIELDS:
        if not value.isascii():
            value = _names_encoded(value, charset, room)
    elif not _is_plain(value):
        value = _encoded(value, charset, room)
    line = f"{name}: {value}"
    return line if len(line) <= _WIDE else _folded(name, value)


def encode(text: str, charset: str) -> bytes:
    """`text` in octets; ``ValueError`` if the charset is unknown or doesn't have all of it."""
    codec = _codec(charset)
    if codec in ("utf-16", "utf-32"):
        # Python's own order of octets is the machine's.
        codec, text = f"{codec}-le", f"\ufeff{text}"
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        character = text[error.start : error.start + 1]
        raise ValueError(f"{character!r} can't be encoded in {charset}") from None


@lru_cache(maxsize=256)
def keeps_ascii(charset: str) -> bool:
    """Whether the octets of US-ASCII, those of line ends above all, mean the same in it."""
    return encode("\r\n", charset).endswith(b"\r\n")


@lru_cache(maxsize=256)
def _codec(label: str) -> str:
    """The codec for just the charset that is named; for reading, a larger one may stand in."""
    known = charsets.codec(label.encode("ascii")) if _CHARSET.fullmatch(label) else None
    if known is None:
        raise ValueError(f"there is no charset {label!r}")
    try:
        return codecs.lookup(label).name
    except LookupError:
        return known


def _is_plain(value: str) -> bool:
    """Whether it can stand as it is, and be folded if it is long."""
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        return False
    return len(value) <= _MAX_PIECE or max(map(len, value.split())) <= _MAX_PIECE


def _folded(name: str, value: str) -> str:
    """Cut before white space, which begins the next line."""
    lines = [f"{name}:"]
    end = 0
    spaced = f" {value}"
    for piece in _PIECE.finditer(spaced):
        # Nothing but the name on the first line would be lost on some readers.
        if end and len(lines[-1]) + len(piece[0]) > _WIDE:
            lines.append(piece[0])
        else:
            lines[-1] += piece[0]
        end = piece.end()
    lines[-1] += spaced[end:]
    return "\r\n".join(lines)


def _encoded(text: str, charset: str, room: int) -> str:
    """Encoded words with a space between them, in the charset or, if it can't be, in UTF-8."""
    if charset != "utf-8":
        try:
            if not keeps_ascii(charset):
                charset = "utf-8"
            encode(text, charset)
        except ValueError:
            charset = "utf-8"
    return _words(text, charset, room)


def _words(text: str, charset: str, room: int) -> str:
    """Each has whole characters (RFC 2047 section 5), and at most `room` characters if it can."""
    octets = encode(text, charset)
    quoted = "".join([_Q[octet] for octet in octets])
    coded = binascii.b2a_base64(octets, newline=False).decode("ascii")
    encoding, best = ("b", coded) if len(coded) < len(quoted) else ("q", quoted)
    word = f"=?{charset}?{encoding}?{best}?="
    if len(word) <= room or len(text) <= 1:
        return word
    # Some readers put a space between two words: best where there is one anyway.
    quarter, half = len(text) // 4, len(text) // 2
    cut = (text.rfind(" ", quarter, half) + 1) or (text.find(" ", half, -quarter) + 1) or half
    return f"{_words(text[:cut], charset, room)} {_words(text[cut:], charset, room)}"


def _names_encoded(value: str, charset: str, room: int) -> str:
    """Addresses whose names are US-ASCII.

    An address outside US-ASCII has no other form than UTF-8 (RFC 6532).
    """

    def name(found: re.Match[str]) -> str:
        run, end = found.groups()
        text = run.strip()
        if not end or text.isascii():
            return found[0]
        words = _encoded(_QUOTED.sub(_unquoted, text), charset, room)
        before, _, after = run.partition(text)
        # An encoded word has white space around it (RFC 2047 section 5, rule 3).
        return f"{before}{words}{after or ' ' if end == '<' else after}{end}"

    return _RUN.sub(name, value)


def _unquoted(found: re.Match[str]) -> str:
    return _ESCAPED.sub(r"\1", found[1])
