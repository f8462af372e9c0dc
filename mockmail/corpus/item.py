"""What a file or folder of mail holds: messages, each with its flags and its date."""

from datetime import datetime
from typing import NamedTuple

from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS, SYSTEM_FLAGS, Flags, problem


class Item(NamedTuple):
    """A message with what a mailbox says of it."""

    message: Message
    flags: Flags = NO_FLAGS
    internaldate: datetime | None = None
    """When it came, written in UTC and to the second (without a zone it is UTC);
    None where nothing says so."""


def is_keyword(name: str) -> bool:
    """Whether a message can have the flag, and it is no system flag (RFC 9051 section 2.3.2)."""
    return not name.startswith("\\") and problem(name) is None


def keywords(flags: Flags) -> list[str]:
    """The flags that are no system flags, in order; ``ValueError`` if one can't be a flag."""
    found = [name for name in flags if name not in SYSTEM_FLAGS]
    for name in found:
        if not is_keyword(name):
            raise ValueError(problem(name))
    return found
