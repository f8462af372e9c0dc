"""A user as the store knows him: who may log in, and the mailboxes behind it."""

import re
from collections.abc import Iterable

from mockmail.store import names
from mockmail.store.mailbox import Mailbox

# What no protocol can bring as a name, nor as an address (RFC 5321 section 4.1.2).
_CONTROL = re.compile("[\0-\x1f\x7f]")


def problem(name: str, addresses: Iterable[str]) -> str | None:
    """Why no user can log in by that name, or have those addresses; None if one can."""
    for what, each in (("a user's name", name), *(("an address", each) for each in addresses)):
        if not each:
            return f"{what} can't be empty"
        if _CONTROL.search(each):
            return f"{what} can't have control characters in it: {each!r}"
    return None


class User:
    """An account: who may log in, and the mailboxes behind it."""

    __slots__ = (
        "addresses",
        "disabled",
        "expired",
        "failures",
        "locked_until",
        "mailboxes",
        "maildrop_lock",
        "name",
        "news",
        "next_login",
        "password",
        "popped",
        "quota",
        "read_only",
        "subscriptions",
        "unclaimed",
    )

    def __init__(self, name: str, password: str, addresses: Iterable[str] = ()) -> None:
        self.name = name
        self.password = password
        self.addresses = tuple(addresses)
        """Whose mail is his; the directory finds him by them, and changes them."""
        self.mailboxes: dict[str, Mailbox] = {}
        """His own, by canonical name, in order of creation."""
        self.news: dict[str, Mailbox] = {}
        """Followers of the newsgroups, with this reader's flags."""
        self.subscriptions: dict[str, None] = {}
        """Canonical names, whether there is such a mailbox or not (RFC 9051 section 6.3.7)."""
        self.disabled = False
        """He may not log in, whatever he knows."""
        self.expired = False
        """His password is right, and too old."""
        self.read_only = False
        """He can look at his mailboxes, and change nothing. Mail comes to him all the same."""
        self.unclaimed = False
        """He was made by himself: his password is the first that is said."""
        self.failures = 0
        """Wrong passwords since the last right one."""
        self.locked_until = 0.0
        """Until when he is locked out, on the clock's scale of waits."""
        self.quota: int | None = None
        """How many octets his own mailboxes may hold; None for any number."""
        self.maildrop_lock = 0
        """Number of the POP3 session that holds the maildrop, 0 if none (RFC 1939 section 4)."""

        self.next_login = 0.0
        """From when on POP3 lets him in again, on the clock's scale of waits (RFC 2449 section 6.5)."""
        self.popped: dict[tuple[int, int], bool] = {}
        """What POP3 has brought, by UIDVALIDITY and UID, and whether the session said QUIT."""

    def mailbox(self, name: str) -> Mailbox | None:
        """One of his own."""
        return self.mailboxes.get(names.canonical(name))

    def octets(self) -> int:
        """What the quota counts: his own mailboxes' messages."""
        return sum(
            len(entry.message.raw) for mailbox in self.mailboxes.values() for entry in mailbox
        )

    def fork(self) -> "User":
        """The same user for another store, without the newsgroups."""
        twin = User(self.name, self.password, self.addresses)
        twin.mailboxes = {name: box.fork() for name, box in self.mailboxes.items()}
        twin.subscriptions = self.subscriptions.copy()
        twin.disabled, twin.expired, twin.quota = self.disabled, self.expired, self.quota
        twin.read_only, twin.unclaimed = self.read_only, self.unclaimed
        twin.failures, twin.locked_until = self.failures, self.locked_until
        twin.popped = self.popped.copy()
        return twin
