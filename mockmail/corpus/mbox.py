"""mbox files: messages one after the other, in and out (RFC 4155, in its variant mboxrd).

A line that begins with "From " at the start of the file or after an empty line
begins a message, and an empty line closes it. A line of a message that begins
with "From ", or with any number of ">" and that, is written with one ">" more,
and read with one less.

Flags stand in the fields Status, X-Status and X-Keywords of the header. Those
that came with a message are bytes of it, and stay. So there are two cases:

- The header ends with the three of them, in this order and spelled as `render`
  spells them. Then they alone tell the flags, and `parse` takes them away.
- Otherwise all such fields tell flags, and `parse` leaves them where they are.

`render` adds its three to a message that has flags or a field of these names,
and nothing to the others: what `parse` takes away from a file of `render`'s is
what was added, even when the message ends its header with the same three lines.

The date of the "From " line is the INTERNALDATE, in UTC. An item without one
gets a date without seconds, which other programs read and `parse` doesn't.

What comes back is what was written, but for two things: a message whose last
line had no end has a CRLF there, and line ends are those of
`mockmail.corpus.newlines`. (An empty message stays empty.)
"""

import re
from collections.abc import Iterable, Iterator

from mockmail.corpus import fromline, status
from mockmail.corpus.item import Item
from mockmail.corpus.newlines import Read, Written, written
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS

# The end of a line, an empty line, and the line that begins the next message.
_NEXT = re.compile(rb"\n\r?\nFrom ")
_TO_QUOTE = re.compile(rb"^(?=>*+From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(?=>*+From )", re.MULTILINE)


def parse(data: bytes, newlines: Read = "crlf") -> Iterator[Item]:
    """The messages of the file in order; ``ValueError`` if it begins with something else."""
    start = len(data) - len(data.lstrip(b"\r\n"))
    if start == len(data):
        return
    if not data.startswith(b"From ", start):
        raise ValueError(f"an mbox begins with 'From ', not with {data[start : start + 20]!r}")
    for found in _NEXT.finditer(data, start):
        yield _read(data[start : found.start() + 1], newlines)
        start = found.end() - len(b"From ")
    yield _read(_unclosed(data[start:]), newlines)


def _unclosed(data: bytes) -> bytes:
    """The last message of a file without the empty line that closes it, if that is there."""
    for empty in (b"\n", b"\r\n"):
        if data.endswith(b"\n" + empty):
            return data[: -len(empty)]
    return data


def _read(data: bytes, newlines: Read) -> Item:
    """The message that begins with this "From " line."""
    line, _, text = data.partition(b"\n")
    if b">From " in text:
        text = _QUOTED.sub(b"", text)
    message = Message(text, newlines=newlines)
    raw, fields, date = message.raw, message.fields, fromline.date(line)
    if not status.tells(fields):
        return Item(message, NO_FLAGS, date)
    last = status.last(raw, fields)
    if last is None:
        return Item(message, status.read(raw, fields), date)
    start, end, flags = last
    return Item(Message(raw[:start] + raw[end:], newlines="keep"), flags, date)


def render(items: Iterable[Item], newlines: Written = "lf") -> Iterator[bytes]:
    """The file, a piece for each message; ``ValueError`` for a flag that can't be one."""
    end = b"\n" if newlines == "lf" else b"\r\n"
    for item in items:
        text = written(item.message.raw, newlines)
        if text and not text.endswith(b"\n"):
            text = text + end
        message = Message(text, newlines="keep")
        if item.flags or status.tells(message.fields):
            at = message.fields[-1][3] if message.fields else 0
            text = text[:at] + status.written(item.flags).replace(b"\n", end) + text[at:]
        if b"From " in text:
            text = _TO_QUOTE.sub(b">", text)
        line = fromline.render(fromline.sender(message), item.internaldate)
        yield line + end + text + end
