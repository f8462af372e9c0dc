"""What rules do: on the store, on a response, and on the wire.

An effect on the store is another actor: a real change, which every session
hears of in its own time, and which the laws hold for. The others are lies about
what was meant, and stand as such in the transcript.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import partial
from typing import ClassVar, Literal

from mockmail.imap import reply as imap_reply
from mockmail.message.build import SENDER, compose
from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.pop3 import reply as pop3_reply
from mockmail.smtp import reply as smtp_reply
from mockmail.store.flags import FlagOp, problem
from mockmail.store.flags import flags as make_flags
from mockmail.store.mailbox import Mailbox, TooManyKeywords
from mockmail.wire.acts import Close, Instead
from mockmail.wire.points import Point
from mockmail.world.moment import Moment, Place
from mockmail.world.rule import Effect, RuleError

YAML_NAMES = {"inside": "in", "sender": "from"}
"""Fields of effects whose names in YAML are words that Python has taken."""

Inside = Literal["response", "literal"]


class _Effect(Effect):
    """What all effects have: the word that YAML has for them, and how they are printed."""

    word: ClassVar[str]

    def __str__(self) -> str:
        """As YAML has it, without what is as it would be anyhow."""
        given = ", ".join(
            f"{YAML_NAMES.get(field.name, field.name)}: {_shown(getattr(self, field.name))}"
            for field in fields(self)  # type: ignore[arg-type]  # each of them is a dataclass
            if field.default is MISSING or getattr(self, field.name) != field.default
        )
        return f"{{{self.word}: {{{given}}}}}"


def _shown(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


class UnfitError(ValueError):
    """A field of an effect can't have that value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def _at_least(least: float, value: float, field: str) -> None:
    if not value >= least:
        raise UnfitError(field, f"expected {least} or more, found {value}")


# On a response


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(_Effect):
    """Give the command another final reply.

    At *received* the command is not done; at *before-ok* it has been. At *greeting*
    it is the greeting that is another. `status` is the protocol's word: ``OK``,
    ``NO`` or ``BAD`` (and ``BYE`` or ``PREAUTH`` in a greeting) in IMAP, ``+OK`` or
    ``-ERR`` in POP3, ``250``, ``451``, ``550``, … in SMTP. `code` is what stands in
    brackets (``OVERQUOTA``; POP3 ``IN-USE``), in SMTP the enhanced status code
    (``4.2.2``; RFC 3463). What means an end (``BYE``, ``421``) doesn't make one: that
    takes ``Cut(after=True, how="fin")`` beside it.
    """

    word = "answer"

    status: str
    """The protocol's word: ``NO``, ``-ERR``, ``451``."""
    code: str = ""
    """What stands in brackets, or an enhanced status code."""
    text: str = "A rule says so"
    """What follows it."""

    def __post_init__(self) -> None:
        for field in ("status", "code", "text"):
            said = getattr(self, field)
            if not said.isascii() or not said.isprintable():
                raise UnfitError(field, f"only printable US-ASCII can stand there, found {said!r}")

    def apply(self, moment: Moment) -> None:
        instead = Instead(self.status.upper(), self.code, self.text)
        known = {
            "imap": imap_reply.statuses(greeting=moment.point is Point.GREETING),
            "pop3": pop3_reply.STATUSES,
        }.get(moment.protocol, smtp_reply.STATUSES)
        if instead.status not in known:
            raise RuleError(
                f"{moment.rule}: {moment.protocol} has no status {self.status!r} there;"
                f" expected {', '.join(known) if len(known) < 9 else '200 to 599'}"
            )
        if moment.point is Point.RECEIVED:
            moment.instead = instead
        elif moment.response is not None and moment.point in (Point.BEFORE_OK, Point.GREETING):
            change = {"imap": imap_reply, "pop3": pop3_reply}.get(moment.protocol, smtp_reply)
            moment.response = change.another(moment.response, instead)
        else:
            raise RuleError(
                f"{moment.rule}: an answer is for received, before-ok with a final reply of"
                f" one line, and greeting, not for {moment.point.word}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop(_Effect):
    """Don't send the response."""

    word = "drop"

    def apply(self, moment: Moment) -> None:
        moment.copies = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat(_Effect):
    """Send the response again, so many times."""

    word = "repeat"

    times: int = 1
    """How often more."""

    def __post_init__(self) -> None:
        _at_least(1, self.times, "times")

    def apply(self, moment: Moment) -> None:
        moment.copies += self.times


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace(_Effect):
    """Send a line in the response's place, whatever stands in it; CRLF is put behind it."""

    word = "replace"

    line: str
    """The line."""

    def apply(self, moment: Moment) -> None:
        moment.copies = 0
        moment.before.append(_line(self.line))


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject(_Effect):
    """Send a further line before the response, or `after` it; CRLF is put behind it."""

    word = "inject"

    line: str
    """The line."""
    after: bool = False
    """Behind the response."""

    def apply(self, moment: Moment) -> None:
        (moment.after if self.after else moment.before).append(_line(self.line))


def _line(text: str) -> bytes:
    return text.encode("utf-8") + b"\r\n"


# On the wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut(_Effect):
    """End the connection before, inside or after the response that is about to be sent.

    `offset` octets of it still go out: counted from its start, or with
    ``inside="literal"`` from the first octet of its first literal; with `after` all
    of it. Then the connection is closed (``how="fin"``) or reset (``how="reset"``).
    At a point without a response the connection just ends.
    """

    word = "cut"

    inside: Inside = "response"
    """From where octets are counted."""
    offset: int = 0
    """Octets that still go out."""
    after: bool = False
    """Behind the response, of which all goes out."""
    how: Literal["fin", "reset"] = "reset"
    """Closed or reset."""

    def __post_init__(self) -> None:
        _at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        if not self.after:
            moment.cut = Place(self.offset, self.inside == "literal")
        moment.close = Close(self.how)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stall(_Effect):
    """Send nothing more: the connection stays open, and the client waits in vain.

    `offset` octets of the response still go out, counted as `Cut` counts them.
    """

    word = "stall"

    inside: Inside = "response"
    """From where octets are counted."""
    offset: int = 0
    """Octets that still go out."""

    def __post_init__(self) -> None:
        _at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        moment.hold = (Place(self.offset, self.inside == "literal"), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay(_Effect):
    """Stand still for so many seconds of the server's clock, then go on.

    Other sessions go on meanwhile. `offset` octets of the response go out before.
    """

    word = "delay"

    seconds: float
    """How long."""
    inside: Inside = "response"
    """From where octets are counted."""
    offset: int = 0
    """Octets that go out before."""

    def __post_init__(self) -> None:
        _at_least(0, self.seconds, "seconds")
        _at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        moment.hold = (Place(self.offset, self.inside == "literal"), self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split(_Effect):
    """Write the response in pieces of `octets` octets, with `seconds` between them.

    Without seconds a socket may still bring several of them at once; a memory
    stream brings each by itself.
    """

    word = "split"

    octets: int
    """How many are written at once."""
    seconds: float = 0.0
    """How long it takes to the next."""

    def __post_init__(self) -> None:
        _at_least(1, self.octets, "octets")
        _at_least(0, self.seconds, "seconds")

    def apply(self, moment: Moment) -> None:
        moment.split = (self.octets, self.seconds)


# On the store: a second actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliver(_Effect):
    """A message comes into a mailbox: `raw`, or one with that subject and text."""

    word = "deliver"

    user: str
    """Login of whose it is."""
    mailbox: str = "INBOX"
    """Where it comes."""
    subject: str = ""
    """Its Subject."""
    text: str = ""
    """What it says."""
    sender: str = SENDER
    """Its From."""
    raw: str | None = None
    """The whole message, in place of its parts."""
    flags: tuple[str, ...] = ()
    """The flags that it has."""

    def __post_init__(self) -> None:
        _check_flags(self.flags, "flags")

    def apply(self, moment: Moment) -> None:
        mailbox = _mailbox(moment, self.user, self.mailbox)
        if self.raw is not None:
            message = Message(self.raw.encode("utf-8"))
        else:
            addresses = moment.store.users[self.user].addresses
            message = compose(
                subject=self.subject,
                text=self.text,
                sender=self.sender,
                to=addresses[0] if addresses else self.user,
                date=moment.clock.now,
                message_id=f"<{moment.chance.token('message-id')}@rules.invalid>",
                boundary=partial(moment.chance.token, "boundary"),
            )
        with moment.store.transaction(moment.actor) as tx:
            tx.append(mailbox, message, make_flags(self.flags), moment.clock.now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag(_Effect):
    """Another client changes a message's flags. Nothing happens if it is gone."""

    word = "flag"

    user: str
    """Login of whose it is."""
    uid: int
    """Which message."""
    add: tuple[str, ...] = ()
    """Flags that it gets."""
    remove: tuple[str, ...] = ()
    """Flags that it loses."""
    mailbox: str = "INBOX"
    """Where it is."""

    def __post_init__(self) -> None:
        _check_flags(self.add, "add")
        _check_flags(self.remove, "remove")

    def apply(self, moment: Moment) -> None:
        mailbox = _mailbox(moment, self.user, self.mailbox)
        try:
            with moment.store.transaction(moment.actor) as tx:
                for op, names in ((FlagOp.ADD, self.add), (FlagOp.REMOVE, self.remove)):
                    tx.store_flags(mailbox, [Uid(self.uid)], op, make_flags(names))
        except TooManyKeywords:
            raise RuleError(f"{moment.rule}: {self.mailbox} takes no more keywords") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Expunge(_Effect):
    """Another client expunges a message. Nothing happens if it is gone already."""

    word = "expunge"

    user: str
    """Login of whose it is."""
    uid: int
    """Which message."""
    mailbox: str = "INBOX"
    """Where it is."""

    def apply(self, moment: Moment) -> None:
        mailbox = _mailbox(moment, self.user, self.mailbox)
        with moment.store.transaction(moment.actor) as tx:
            tx.expunge(mailbox, [Uid(self.uid)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Move(_Effect):
    """Another client moves a message to another mailbox. Nothing happens if it is gone."""

    word = "move"

    user: str
    """Login of whose it is."""
    uid: int
    """Which message."""
    to: str
    """The mailbox where it goes."""
    mailbox: str = "INBOX"
    """Where it is."""

    def apply(self, moment: Moment) -> None:
        source, target = (_mailbox(moment, self.user, name) for name in (self.mailbox, self.to))
        with moment.store.transaction(moment.actor) as tx:
            for entry in tx.expunge(source, [Uid(self.uid)]):
                tx.append(target, entry.message, entry.flags, entry.internaldate)


def _mailbox(moment: Moment, login: str, name: str) -> Mailbox:
    user = moment.store.users.get(login)
    mailbox = None if user is None else user.mailbox(name)
    if mailbox is None:
        raise RuleError(f"{moment.rule}: there is no mailbox {name} of {login}")
    return mailbox


def _check_flags(names: tuple[str, ...], field: str) -> None:
    if isinstance(names, str):
        raise TypeError(f"{field} has several names, not one text: [{names!r}]")
    for name in names:
        if why := problem(name):
            raise UnfitError(field, why)


_KINDS: tuple[type[_Effect], ...] = (
    *(Answer, Drop, Repeat, Replace, Inject),
    *(Cut, Stall, Delay, Split),
    *(Deliver, Flag, Expunge, Move),
)
EFFECTS: Mapping[str, type[_Effect]] = {kind.word: kind for kind in _KINDS}
"""The effects by the words that YAML has for them."""
