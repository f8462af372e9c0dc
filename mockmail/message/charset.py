"""Character sets (RFC 2978): octets to text, for search and preview.

Every charset that Python has is known, by the names that mail uses for it. A
label that is wrong or unknown never hinders: octets that the labelled charset
can't have are read as UTF-8 if they are that; without a label to go by, as
Windows-1252 otherwise.
"""

import codecs
from functools import lru_cache

FALLBACK = "cp1252"

_ALIASES = {
    # The WHATWG's Encoding Standard: nobody means the control characters.
    "iso8859-1": FALLBACK,
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    # The registry's and others' names that Python doesn't have.
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "windows-949": "cp949",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "x-euc-kr": "euc_kr",
    "x-big5": "big5",
    "cp-850": "cp850",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
}
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What writers have who name the smaller one, and use more characters."""
_MARKS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_LONGEST = 40
"""Octets in a charset's name (RFC 2978 section 2.3)."""
# Codecs that Python has for purposes of its own, or that take more than linear time.
_NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"))


@lru_cache(maxsize=256)
def codec(label: bytes) -> str | None:
    """The name of Python's codec for a charset's label; None if it is unknown."""
    try:
        if len(label) > _LONGEST:  # Python remembers each name that it was asked for
            return None
        name = label.decode("ascii").strip().strip("\"'").lower()
        name = _ALIASES.get(name, name)
        found = codecs.lookup(name)
        name = _ALIASES.get(found.name, found.name)
        b"x".decode(name, "replace")  # not all codecs are of text
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else name


def keeps_ascii(label: bytes) -> bool:
    """Whether the octets of US-ASCII, those of line ends above all, mean the same in a charset."""
    name = codec(label)
    return name is None or b"\r\n".decode(name, "replace") == "\r\n"


def decode(octets: bytes, label: bytes = b"", *, cut: bool = False) -> str:
    """The text of `octets` in the charset `label`, or in the one they are likely to be in.

    With `cut` the last character may be there in part, and is left out then.
    """
    name = codec(label) or "ascii"
    marks = _MARKS.get(name)
    if marks is not None and not octets.startswith(marks):
        name += "-be"  # RFC 2781 section 4.3; Python takes the machine's order
    for guess in (name, "utf-8", _WIDER.get(name, name)):
        for less in range(4 if cut else 1):
            try:
                text = octets[: len(octets) - less].decode(guess)
            except UnicodeError:
                continue
            # UTF-7 can have half a character, which nobody could print.
            return text.encode("utf-8", "replace").decode() if guess == "utf-7" else text
    return octets.decode(FALLBACK if name == "ascii" else name, "replace")
