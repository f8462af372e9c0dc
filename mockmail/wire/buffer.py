"""Lines and counted octets out of a byte stream.

Bytes come in as they arrive; `line` and `exact` return what is complete, or
None for "more, please". Nothing is looked at twice: the search for a line's end
goes on where it stopped. A line longer than its limit is thrown away to its end
and reported once, so that no peer makes us keep more than the limit.
"""

import re

REMEMBERED = 200
"""Octets of a line that was too long that are told."""
_LONGEST_END = 4


class TooLong(Exception):
    """A line passed its limit; it is gone, and the next line can be read."""

    def __init__(self, start: bytes = b"") -> None:
        super().__init__()
        self.start = start
        """How it began."""


class Buffer:
    """What one peer has sent and nobody has read yet."""

    __slots__ = ("_data", "_scanned", "_skipping", "_start", "bare")

    def __init__(self) -> None:
        self.bare = False
        """Whether the last line ended with an LF that had no CR before it."""
        self._data = bytearray()
        self._scanned = 0
        self._skipping = False
        self._start = b""

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        self._data += data

    def clear(self) -> int:
        """Throw away what nobody has read; how many octets that were."""
        octets = len(self._data)
        self._data.clear()
        self._scanned = 0
        self._skipping, self._start = False, b""
        return octets

    def line(self, limit: int) -> bytes | None:
        """The next line without its end, which is CRLF, or a bare LF: see `bare`.

        `TooLong` once per line of more than `limit` octets.
        """
        data = self._data
        if not data:
            return None
        end = data.find(b"\n", self._scanned)
        if end < 0:
            # The CR of its end may be here already, and doesn't count.
            if self._skipping or len(data) - data.endswith(b"\r") > limit:
                self._skip()
                data.clear()
            self._scanned = len(data)
            return None
        self.bare = not end or data[end - 1] != 13
        line = bytes(data[: end if self.bare else end - 1])
        del data[: end + 1]
        self._scanned = 0
        if self._skipping or len(line) > limit:
            start = self._start or line[:REMEMBERED]
            self._skipping, self._start = False, b""
            raise TooLong(start)
        return line

    def _skip(self) -> None:
        if not self._skipping:
            self._skipping = True
            self._start = bytes(self._data[:REMEMBERED])

    def exact(self, octets: int) -> bytes | None:
        """The next `octets` octets."""
        data = self._data
        if len(data) < octets:
            return None
        taken = bytes(data[:octets])
        del data[:octets]
        self._scanned = 0
        return taken

    def until(self, mark: bytes, limit: int) -> bytes | None:
        """All up to and with `mark`; `TooLong` once if that is more than `limit` octets."""
        data = self._data
        at = data.find(mark, max(0, self._scanned - len(mark) + 1))
        if at < 0:
            if self._skipping or len(data) > limit:
                self._skip()
                # The mark may be half there.
                del data[: max(0, len(data) - len(mark) + 1)]
            self._scanned = len(data)
            return None
        taken = bytes(data[: at + len(mark)])
        del data[: at + len(mark)]
        self._scanned = 0
        if self._skipping or len(taken) > limit:
            self._skipping, self._start = False, b""
            raise TooLong
        return taken

    def dot_block(self, limit: int) -> bytes | None:
        """Lines up to the one that is a dot, still stuffed, without that line.

        Only CRLF "." CRLF ends it (RFC 5321 section 4.1.1.4). `TooLong` once,
        after its end, if it is more than `limit` octets.
        """
        if not self._skipping and self._data.startswith(b".\r\n"):
            del self._data[:3]
            self._scanned = 0
            return b""
        block = self.until(b"\r\n.\r\n", limit + len(b".\r\n"))
        return None if block is None else block[:-3]

    def some(self, octets: int) -> bytes | None:
        """The next octets, `octets` at most, as they have come; None if there are none yet."""
        data = self._data
        if not data and octets:
            return None
        taken = bytes(data[:octets])
        del data[:octets]
        self._scanned = 0
        return taken

    def before(self, end: re.Pattern[bytes], limit: int) -> bytes | None:
        """All up to what `end` finds, of four octets at most, and not that.

        `TooLong` once, after it, if that is more than `limit` octets.
        """
        data = self._data
        # In what is left of a block that was too long, the first octet is not its first.
        found = end.search(data, max(int(self._skipping), self._scanned - _LONGEST_END))
        if found is None:
            if self._skipping or len(data) > limit + _LONGEST_END:
                self._skip()
                del data[: max(0, len(data) - _LONGEST_END)]
            self._scanned = len(data)
            return None
        taken = bytes(data[: found.start()])
        del data[: found.end()]
        self._scanned = 0
        if self._skipping or len(taken) > limit:
            self._skipping, self._start = False, b""
            raise TooLong
        return taken
