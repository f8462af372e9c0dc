"""Reads a command token by token; the code of a parser reads like its ABNF.

The methods either take what they name and move on, or raise `Bad` with what was
expected and what stands there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from re import Pattern
from typing import TypeVar
from unicodedata import is_normalized

from mockmail.imap import grammar
from mockmail.imap.reply import Bad, No
from mockmail.numset import LARGEST, Found, SeqSet, UidSet
from mockmail.store.flags import Flags, flags, problem
from mockmail.store.utf7 import from_utf7

T = TypeVar("T")
R = TypeVar("R", bound="Row")


@dataclass(frozen=True, slots=True)
class Row:
    """What a command names: an item, a key, a modifier."""

    name: bytes
    enables: bytes | None = field(default=None, kw_only=True)
    """The capability that a command enables by naming it."""
    modseqs: bool = field(default=False, kw_only=True)
    """It asks the selected mailbox for mod-sequences, which that may not have (RFC 7162)."""


class Cursor:
    """A position in a command."""

    __slots__ = (
        "at",
        "charset",
        "counted",
        "data",
        "depth",
        "found",
        "nesting",
        "numbered",
        "numbers",
        "rows",
        "utf8",
    )

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.depth = 0
        self.counted = 0
        """Keys or items so far."""
        self.nesting = 0
        """How deep it may become."""
        self.charset = "utf-8"
        """What texts are in: Python's name of a codec; CHARSET of SEARCH changes it."""
        self.found: UidSet | None = None
        """What ``$`` stands for (RFC 5182); None where it stands for nothing."""
        self.utf8 = False
        """Whether mailbox names are in UTF-8, not in modified UTF-7."""
        self.numbers = True
        """Whether sequence numbers may be used (RFC 9586)."""
        self.numbered = False
        """Whether they have been used."""
        self.rows: list[Row] = []
        """What the command has named so far."""

    def expected(self, what: str) -> Bad:
        """The error that says what should stand here."""
        found = self.data[self.at : self.at + 20].split(b"\r\n")[0]
        there = repr(found.decode("ascii", "backslashreplace")) if found else "the end"
        return Bad(f"Expected {what}, found {there}")

    def _take(self, pattern: Pattern[bytes], what: str) -> bytes:
        found = pattern.match(self.data, self.at)
        if found is None:
            raise self.expected(what)
        self.at = found.end()
        return found[0]

    def peek(self, text: bytes) -> bool:
        """Whether `text` stands here."""
        return self.data.startswith(text, self.at)

    def skip(self, text: bytes) -> bool:
        """Take `text` if it stands here, and say whether it did."""
        if self.data.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def expect(self, text: bytes) -> None:
        if not self.skip(text):
            raise self.expected(repr(text.decode()))

    def space(self) -> None:
        if not self.skip(b" "):
            raise self.expected("a space")

    def end(self) -> None:
        if self.at != len(self.data):
            raise self.expected("the end of the command")

    @property
    def at_end(self) -> bool:
        return self.at == len(self.data)

    def atom(self, what: str = "an atom") -> bytes:
        return self._take(grammar.ATOM, what)

    def word(self, what: str) -> bytes:
        """An atom in capitals: a name of the protocol."""
        return self.atom(what).upper()

    def row(self, rows: Mapping[bytes, R], what: str) -> R:
        """The row whose name stands here; `Bad` if there is none of that name."""
        start = self.at
        row = rows.get(self.word(what))
        if row is None:
            self.at = start
            raise self.expected(what)
        self.rows.append(row)
        return row

    def number(self) -> int:
        """``number``, up to 63 bits as RFC 9051 has them."""
        value = int(self._take(grammar.NUMBER, "a number"))
        if value >= 2**63:
            raise Bad("A number has at most 63 bits")
        return value

    def quoted(self) -> bytes:
        found = grammar.QUOTED.match(self.data, self.at)
        if found is None:
            raise self.expected("a quoted string")
        self.at = found.end()
        return grammar.ESCAPED.sub(rb"\1", found[1]) if b"\\" in found[1] else found[1]

    def literal(self) -> bytes:
        found = grammar.LITERAL.match(self.data, self.at)
        if found is None:
            raise self.expected("a literal")
        start = found.end()
        self.at = start + int(found[1])
        return self.data[start : self.at]

    def string(self) -> bytes:
        """``quoted / literal``."""
        if self.peek(b'"'):
            return self.quoted()
        if self.peek(b"{"):
            return self.literal()
        raise self.expected("a string")

    def nil(self) -> bool:
        """Take ``NIL`` if it stands here, and say whether it did."""
        if self.data[self.at : self.at + 3].upper() != b"NIL":
            return False
        found = grammar.ATOM.match(self.data, self.at)
        if found is None or found.end() != self.at + 3:
            return False
        self.at += 3
        return True

    def nstring(self) -> bytes | None:
        """``string / nil``."""
        return None if self.nil() else self.string()

    def astring(self, what: str = "an astring") -> bytes:
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        return self._take(grammar.ASTRING_ATOM, what)

    def text(self, what: str) -> str:
        """An astring in the command's charset."""
        try:
            return self.astring(what).decode(self.charset)
        except UnicodeError:
            raise Bad(f"{what} is not {self.charset.upper()}") from None

    def mailbox(self) -> str:
        """A mailbox name."""
        return self._name(self.astring("a mailbox name"))

    def list_mailbox(self) -> str:
        """A mailbox name with wildcards."""
        if self.peek(b'"') or self.peek(b"{"):
            return self._name(self.string())
        return self._name(self._take(grammar.LIST_ATOM, "a mailbox name or pattern"))

    def _name(self, coded: bytes) -> str:
        try:
            name = coded.decode() if self.utf8 else from_utf7(coded)
        except ValueError:
            kind = "UTF-8" if self.utf8 else "modified UTF-7"
            raise Bad(f"The mailbox name is not {kind}") from None
        if self.utf8 and not is_normalized("NFC", name):
            raise No("Mailbox names are in Normalization Form C", b"CANNOT")  # RFC 5198 section 2
        return name

    def seq_set(self) -> SeqSet:
        if self.found is not None and self.skip(b"$"):
            return Found(self.found)
        if not self.numbers:
            raise Bad("Messages are named by UID only", b"UIDREQUIRED")
        self.numbered = True
        return SeqSet(self._ranges("a set of sequence numbers"))

    def uid_set(self) -> UidSet:
        if self.found is not None and self.skip(b"$"):
            return self.found
        return UidSet(self._ranges("a set of UIDs"))

    def _ranges(self, what: str) -> tuple[tuple[int, int], ...]:
        start = self.at
        text = self._take(grammar.SEQUENCE_SET, what)
        try:
            return SeqSet.parse(text).ranges
        except ValueError:
            self.at = start
            raise Bad(f"Expected {what}: a number is above {LARGEST}") from None

    def list_of(self, item: Callable[[], T], *, empty: bool = False) -> list[T]:
        """``"(" item *(SP item) ")"``, or ``()`` where that is allowed."""
        self.expect(b"(")
        if empty and self.skip(b")"):
            return []
        items = [item()]
        while not self.skip(b")"):
            self.space()
            items.append(item())
        return items

    def nested(self, inner: Callable[[], T]) -> T:
        """What `inner` reads, one level deeper; `Bad` below `nesting` levels."""
        if self.depth >= self.nesting:
            raise Bad(f"At most {self.nesting} levels of nesting")
        self.depth += 1
        value = inner()
        self.depth -= 1
        return value

    def count(self, limit: int, what: str) -> None:
        """One more of them; `Bad` above `limit`."""
        self.counted += 1
        if self.counted > limit:
            raise Bad(f"At most {limit} {what}")

    def flag(self) -> str:
        return self._take(grammar.FLAG, "a flag").decode("ascii")

    def flag_list(self) -> Flags:
        """``flag-list`` of flags that can be set."""
        return self._settable(self.list_of(self.flag, empty=True))

    def store_flags(self) -> Flags:
        """``flag-list / (flag *(SP flag))``: STORE may leave out the parentheses."""
        if self.peek(b"("):
            return self.flag_list()
        names = [self.flag()]
        while self.skip(b" "):
            names.append(self.flag())
        return self._settable(names)

    def _settable(self, names: list[str]) -> Flags:
        # Not \Recent (RFC 3501 section 2.3.2), and no flag-extension (section 9).
        for name in names:
            if name.startswith("\\") and (why := problem(name)):
                raise Bad(why)
        return flags(names)

    def date(self) -> date:
        """``date = date-text / DQUOTE date-text DQUOTE``, as in 1-Feb-1994."""
        found = grammar.DATE.match(self.data, self.at)
        if found is None:
            raise self.expected("a date like 1-Feb-1994")
        day, month, year = found.groups()[1:]
        try:
            value = date(int(year), grammar.MONTHS.index(month.capitalize()) + 1, int(day))
        except ValueError:
            raise self.expected("a date that exists") from None
        self.at = found.end()
        return value

    def date_time(self) -> datetime:
        found = grammar.DATE_TIME.match(self.data, self.at)
        if found is None:
            raise self.expected('a date-time like "17-Jul-1996 02:44:25 -0700"')
        day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
        offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        try:
            value = datetime(
                int(year),
                grammar.MONTHS.index(month.capitalize()) + 1,
                int(day),
                int(hour),
                int(minute),
                59 if second == b"60" else int(second),  # a leap second: the one before it
                tzinfo=(timezone(-offset if sign == b"-" else offset) if offset else UTC),
            )
        except ValueError:
            raise self.expected("a date-time that exists") from None
        self.at = found.end()
        return value
