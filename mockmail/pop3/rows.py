"""The rows that make up a server's POP3.

An extension is a handful of rows; base code calls them in catalogue order, and a
row never calls or wraps a handler.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from mockmail.pop3.reply import Err
from mockmail.sasl.mechanism import Mechanism
from mockmail.store.journal import Entry
from mockmail.wire.acts import Act, Woke
from mockmail.wire.response import Response

if TYPE_CHECKING:
    from mockmail.pop3.session import Session


class State(Enum):
    """RFC 1939 section 3; UPDATE is what QUIT does."""

    AUTHORIZATION = auto()
    TRANSACTION = auto()


ANY_STATE = tuple(State)
BEFORE_LOGIN = (State.AUTHORIZATION,)
AFTER_LOGIN = (State.TRANSACTION,)
Answer = Generator[Act | Response, Woke | None, Response]
"""A handler's run; it returns the reply, or raises `Err`."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: when it may come, and what it does with the rest of its line."""

    name: bytes
    """A keyword, or XTND's with the one behind it."""
    states: tuple[State, ...]
    handle: "Callable[[Session, bytes], Answer]"


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A line of CAPA, tag and arguments; None while it is not shown (RFC 2449 section 5)."""

    tag: bytes
    line: "Callable[[Session], bytes | None]"


def tag(name: bytes) -> CapabilityRow:
    """The row of a capability that is always shown and has no arguments."""
    return CapabilityRow(name, lambda session: name)


@dataclass(frozen=True, slots=True)
class MechanismRow:
    """A SASL mechanism of AUTH."""

    name: bytes
    mechanism: Mechanism
    plaintext: bool = False
    """Whether it sends the password as it is."""


Refuses = Callable[["Session", Entry], Err | None]
"""Why the content of a message can't be sent, if it can't."""


@dataclass(frozen=True, slots=True)
class Extension:
    """Rows that belong together; the base protocol is one, too."""

    name: str
    rfc: int | None
    """The RFC that says what it is, if one does."""
    default: bool = True
    """Whether a server speaks it that was not asked to."""
    requires: tuple[str, ...] = ()
    """Extensions that it can't be without."""
    excludes: tuple[str, ...] = ()
    """Extensions that it can't be with."""
    commands: tuple[CommandRow, ...] = ()
    capabilities: tuple[CapabilityRow, ...] = ()
    mechanisms: tuple[MechanismRow, ...] = ()
    codes: tuple[str, ...] = ()
    """Response codes that are said."""
    greeting: "Callable[[Session], bytes] | None" = None
    """A word at the end of the greeting."""
    refuses: Refuses | None = None


class Catalogue:
    """What one server speaks: the rows of its extensions, by name."""

    def __init__(self, extensions: Iterable[Extension]) -> None:
        self.extensions = tuple(extensions)
        self.commands = {row.name: row for e in self.extensions for row in e.commands}
        self.capabilities = [row for e in self.extensions for row in e.capabilities]
        self.mechanisms = {row.name: row for e in self.extensions for row in e.mechanisms}
        self.codes = {code: None for e in self.extensions for code in e.codes}
        self.greetings = [e.greeting for e in self.extensions if e.greeting is not None]
        self.refusals = [e.refuses for e in self.extensions if e.refuses is not None]
