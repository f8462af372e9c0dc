"""What a test holds in its hands: users, mailboxes, messages, faults.

Each call looks at the world between two inputs, or changes it as one more
client would; the sessions that must hear of it do before the call returns.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.message import EmailMessage

from mockmail.message.build import SENDER, from_email, text_message
from mockmail.message.message import Message as StoredMessage
from mockmail.store.flags import flags as make_flags
from mockmail.store.flags import problem
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox as StoredMailbox
from mockmail.store.store import User as StoredUser
from mockmail.world.rule import Effect, Rule, When
from mockmail.world.world import World

ORIGIN = "test"
"""Who made a change that a test asked for, in the transcript."""


class Message:
    """A message as it was when it was looked up."""

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def uid(self) -> int:
        return self._entry.uid

    @property
    def flags(self) -> tuple[str, ...]:
        r"""System flags first, then keywords: ``("\\Flagged", "\\Seen", "$Junk")``."""
        return self._entry.flags.names

    @property
    def subject(self) -> str | None:
        """The Subject field, decoded; None if there is none."""
        return self._entry.message.field("Subject")

    @property
    def raw(self) -> bytes:
        """The message as it is stored."""
        return self._entry.message.raw

    @property
    def internaldate(self) -> datetime:
        """When it came into the mailbox, on the world's clock."""
        return self._entry.internaldate

    def __repr__(self) -> str:
        return f"<Message uid={self.uid} {self.subject!r} {self._entry.flags.wire.decode()}>"


class Mailbox:
    """One mailbox of a user."""

    __slots__ = ("_mailbox", "_world")

    def __init__(self, world: World, mailbox: StoredMailbox) -> None:
        self._world = world
        self._mailbox = mailbox

    @property
    def name(self) -> str:
        return self._mailbox.name

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages of this moment, in UID order."""
        with self._world.engine.turn():
            return tuple(Message(entry) for entry in self._mailbox)

    def __repr__(self) -> str:
        return f"<Mailbox {self.name!r}, {len(self._mailbox)} messages>"


class User:
    """An account on the server."""

    __slots__ = ("_user", "_world")

    def __init__(self, world: World, user: StoredUser) -> None:
        self._world = world
        self._user = user

    @property
    def login(self) -> str:
        """The name to log in with."""
        return self._user.name

    @property
    def password(self) -> str:
        return self._user.password

    @property
    def address(self) -> str:
        """The first of the user's addresses; empty if there is none."""
        return self._user.addresses[0] if self._user.addresses else ""

    @property
    def inbox(self) -> Mailbox:
        return Mailbox(self._world, self._user.mailboxes["INBOX"])

    def deliver(
        self,
        message: bytes | EmailMessage | None = None,
        *,
        subject: str = "",
        text: str = "",
        sender: str = SENDER,
        flags: Iterable[str] = (),
        date: datetime | None = None,
    ) -> Message:
        """Put a message into the INBOX, and return it.

        Either a whole `message` (bytes, whose lines become CRLF lines, or an
        ``EmailMessage``), or `subject`, `text` and `sender` for one made here,
        with a Message-ID from the world's seed and a Date from its clock.
        `date` is its INTERNALDATE, the clock's time by default.
        """
        world = self._world
        flags = tuple(flags)
        for flag in flags:
            if why := problem(flag):
                raise ValueError(why)
        with world.engine.turn():
            now = world.clock.now
            if message is None:
                stored = text_message(
                    subject=subject,
                    text=text,
                    sender=sender,
                    to=self.address or self.login,
                    date=now,
                    message_id=f"<{world.chance.token('message-id')}@{world.host}>",
                )
            elif subject or text:
                raise TypeError("deliver() takes a message or its subject and text, not both")
            elif isinstance(message, EmailMessage):
                stored = from_email(message)
            else:
                stored = StoredMessage(message)
            with world.store.transaction(ORIGIN) as tx:
                entry = tx.append(
                    self._user.mailboxes["INBOX"], stored, make_flags(flags), date or now
                )
            return Message(entry)

    def __repr__(self) -> str:
        return f"<User {self.login!r} {self.address}>"


class Faults:
    """The rules of one server, in the order in which they were added."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    def add(
        self,
        when: When,
        do: Effect,
        *,
        times: int | None = 1,
        skip: int = 0,
        optional: bool = False,
        name: str = "",
    ) -> Rule:
        """Let `do` happen `when` a session comes to that moment.

        It fires `times` times (None: without end) after `skip` moments that
        match. A rule that never fired fails the test unless it is `optional`.
        """
        rule = Rule(when, do, times=times, skip=skip, optional=optional, name=name)
        with self._world.engine.turn():
            return self._world.rules.add(rule)

    def __iter__(self) -> Iterator[Rule]:
        return iter(tuple(self._world.rules))

    def __repr__(self) -> str:
        return f"<Faults {list(self)}>"
