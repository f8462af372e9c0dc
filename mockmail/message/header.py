"""The header of a message or of one of its parts, by offsets into the bytes.

A field is a line that does not start with a space or a tab, with the lines
after it that do (RFC 5322 section 2.2.3). Its name stands before the first
colon; a line without one is a field without a name. So nothing is lost, and the
fields in order are the header. Nothing is decoded here.
"""

import re

# Where a line ends and the next one doesn't go on with it.
_NEXT = re.compile(rb"\n(?![ \t])")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


Field = tuple[bytes, int, int, int]
"""One field: its name in lower case (empty if it has none), where it starts, where what
follows the colon starts, and where it ends.

A plain tuple of what holds nothing, for then the garbage collector doesn't look at it again.
"""


def end_of_header(raw: bytes, start: int = 0, stop: int | None = None) -> int:
    """Where the header that starts at `start` ends, with the empty line that ends it.

    At `stop` (by default the end of `raw`) if there is no such line.
    """
    stop = len(raw) if stop is None else stop
    for empty in (b"\r\n", b"\n"):
        if raw.startswith(empty, start, stop):
            return start + len(empty)
    # An empty line follows a line's end; the nearer of its two forms ends the header.
    crlf = raw.find(b"\n\r\n", start, stop)
    lf = raw.find(b"\n\n", start, stop if crlf < 0 else crlf + 1)
    if lf >= 0:
        return lf + 2
    return stop if crlf < 0 else crlf + 3


def end_of_fields(raw: bytes, start: int, end: int) -> int:
    """Where the empty line of the header ``raw[start:end]`` starts; `end` if it has none."""
    for empty in (b"\r\n", b"\n"):
        line = end - len(empty)
        if line >= start and raw.startswith(empty, line, end):
            return line if line == start or raw[line - 1] == 10 else end  # 10 is LF
    return end


def scan(raw: bytes, start: int, end: int) -> tuple[Field, ...]:
    """The fields of the header ``raw[start:end]`` in order; `end` as `end_of_header` gives it."""
    last = end_of_fields(raw, start, end)
    fields = []
    for text in _NEXT.split(raw[start:last]):
        stop = start + len(text) + 1
        if stop > last:
            stop = last
            if not text:
                break
        name, colon, _ = text.partition(b":")
        if colon:
            at = start + len(name) + 1
            # White space before the colon is obsolete, and allowed (RFC 5322 section 4.5).
            fields.append((name.rstrip(b" \t").lower(), start, at, stop))
        else:
            fields.append((b"", start, start, stop))
        start = stop
    return tuple(fields)


def content_fields(raw: bytes, start: int, end: int) -> list[tuple[bytes, bytes]]:
    """Names in lower case and values of the Content-* fields of the header ``raw[start:end]``."""
    return [
        (name.rstrip(b" \t").lower(), value)
        for text in _NEXT.split(raw[start:end])
        if text[:8].lower() == b"content-"
        for name, colon, value in (text.partition(b":"),)
        if colon
    ]


def unfold(value: bytes) -> bytes:
    """A field's value on one line, without white space at its ends (RFC 5322 section 2.2.3)."""
    value = value.strip()
    return _FOLD.sub(b"", value) if b"\n" in value else value
