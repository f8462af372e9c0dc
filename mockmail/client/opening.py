"""How scripted clients begin: over which protocol, as whom."""

from typing import Literal, TypedDict

from mockmail.client.client import TIMEOUT, Entry
from mockmail.store.user import User
from mockmail.world.world import PROTOCOLS, World

ClientProtocol = Literal["imap", "pop3", "smtp", "submission", "lmtp"]
_TAKES = {
    "imap": ("user", "password", "enable", "select", "login", "tls", "timeout"),
    "pop3": ("user", "password", "login", "tls", "timeout"),
    "smtp": ("login", "tls", "timeout"),  # it takes mail from everybody
    "submission": ("user", "password", "login", "tls", "timeout"),
    "lmtp": ("login", "tls", "timeout"),
}


class Options(TypedDict, total=False):
    """What `Server.clients` can be told."""

    user: str
    password: str
    enable: str
    select: str | None
    login: bool
    tls: bool
    timeout: float


def entry_of(
    world: World, protocol: ClientProtocol, options: Options
) -> tuple[Entry | None, float]:
    """What a client says first, and how long it waits for an answer.

    ``ValueError`` for a protocol or a user that there is not, ``TypeError`` for an
    option that the protocol doesn't take.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}")
    takes = _TAKES[protocol]
    if unknown := [name for name in options if name not in takes]:
        raise TypeError(f"clients of {protocol} take {', '.join(takes)}, not {unknown[0]}")
    entry = None
    if options.get("login", True):
        entry = Entry()
        if "user" in takes:
            user = find_user(world, options.get("user"))
            password = options.get("password", user.password)
            entry = Entry(
                user.name, password, options.get("enable"), options.get("select", "INBOX")
            )
    return entry, options.get("timeout", TIMEOUT)


def find_user(world: World, login: str | None) -> User:
    """The user of that name, or the only one; ``ValueError`` says which there are."""
    users = world.store.users
    there_are = f"there are {', '.join(users)}" if users else "there is none yet"
    if login is None:
        if len(users) != 1:
            raise ValueError(f"which user? {there_are}")
        return next(iter(users.values()))
    if login not in users:
        raise ValueError(f"no user {login!r}; {there_are}")
    return users[login]
