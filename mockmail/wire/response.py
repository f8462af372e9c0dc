"""What a server says: made once, perhaps bent by a rule, then sent.

A response keeps its parts apart (kind, number, items), so that a rule can find
it by what it says and change one part. Items are rendered to bytes when they
are made; a `Literal` refers to the message's own bytes and is never copied.
How the parts are joined is the protocol's: its `style`.
"""

from collections.abc import Callable, Iterator, Sequence


class Literal:
    """Counted octets in a response: a label before them, and the octets themselves."""

    __slots__ = ("data", "label", "mark")

    def __init__(self, label: bytes, data: bytes | memoryview, mark: bytes = b"") -> None:
        self.label = label
        self.data = data
        self.mark = mark
        """What stands before the count: ``~`` where the octets may be any (RFC 3516)."""

    def __repr__(self) -> str:
        return f"Literal({self.label!r}, {len(self.data)} octets)"


Piece = bytes | Literal


class Response:
    """One response. Not frozen: rules may bend it before it is sent."""

    __slots__ = ("items", "kind", "number", "style", "uid")

    def __init__(
        self,
        kind: bytes,
        number: int | None,
        items: list[Piece],
        style: "Style",
        uid: int | None = None,
    ) -> None:
        self.kind = kind
        """The word that names it: ``FETCH``, ``OK``, ``+OK``, ``250``."""
        self.number = number
        """The number before the word, where there is one."""
        self.items = items
        self.style = style
        self.uid = uid
        """The UID of the message it speaks of, where it speaks of one."""

    def pieces(self) -> list[Piece]:
        """The bytes to send, in order; literals stand for their octets."""
        return self.style(self)

    def __repr__(self) -> str:
        number = "" if self.number is None else f"{self.number} "
        return f"<{number}{self.kind.decode()} {self.items!r}>"


class Many:
    """Responses of one kind that follow one another.

    Where a rule looks they are made one by one; where none does, they are written at once.
    """

    __slots__ = ("kind", "numbers", "rows", "style", "uids", "write")

    def __init__(
        self,
        kind: bytes,
        numbers: Sequence[int],
        uids: Sequence[int],
        rows: Sequence[Sequence[Piece]],
        style: "Style",
        write: Callable[[bytes, Sequence[int], Sequence[Sequence[Piece]]], list[Piece]],
    ) -> None:
        self.kind = kind
        self.numbers = numbers
        self.uids = uids
        self.rows = rows
        """The items of each."""
        self.style = style
        self.write = write
        """What the style would give for them all, from kind, numbers and items."""

    def responses(self) -> Iterator[Response]:
        """Each of them."""
        for number, uid, items in zip(self.numbers, self.uids, self.rows, strict=True):
            yield Response(self.kind, number, list(items), self.style, uid)

    def pieces(self) -> list[Piece]:
        """The bytes to send for them all."""
        return self.write(self.kind, self.numbers, self.rows)


Style = Callable[[Response], list[Piece]]
"""How a protocol writes a response: its parts → bytes, with literals left as they are."""
