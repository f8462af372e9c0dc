"""The header of a message, by offsets into its bytes.

A field is a line that starts with a name and a colon, with the lines after it
that start with a space or a tab (RFC 5322 section 2.2.3). Whatever else stands
in a header belongs to the field before it, or to one without a name where there
is none: nothing is lost, and the fields in order are the header. Nothing is
decoded here.
"""

import re
from typing import NamedTuple

# field-name  =  1*ftext        ; ftext: printable US-ASCII but ":"
# A field's value runs to the first line that looks like another field, or the end.
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:", re.MULTILINE)
# An empty line ends the header; it may be the first line of all.
_END = re.compile(rb"(?:\A|\n)\r?\n")


class Field(NamedTuple):
    """One field: its name in lower case, and where it stands in the message."""

    name: bytes
    start: int
    value: int
    end: int


def end_of_header(raw: bytes) -> int:
    """Octets of the header with the empty line that ends it; all of them if there is none."""
    found = _END.search(raw)
    return found.end() if found else len(raw)


def scan(raw: bytes, end: int) -> tuple[Field, ...]:
    """The fields of the header ``raw[:end]`` in order; `end` as `end_of_header` gives it."""
    last = end
    for line_end in (b"\r\n", b"\n"):
        if raw.endswith(b"\n" + line_end, 0, end) or raw[:end] == line_end:
            last = end - len(line_end)
            break
    found = [
        Field(m[1].lower(), m.start(), m.end(), m.end()) for m in _FIELD.finditer(raw, 0, last)
    ]
    if last > 0 and (not found or found[0].start > 0):
        found.insert(0, Field(b"", 0, 0, 0))
    ends = [*(field.start for field in found[1:]), last]
    return tuple(field._replace(end=end) for field, end in zip(found, ends, strict=False))


_FOLD = re.compile(rb"\r?\n(?=[ \t])")


def unfold(value: bytes) -> bytes:
    """A field's value on one line, without white space at its ends (RFC 5322 section 2.2.3)."""
    return _FOLD.sub(b"", value).strip()
