"""The rows that make up a server's protocol.

A *row* is one entry of a seam: a command, a capability, a fetch item … An
extension is a handful of rows; base code calls them in catalogue order and
combines their answers, and a row never calls or wraps a handler.
"""

from collections.abc import Callable, Container, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING, TypeVar

from mockmail.imap.cursor import Cursor, Row
from mockmail.imap.reply import Bad, Done, Refusal
from mockmail.imap.view import Render, Selection, View
from mockmail.numset import Seq, SeqSet, Uid, UidSet
from mockmail.query.criteria import Criterion
from mockmail.sasl.mechanism import Mechanism
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.store.user import User
from mockmail.wire.acts import Act, Woke
from mockmail.wire.response import Many, Response

if TYPE_CHECKING:
    from mockmail.imap.session import Session

Answer = Generator[Act | Response | Many, Woke | None, Done]
"""A handler's run: responses and acts, and in the end `Done`."""

C = TypeVar("C")
R = TypeVar("R", bound=Row)


class State(Enum):
    """RFC 9051 section 3."""

    NOT_AUTHENTICATED = auto()
    AUTHENTICATED = auto()
    SELECTED = auto()
    LOGOUT = auto()


ANY_STATE = tuple(State)
LOGGED_IN = (State.AUTHENTICATED, State.SELECTED)


class Seqs(Flag):
    """What a command has to do with message sequence numbers (RFC 9051 section 5.5)."""

    NONE = 0
    USES = auto()
    """It names messages by number."""
    BREAKS = auto()
    """Numbers may change while it is answered: EXPUNGE may be told."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: when it may come, what it does to numbers, how it is read and done."""

    name: bytes
    states: tuple[State, ...]
    seqs: Seqs
    prepare: "Callable[[Session, Cursor], Callable[[], Answer]]"
    """Reads the arguments; what it returns does the command."""


def command(
    name: bytes,
    states: tuple[State, ...],
    seqs: Seqs,
    parse: "Callable[[Session, Cursor], C]",
    handle: "Callable[[Session, C], Answer]",
) -> CommandRow:
    """A row from a parser of the arguments and a handler of what it returns."""

    def prepare(session: "Session", cursor: Cursor) -> Callable[[], Answer]:
        value = parse(session, cursor)
        cursor.end()
        view = session.view
        if view is not None and not view.mailbox.keeps_modseqs:
            for row in cursor.rows:
                if row.modseqs:
                    raise Bad(f"This mailbox has no mod-sequences, so no {row.name.decode()}")
        enables = [row.enables for row in cursor.rows if row.enables is not None]

        def enable_and_handle() -> Answer:
            for each in enables:
                yield from session.enable(each)
            return (yield from handle(session, value))

        return enable_and_handle if enables else lambda: handle(session, value)

    return CommandRow(name, states, seqs, prepare)


def message_command(
    name: bytes,
    seqs: Seqs,
    parse: "Callable[[Session, Cursor, SeqSet | UidSet], C]",
    handle: "Callable[[Session, C], Answer]",
) -> tuple[CommandRow, CommandRow]:
    """The rows of a command on messages by number, and of its UID form.

    `parse` reads what follows the set. In the UID form numbers may always
    change (RFC 3501 section 7.4.1, note).
    """

    def by_seq(session: "Session", cursor: Cursor) -> C:
        cursor.space()
        return parse(session, cursor, cursor.seq_set())

    def by_uid(session: "Session", cursor: Cursor) -> C:
        cursor.space()
        return parse(session, cursor, cursor.uid_set())

    states = (State.SELECTED,)
    return (
        command(name, states, seqs, by_seq, handle),
        command(b"UID " + name, states, Seqs.BREAKS, by_uid, handle),
    )


def modifiers(
    cursor: Cursor, rows: Mapping[bytes, R], what: str, parse: Callable[[R], C]
) -> tuple[C, ...]:
    """``"(" modifier *(SP modifier) ")"``, each at most once (RFC 4466 section 2)."""
    names = set()

    def modifier() -> C:
        row = cursor.row(rows, what)
        if row.name in names:
            raise Bad(f"{row.name.decode()} stands there twice")
        names.add(row.name)
        return parse(row)

    return tuple(cursor.list_of(modifier))


def no_arguments(session: "Session", cursor: Cursor) -> None:
    """The parser of a command that has none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """When a capability is shown."""

    when: str
    """In words: "before login"."""
    test: "Callable[[Session], bool]"


ALWAYS = Shown("always", lambda session: True)
BEFORE_LOGIN = Shown("before login", lambda session: session.state is State.NOT_AUTHENTICATED)


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A word of the capability list, and when it is shown."""

    name: bytes
    shown: Shown = ALWAYS
    enable: "Callable[[Session], Sequence[Response]] | None" = None
    """What enabling it does and says (RFC 5161); None if it can't be enabled."""


@dataclass(frozen=True, slots=True)
class FetchItem:
    """A FETCH item as asked for: how to render it for one message."""

    name: bytes
    render: Render
    sets_seen: bool = False
    refusal: Callable[[Entry], Refusal | None] | None = None
    """Why it can't be said of a message, if it can't; `render` is not asked for that one."""


@dataclass(frozen=True, slots=True)
class FetchItemRow(Row):
    """A FETCH item: `parse` reads what follows the name, up to the next item."""

    parse: Callable[[bytes, Cursor], FetchItem]


def plain_item(item: FetchItem) -> FetchItemRow:
    """The row of an item that is a name and nothing else."""
    return FetchItemRow(item.name, lambda name, cursor: item)


@dataclass(frozen=True, slots=True)
class FetchModifier:
    """What a FETCH modifier does."""

    narrow: Callable[[View, Selection], Selection] = lambda view, selection: selection
    """Which of the messages it leaves."""
    items: tuple[bytes, ...] = ()
    """Items that come with it, asked for or not."""
    since: int = 0
    """The mod-sequence after which changes are asked for."""
    before: Callable[[View, int], Iterable[Response]] = lambda view, since: ()
    """What is said before the messages; it is told the `since` of all modifiers."""


@dataclass(frozen=True, slots=True)
class FetchModifierRow(Row):
    """A FETCH modifier (RFC 4466 section 2.4): `parse` is told which messages were named."""

    parse: "Callable[[Session, Cursor, SeqSet | UidSet], FetchModifier]"


@dataclass(frozen=True, slots=True)
class Split:
    """What a STORE modifier decides: who is stored to, and the code that names the others."""

    kept: Selection
    code: bytes | None


StoreModifier = Callable[[View, Selection, FlagOp, Flags], Split]


@dataclass(frozen=True, slots=True)
class StoreModifierRow(Row):
    """A STORE modifier (RFC 4466 section 2.5): `parse` is told which messages were named."""

    parse: Callable[[Cursor, SeqSet | UidSet], StoreModifier]


AfterOpen = Callable[["Session", View], Iterable[Response]]


@dataclass(frozen=True, slots=True)
class SelectParameterRow(Row):
    """A SELECT parameter (RFC 4466 section 2.1): what is said once the mailbox is open."""

    parse: "Callable[[Session, Cursor], AfterOpen]"


CreateParameter = Callable[[], Callable[[Mailbox], None]]
"""Raises `No` if it can't be had; what it returns is done to the new mailbox."""


@dataclass(frozen=True, slots=True)
class CreateParameterRow(Row):
    """A CREATE parameter (RFC 4466 section 2.2): `parse` reads what follows its name."""

    parse: Callable[[Cursor], CreateParameter]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a command has put into a mailbox: UIDs there, and where they came from, in order."""

    mailbox: Mailbox
    uids: tuple[Uid, ...]
    sources: tuple[Uid, ...] | None = None
    """UIDs in the selected mailbox; None where the client sent the messages."""


ArrivalCode = Callable[[Arrival], bytes | None]
"""The response code that tells of an arrival."""


DepartureCode = Callable[["Session", View], bytes | None]
"""The response code that tells of messages that an EXPUNGE or a MOVE took away, if any."""


@dataclass(frozen=True, slots=True)
class StatusItemRow(Row):
    """A STATUS item and its value."""

    value: Callable[[Mailbox], bytes]


SearchNote = Callable[[Sequence[Entry]], bytes]
"""What is said of the messages that a SEARCH returns, if there are any."""


@dataclass(frozen=True, slots=True)
class SearchKeyRow(Row):
    """A SEARCH key: `parse` reads its arguments with the parser of keys at hand."""

    parse: Callable[["Session", Cursor, Callable[[], Criterion]], Criterion]
    note: SearchNote | None = None
    """What this key adds to the answer."""


Numbers = Sequence[Seq] | Sequence[Uid]


@dataclass(frozen=True, slots=True)
class SearchReturn:
    """A result option as asked for."""

    tell: Callable[[Numbers], bytes | None]
    """What it says of the numbers that were found, ascending; None for nothing."""
    returned: slice
    """Which of them it returns."""
    saves: bool = False
    """What the others return, or all if there are no others, is saved for ``$`` (RFC 5182)."""


@dataclass(frozen=True, slots=True)
class SearchReturnRow(Row):
    """A result option of SEARCH (RFC 4466 section 2.6.1): `parse` reads what follows its name."""

    parse: Callable[[Cursor], SearchReturn]


@dataclass(frozen=True, slots=True)
class Listed:
    """What LIST is about: a user, and all mailboxes that he sees, by his names for them."""

    user: User
    mailboxes: Mapping[str, Mailbox]


@dataclass(frozen=True, slots=True)
class ListSelectRow(Row):
    """A selection option of LIST (RFC 5258 section 3.1)."""

    names: Callable[[Listed], Container[str]] | None = None
    """The names it leaves; None where it leaves them all."""
    base: bool = False
    """It can be matched recursively, and CHILDINFO names it (``list-select-base-opt``)."""
    recursive: bool = False
    """Names above those that are left are told of, too."""
    returns: tuple[bytes, ...] = ()
    """Return options that come with it."""


@dataclass(frozen=True, slots=True)
class ListReturn:
    """A return option as asked for: what it adds to each name's response, and behind it."""

    attributes: Callable[[Listed], Callable[[str], bytes | None]] | None = None
    """Looks at all mailboxes once; what it returns has the attribute of a name, if any."""
    after: Callable[[str, Mailbox], Iterable[Response]] = lambda name, mailbox: ()


@dataclass(frozen=True, slots=True)
class ListReturnRow(Row):
    """A return option of LIST (RFC 5258 section 3.2): `parse` reads what follows its name."""

    parse: "Callable[[Session, Cursor], ListReturn]"
    always: bool = False
    """Whether it need not be asked for."""


@dataclass(frozen=True, slots=True)
class MechanismRow:
    """A SASL mechanism, offered as ``AUTH=name``."""

    name: bytes
    mechanism: Mechanism


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
    fetch_items: tuple[FetchItemRow, ...] = ()
    fetch_modifiers: tuple[FetchModifierRow, ...] = ()
    store_modifiers: tuple[StoreModifierRow, ...] = ()
    select_parameters: tuple[SelectParameterRow, ...] = ()
    after_open: tuple[AfterOpen, ...] = ()
    create_parameters: tuple[CreateParameterRow, ...] = ()
    status_items: tuple[StatusItemRow, ...] = ()
    search_keys: tuple[SearchKeyRow, ...] = ()
    search_returns: tuple[SearchReturnRow, ...] = ()
    list_selects: tuple[ListSelectRow, ...] = ()
    list_returns: tuple[ListReturnRow, ...] = ()
    arrival_code: ArrivalCode | None = None
    departure_code: DepartureCode | None = None
    tells_closed: bool = False
    """SELECT says that it leaves the mailbox selected before (RFC 7162 section 3.2.11)."""
    login_needs_tls: bool = False
    """LOGIN is refused without TLS (RFC 9051 section 6.2.3)."""
    initial_response: bool = False
    """AUTHENTICATE may bring the first answer along."""
    result_reference: bool = False
    """``$`` stands for what a SEARCH has saved (RFC 5182)."""
    list_options: bool = False
    """LIST takes options and several patterns (RFC 5258)."""
    multiappend: bool = False
    """APPEND may bring several messages (RFC 3502)."""
    nonsync_literal: int = 0
    """Octets that a non-synchronizing literal may have (RFC 7888)."""


class Catalogue:
    """What one server speaks: the rows of its extensions, by name."""

    def __init__(self, extensions: Iterable[Extension]) -> None:
        self.extensions = tuple(extensions)
        self.commands = {row.name: row for e in self.extensions for row in e.commands}
        self.capabilities = [row for e in self.extensions for row in e.capabilities]
        self.mechanisms = {row.name: row for e in self.extensions for row in e.mechanisms}
        self.fetch_items = {row.name: row for e in self.extensions for row in e.fetch_items}
        self.fetch_modifiers = {row.name: row for e in self.extensions for row in e.fetch_modifiers}
        self.store_modifiers = {row.name: row for e in self.extensions for row in e.store_modifiers}
        self.select_parameters = {
            row.name: row for e in self.extensions for row in e.select_parameters
        }
        self.after_open = [row for e in self.extensions for row in e.after_open]
        self.create_parameters = {
            row.name: row for e in self.extensions for row in e.create_parameters
        }
        self.status_items = {row.name: row for e in self.extensions for row in e.status_items}
        self.search_keys = {row.name: row for e in self.extensions for row in e.search_keys}
        self.search_returns = {row.name: row for e in self.extensions for row in e.search_returns}
        self.list_selects = {row.name: row for e in self.extensions for row in e.list_selects}
        self.list_returns = {row.name: row for e in self.extensions for row in e.list_returns}
        self.tells_closed = any(e.tells_closed for e in self.extensions)
        self.result_reference = any(e.result_reference for e in self.extensions)
        self.list_options = any(e.list_options for e in self.extensions)
        self.multiappend = any(e.multiappend for e in self.extensions)
        self.login_needs_tls = any(e.login_needs_tls for e in self.extensions)
        self.initial_response = any(e.initial_response for e in self.extensions)
        self.nonsync_literal = max((e.nonsync_literal for e in self.extensions), default=0)

    def arrival_code(self, arrival: Arrival) -> bytes | None:
        """The code for what has arrived; None if nobody has one, or nothing arrived."""
        codes = (e.arrival_code for e in self.extensions if e.arrival_code is not None)
        code = next(codes, None)
        return code(arrival) if code is not None and arrival.uids else None

    def departure_code(self, session: "Session", view: View, gone: Sequence[Entry]) -> bytes | None:
        """The code for what has gone; None if nobody has one, or nothing went."""
        if not gone:
            return None
        codes = (e.departure_code for e in self.extensions if e.departure_code is not None)
        return next((code for each in codes if (code := each(session, view))), None)
