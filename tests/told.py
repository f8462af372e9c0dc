"""What a server told in answer to one command: facts, each under what it is about.

Two servers' facts can be compared one by one. Left out is what no client may
rely on: texts (RFC 9051 section 7.1) and the order of responses. Of UIDVALIDITY
and mod-sequences it is a fact that they were told; the numbers stand beside,
because each server has its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mockmail.client.values import Value, responses, values
from mockmail.numset import UidSet

Key = tuple[object, ...]
_KEEPS_NUMBERS = re.compile(r"(?i)(FETCH|STORE|SEARCH) ")


@dataclass
class Picture:
    """What a client of one server knows."""

    mailbox: str | None = None
    """The selected one."""
    uids: list[int] = field(default_factory=list)
    """By number less one; 0 where it was not told."""
    flags: dict[int, frozenset[bytes]] = field(default_factory=dict)
    """By UID, without ``\\Recent``: those that were told last."""
    recent: int = 0
    """The number that was told last."""


@dataclass
class Told:
    """Everything that was told in answer to one command."""

    facts: dict[Key, object] = field(default_factory=dict)
    modseqs: dict[Key, int] = field(default_factory=dict)
    validities: dict[Key, int] = field(default_factory=dict)

    @property
    def kind(self) -> object:
        """``OK``, ``NO`` or ``BAD``."""
        tagged = self.facts["tagged",]
        assert isinstance(tagged, tuple)
        return tagged[0]

    def highest(self) -> int | None:
        """The HIGHESTMODSEQ that was told last."""
        return self.modseqs.get(("HIGHESTMODSEQ",))


_NAMED = re.compile(r'\S+ ("[^"]*"|\S+)')


def named(text: str) -> str:
    """The mailbox that a command names first; empty if it names none."""
    found = _NAMED.match(text)
    return _box(found[1].encode("latin-1")) if found else ""


def listen(text: str, data: bytes, tag: bytes, picture: Picture) -> Told:
    """What `data` tells, in answer to the command `text`; `picture` follows it.

    ``AssertionError`` where a client could not follow at all.
    """
    told = Told()
    listener = _Listener(text, picture, told)
    for response in responses(data):
        start, _, rest = response.partition(b" ")
        if start == tag:
            kind, _, after = rest.partition(b" ")
            told.facts["tagged",] = (kind, *listener.code(after))
        elif start != b"+":
            # An answer to what was no command: Dovecot reads literals so that it did not want.
            if start == b"*":
                listener.untagged(rest)
            else:
                told.facts["another tag", start] = "told"
    assert ("tagged",) in told.facts, f"no tagged line in {data!r}"
    listener.ended()
    return told


class _Listener:
    def __init__(self, text: str, picture: Picture, told: Told) -> None:
        self._words = text.split()
        self._name = self._words[0].upper()
        self._by_uid = self._name == "UID"
        self._keeps_numbers = bool(_KEEPS_NUMBERS.match(text))
        self._picture = picture
        self._told = told
        self._facts = told.facts
        self._before = len(picture.uids)
        if ".SILENT" in text:
            picture.flags.clear()  # it won't be told what it ought to know
        self._selects = self._name in ("SELECT", "EXAMINE")
        if self._selects:
            self._left = picture.mailbox, picture.uids
            picture.mailbox, picture.uids, picture.flags = named(text), [], {}

    def ended(self) -> None:
        """The command has ended: what became of the mailbox that is selected."""
        kind = self._told.kind
        if self._name in ("CLOSE", "UNSELECT") and kind == b"OK":
            self._picture.mailbox, self._picture.uids = None, []
        if self._selects and kind != b"OK":
            closed = kind == b"NO"
            self._picture.mailbox, self._picture.uids = (None, []) if closed else self._left
        exists, recent = self._facts.get(("EXISTS",)), self._facts.get(("RECENT",))
        if not self._selects and exists == self._before:
            del self._facts["EXISTS",]  # no news
        if not self._selects and recent == self._picture.recent:
            del self._facts["RECENT",]
        if isinstance(recent, int):
            self._picture.recent = recent

    def code(self, text: bytes) -> tuple[object, ...]:
        """A response code and its arguments."""
        if not text.startswith(b"["):
            return ()
        name, _, rest = text[1 : text.index(b"]")].partition(b" ")
        if name in (b"COPYUID", b"APPENDUID"):
            validity, *sets = rest.split(b" ")
            self._told.validities["UID",] = int(validity)
            return (name, *(_numbers(each) for each in sets))
        if name == b"HIGHESTMODSEQ":
            self._modseq(("HIGHESTMODSEQ",), int(rest))
            return ()
        if name == b"MODIFIED":
            return (name, _numbers(rest))
        return (name, rest) if name in (b"UIDNEXT", b"UNSEEN") else (name,)

    def untagged(self, rest: bytes) -> None:
        first, _, after = rest.partition(b" ")
        if first.isdigit():
            self._numbered(int(first), *after.split(b" ", 1))
        elif first in (b"OK", b"NO", b"BAD", b"BYE"):
            self._status(first, after)
        elif first == b"VANISHED":
            self._vanished(after)
        elif first == b"FLAGS":
            self._facts["FLAGS",] = _flags(after)
        elif first != b"CAPABILITY":
            words, _ = values(b"(" + after + b")", 0)
            assert isinstance(words, list)
            self._data(first, words)

    def _modseq(self, key: Key, number: int) -> None:
        self._told.modseqs[key] = number
        self._facts["MODSEQ", *key] = "told"

    def _status(self, kind: bytes, text: bytes) -> None:
        if text.startswith(b"[UIDVALIDITY "):
            self._told.validities["UIDVALIDITY",] = int(text[13 : text.index(b"]")])
            self._facts["UIDVALIDITY",] = "told"
        elif text.startswith(b"[PERMANENTFLAGS "):
            self._facts["PERMANENTFLAGS",] = _flags(text[16 : text.index(b"]")])
        elif code := self.code(text):
            self._facts[kind.decode(), code[0]] = code[1:]

    def _numbered(self, number: int, kind: bytes, rest: bytes = b"") -> None:
        uids = self._picture.uids
        assert self._picture.mailbox is not None, f"{kind!r} with no mailbox selected"
        if kind == b"EXISTS":
            assert number >= len(uids), f"{number} EXISTS, and there were {len(uids)}"
            uids += [0] * (number - len(uids))
            self._facts["EXISTS",] = number
        elif kind == b"RECENT":
            self._facts["RECENT",] = number
        else:
            assert number <= len(uids), f"{number} {kind!r}, and there are {len(uids)}"
            if kind == b"FETCH":
                self._fetch(number, rest)
            else:
                assert kind == b"EXPUNGE", kind
                self._gone("EXPUNGE", [uids.pop(number - 1)])

    def _gone(self, form: str, uids: Sequence[int]) -> None:
        # RFC 9051 section 7.5.1; UID SEARCH with numbers is the servers' affair.
        assert not self._keeps_numbers, f"{form} in the answer to {self._name}"
        before = self._facts.get((form,), ())
        assert isinstance(before, tuple)
        self._facts[form,] = tuple(sorted({*before, *uids}))

    def _vanished(self, rest: bytes) -> None:
        earlier, _, ids = rest.rpartition(b" ")
        named = _numbers(ids)
        if earlier:
            before = self._facts.get(("VANISHED (EARLIER)",), ())
            assert isinstance(before, tuple)
            self._facts["VANISHED (EARLIER)",] = tuple(sorted({*before, *named}))
        else:
            self._gone("VANISHED", named)
            for uid in reversed(named):
                self._remove(uid)

    def _remove(self, uid: int) -> None:
        uids = self._picture.uids
        assert uid in uids or 0 in uids, f"VANISHED of {uid}, which was not there"
        if uid in uids:
            uids.remove(uid)
        else:
            # One of those of which only the number was told.
            del uids[len(uids) - 1 - uids[::-1].index(0)]

    def _fetch(self, number: int, rest: bytes) -> None:
        items, _ = values(rest, 0)
        assert isinstance(items, list)
        # The header-list may be spelled as asked, in capitals, or quoted (RFC 9051 section 7.5.2).
        names = (bytes(name).upper().replace(b'"', b"") for name in items[::2])  # type: ignore[arg-type]
        pairs = dict(zip(names, items[1::2], strict=True))
        uids = self._picture.uids
        uid = pairs.pop(b"UID", None)
        if uid is not None:
            assert isinstance(uid, int)
            assert uids[number - 1] in (0, uid), f"UID {uids[number - 1]} has become {uid}"
            uids[number - 1] = uid
        about: Key = ("FETCH", uids[number - 1] or f"number {number}")
        if uid is not None and (self._by_uid or not pairs):
            self._facts[(*about, b"UID")] = uid
        for name, value in pairs.items():
            if name == b"MODSEQ":
                assert isinstance(value, list)
                assert isinstance(value[0], int)
                self._modseq(about, value[0])
            elif name == b"FLAGS":
                assert isinstance(value, list)
                flags = frozenset(each.lower() for each in value if isinstance(each, bytes))
                self._facts[(*about, name)] = flags
                if uids[number - 1]:
                    self._picture.flags[uids[number - 1]] = flags - {b"\\recent"}
            elif name == b"INTERNALDATE":
                assert isinstance(value, bytes)
                text = value.decode().strip()  # date-day-fixed has two forms
                when = datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z")
                self._facts[(*about, name)] = when
            else:
                self._facts[(*about, name)] = _fixed(value)

    def _data(self, kind: bytes, words: list[Value]) -> None:
        what = kind.decode()
        if kind == b"SEARCH":
            self._facts["SEARCH",] = tuple(sorted(each for each in words if isinstance(each, int)))
            if words and isinstance(words[-1], list):
                assert isinstance(words[-1][1], int)
                self._modseq(("SEARCH",), words[-1][1])
        elif kind == b"ESEARCH":
            self._esearch(words[1:])
        elif kind in (b"LIST", b"LSUB"):
            attributes, delimiter, name, *info = words
            assert isinstance(attributes, list)
            assert isinstance(name, bytes)
            key = (what, _box(name))
            assert key not in self._facts, f"{what} tells twice of {name!r}"
            told = frozenset(each.lower() for each in attributes if isinstance(each, bytes))
            self._facts[key] = (told, delimiter, *map(_fixed, info))
        elif kind == b"STATUS":
            name, items = words
            assert isinstance(items, list)
            assert isinstance(name, bytes)
            for item, value in zip(items[::2], items[1::2], strict=True):
                assert isinstance(item, bytes)
                assert isinstance(value, int)
                key = ("STATUS", _box(name), item)
                if item == b"HIGHESTMODSEQ":
                    self._modseq(key[:2], value)
                elif item == b"UIDVALIDITY":
                    self._told.validities[key] = value
                    self._facts[key] = "told"
                else:
                    self._facts[key] = value
        else:
            self._facts[(what, *([] if kind == b"ID" else map(_fixed, words)))] = "told"

    def _esearch(self, words: list[Value]) -> None:
        self._facts["ESEARCH",] = "told"
        at = 0
        while at < len(words):
            name = words[at]
            if name == b"UID":
                self._facts["ESEARCH", name] = "told"
                at += 1
                continue
            value = words[at + 1]
            if name == b"MODSEQ":
                assert isinstance(value, int)
                self._modseq(("ESEARCH",), value)
            elif name == b"ALL":
                ids = b"%d" % value if isinstance(value, int) else value
                assert isinstance(ids, bytes)
                self._facts["ESEARCH", name] = _numbers(ids)
            else:
                self._facts["ESEARCH", name] = value
            at += 2


def _numbers(ids: bytes) -> tuple[int, ...]:
    """The members of a set, in the order in which they stand there."""
    return tuple(
        number for low, high in UidSet.parse(ids).ranges for number in range(low, high + 1)
    )


def _flags(listed: bytes) -> frozenset[bytes]:
    return frozenset(listed.strip(b"()").lower().split())


def _box(name: bytes) -> str:
    # INBOX is one name in any case (RFC 9051 section 5.1).
    text = name.decode("latin-1").strip('"')
    return "INBOX" if text.upper() == "INBOX" else text


def _fixed(value: Value) -> object:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value
