"""The parts of a message, by offsets into its bytes (RFC 2045, RFC 2046).

One pass from the start to the end: read a header; if it is a multipart's, know
its boundary from now on; if a message's, read on; else go to the next line that
is a known boundary. Every line is looked at once, so the time is linear in the
octets, whatever they are.

A delimiter is a line that begins with ``--`` and a boundary, whatever follows
(RFC 2046 section 5.1.1). Where it could be several, the one that the line has in
full wins, then the longest, then the innermost. The line's end before it
belongs to it, even where that is the empty line behind a header. A delimiter
ends a header, too.

Bounded: what could have parts below `MAX_DEPTH` levels is
application/octet-stream, and the last of `MAX_PARTS` parts goes to the end.
"""

from collections.abc import Callable, Iterable, Iterator

from mockmail.message.header import Field, content_fields, end_of_header, scan, unfold
from mockmail.message.parameters import (
    MediaType,
    Parameters,
    disposition,
    first_word,
    media_type,
    parameter,
    word,
    words,
)

MAX_DEPTH = 100
"""Parts inside one another, the message itself included."""
MAX_PARTS = 10_000
"""Parts of one message, itself included."""

TEXT_PLAIN: MediaType = (b"text", b"plain", ((b"charset", b"us-ascii"),))
"""What a part is that doesn't say it (RFC 2045 section 5.2)."""
_MESSAGE: MediaType = (b"message", b"rfc822", ())
_OPAQUE = (b"application", b"octet-stream")
_IS_MIME = (b"mime-version", b"content-type")
_READ: dict[bytes, Callable[[bytes], object]] = {
    b"content-transfer-encoding": word,
    b"content-language": words,
    b"content-disposition": lambda value: (disposition(value) or (b"", ()))[1],
}
"""Fields of which the first one counts that this can read something of, or the last if none can."""
_STEP = 4096
"""Octets in which a header's end is looked for at first."""


class Part:
    """A part of a message, or the message itself: where it stands, and what its header says."""

    __slots__ = (
        "body",
        "end",
        "fields",
        "is_message",
        "is_multipart",
        "is_text",
        "own",
        "params",
        "parts",
        "start",
        "subtype",
        "type",
    )

    def __init__(self, start: int) -> None:
        self.start = start
        """Where its header starts."""
        self.body = start
        """Where its body starts: the header's end."""
        self.end = start
        self.fields: tuple[Field, ...] = ()
        """The header's, of a message."""
        self.own: dict[bytes, bytes] = {}
        """The Content-* fields that are not its type, unfolded: the first of each name."""
        self.type = b""
        self.subtype = b""
        """As they are written."""
        self.params: Parameters = ()
        self.is_text = False
        self.is_multipart = False
        self.is_message = False
        self.parts: list[Part] = []
        """Of a multipart its parts; of a message/rfc822 the one message in it."""

    @property
    def encoding(self) -> bytes:
        """Content-Transfer-Encoding, as it is written; 7bit if it can't be read."""
        value = self.own.get(b"content-transfer-encoding")
        return (word(value) if value else None) or b"7bit"

    @property
    def transfer(self) -> bytes:
        """The encoding to undo, in lower case; empty if it can't be told.

        More than `encoding`, which is for showing: what follows a ``;`` is passed over.
        """
        value = self.own.get(b"content-transfer-encoding")
        if value is None:
            return b"7bit"
        return (first_word(value) or b"").lower()

    @property
    def disposition(self) -> tuple[bytes, Parameters] | None:
        """Content-Disposition (RFC 2183); None if there is none that can be read."""
        value = self.own.get(b"content-disposition")
        return None if value is None else disposition(value)

    @property
    def languages(self) -> tuple[bytes, ...]:
        """Content-Language (RFC 3282)."""
        return words(self.own.get(b"content-language", b""))

    def walk(self) -> Iterator["Part"]:
        """The part itself and all below it, in the order of the message."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.parts)

    def __repr__(self) -> str:
        kind = f"{self.type.decode('latin-1')}/{self.subtype.decode('latin-1')}"
        return f"<Part {kind}, octets {self.body} to {self.end}>"


def parse(raw: bytes, fields: tuple[Field, ...], header_size: int) -> Part:
    """The message whose header was read already, as a part with all its parts."""
    root = Part(0)
    root.body = header_size
    root.fields = fields
    parser = _Parser(raw)
    part = parser.begin(root, None)
    while part is not None:
        part = parser.read(part)
    return root


def part_at(root: Part, path: Iterable[int]) -> Part | None:
    """The part with these numbers (RFC 9051 section 6.4.5.1), from the outermost on; or None.

    The numbers count the parts of a multipart, and what is in a message/rfc822;
    a message that is not a multipart is its own part 1.
    """
    part = root
    in_message = True
    for number in path:
        if not in_message:
            if part.is_message:
                part = part.parts[0]
            elif not part.is_multipart:
                return None
        if part.is_multipart:
            if number > len(part.parts):
                return None
            part = part.parts[number - 1]
        elif number != 1:
            return None
        in_message = False
    return part


class _Parser:
    """The pass over one message."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.count = 0
        self.open: list[Part] = []
        """Multiparts and messages whose end was not found yet, outermost first."""
        self.boundaries: list[tuple[bytes, int]] = []
        """Known boundaries with the places in `open` of their parts, innermost first."""

    def read(self, part: Part) -> Part | None:
        """Read a part; the next one, or None at the end."""
        raw = self.raw
        delimiter = None
        # The header may end here or in megabytes, and at a delimiter: both are looked for in
        # ever larger steps, so that what is looked at is no more than a few times the header.
        stop = part.start
        while stop < len(raw):
            stop = min(len(raw), part.start + max(_STEP, 4 * (stop - part.start)))
            part.body = end_of_header(raw, part.start, stop)
            if self.boundaries:
                delimiter = self.delimiter(part.start, part.body)
            if delimiter is not None:
                part.body = max(part.start, delimiter[0])
                break
            if part.body < stop:
                break
        if not self.in_multipart():
            part.fields = scan(raw, part.start, part.body)
        return self.begin(part, delimiter)

    def begin(self, part: Part, delimiter: tuple[int, int, int] | None) -> Part | None:
        """Go on behind a header, which ended at a delimiter if there is one; the next part."""
        self.count += 1
        if self.count >= MAX_PARTS:
            delimiter = None
        boundary = self.understand(part)
        if part.is_message:
            inner = Part(part.body)
            part.parts.append(inner)
            self.open.append(part)
            if delimiter is None:
                return inner
            self.understand(inner)
            part = inner  # nothing is in it, not even a header
        elif delimiter is None:
            if boundary is not None:
                self.boundaries.insert(0, (boundary, len(self.open)))
                self.open.append(part)
            if self.boundaries and self.count < MAX_PARTS:
                delimiter = self.delimiter(part.body, len(self.raw))
        return self.go_on(part, delimiter)

    def in_multipart(self) -> bool:
        """Whether what is read is a part of a multipart, and no message of its own."""
        return bool(self.open) and self.open[-1].is_multipart

    def understand(self, part: Part) -> bytes | None:
        """Take what the header says; the boundary if it is a multipart's."""
        raw = self.raw
        if self.in_multipart():
            is_mime = True
            named = content_fields(raw, part.start, part.body)
            default = _MESSAGE if self.open[-1].subtype.lower() == b"digest" else TEXT_PLAIN
        else:
            # Without MIME-Version or Content-Type it is no MIME message (RFC 2045 section 4).
            is_mime = any(name in _IS_MIME for name, _, _, _ in part.fields)
            named = [
                (name, raw[value:end])
                for name, _, value, end in part.fields
                if name.startswith(b"content-")
            ]
            default = TEXT_PLAIN
        if is_mime:
            own = part.own
            unread: set[bytes] = set()
            for name, value in named:
                if name not in own or name in unread:
                    own[name] = unfold(value)
                    read = _READ.get(name)
                    if read is not None and not read(own[name]):
                        unread.add(name)
                    else:
                        unread.discard(name)
            kind = own.pop(b"content-type", None)
            if kind is not None:
                default = media_type(kind) or TEXT_PLAIN
        part.type, part.subtype, part.params = default
        main = part.type.lower()
        if main == b"text":
            part.is_text = True
            if parameter(part.params, b"charset") is None:
                part.params = (*part.params, *TEXT_PLAIN[2])
        elif main == b"multipart" or (main == b"message" and part.subtype.lower() == b"rfc822"):
            if len(self.open) >= MAX_DEPTH - 1 or self.count >= MAX_PARTS:
                part.type, part.subtype = _OPAQUE
            elif main == b"multipart":
                part.is_multipart = True
                return parameter(part.params, b"boundary")
            else:
                part.is_message = True
        return None

    def delimiter(self, start: int, stop: int) -> tuple[int, int, int] | None:
        """The first delimiter line between `start`, where a line starts, and `stop`.

        Where the body before it ends, where its boundary ends, and the place in
        `open` of the multipart it belongs to.
        """
        raw = self.raw
        at = start if raw.startswith(b"--", start) else raw.find(b"\n--", start, stop) + 1
        while at > 0:
            found = self.owner(at + 2)
            if found is not None:
                boundary, place = found
                before = at - (2 if raw.startswith(b"\r\n", at - 2) else 1)
                return before, at + 2 + len(boundary), place
            at = raw.find(b"\n--", at, stop) + 1
        return None

    def owner(self, at: int) -> tuple[bytes, int] | None:
        """The known boundary that stands at `at`, with its place."""
        raw = self.raw
        best: tuple[bytes, int] | None = None
        for known in self.boundaries:
            boundary = known[0]
            if raw.startswith(boundary, at):
                end = at + len(boundary)
                if raw.startswith(b"--", end):
                    end += 2
                if raw.startswith((b"\r\n", b"\n"), end) or end == len(raw):
                    return known
                if best is None or len(best[0]) < len(boundary):
                    best = known
        return best

    def go_on(self, part: Part, delimiter: tuple[int, int, int] | None) -> Part | None:
        """Close what ends at the delimiter, and what follows it; the next part, if there is one."""
        raw = self.raw
        while delimiter is not None:
            before, end, place = delimiter
            owner = self.open[place]
            if part is not owner:
                self.open.append(part)
            limit = len(raw)
            for each in self.open[place + 1 :]:
                # What is inside another part ends with it, and the empty line behind a header
                # may be the delimiter's.
                limit = each.end = min(limit, max(before, each.start))
                each.start, each.body = min(each.start, limit), min(each.body, limit)
            del self.open[place + 1 :]
            while self.boundaries[0][1] > place:
                del self.boundaries[0]
            line = raw.find(b"\n", end)
            if line >= 0 and not raw.startswith(b"--", end):
                fresh = Part(line + 1)
                owner.parts.append(fresh)
                return fresh
            del self.boundaries[0]
            part = owner
            if line < 0 or not self.boundaries:
                break
            # Behind the last delimiter is an epilogue (RFC 2046 section 5.1.1).
            delimiter = self.delimiter(line + 1, len(raw))
        for each in (part, *self.open):
            each.end = len(raw)
        return None
