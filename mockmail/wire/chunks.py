"""From responses to what is written: chunks of about 64 KiB, and marks between them.

Small pieces are joined; a large literal goes out as a view of the message's own
bytes. All of an input's output is one chunk unless it is large or an effect
ends it early: where segments end is behaviour, too.
"""

from collections import deque
from collections.abc import Callable

from mockmail.wire.acts import Close, Switch
from mockmail.wire.response import Literal, Piece

CHUNK = 64 * 1024
"""Octets from which on a chunk is closed."""
OWN_VIEW = 16 * 1024
"""Octets from which on a literal is its own chunk."""

Chunk = bytes | memoryview
Item = Chunk | Close | Switch
"""What a driver takes out: something to send, or to do once all before it was sent."""


class Outbox:
    """What one connection has still to be sent, in order."""

    __slots__ = ("_joining", "_joining_size", "_ready", "_recorded", "octets", "record_to")

    def __init__(self, record_to: Callable[[Chunk], None]) -> None:
        self.octets = 0
        """Octets put in and not taken out yet."""
        self.record_to = record_to
        """Is given all that is put in, once, in order; the transcript listens here."""
        self._ready: deque[Item] = deque()
        self._joining: list[bytes | memoryview] = []
        self._joining_size = 0
        self._recorded = 0

    def put(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            data = piece.data if isinstance(piece, Literal) else piece
            size = len(data)
            self.octets += size
            if size >= OWN_VIEW and data is not piece:
                self.seal()
                self._add(memoryview(data))
            else:
                self._joining.append(data)
                self._joining_size += size
                if self._joining_size >= CHUNK:
                    self.seal()

    def record(self) -> None:
        """Give what was put in so far to `record_to`, without ending the chunk."""
        if self._recorded < len(self._joining):
            self.record_to(b"".join(self._joining[self._recorded :]))
            self._recorded = len(self._joining)

    def seal(self) -> None:
        """Complete the chunk that is being joined."""
        parts = self._joining
        if parts:
            first = parts[0]
            whole = first if len(parts) == 1 and type(first) is bytes else b"".join(parts)
            if self._recorded:
                self.record()
            else:
                self.record_to(whole)
            self._ready.append(whole)
            self._joining = []
            self._joining_size = self._recorded = 0

    def _add(self, chunk: Chunk) -> None:
        self._ready.append(chunk)
        self.record_to(chunk)

    def close(self, how: Close) -> None:
        """What was put in so far goes out, then the connection ends."""
        self.seal()
        self._ready.append(how)

    def switch(self, layer: Switch) -> None:
        """What was put in so far goes out as it is, what comes later through `layer`."""
        self.seal()
        self._ready.append(layer)

    def take(self) -> Item | None:
        """The next thing to do; None if there is nothing."""
        if not self._ready:
            return None
        item = self._ready.popleft()
        if not isinstance(item, Close | Switch):
            self.octets -= len(item)
        return item

    def __bool__(self) -> bool:
        return bool(self._ready)


def _octets(piece: Piece) -> bytes | memoryview:
    return piece if isinstance(piece, bytes) else piece.data


def size(pieces: list[Piece]) -> int:
    """Octets of the pieces together."""
    return sum(len(_octets(piece)) for piece in pieces)


def divide(
    pieces: list[Piece], octets: int, *, in_literal: bool
) -> tuple[list[Piece], list[Piece]]:
    """The pieces up to `octets` octets, of all or after the start of the first literal; the rest.

    All of them where they end before that, or where there is no literal to count in.
    """
    left = octets
    counting = not in_literal
    for at, piece in enumerate(pieces):
        counting = counting or isinstance(piece, Literal)
        if counting:
            if len(_octets(piece)) > left:
                head, tail = _halves(piece, left)
                return [*pieces[:at], head], [tail, *pieces[at + 1 :]]
            left -= len(_octets(piece))
    return pieces, []


def _halves(piece: Piece, octets: int) -> tuple[Piece, Piece]:
    if isinstance(piece, bytes):
        return piece[:octets], piece[octets:]
    whole = memoryview(piece.data)
    head, tail = (
        Literal(piece.label, part, piece.mark) for part in (whole[:octets], whole[octets:])
    )
    return head, tail
