"""A maildrop: the INBOX as it was when the session logged in.

Numbers are those of the snapshot, from 1. Nothing is deleted before `commit`,
which QUIT calls (RFC 1939 section 6). One session at a time has it.
"""

from collections.abc import Iterator

from mockmail.pop3.reply import Err
from mockmail.store.journal import Entry
from mockmail.store.store import Store
from mockmail.store.user import User


class Maildrop:
    """One session's maildrop; `Err` with ``[IN-USE]`` if another has it (RFC 2449 section 8.1.1)."""

    __slots__ = ("_mailbox", "_user", "deleted", "entries")

    def __init__(self, user: User, number: int) -> None:
        if user.maildrop_lock:
            raise Err("[IN-USE] The maildrop is locked by another POP3 session")
        user.maildrop_lock = number
        self._user = user
        self._mailbox = user.mailboxes["INBOX"]
        self.entries: list[Entry] = list(self._mailbox)
        self.deleted: set[int] = set()
        """Numbers marked by DELE."""

    def remaining(self) -> Iterator[tuple[int, Entry]]:
        """Numbers and messages that are not marked as deleted."""
        return (
            (number, entry)
            for number, entry in enumerate(self.entries, 1)
            if number not in self.deleted
        )

    def entry(self, number: int) -> Entry:
        """The message of that number; `Err` if there is none, or it is marked."""
        if not 1 <= number <= len(self.entries):
            raise Err(f"There is no message {number}")
        if number in self.deleted:
            raise Err(f"Message {number} is deleted")
        return self.entries[number - 1]

    def unique_id(self, entry: Entry) -> bytes:
        """1 to 70 characters that stay the same (RFC 1939 section 7, UIDL)."""
        return b"%08x%08x" % (self._mailbox.uidvalidity, entry.uid)

    def commit(self, store: Store, origin: str) -> None:
        """Remove the marked messages."""
        with store.transaction(origin) as tx:
            tx.expunge(
                self._mailbox, [self.entries[number - 1].uid for number in sorted(self.deleted)]
            )

    def unlock(self) -> None:
        self._user.maildrop_lock = 0


def as_sent(entry: Entry) -> bytes:
    """The message as POP3 sends it, before stuffing: its last line has a CRLF."""
    wire = entry.message.wire
    return wire if wire.endswith(b"\r\n") else wire + b"\r\n"


def octets(entry: Entry) -> int:
    """The size that LIST and STAT show: of what is sent, before stuffing (RFC 1939 section 11)."""
    message = entry.message
    return message.size if message.wire.endswith(b"\r\n") else message.size + 2
