"""A mailbox in a test's hands.

Each call looks at the world between two inputs, or changes it as one more
client would; the sessions that must hear of it do before the call returns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import Message as LibraryMessage
from functools import partial
from os import PathLike
from typing import Literal, TypedDict

from mockmail.corpus.item import Item
from mockmail.message.attachment import Attachment, Mail
from mockmail.message.build import SENDER, compose, from_email
from mockmail.message.message import Message as StoredMessage
from mockmail.numset import Uid, UidSet
from mockmail.store.mailbox import MAX_KEYWORDS, TooManyKeywords
from mockmail.store.mailbox import Mailbox as StoredMailbox
from mockmail.store.refusal import Refused
from mockmail.store.user import User as StoredUser
from mockmail.world.arguments import check_arguments
from mockmail.world.message import ORIGIN, Message, checked_flags, gone
from mockmail.world.named import NotThere
from mockmail.world.world import World


class MailboxGone(LookupError):
    """The mailbox was deleted; the text says which."""


class Mailbox:
    """One mailbox of a user, whatever it is called meanwhile.

    When it was deleted, what is in it, and what can be done to it, are `MailboxGone`.
    """

    __slots__ = ("_mailbox", "_user", "_world")

    def __init__(self, world: World, user: StoredUser | None, mailbox: StoredMailbox) -> None:
        self._world = world
        self._user = user
        self._mailbox = mailbox

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Look at it, or change it, between two inputs; `MailboxGone` if it was deleted."""
        with self._world.engine.turn():
            if self._mailbox.gone:
                raise MailboxGone(f"mailbox {self.name} was deleted")
            yield

    @property
    def name(self) -> str:
        return self._mailbox.name

    @property
    def gone(self) -> bool:
        """Whether it was deleted."""
        with self._world.engine.turn():
            return self._mailbox.gone

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages of this moment, in UID order."""
        with self._turn():
            return tuple(Message(self._world, self._mailbox, entry) for entry in self._mailbox)

    def by_uid(self, uid: int) -> Message:
        """The message with that UID.

        `MessageGone` if it was expunged; `NotThere`, a ``KeyError``, if there never was one.
        """
        check_arguments(uid=(uid, int))
        with self._turn():
            entry = self._mailbox.entries.get(Uid(uid))
            if entry is not None:
                return Message(self._world, self._mailbox, entry)
            if 0 < uid < self._mailbox.uidnext:
                raise gone(self._mailbox, uid)
            uids = bytes(UidSet.of(self._mailbox.uids)).decode() or "no UIDs"
            raise NotThere(f"no message {uid!r} in {self.name}; there are {uids}")

    @property
    def uidvalidity(self) -> int:
        return self._mailbox.uidvalidity

    @property
    def uidnext(self) -> int:
        """The UID that the next message will have."""
        return self._mailbox.uidnext

    def delete(self) -> None:
        """Remove it with its messages; those below it stay. ``ValueError`` for INBOX and the like.

        It is `MailboxGone` then, and they are `MessageGone`.

        Sessions that have it selected keep it (RFC 2180 section 3.2).
        """
        self._do(lambda user: self._world.store.delete(user, self.name))

    def rename(self, name: str) -> None:
        """Give it, and those below it, another name. ``ValueError`` if that can't be."""
        check_arguments(name=(name, str))
        self._do(lambda user: self._world.store.rename(user, self.name, name, ORIGIN))

    def _do(self, change: Callable[[StoredUser], None]) -> None:
        if self._user is None:
            raise ValueError(f"{self.name} belongs to all users")
        with self._turn():
            try:
                change(self._user)
            except Refused as error:
                raise ValueError(str(error)) from None

    def _stored(self, world: World) -> StoredMailbox:
        if self._world is not world:
            raise ValueError(f"{self!r} is another server's, or from before a reset")
        with self._turn():
            return self._mailbox

    def add(
        self,
        message: bytes | Mail | None = None,
        *,
        newlines: Literal["crlf", "keep"] = "crlf",
        subject: str = "",
        text: str = "",
        html: str | None = None,
        attachments: Iterable[Attachment] = (),
        sender: str | None = None,
        to: str | Iterable[str] | None = None,
        cc: str | Iterable[str] = (),
        headers: Mapping[str, str | None] | Iterable[tuple[str, str | None]] = (),
        charset: str = "utf-8",
        flags: Iterable[str] = (),
        date: datetime | None = None,
    ) -> Message:
        """Put a message at the end of the mailbox, and return it.

        Either a whole `message` (bytes, whose lines become CRLF lines unless
        `newlines` says to keep them, or an ``EmailMessage``), or the parts of one
        that is made here, with a Message-ID and boundaries from the world's seed
        and a Date from its clock:

        - `text` and `html` are two forms of the same (RFC 2046 section 5.1.4).
        - `attachments` that are inline and have a content id belong to the
          `html` (RFC 2387), the others to the message.
        - `sender`, `to` (the user's address by default) and `cc` stand in their
          fields as they are given, right or not; names outside US-ASCII become
          encoded words (RFC 2047).
        - `headers` are further fields in order. What has the name of a field
          that is made here stands in its place, and None there leaves it out:
          ``("Date", None)``.
        - `charset` is what a text outside US-ASCII is in.

        `date` is its INTERNALDATE, the clock's time by default. ``ValueError``
        for a flag that can't be one, a line end in a field, a text that
        `charset` can't encode; ``TypeError`` for a message and parts of one, and
        for arguments of other types.
        """
        world = self._world
        chosen = checked_flags(flags)
        check_arguments(
            attachments=(attachments, Iterable | Attachment), headers=(headers, Iterable)
        )
        to, cc = _several(to), _several(cc) or ()
        check_arguments(
            subject=(subject, str),
            text=(text, str),
            html=(html, str | None),
            sender=(sender, str | None),
            to=(to, str | tuple[str, ...] | None),
            cc=(cc, str | tuple[str, ...]),
            charset=(charset, str),
            date=(date, datetime | None),
        )
        parts: Parts = {
            "subject": subject,
            "text": text,
            "html": html,
            "attachments": _attachments(attachments),
            "sender": SENDER if sender is None else sender,
            "cc": cc,
            "headers": _fields(headers),
            "charset": charset,
        }
        given = subject, text, html, sender, to, charset != "utf-8"
        if message is not None and (
            any(each not in (None, "", False) for each in given)
            or html is not None
            or parts["attachments"]
            or parts["cc"]
            or parts["headers"]
        ):
            raise TypeError("a message is given whole or in parts, not both")
        if newlines not in ("crlf", "keep"):
            raise ValueError(f"newlines is 'crlf' or 'keep', not {newlines!r}")
        with self._turn():
            boundary = partial(world.chance.token, "boundary")
            if message is None:
                stored = compose(
                    **parts,
                    to=self._address if to is None else to,
                    date=world.clock.now,
                    message_id=f"<{world.chance.token('message-id')}@{world.host}>",
                    boundary=boundary,
                )
            elif isinstance(message, LibraryMessage):
                stored = from_email(message, boundary=boundary)
            elif isinstance(message, bytes | bytearray | memoryview):
                stored = StoredMessage(bytes(message), newlines=newlines)
            else:
                kind = type(message).__name__
                hint = ": .encode() makes bytes of it" if isinstance(message, str) else ""
                raise TypeError(f"a message is bytes or an EmailMessage, not {kind}{hint}")
            (added,) = self._append([Item(stored, chosen, date)])
            return added

    def load(
        self, path: str | PathLike[str], *, newlines: Literal["crlf", "keep"] = "crlf"
    ) -> tuple[Message, ...]:
        """Put the messages of a file or folder into the mailbox, and return them.

        A file is an mbox if it begins with "From ", else one message, and may be
        compressed with gzip; a folder is a Maildir, or holds ``*.eml`` files. Flags and dates come along where
        they are told (a Maildir tells dates by its files' times of change); a
        message without a date gets the clock's time. Lines become CRLF lines unless `newlines` says to keep them.

        ``ValueError`` for a folder without mail, and for a Maildir of several
        mailboxes, which are `User.load`'s; then nothing is put in.
        """
        from mockmail.corpus import files

        items = files.load_one(path, newlines)
        with self._turn():
            return self._append(items)

    def save(self, path: str | PathLike[str], kind: Literal["eml", "mbox", "maildir"]) -> None:
        """Write the messages to a new file (mbox) or a new folder (eml, maildir).

        ``FileExistsError`` if something is there. In eml files stand the octets
        that are stored; in the others lines end in LF, and flags and dates go
        with them.
        """
        from mockmail.corpus import files

        with self._turn():
            items = stored_items(self._mailbox)
        files.save(path, kind, items)

    def fake(
        self,
        count: int,
        *,
        locale: str | Sequence[str] = "en_US",
        threads: float = 0.3,
        html: float = 0.3,
        attachments: float = 0.2,
        charsets: str | Sequence[str] = ("utf-8",),
        flags: Mapping[str, float] | None = None,
        days: int = 30,
    ) -> tuple[Message, ...]:
        """Put `count` made-up messages into the mailbox, and return them: needs ``mockmail[faker]``.

        The same seed makes the same messages with the same version of Faker.
        They came in the `days` days before the clock's time, the oldest first.
        `threads`, `html` and `attachments` say how probable it is (0 to 1) that
        a message answers an earlier one, has HTML, has attachments; `flags` says
        so of each flag. A message is in one of the languages `locale`, and in
        one of those `charsets` that can encode it, or in UTF-8.

        ``ValueError`` for arguments that make no sense, ``ImportError`` without
        Faker.
        """
        from mockmail.corpus.fake import fake

        check_arguments(count=(count, int))

        with self._turn():
            made = fake(
                count,
                chance=self._world.chance,
                until=self._world.clock.now,
                locale=locale,
                threads=threads,
                html=html,
                attachments=attachments,
                charsets=(charsets,) if isinstance(charsets, str) else charsets,
                flags=flags,
                to=self._address,
                days=days,
            )
            return self._append(list(made))

    def share(self, login: str, *, write: bool = True) -> None:
        """Let another user have it, too: as ``Users/anna/Work`` if it is anna's ``Work``.

        He may read it, and with `write` change it. ``ValueError`` if there is no
        such user, or one who has mailboxes of that name.
        """
        world = self._world
        check_arguments(login=(login, str))
        with self._turn():
            try:
                world.store.share(self._mailbox, login, write=write)
            except Refused as error:
                raise ValueError(str(error)) from None

    @property
    def damaged(self) -> bool:
        """Whether no client can open it: NO [CORRUPTION] (RFC 5530)."""
        return self._mailbox.damaged

    @damaged.setter
    def damaged(self, damaged: bool) -> None:
        with self._turn():
            self._mailbox.damaged = bool(damaged)

    @property
    def sticky(self) -> bool:
        """Whether it keeps its UIDs.

        Otherwise it has a new UIDVALIDITY whenever a client opens it that nobody has
        open, and says so: UIDNOTSTICKY (RFC 4315 section 2).
        """
        return self._mailbox.sticky

    @sticky.setter
    def sticky(self, sticky: bool) -> None:
        with self._turn():
            self._mailbox.sticky = bool(sticky)

    def forget_expunges(self) -> None:
        """Forget which messages were expunged when (RFC 7162 section 5.3).

        A client that asks by QRESYNC is told of each UID that is not there.
        """
        with self._turn():
            self._mailbox.vanished.forget()

    @property
    def _address(self) -> str:
        if self._user is None:
            return f"all@{self._world.delivery.domains[0]}"
        return self._user.addresses[0] if self._user.addresses else self._user.name

    def _append(self, items: Iterable[Item]) -> tuple[Message, ...]:
        world = self._world
        try:
            with world.store.transaction(ORIGIN) as tx:
                added = [
                    tx.append(self._mailbox, message, flags, date or world.clock.now)
                    for message, flags, date in items
                ]
        except TooManyKeywords:
            raise ValueError(f"a mailbox has at most {MAX_KEYWORDS} keywords") from None
        return tuple(Message(world, self._mailbox, entry) for entry in added)

    def __len__(self) -> int:
        with self._turn():
            return len(self._mailbox)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mailbox):
            return self._mailbox is other._mailbox
        return NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._mailbox))

    def __repr__(self) -> str:
        state = "gone" if self._mailbox.gone else f"{len(self._mailbox)} messages"
        return f"<Mailbox {self.name!r}, {state}>"


class Parts(TypedDict):
    """What `compose` makes a message of, as far as a test says it."""

    subject: str
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    sender: str
    cc: str | Iterable[str]
    headers: tuple[tuple[str, str | None], ...]
    charset: str


def names_of(given: Iterable[str], what: str) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError(f"{what} are several names, not one text: [{given!r}]")
    return tuple(given)


def _several(addresses: str | Iterable[str] | None) -> str | Iterable[str] | None:
    """Several addresses, so that they can be looked at and used."""
    if isinstance(addresses, str) or not isinstance(addresses, Iterable):
        return addresses
    return tuple(addresses)


def _fields(
    headers: Mapping[str, str | None] | Iterable[tuple[str, str | None]],
) -> tuple[tuple[str, str | None], ...]:
    pairs = tuple(headers.items() if isinstance(headers, Mapping) else headers)
    for pair in pairs:
        found: object = pair
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise TypeError(f"headers: expected pairs of a name and a value, found {pair!r}")
        name, value = pair
        check_arguments(headers=(name, str), **{f"headers, {name}": (value, str | None)})
    return pairs


def _attachments(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    several = (attachments,) if isinstance(attachments, Attachment) else tuple(attachments)
    for each in several:
        if not isinstance(each, Attachment):
            raise TypeError(f"an attachment is an Attachment, not {type(each).__name__}")
    return several


def stored_items(mailbox: StoredMailbox) -> list[Item]:
    return [Item(entry.message, entry.flags, entry.internaldate) for entry in mailbox]
