"""A user in a test's hands."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Literal

from mockmail.message.attachment import Attachment, Mail
from mockmail.store.mailbox import SPECIAL_USES
from mockmail.store.names import canonical
from mockmail.store.names import problem as name_problem
from mockmail.store.refusal import Refused
from mockmail.store.user import User as StoredUser
from mockmail.world.arguments import check_arguments
from mockmail.world.mailbox import Mailbox, names_of, stored_items
from mockmail.world.message import Message
from mockmail.world.named import Named
from mockmail.world.world import World


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
        """What to log in with. Sessions that are open stay so when it changes; see `disconnect`."""
        return self._user.password

    @password.setter
    def password(self, password: str) -> None:
        with self._world.engine.turn():
            self._user.password = password
            self._user.unclaimed = False

    @property
    def address(self) -> str:
        """The first of the user's addresses; empty if there is none."""
        return self._user.addresses[0] if self._user.addresses else ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whose mail is his; another tuple gives him others: ``anna.addresses += ("a@x.org",)``.

        ``ValueError`` if one is somebody else's, or an alias or a list.
        """
        return self._user.addresses

    @addresses.setter
    def addresses(self, addresses: Iterable[str]) -> None:
        if isinstance(addresses, str):
            raise TypeError(f"addresses are several, not one text: ({addresses!r},)")
        with self._world.engine.turn():
            self._world.store.directory.give(self._user, addresses)

    @property
    def disabled(self) -> bool:
        """Whether he is not let in, whatever he knows: CONTACTADMIN (RFC 5530), in POP3 AUTH."""
        return self._user.disabled

    @disabled.setter
    def disabled(self, disabled: bool) -> None:
        with self._world.engine.turn():
            self._user.disabled = bool(disabled)

    @property
    def expired(self) -> bool:
        """Whether his password is right, but too old to let him in: EXPIRED, in POP3 AUTH."""
        return self._user.expired

    @expired.setter
    def expired(self, expired: bool) -> None:
        with self._world.engine.turn():
            self._user.expired = bool(expired)

    @property
    def read_only(self) -> bool:
        """Whether he can look at his mailboxes, but change nothing: READ-ONLY from the next SELECT.

        CREATE, APPEND and their like are refused (NOPERM; RFC 5530), and so is POP3's
        DELE. Mail comes to him all the same.
        """
        return self._user.read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        with self._world.engine.turn():
            self._user.read_only = bool(read_only)

    @property
    def locked_for(self) -> float:
        """For how many seconds he is not let in any more after too many wrong passwords; 0 if he is.

        It can be set, too. ``ValueError`` for a number below 0.
        """
        return max(0.0, self._user.locked_until - self._world.clock.waited)

    @locked_for.setter
    def locked_for(self, seconds: float) -> None:
        if not seconds >= 0:
            raise ValueError(f"a time is 0 seconds or more, not {seconds}")
        with self._world.engine.turn():
            self._user.locked_until = self._world.clock.waited + seconds

    def unlock(self) -> None:
        """Let him in again, and forget his wrong passwords."""
        with self._world.engine.turn():
            self._user.locked_until, self._user.failures = 0.0, 0

    def disconnect(self) -> None:
        """End his sessions, as servers do once a password has changed: BYE, 421, or no word at all."""
        with self._world.engine.turn():
            self._world.engine.shut_out(self.login)

    @property
    def quota(self) -> int | None:
        """How many octets his own mailboxes may hold; None for any number.

        Clients can't add more (OVERQUOTA; RFC 5530); a test can. ``ValueError`` for
        a number below 0.
        """
        return self._user.quota

    @quota.setter
    def quota(self, octets: int | None) -> None:
        check_arguments(quota=(octets, int | None))
        if octets is not None and octets < 0:
            raise ValueError(f"a quota is a number of octets, not {octets}")
        with self._world.engine.turn():
            self._user.quota = octets

    @property
    def inbox(self) -> Mailbox:
        return Mailbox(self._world, self._user, self._user.mailboxes["INBOX"])

    @property
    def mailboxes(self) -> Mapping[str, Mailbox]:
        """His own mailboxes by name; levels are divided by ``/``.

        A missing one is `NotThere`, a ``KeyError`` that says which names are near.
        """
        with self._world.engine.turn():
            boxes = {
                name: Mailbox(self._world, self._user, mailbox)
                for name, mailbox in self._user.mailboxes.items()
            }
        return Named(f"mailbox of {self.login}", boxes, canonical)

    def create_mailbox(
        self,
        name: str,
        *,
        special_use: Iterable[str] = (),
        subscribed: bool = False,
        no_inferiors: bool = False,
        modseqs: bool = True,
    ) -> Mailbox:
        r"""A new mailbox, and those above it that are missing.

        - `special_use` is what it is for: ``["\Sent"]`` (RFC 6154).
        - With `no_inferiors` nothing can be created below it.
        - Without `modseqs` clients are told of no mod-sequences (NOMODSEQ; RFC
          7162 section 3.1.2.2).

        ``ValueError`` for a name that is taken or can't be one, and for an
        unknown special use.
        """
        check_arguments(name=(name, str))
        uses = names_of(special_use, "special uses")
        if unknown := [use for use in uses if use not in SPECIAL_USES]:
            raise ValueError(f"there is no special use {unknown[0]}: {' '.join(SPECIAL_USES)}")
        with self._world.engine.turn():
            try:
                mailbox = self._world.store.create(self._user, name)
            except Refused as error:
                raise ValueError(str(error)) from None
            mailbox.special_use = uses
            mailbox.no_inferiors = no_inferiors
            mailbox.keeps_modseqs = modseqs
            if subscribed:
                self._user.subscriptions[mailbox.name] = None
            return Mailbox(self._world, self._user, mailbox)

    def deliver(
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
        """Put a message into the INBOX, and return it; see `Mailbox.add`."""
        return self.inbox.add(
            message,
            newlines=newlines,
            subject=subject,
            text=text,
            html=html,
            attachments=attachments,
            sender=sender,
            to=to,
            cc=cc,
            headers=headers,
            charset=charset,
            flags=flags,
            date=date,
        )

    def load(
        self, path: str | PathLike[str], *, newlines: Literal["crlf", "keep"] = "crlf"
    ) -> tuple[Mailbox, ...]:
        """Put the messages of a Maildir with all its mailboxes into the user's, and return those.

        Mailboxes that are missing are made; for what else `path` can be, and for
        `newlines`, see `Mailbox.load`. ``ValueError`` for a name that no mailbox
        can have; then nothing is put in.
        """
        from mockmail.corpus import files

        found = files.load(path, newlines)
        for name in found:
            if why := name_problem(name):
                raise ValueError(f"{path}: {why}: {name!r}")
        loaded = []
        with self._world.engine.turn():
            for name, items in found.items():
                stored = self._user.mailbox(name)
                if stored is None:
                    stored = self._world.store.create(self._user, name)
                mailbox = Mailbox(self._world, self._user, stored)
                mailbox._append(items)  # noqa: SLF001
                loaded.append(mailbox)
        return tuple(loaded)

    def save(self, path: str | PathLike[str]) -> None:
        """Write all mailboxes to a Maildir in a new folder.

        ``FileExistsError`` if something is there; ``ValueError``, and nothing is
        written, for a mailbox or keywords that a Maildir can't have.
        """
        from mockmail.corpus import maildir

        with self._world.engine.turn():
            contents = {name: stored_items(box) for name, box in self._user.mailboxes.items()}
        maildir.save(Path(path), contents)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, User):
            return self._user is other._user
        return NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._user))

    def __repr__(self) -> str:
        return f"<User {self.login!r} {self.address}>"
