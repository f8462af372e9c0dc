"""Puts mailboxes and messages into a new store."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Literal

from msgspec import structs

from mockmail.chance import Chance
from mockmail.corpus.item import Item
from mockmail.message.attachment import Attachment
from mockmail.message.build import SENDER, compose
from mockmail.message.message import Message
from mockmail.near import near
from mockmail.scenario.beside import Beside
from mockmail.scenario.document import Document
from mockmail.scenario.madeup import made_up
from mockmail.scenario.mistakes import Path
from mockmail.scenario.spec import (
    AttachmentSpec,
    FakeSpec,
    MailboxSpec,
    MessageSpec,
    SharedSpec,
    Targets,
    UserSpec,
    aware,
)
from mockmail.store.directory import Alias
from mockmail.store.flags import SYSTEM_FLAGS, problem
from mockmail.store.flags import flags as make_flags
from mockmail.store.mailbox import MAX_KEYWORDS, Mailbox, TooManyKeywords
from mockmail.store.refusal import Refused
from mockmail.store.store import Store
from mockmail.store.user import User
from mockmail.world.world import DOMAIN


class Seeding:
    """Fills one store."""

    def __init__(
        self, document: Document, store: Store, beside: Beside, *, epoch: datetime, seed: int
    ) -> None:
        self._document = document
        self._store = store
        self._beside = beside
        self._epoch = epoch
        self._chance = Chance(seed)
        self._shares: list[tuple[Mailbox, dict[str, Literal["read", "write"]], Path]] = []

    def user(self, login: str, spec: UserSpec, domain: str) -> None:
        """A user with his mailboxes."""
        path: Path = ("users", login)
        addresses = spec.addresses
        if addresses is None:
            addresses = [login if "@" in login else f"{login}@{domain}"]
        try:
            user = self._store.add_user(login, spec.password, addresses)
        except Refused as error:
            raise self._document.error(path, str(error)) from None
        user.disabled, user.expired = spec.disabled, spec.expired
        user.read_only, user.quota = spec.read_only, spec.quota
        where: Path = (*path, "load")
        with self._document.kept():
            for found in self._beside.mailboxes(spec.load, where):
                for name, items in found.items():
                    mailbox = self._made(user, name, where, f"mailbox {name!r}: ")
                    self._append(mailbox, ((item, where) for item in items))
        for name, given in spec.mailboxes.items():
            where = (*path, "mailboxes", name)
            with self._document.kept():
                if isinstance(given, MailboxSpec):
                    self._mailbox(user, name, given, where, (*where, "messages"))
                else:
                    self._mailbox(user, name, MailboxSpec(messages=given or []), where, where)

    def _made(self, user: User, name: str, path: Path, whose: str = "") -> Mailbox:
        """The user's mailbox of that name, there already or new."""
        mailbox = user.mailbox(name)
        if mailbox is not None:
            return mailbox
        try:
            return self._store.create(user, name)
        except Refused as error:
            raise self._document.error(path, f"{whose}{error}") from None

    def _mailbox(
        self, user: User, name: str, spec: MailboxSpec, path: Path, messages: Path
    ) -> None:
        mailbox = self._made(user, name, path)
        mailbox.special_use = tuple(spec.special_use)
        mailbox.no_inferiors = spec.no_inferiors
        mailbox.keeps_modseqs = spec.modseqs
        mailbox.damaged = spec.damaged
        mailbox.sticky = spec.sticky
        if spec.subscribed:
            user.subscriptions[mailbox.name] = None
        self._shares.append((mailbox, spec.share, (*path, "share")))
        address = user.addresses[0] if user.addresses else user.name
        self._fill(mailbox, address, spec, path, messages)

    def aliases(self, aliases: dict[str, Targets], lists: dict[str, Targets]) -> None:
        """Aliases and lists, once all users are there; a login among their targets is somebody's."""
        told: list[tuple[str, Path]] = []
        for word, named in (("aliases", aliases), ("lists", lists)):
            for name, given in named.items():
                path: Path = (word, name)
                targets = [given] if isinstance(given, str) else given
                with self._document.kept():
                    self._alias(Alias(name, tuple(targets), expands=word == "lists"), path)
                told += [
                    (target, path if isinstance(given, str) else (*path, number))
                    for number, target in enumerate(targets)
                ]
        for target, path in told:
            if "@" not in target and self._store.directory.resolve(target).unknown:
                hint = near(target, self._store.users)
                with self._document.kept():
                    raise self._document.error(path, f"there is no user {target!r}{hint}")

    def _alias(self, alias: Alias, path: Path) -> None:
        try:
            self._store.directory.add(alias)
        except ValueError as error:
            raise self._document.error(path, str(error)) from None

    def share(self) -> None:
        """Grant what was said of it, once all users are there."""
        for mailbox, share, path in self._shares:
            for login, access in share.items():
                with self._document.kept():
                    self._share(mailbox, login, access, path)

    def _share(
        self, mailbox: Mailbox, login: str, access: Literal["read", "write"], path: Path
    ) -> None:
        try:
            self._store.share(mailbox, login, write=access == "write")
        except Refused as error:
            hint = "" if login in self._store.users else near(login, self._store.users)
            raise self._document.error(path, f"{error}{hint}", key=login) from None

    def shared(self, name: str, given: SharedSpec | list[MessageSpec] | None) -> None:
        """A mailbox of all users."""
        path: Path = ("shared", name)
        try:
            mailbox = self._store.create_shared(name)
        except Refused as error:
            raise self._document.error(path, str(error)) from None
        address = f"all@{DOMAIN}"
        if isinstance(given, SharedSpec):
            self._fill(mailbox, address, given, path, (*path, "messages"))
        else:
            self._fill(mailbox, address, SharedSpec(messages=given or []), path, path)

    def _fill(
        self, mailbox: Mailbox, address: str, spec: SharedSpec, path: Path, messages: Path
    ) -> None:
        """What is loaded, what is made up, and the messages that stand at `messages`."""
        self._append(mailbox, self._contents(mailbox, address, spec, path, messages))

    def _contents(
        self, mailbox: Mailbox, address: str, spec: SharedSpec, path: Path, messages: Path
    ) -> Iterator[tuple[Item, Path]]:
        loaded: list[tuple[Item, Path]] = []
        with self._document.kept():
            for items, where in self._beside.items(spec.load, (*path, "load")):
                loaded += ((item, where) for item in items)
        if spec.fake is not None:
            where = (*path, "fake")
            with self._document.kept():
                loaded += ((each, where) for each in self._fake(spec.fake, mailbox, address, where))
        yield from loaded
        for number, each in enumerate(spec.messages):
            where = (*messages, number)
            item = None
            with self._document.kept():
                item = self._item(each, address, where)
            if item is not None:
                yield item, where

    def _append(self, mailbox: Mailbox, items: Iterable[tuple[Item, Path]]) -> None:
        """Put messages in, all at once; each comes with its place in the file."""
        with self._store.transaction("scenario") as tx:
            for (message, flags, date), where in items:
                try:
                    tx.append(mailbox, message, flags, aware(date or self._epoch))
                except TooManyKeywords:
                    problem = f"a mailbox has at most {MAX_KEYWORDS} keywords"
                    raise self._document.error(where, problem) from None

    def _fake(self, spec: FakeSpec, mailbox: Mailbox, address: str, path: Path) -> list[Item]:
        name = f"{mailbox.owner or ''}/{mailbox.name}"
        try:
            return list(made_up(spec, self._chance.seed, name, to=address, until=self._epoch))
        except (ValueError, ImportError) as error:
            raise self._document.error(path, str(error)) from None

    def _item(self, spec: MessageSpec, address: str, path: Path) -> Item:
        for place, flag in enumerate(spec.flags):
            if why := problem(flag):
                hint = near(flag, SYSTEM_FLAGS) if flag.startswith("\\") else ""
                raise self._document.error((*path, "flags", place), f"{why}{hint}")
        flags = make_flags(spec.flags)
        if spec.raw is None and spec.load is None:
            if spec.newlines != "crlf":
                raise self._document.error((*path, "newlines"), "goes with raw and load only")
            date = aware(spec.date or self._epoch)
            return Item(self._composed(spec, address, date, path), flags, date)
        made = structs.replace(spec, raw=None, load=None, newlines="crlf", date=None, flags=[])
        if made != MessageSpec() or (spec.raw is not None and spec.load is not None):
            raise self._document.error(path, "a message is raw, or loaded, or made from parts")
        if spec.raw is not None:
            message = Message(spec.raw.encode("utf-8"), newlines=spec.newlines)
            return Item(message, flags, spec.date)
        assert spec.load is not None
        item = self._beside.message(spec.load, spec.newlines, (*path, "load"))
        return Item(item.message, make_flags((*item.flags, *flags)), spec.date or item.internaldate)

    def _composed(self, spec: MessageSpec, address: str, date: datetime, path: Path) -> Message:
        domain = address.rpartition("@")[2] if "@" in address else DOMAIN
        attachments = [
            self._attachment(each, (*path, "attachments", number))
            for number, each in enumerate(spec.attachments)
        ]
        try:
            return compose(
                subject=spec.subject,
                text=spec.text,
                html=spec.html,
                attachments=attachments,
                sender=spec.sender or SENDER,
                to=spec.to or address,
                cc=spec.cc,
                headers=spec.fields(),
                charset=spec.charset,
                date=date,
                message_id=f"<{self._chance.token('message-id')}@{domain}>",
                boundary=partial(self._chance.token, "boundary"),
            )
        except ValueError as error:
            raise self._document.error(path, f"can't be a message: {error}") from None

    def _attachment(self, spec: AttachmentSpec, path: Path) -> Attachment:
        contents: list[bytes | str] = [
            each for each in (spec.text, spec.base64) if each is not None
        ]
        if spec.load is not None:
            contents.append(self._beside.octets(spec.load, (*path, "load")))
        if len(contents) != 1:
            problem = f"an attachment has one of text, base64 and load; found {len(contents)}"
            raise self._document.error(path, problem)
        try:
            return Attachment(
                spec.filename,
                contents[0],
                spec.type,
                inline=spec.inline,
                content_id=spec.content_id,
            )
        except ValueError as error:
            raise self._document.error(path, str(error)) from None
