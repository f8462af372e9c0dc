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
    # Supersets: what writers mean who use the smaller one's name.
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
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
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-euc-kr": "cp949",
    "x-big5": "big5hkscs",
    "big5": "big5hkscs",
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
# Codecs that Python has for purposes of its own, or that take more than linear time.
_NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"))


@lru_cache(maxsize=256)
def codec(label: bytes) -> str | None:
    """The name of Python's codec for a charset's label; None if it is unknown."""
    try:
        name = label.decode("ascii").strip().strip("\"'").lower()
        name = _ALIASES.get(name, name)
        found = codecs.lookup(name)
        name = _ALIASES.get(found.name, found.name)
        b"x".decode(name, "replace")  # not all codecs are of text
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else name


def decode(octets: bytes, label: bytes = b"") -> str:
    """The text of `octets` in the charset `label`, or in the one they are likely to be in."""
    name = codec(label)
    for guess in ("utf-8",) if name is None else (name, "utf-8"):
        try:
            return octets.decode(guess)
        except UnicodeError:
            continue
    return octets.decode(FALLBACK if name in (None, "ascii") else name or "", "replace")
