"""A message in a test's hands.

Each call looks at the world between two inputs, or changes it as one more
client would; the sessions that must hear of it do before the call returns.
"""

from collections.abc import Callable, Iterable, Iterator, KeysView, MutableSet
from collections.abc import Set as AbstractSet
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Protocol, Self, runtime_checkable

from mockmail.near import near
from mockmail.store.flags import NO_FLAGS, FlagOp, problem
from mockmail.store.flags import Flags as StoredFlags
from mockmail.store.flags import flags as make_flags
from mockmail.store.journal import Entry, Expunged
from mockmail.store.mailbox import MAX_KEYWORDS, TooManyKeywords
from mockmail.store.mailbox import Mailbox as StoredMailbox
from mockmail.store.names import canonical
from mockmail.world.arguments import check_arguments
from mockmail.world.world import World

ORIGIN = "test"
"""Who made a change that a test asked for, in the transcript."""


@runtime_checkable
class Target(Protocol):
    """A mailbox, as far as messages know it."""

    def _stored(self, world: World) -> StoredMailbox: ...


class MessageGone(LookupError):
    """The message was expunged, or its mailbox deleted.

    The text says which, and by whom if that is known.
    """


def checked_flags(names: Iterable[str]) -> StoredFlags:
    """These flags; ``ValueError`` for one that can't be one."""
    if isinstance(names, str):
        raise TypeError(f"flags are several names, not one text: [{names!r}]")
    check_arguments(flags=(names, Iterable))
    names = tuple(names)
    check_arguments(flags=(names, tuple[str, ...]))
    for name in names:
        if why := problem(name):
            raise ValueError(why)
    return make_flags(names)


class Flags(MutableSet[str]):
    r"""The flags of a message: a set that is always up to date, and can be changed.

    ``message.flags.add(r"\Seen")`` is what another client's STORE is: the sessions
    hear of it. Names compare without case. It equals any collection of the same
    names; in order they are system flags first, then keywords. ``-``, ``|``, ``&`` and ``^``
    give plain sets; ``-=`` and the like change the flags, all of them or none.
    """

    __slots__ = ("_message",)

    def __init__(self, message: "Message") -> None:
        self._message = message

    @property
    def names(self) -> tuple[str, ...]:
        r"""``("\\Flagged", "\\Seen", "$Junk")``. `MessageGone` if the message is gone."""
        return self._message._entry().flags.names  # noqa: SLF001 they are one thing

    def add(self, value: str) -> None:
        """Set a flag. ``ValueError`` if it can't be one; `MessageGone`."""
        self._change(FlagOp.ADD, (value,))

    def discard(self, value: str) -> None:
        """Take a flag away, if it is set."""
        self._change(FlagOp.REMOVE, (value,))

    def set(self, names: Iterable[str]) -> None:
        """Let it have these flags and no others."""
        self._change(FlagOp.REPLACE, names)

    def clear(self) -> None:
        """Take all flags away."""
        self._change(FlagOp.REPLACE, ())

    def belong_to(self, message: "Message") -> bool:
        """Whether they are the flags of that message."""
        return self._message == message

    def _change(self, op: FlagOp, names: Iterable[str]) -> None:
        self._message._store_flags(op, checked_flags(names) or NO_FLAGS)  # noqa: SLF001

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in map(str.lower, self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        theirs = _by_low(other)
        return NotImplemented if theirs is None else self._mine().keys() == theirs.keys()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __le__(self, other: AbstractSet[object]) -> bool:
        if not isinstance(other, AbstractSet):
            return NotImplemented
        theirs = _by_low(other)
        return theirs is not None and self._mine().keys() <= theirs.keys()

    def __and__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._plain(lambda mine, theirs: mine & theirs, other)

    def __or__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._plain(lambda mine, theirs: mine | theirs, other)

    def __xor__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._plain(lambda mine, theirs: mine ^ theirs, other)

    def __sub__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._plain(lambda mine, theirs: mine - theirs, other)

    def __rsub__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._plain(lambda mine, theirs: theirs - mine, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def _plain(
        self, chosen: Callable[[KeysView[str], KeysView[str]], AbstractSet[str]], other: object
    ) -> AbstractSet[str]:
        mine, theirs = self._mine(), _by_low(other)
        if theirs is None:
            refused: AbstractSet[str] = NotImplemented
            return refused
        spelled = theirs | mine
        return {spelled[low] for low in chosen(mine.keys(), theirs.keys())}

    def _mine(self) -> dict[str, str]:
        return {name.lower(): name for name in self.names}

    # All at once, where `MutableSet` would go name by name; it, too, gives them other types
    # than the operators that they stand for.

    def __ior__(self, other: AbstractSet[str]) -> Self:  # type: ignore[misc,override]
        self._change(FlagOp.ADD, other)
        return self

    def __isub__(self, other: AbstractSet[str]) -> Self:  # type: ignore[misc]
        self._change(FlagOp.REMOVE, other)
        return self

    def __iand__(self, other: AbstractSet[str]) -> Self:  # type: ignore[misc]
        self.set(self & other)
        return self

    def __ixor__(self, other: AbstractSet[str]) -> Self:  # type: ignore[misc,override]
        self.set(self ^ other)
        return self

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self.names))}}}"


def _by_low(names: object) -> dict[str, str] | None:
    """Names in lower case, and as they are spelled; None if it is no collection of names."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        return None
    spelled = list(names)
    if not all(isinstance(name, str) for name in spelled):
        return None
    return {name.lower(): name for name in spelled}


class Message:
    """A message in a mailbox. It equals only itself: a copy elsewhere is another one.

    What it consists of can be looked at even after it was expunged, or its mailbox
    deleted; its flags, and what can be done to it, are `MessageGone` then.
    """

    __slots__ = ("_last", "_mailbox", "_world")

    def __init__(self, world: World, mailbox: StoredMailbox, entry: Entry) -> None:
        self._world = world
        self._mailbox = mailbox
        self._last = entry

    def _entry(self) -> Entry:
        with self._world.engine.turn():
            entry = self._now()
            if entry is None:
                raise self._lost()
            self._last = entry
            return entry

    def _now(self) -> Entry | None:
        """The entry as it is now, if the message is there."""
        return None if self._mailbox.gone else self._mailbox.entries.get(self._last.uid)

    def _lost(self) -> MessageGone:
        if not self._mailbox.gone:
            return gone(self._mailbox, self.uid, f" {self.subject!r}")
        return MessageGone(
            f"message {self.uid} {self.subject!r} is gone with its mailbox"
            f" {self._mailbox.name}, which was deleted"
        )

    def _store_flags(self, op: FlagOp, flags: StoredFlags) -> None:
        with self._world.engine.turn():
            self._entry()
            try:
                with self._world.store.transaction(ORIGIN) as tx:
                    tx.store_flags(self._mailbox, [self._last.uid], op, flags)
            except TooManyKeywords:
                raise ValueError(f"a mailbox has at most {MAX_KEYWORDS} keywords") from None

    @property
    def uid(self) -> int:
        return self._last.uid

    @property
    def flags(self) -> Flags:
        r"""Its flags, always up to date: ``r"\Seen" in message.flags``, ``.add("$Junk")``."""
        return Flags(self)

    @flags.setter
    def flags(self, names: Iterable[str]) -> None:
        """Let it have these flags and no others, as `Flags.set` does."""
        # The last step of ``message.flags |= …``, which has changed them already.
        if not (isinstance(names, Flags) and names.belong_to(self)):
            self.flags.set(names)

    @property
    def gone(self) -> bool:
        """Whether it was expunged, or its mailbox deleted."""
        with self._world.engine.turn():
            return self._now() is None

    @property
    def subject(self) -> str | None:
        """The Subject field, decoded; None if there is none."""
        return self._last.message.field("Subject")

    @property
    def raw(self) -> bytes:
        """The message as it is stored."""
        return self._last.message.raw

    @property
    def internaldate(self) -> datetime:
        """When it came into the mailbox, on the world's clock."""
        return self._last.internaldate

    @property
    def mail(self) -> EmailMessage:
        """The standard library's reading of it, made anew each time, with ``policy.default``."""
        mail = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def move_to(self, mailbox: Target) -> "Message":
        """Move it to another mailbox, and return it as it is there; this one is gone then.

        ``ValueError`` for a mailbox of another server, ``TypeError`` for what is none (a name).
        `MessageGone`, `MailboxGone`.
        """
        return self._transfer(mailbox, keep=False)

    def copy_to(self, mailbox: Target) -> "Message":
        """Copy it to a mailbox, and return the copy."""
        return self._transfer(mailbox, keep=True)

    def _transfer(self, mailbox: Target, *, keep: bool) -> "Message":
        if not isinstance(mailbox, Target):
            raise TypeError(self._no_target(mailbox))
        target = mailbox._stored(self._world)  # noqa: SLF001
        with self._world.engine.turn():
            entry = self._entry()
            with self._world.store.transaction(ORIGIN) as tx:
                there = tx.append(target, entry.message, entry.flags, entry.internaldate)
                if not keep:
                    tx.expunge(self._mailbox, [entry.uid])
            return Message(self._world, target, there)

    def _no_target(self, found: object) -> str:
        """What is wrong with a target that is no mailbox."""
        owner = self._mailbox.owner
        if not isinstance(found, str) or owner is None:
            return f"a message goes to a Mailbox, not to {found!r}"
        names = self._world.store.users[owner].mailboxes
        name = canonical(found)
        if name in names:
            hint = f": give server.users[{owner!r}].mailboxes[{name!r}]"
        else:
            hint = f", and {owner} has none of that name{near(found, names)}"
        return f"a message goes to a Mailbox, not to the name {found!r}{hint}"

    def expunge(self) -> None:
        """Remove it, whatever its flags are. `MessageGone` if that was done before."""
        with self._world.engine.turn():
            entry = self._entry()
            with self._world.store.transaction(ORIGIN) as tx:
                tx.expunge(self._mailbox, [entry.uid])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Message):
            return self._mailbox is other._mailbox and self.uid == other.uid
        return NotImplemented

    def __hash__(self) -> int:
        return hash((id(self._mailbox), self.uid))

    def __repr__(self) -> str:
        now = self._now()
        state = "gone" if now is None else now.flags.wire.decode()
        return f"<Message uid={self.uid} {self.subject!r} {state} in {self._mailbox.name}>"


def gone(mailbox: StoredMailbox, uid: int, what: str = "") -> MessageGone:
    """The error for a message that is not there any more."""
    by = next(
        (
            f", expunged by {change.origin}"
            for change in reversed(mailbox.journal.changes)
            if isinstance(change, Expunged) and any(entry.uid == uid for entry in change.entries)
        ),
        "",
    )
    return MessageGone(f"message {uid}{what} is gone from {mailbox.name}{by}")
