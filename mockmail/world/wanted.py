"""What a test waits for: conditions for mail, where they hold, and what came nearest instead."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import getaddresses
from typing import NamedTuple, TypedDict

from mockmail.delivery.sent import Sent
from mockmail.message.message import Message as StoredMessage
from mockmail.near import near
from mockmail.store.names import canonical
from mockmail.store.store import Store
from mockmail.world.arguments import check_arguments
from mockmail.world.message import Message, checked_flags
from mockmail.world.world import World

SHOWN = 5
"""Messages that are shown where none was as wanted."""

_PATH = re.compile(r"\s*<(.*)>\s*")

Text = str | re.Pattern[str]
"""The whole text, or a pattern that is found somewhere in it."""


class _Found(NamedTuple):
    """A message that is somewhere, and what is known of it beside what it says."""

    where: str
    handle: Message | Sent
    message: StoredMessage
    user: str | None
    mailbox: str | None
    sender: str | None
    """Of the envelope, where that is known."""
    recipients: tuple[str, ...]


class Conditions(TypedDict, total=False):
    """The words in which a test says what it waits for; see `Wanted`."""

    subject: Text
    sender: str
    to: str
    user: str
    mailbox: str
    flags: Iterable[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Mail that a test waits for: each condition that is given must hold."""

    subject: Text | None = None
    sender: str | None = None
    """An address: of the envelope, where it is empty for a report, or in From or Sender."""
    to: str | None = None
    """An address: of the envelope, the user's, or in To or Cc."""
    user: str | None = None
    """The login of the user who has it; shared mailboxes are nobody's."""
    mailbox: str | None = None
    flags: tuple[str, ...] = ()
    """Flags that it has, perhaps beside others."""

    @classmethod
    def of(cls, conditions: Conditions) -> "Wanted":
        """What these words say. ``TypeError`` for an unknown one, or one that is no text."""
        unknown = conditions.keys() - Conditions.__annotations__.keys()
        if unknown:
            known = ", ".join(Conditions.__annotations__)
            raise TypeError(f"no condition {min(unknown)!r}; there are {known}")
        given = {name: value for name, value in conditions.items() if value is not None}
        for name in given.keys() - {"flags"}:
            text = str | re.Pattern if name == "subject" else str
            check_arguments(**{name: (given[name], text)})
        flags = checked_flags(conditions.get("flags") or ()).names
        return cls(**{**given, "flags": flags})  # type: ignore[arg-type]  # checked just now

    def find(self, world: World) -> list[Message | Sent]:
        """All mail that is as wanted: that of the users, in order of arrival, what they share, the outbox."""
        tests = self._tests()
        return [each.handle for each in _all(world) if all(test(each)[0] for _, test in tests)]

    def explain(self, world: World, count: int, timeout: float) -> str:
        """Why a wait for `count` of it has ended in vain."""
        there = len(self.find(world))
        head = f"after {timeout:g} s there is no mail with {self}"
        if there:
            head = f"after {timeout:g} s there are {there} of {count} messages with {self}"
        elif missing := self._missing(world.store):
            head = f"{head} ({missing})"
        others = [text for wrong, text in self._nearest(world) if wrong]
        if not others:
            return f"{head}, and no other" if there else f"{head}; there is no mail at all"
        shown = "\n".join(f"  {text}" for text in others[:SHOWN])
        more = f"\n  and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        return f"{head}; nearest of what is there:\n{shown}{more}"

    def _missing(self, store: Store) -> str:
        """Which user or mailbox there is not. One may be made meanwhile, so it is said in the end."""
        user = None
        if self.user is not None:
            user = store.users.get(self.user)
            if user is None:
                return f"no user {self.user!r}{near(self.user, store.users)}"
        if self.mailbox is None:
            return ""
        if user is not None:
            names, whose = set(user.mailboxes), f" of {user.name}"
        else:
            names, whose = set(store.shared).union(*(u.mailboxes for u in store.users.values())), ""
        if canonical(self.mailbox) in names:
            return ""
        return f"no mailbox {self.mailbox!r}{whose}{near(self.mailbox, sorted(names))}"

    def _nearest(self, world: World) -> list[tuple[int, str]]:
        """All mail, nearest first: in how many things it is not as wanted, and in which."""
        tests = self._tests()
        ranked = []
        for number, each in enumerate(_all(world)):
            results = [(name, *test(each)) for name, test in tests]
            wrong = [f"{name}: {shown}" for name, holds, shown in results if not holds]
            near = -self._likeness(each)
            # Of equals the newest: it is what has just come.
            ranked.append((len(wrong), near, -number, f"{each.where}: {'; '.join(wrong)}"))
        return [(wrong, text) for wrong, *_, text in sorted(ranked)]

    def _likeness(self, found: _Found) -> float:
        if not isinstance(self.subject, str):
            return 0.0
        return difflib.SequenceMatcher(None, self.subject, _subject(found)).ratio()

    def _tests(self) -> "list[tuple[str, Callable[[_Found], tuple[bool, str]]]]":
        tests: list[tuple[str, Callable[[_Found], tuple[bool, str]]]] = []
        # What is quickly looked at comes first.
        if self.user is not None:
            tests.append(("user", lambda f: (f.user == self.user, str(f.user))))
        if self.mailbox is not None:
            name = canonical(self.mailbox)
            tests.append(("mailbox", lambda f: (f.mailbox == name, str(f.mailbox))))
        if self.flags:
            tests.append(("flags", self._flags))
        if self.subject is not None:
            tests.append(("subject", self._subject))
        if self.sender is not None:
            wanted = self.sender.lower()
            tests.append(("sender", lambda f: _among(wanted, _senders(f))))
        if self.to is not None:
            address = self.to.lower()
            tests.append(("to", lambda f: _among(address, _recipients(f))))
        return tests

    def _flags(self, found: _Found) -> tuple[bool, str]:
        if isinstance(found.handle, Sent):
            return False, "none, as sent mail has none"
        flags = found.handle.flags
        return all(name in flags for name in self.flags), " ".join(flags) or "none"

    def _subject(self, found: _Found) -> tuple[bool, str]:
        subject = _subject(found)
        if isinstance(self.subject, re.Pattern):
            return self.subject.search(subject) is not None, repr(subject)
        return subject == self.subject, repr(subject)

    def __str__(self) -> str:
        given = [
            ("user", self.user),
            ("mailbox", self.mailbox),
            ("flags", " ".join(self.flags) or None),
            ("subject", self.subject),
            ("sender", self.sender),
            ("to", self.to),
        ]
        parts = [
            f"{name} {value.pattern if isinstance(value, re.Pattern) else value!r}"
            for name, value in given
            if value is not None
        ]
        return ", ".join(parts) or "anything"


def _all(world: World) -> Iterator[_Found]:
    for user in world.store.users.values():
        for name, mailbox in user.mailboxes.items():
            for entry in mailbox:
                yield _Found(
                    f"{name} of {user.name}, UID {entry.uid}",
                    Message(world, mailbox, entry),
                    entry.message,
                    user.name,
                    name,
                    None,
                    tuple(user.addresses),
                )
    for name, mailbox in world.store.shared.items():
        for entry in mailbox:
            handle = Message(world, mailbox, entry)
            yield _Found(f"{name}, UID {entry.uid}", handle, entry.message, None, name, None, ())
    for number, sent in enumerate(world.delivery.outbox):
        yield _Found(
            f"outbox[{number}]", sent, sent.message, None, None, sent.sender, sent.recipients
        )


def _subject(found: _Found) -> str:
    return found.message.field("Subject") or ""


def _among(wanted: str, addresses: list[str]) -> tuple[bool, str]:
    shown = ", ".join(each or "<>" for each in dict.fromkeys(addresses)) or "nobody"
    return wanted in map(str.lower, addresses), shown


def _senders(found: _Found) -> list[str]:
    sender = _return_path(found.message) if found.sender is None else found.sender
    envelope = [] if sender is None else [sender]
    return [*envelope, *_addresses(found.message, "From", "Sender")]


def _return_path(message: StoredMessage) -> str | None:
    """The envelope's sender, which is written there where mail is delivered (RFC 5321 section 4.4)."""
    found = _PATH.fullmatch(message.field("Return-Path") or "")
    return found[1] if found else None


def _recipients(found: _Found) -> list[str]:
    return [*found.recipients, *_addresses(found.message, "To", "Cc")]


def _addresses(message: StoredMessage, *names: str) -> list[str]:
    fields = [value for name in names if (value := message.field(name))]
    return [address for _, address in getaddresses(fields) if address]
