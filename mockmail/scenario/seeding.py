"""Puts mailboxes and messages into a new store."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

from mockmail.chance import Chance
from mockmail.message.build import SENDER, compose
from mockmail.message.message import Message
from mockmail.scenario.document import Document, Path
from mockmail.scenario.spec import MailboxSpec, MessageSpec, aware
from mockmail.store.flags import flags as make_flags
from mockmail.store.flags import problem
from mockmail.store.mailbox import MAX_KEYWORDS, SPECIAL_USES, Mailbox, TooManyKeywords
from mockmail.store.store import Refused, Store
from mockmail.store.user import User
from mockmail.world.world import DOMAIN


class Seeding:
    """Puts mailboxes and messages into a new store."""

    def __init__(self, document: Document, store: Store, epoch: datetime) -> None:
        self._document = document
        self._store = store
        self._epoch = epoch
        self._chance = Chance(0)
        self._shares: list[tuple[Mailbox, dict[str, Literal["read", "write"]], Path]] = []

    def mailbox(self, user: User, name: str, given: object, path: Path) -> None:
        """A mailbox of a user's own: its messages, or a mapping with more to say of it."""
        if isinstance(given, dict):
            spec = self._document.convert(given, MailboxSpec, path)
            messages_path = (*path, "messages")
        else:
            plain = [] if given is None else given
            messages = self._document.convert(plain, list[MessageSpec], path)
            spec = MailboxSpec(messages=messages)
            messages_path = path
        mailbox = user.mailbox(name)
        if mailbox is None:
            try:
                mailbox = self._store.create(user, name)
            except Refused as error:
                raise self._document.error(path, str(error)) from None
        for place, use in enumerate(spec.special_use):
            if use not in SPECIAL_USES:
                raise self._document.error(
                    (*path, "special_use", place),
                    f"expected one of {', '.join(SPECIAL_USES)}, found {use!r}",
                )
        mailbox.special_use = tuple(spec.special_use)
        mailbox.no_inferiors = spec.no_inferiors
        mailbox.keeps_modseqs = spec.modseqs
        mailbox.damaged = spec.damaged
        mailbox.sticky = spec.sticky
        if spec.subscribed:
            user.subscriptions[mailbox.name] = None
        self._shares.append((mailbox, spec.share, (*path, "share")))
        address = user.addresses[0] if user.addresses else user.name
        self._fill(mailbox, address, spec.messages, messages_path)

    def share(self) -> None:
        """Grant what was said of it, once all users are there."""
        for mailbox, share, path in self._shares:
            for login, access in share.items():
                try:
                    self._store.share(mailbox, login, write=access == "write")
                except Refused as error:
                    raise self._document.error(path, str(error), key=login) from None

    def shared(self, name: str, specs: Sequence[MessageSpec], path: Path) -> None:
        """A mailbox of all users."""
        try:
            mailbox = self._store.create_shared(name)
        except Refused as error:
            raise self._document.error(path, str(error)) from None
        self._fill(mailbox, f"all@{DOMAIN}", specs, path)

    def _fill(
        self, mailbox: Mailbox, address: str, specs: Sequence[MessageSpec], path: Path
    ) -> None:
        with self._store.transaction("scenario") as tx:
            for number, spec in enumerate(specs):
                where = (*path, number)
                date = aware(spec.date or self._epoch)
                message = self._message(spec, address, date, where)
                for place, flag in enumerate(spec.flags):
                    if why := problem(flag):
                        raise self._document.error((*where, "flags", place), why)
                try:
                    tx.append(mailbox, message, make_flags(spec.flags), date)
                except TooManyKeywords:
                    raise self._document.error(
                        (*where, "flags"), f"a mailbox has at most {MAX_KEYWORDS} keywords"
                    ) from None

    def _message(self, spec: MessageSpec, address: str, date: datetime, path: Path) -> Message:
        if spec.raw is not None:
            if spec.subject or spec.text or spec.to or spec.sender:
                raise self._document.error(path, "a message is raw, or made from parts")
            return Message(spec.raw.encode("utf-8"))
        domain = address.rpartition("@")[2] if "@" in address else DOMAIN
        try:
            return compose(
                subject=spec.subject,
                text=spec.text,
                sender=spec.sender or SENDER,
                to=spec.to or address,
                date=date,
                message_id=f"<{self._chance.token('message-id')}@{domain}>",
                boundary=partial(self._chance.token, "boundary"),
            )
        except ValueError as error:
            raise self._document.error(path, f"can't be a message: {error}") from None
