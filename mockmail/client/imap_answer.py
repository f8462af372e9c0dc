"""What IMAP told, as values: each is read out of the responses when it is asked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from mockmail.client.answer import Answer, text_of
from mockmail.client.values import Value, values, words
from mockmail.numset import UidSet
from mockmail.store.utf7 import from_utf7

_LAST = re.compile(rb"(?:\+|\S+ (OK|NO|BAD))(?: \[([^\]]*)\])? ?(.*)", re.DOTALL)
_UNTAGGED = re.compile(rb"\* ([A-Z]+)(?: \(EARLIER\))?(?: (.*))?", re.DOTALL)
_NUMBERED = re.compile(rb"\* (\d+) ([A-Z]+)(?: (.*))?", re.DOTALL)
_CODE = re.compile(rb"\S+ (?:OK|NO|BAD|BYE|PREAUTH) \[([^\] ]+) ?([^\]]*)\]")

Items = Mapping[str, object]
"""What a FETCH told of one message, by the items' names in lower case.

``flags`` is a tuple of names, ``modseq`` a number; strings are bytes.
"""


class ImapAnswer(Answer):
    """What IMAP told in answer to a command, or unasked.

    Message data by number or UID, and what else a test wants to assert on. ``ValueError``
    where the server has not told it in the form that it should have.
    """

    def __init__(
        self, lines: Sequence[bytes], last: bytes | None = None, *, utf8: bool = False
    ) -> None:
        found = _LAST.fullmatch(last or b"")
        status, code, text = found.groups() if found else (b"", None, b"")
        super().__init__(
            lines, text_of(status) or "+" * bool(last), text_of(code), text_of(text) or ""
        )
        self._last = last
        self._utf8 = utf8

    @property
    def untagged(self) -> Sequence[bytes]:
        """The lines beside the one that ended the command."""
        return self.lines if self._last is None else self.lines[:-1]

    def _data_lines(self) -> Sequence[bytes]:
        return self.untagged

    def _told(self, *kinds: bytes) -> Iterator[bytes]:
        """What follows these words."""
        for line in self.lines:
            found = _UNTAGGED.fullmatch(line)
            if found is not None and found[1] in kinds:
                yield found[2] or b""

    def _numbered(self, *kinds: bytes) -> Iterator[tuple[int, bytes, bytes]]:
        for line in self.lines:
            found = _NUMBERED.fullmatch(line)
            if found is not None and found[2] in kinds:
                yield int(found[1]), found[2], found[3] or b""

    @cached_property
    def fetched(self) -> Mapping[int, Items]:
        """What FETCH responses told, by message number; of several about one, all together."""
        found: dict[int, dict[str, object]] = {}
        for number, _, items in self._numbered(b"FETCH"):
            found.setdefault(number, {}).update(_items(items))
        return found

    @cached_property
    def by_uid(self) -> Mapping[int, Items]:
        """The same by UID, of the messages whose UID was told; UIDFETCH responses, too."""
        found: dict[int, dict[str, object]] = {}
        for number, kind, text in self._numbered(b"FETCH", b"UIDFETCH"):
            items = _items(text)
            uid = number if kind == b"UIDFETCH" else items.get("uid")
            if isinstance(uid, int):
                found.setdefault(uid, {}).update({**items, "uid": uid})
        return found

    @property
    def exists(self) -> int | None:
        """How many messages there are, as it was told last; None if it wasn't."""
        return self._last_number(b"EXISTS")

    @property
    def recent(self) -> int | None:
        """The number of RECENT that was told last."""
        return self._last_number(b"RECENT")

    def _last_number(self, kind: bytes) -> int | None:
        told = [number for number, _, _ in self._numbered(kind)]
        return told[-1] if told else None

    @property
    def expunged(self) -> tuple[int, ...]:
        """The message numbers of EXPUNGE, in the order in which they were told."""
        return tuple(number for number, _, _ in self._numbered(b"EXPUNGE"))

    @property
    def vanished(self) -> tuple[int, ...]:
        """The UIDs of VANISHED."""
        return self._vanished(b"* VANISHED ")

    @property
    def vanished_earlier(self) -> tuple[int, ...]:
        """The UIDs of VANISHED (EARLIER)."""
        return self._vanished(b"* VANISHED (EARLIER) ")

    def _vanished(self, start: bytes) -> tuple[int, ...]:
        sets = (line[len(start) :] for line in self.lines if line.startswith(start))
        return tuple(uid for each in sets if not each.startswith(b"(") for uid in _numbers(each))

    @property
    def searched(self) -> tuple[int, ...]:
        """The numbers or UIDs that SEARCH found, or ALL of ESEARCH."""
        found = [
            each for text in self._told(b"SEARCH") for each in words(text) if isinstance(each, int)
        ]
        everything = self.esearched.get("all")
        return (*found, *(everything if isinstance(everything, tuple) else ()))

    @cached_property
    def esearched(self) -> Mapping[str, object]:
        """What ESEARCH returned, by the items' names in lower case; ``all`` is a tuple of numbers."""
        found: dict[str, object] = {}
        for text in self._told(b"ESEARCH"):
            items = [each for each in words(text) if not isinstance(each, list) and each != b"UID"]
            for name, value in _pairs(items):
                found[name] = _numbers(_word(value).encode()) if name == "all" else value
        return found

    @property
    def listed(self) -> Mapping[str, tuple[str, ...]]:
        """The mailboxes of LIST (or LSUB), with their attributes."""
        found = {}
        for text in self._told(b"LIST", b"LSUB"):
            attributes, _, name, *_ = words(text)
            found[self._name(name)] = _flags(attributes)
        return found

    @property
    def counted(self) -> Mapping[str, Mapping[str, object]]:
        """What STATUS told, by mailbox and by the items' names in lower case."""
        found = {}
        for text in self._told(b"STATUS"):
            name, items = words(text)
            found[self._name(name)] = dict(_pairs(_list(items)))
        return found

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of the mailbox (FLAGS), as they were told last."""
        told = [*self._told(b"FLAGS")]
        return _flags(values(told[-1])[0]) if told else ()

    @property
    def capabilities(self) -> tuple[str, ...]:
        """CAPABILITY, as a response or as a code."""
        text = b" ".join(self._told(b"CAPABILITY")).decode() or self.codes.get("CAPABILITY", "")
        return tuple(text.split())

    @property
    def enabled(self) -> tuple[str, ...]:
        """What ENABLED named."""
        return tuple(b" ".join(self._told(b"ENABLED")).decode().split())

    @property
    def codes(self) -> Mapping[str, str]:
        """Every response code with its arguments: ``{"UIDVALIDITY": "1704067200", …}``."""
        found = map(_CODE.match, self.lines)
        return {each[1].decode(): each[2].decode() for each in found if each is not None}

    def _name(self, value: Value) -> str:
        name = _word(value)
        return name if self._utf8 else from_utf7(name.encode())


def _items(text: bytes) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in _pairs(_list(values(text)[0])):
        if name == "flags":
            found[name] = _flags(value)
        elif name == "modseq":
            (found[name],) = _list(value)
        else:
            found[name] = value
    return found


def _pairs(items: Sequence[Value]) -> Iterator[tuple[str, Value]]:
    for name, value in zip(items[::2], items[1::2], strict=True):
        yield _word(name).lower(), value


def _list(value: Value) -> list[Value]:
    match value:
        case list():
            return value
        case _:
            raise ValueError(f"there should be a list, not {value!r}")


def _flags(listed: Value) -> tuple[str, ...]:
    return tuple(map(_word, _list(listed)))


def _word(value: Value) -> str:
    """An atom or a string as text: names may look like numbers."""
    return (
        "NIL" if value is None else text_of(value) or "" if isinstance(value, bytes) else str(value)
    )


def _numbers(ids: bytes) -> tuple[int, ...]:
    return tuple(n for low, high in UidSet.parse(ids).ranges for n in range(low, high + 1))
