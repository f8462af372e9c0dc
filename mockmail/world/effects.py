"""What rules do: on the store, on a response, and on the wire.

An effect on the store is another actor: a real change, which every session
hears of in its own time, and which the laws hold for. The others are lies about
what was meant, and stand as such in the transcript.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from mockmail.clock import EPOCH
from mockmail.imap import reply as imap_reply
from mockmail.message.build import SENDER, compose
from mockmail.message.message import Message
from mockmail.near import choice, near
from mockmail.numset import Uid, UidSet
from mockmail.pop3 import reply as pop3_reply
from mockmail.smtp import reply as smtp_reply
from mockmail.store.flags import FlagOp, problem
from mockmail.store.flags import flags as make_flags
from mockmail.store.mailbox import Mailbox, TooManyKeywords
from mockmail.store.transaction import Transaction
from mockmail.wire.acts import Close, Instead
from mockmail.wire.points import Point
from mockmail.world.effect import Own
from mockmail.world.moment import Moment, Place
from mockmail.world.words import RuleError, UnfitError, at_least, check

Inside = Literal["response", "literal"]


# On a response


_REPLIES = {"imap": imap_reply, "pop3": pop3_reply, "smtp": smtp_reply}
_STATUSES = {word: name for name, reply in _REPLIES.items() for word in reply.STATUSES}
"""Which language has a status: no two have the same."""
_SHOWN = ("OK", "NO", "BAD", "BYE", "+OK", "-ERR", "200 to 599")
_EVERYWHERE = frozenset(Point)
_ANSWERED = (Point.GREETING, Point.RECEIVED, Point.BEFORE_OK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Own):
    """Give the command another final reply.

    At *received* the command is not done; at *before-ok* it has been. At *greeting*
    it is the greeting that is another. `status` is the protocol's word: ``OK``,
    ``NO``, ``BAD`` or ``BYE`` in IMAP, ``+OK`` or ``-ERR`` in POP3, ``250``, ``451``,
    ``550``, … in SMTP; it is in sessions of that protocol only that the rule fires.
    `code` is what stands in brackets (``OVERQUOTA``; POP3 ``IN-USE``), in SMTP the
    enhanced status code (``4.2.2``; RFC 3463). After ``BYE`` (RFC 9051 section 7.1.5)
    and ``421`` (RFC 5321 section 3.8) the connection is closed. ``PREAUTH`` can't be
    answered: ``Replace(line="* PREAUTH Hello")`` says it, and logs nobody in.
    """

    word = "answer"
    bends = _EVERYWHERE - {Point.RECEIVED}

    status: str
    """The protocol's word: ``NO``, ``-ERR``, ``451``."""
    code: str = ""
    """What stands in brackets, or an enhanced status code."""
    text: str = "A rule says so"
    """What follows it."""

    def __post_init__(self) -> None:
        check(self)
        for field in ("status", "code", "text"):
            said = getattr(self, field)
            if not said.isascii() or not said.isprintable():
                raise UnfitError(field, f"only printable US-ASCII can stand there, found {said!r}")
        if self.code.startswith("["):
            raise UnfitError("code", f"the brackets are put around it, found {self.code!r}")
        if self.status.upper() == "PREAUTH":
            raise UnfitError(
                "status", "PREAUTH logs nobody in here; Replace can say it: line='* PREAUTH Hello'"
            )
        if self.status.upper() not in _STATUSES:
            raise UnfitError("status", choice(self.status, _SHOWN))

    @property
    def language(self) -> str:
        return _STATUSES[self.status.upper()]

    def unfit(self, point: Point) -> str:
        if point not in _ANSWERED:
            words = ", ".join(each.word for each in _ANSWERED)
            return f"answer is for {words}, not for {point.word}"
        greetings = _REPLIES[self.language].GREETINGS
        if point is Point.GREETING and self.status.upper() not in greetings:
            return f"a greeting is {' or '.join(greetings)}, not {self.status}"
        return ""

    def apply(self, moment: Moment) -> None:
        instead = Instead(self.status.upper(), self.code, self.text)
        reply = _REPLIES[self.language]
        if moment.response is not None:
            moment.response = reply.another(moment.response, instead)
        elif instead.status in reply.LAST:
            moment.response = reply.instead_of(instead)
        else:
            moment.instead = instead
        if instead.status in reply.LAST and moment.close is None:
            moment.close = Close("fin")


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop(Own):
    """Don't send the response."""

    word = "drop"
    bends = _EVERYWHERE

    def apply(self, moment: Moment) -> None:
        moment.copies = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat(Own):
    """Send the response again, so many times."""

    word = "repeat"
    bends = _EVERYWHERE

    times: int = 1
    """How often more."""

    def __post_init__(self) -> None:
        check(self)
        at_least(1, self.times, "times")

    def apply(self, moment: Moment) -> None:
        moment.copies += self.times


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace(Own):
    """Send a line in the response's place, whatever stands in it; CRLF is put behind it."""

    word = "replace"
    bends = _EVERYWHERE

    line: str
    """The line."""

    def apply(self, moment: Moment) -> None:
        moment.copies = 0
        moment.before.append(_line(self.line))


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject(Own):
    """Send a further line before the response, or `after` it; CRLF is put behind it.

    At a point without a response the line is just sent.
    """

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
class Cut(Own):
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
        check(self)
        at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        if not self.after:
            moment.cut = Place(self.offset, self.inside == "literal")
        moment.close = Close(self.how)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stall(Own):
    """Send nothing more: the connection stays open, and the client waits in vain.

    `offset` octets of the response still go out, counted as `Cut` counts them.
    """

    word = "stall"

    inside: Inside = "response"
    """From where octets are counted."""
    offset: int = 0
    """Octets that still go out."""

    def __post_init__(self) -> None:
        check(self)
        at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        moment.hold = (Place(self.offset, self.inside == "literal"), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay(Own):
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
        check(self)
        at_least(0, self.seconds, "seconds")
        at_least(0, self.offset, "offset")

    def apply(self, moment: Moment) -> None:
        moment.hold = (Place(self.offset, self.inside == "literal"), self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split(Own):
    """Write the response in pieces of `octets` octets, with `seconds` between them.

    Without seconds a socket may still bring several of them at once; a memory
    stream brings each by itself.
    """

    word = "split"
    bends = _EVERYWHERE

    octets: int
    """How many are written at once."""
    seconds: float = 0.0
    """How long it takes to the next."""

    def __post_init__(self) -> None:
        check(self)
        at_least(1, self.octets, "octets")
        at_least(0, self.seconds, "seconds")

    def apply(self, moment: Moment) -> None:
        moment.split = (self.octets, self.seconds)


# On the store: a second actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliver(Own):
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
        check(self)
        _check_flags(self.flags, "flags")
        if self.raw is not None:
            if self.subject or self.text:
                raise UnfitError("raw", "is the whole message; subject and text go without it")
            return
        try:
            self._composed("anna@example.org", EPOCH, "<x@example.org>", str)
        except ValueError as error:
            raise RuleError(f"that can't be a message: {error}") from None

    def _composed(
        self, to: str, date: datetime, message_id: str, boundary: Callable[[], str]
    ) -> Message:
        return compose(
            subject=self.subject,
            text=self.text,
            sender=self.sender,
            to=to,
            date=date,
            message_id=message_id,
            boundary=boundary,
        )

    def apply(self, moment: Moment) -> None:
        mailbox = _mailbox(moment, self.user, self.mailbox)
        if self.raw is not None:
            message = Message(self.raw.encode("utf-8"))
        else:
            addresses = moment.store.users[self.user].addresses
            message = self._composed(
                addresses[0] if addresses else self.user,
                moment.clock.now,
                f"<{moment.chance.token('message-id')}@rules.invalid>",
                partial(moment.chance.token, "boundary"),
            )
        with _acting(moment) as tx:
            tx.append(mailbox, message, make_flags(self.flags), moment.clock.now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag(Own):
    """Another client changes a message's flags. The test fails if there is no such message."""

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
        check(self)
        _check_flags(self.add, "add")
        _check_flags(self.remove, "remove")
        at_least(1, self.uid, "uid")
        if not self.add and not self.remove:
            raise UnfitError("add", "expected a flag here or in remove, found none")

    def apply(self, moment: Moment) -> None:
        mailbox = _holding(moment, self.user, self.mailbox, self.uid)
        with _acting(moment) as tx:
            for op, names in ((FlagOp.ADD, self.add), (FlagOp.REMOVE, self.remove)):
                tx.store_flags(mailbox, [Uid(self.uid)], op, make_flags(names))


@dataclass(frozen=True, kw_only=True, slots=True)
class Expunge(Own):
    """Another client expunges a message. The test fails if there is no such message."""

    word = "expunge"

    user: str
    """Login of whose it is."""
    uid: int
    """Which message."""
    mailbox: str = "INBOX"
    """Where it is."""

    def __post_init__(self) -> None:
        check(self)
        at_least(1, self.uid, "uid")

    def apply(self, moment: Moment) -> None:
        mailbox = _holding(moment, self.user, self.mailbox, self.uid)
        with _acting(moment) as tx:
            tx.expunge(mailbox, [Uid(self.uid)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Move(Own):
    """Another client moves a message to another mailbox. The test fails if there is none such."""

    word = "move"

    user: str
    """Login of whose it is."""
    uid: int
    """Which message."""
    to: str
    """The mailbox where it goes."""
    mailbox: str = "INBOX"
    """Where it is."""

    def __post_init__(self) -> None:
        check(self)
        at_least(1, self.uid, "uid")

    def apply(self, moment: Moment) -> None:
        source = _holding(moment, self.user, self.mailbox, self.uid)
        target = _mailbox(moment, self.user, self.to)
        with _acting(moment) as tx:
            for entry in tx.expunge(source, [Uid(self.uid)]):
                tx.append(target, entry.message, entry.flags, entry.internaldate)


@contextmanager
def _acting(moment: Moment) -> Iterator[Transaction]:
    """Changes by somebody else."""
    try:
        with moment.store.transaction(moment.actor) as tx:
            yield tx
    except TooManyKeywords as full:
        raise RuleError(f"{moment.rule}: {full} takes no more keywords") from None


def _mailbox(moment: Moment, login: str, name: str) -> Mailbox:
    user = moment.store.users.get(login)
    if user is None:
        hint = near(login, moment.store.users)
        raise RuleError(f"{moment.rule}: there is no user {login}{hint}")
    mailbox = user.mailbox(name)
    if mailbox is None:
        hint = near(name, user.mailboxes)
        raise RuleError(f"{moment.rule}: there is no mailbox {name} of {login}{hint}")
    return mailbox


def _holding(moment: Moment, login: str, name: str, uid: int) -> Mailbox:
    """That mailbox, if a message with that UID is in it."""
    mailbox = _mailbox(moment, login, name)
    if Uid(uid) not in mailbox.entries:
        uids = bytes(UidSet.of(mailbox.uids)).decode() or "no UIDs"
        what = f"there is no UID {uid} in {name} of {login}; there are {uids}"
        raise RuleError(f"{moment.rule}: {what}")
    return mailbox


def _check_flags(names: tuple[str, ...], field: str) -> None:
    for name in names:
        if why := problem(name):
            raise UnfitError(field, why)


_KINDS: tuple[type[Own], ...] = (
    *(Answer, Drop, Repeat, Replace, Inject),
    *(Cut, Stall, Delay, Split),
    *(Deliver, Flag, Expunge, Move),
)
EFFECTS: Mapping[str, type[Own]] = {kind.word: kind for kind in _KINDS}
"""The effects by the words that YAML has for them."""
