"""How scripted clients begin: over which protocol, as whom."""

from typing import Literal, TypedDict, get_type_hints

from mockmail.client.client import TIMEOUT, Entry
from mockmail.near import choice, near
from mockmail.store.user import User
from mockmail.world.arguments import check_arguments
from mockmail.world.words import PROTOCOLS
from mockmail.world.world import World

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


def check_count(count: int) -> None:
    """``ValueError`` for a number of clients that is none."""
    check_arguments(count=(count, int))
    if count < 1:
        raise ValueError(f"count is {count}; there is nobody to let in")


def entry_of(
    world: World, protocol: ClientProtocol, options: Options
) -> tuple[Entry | None, float]:
    """What a client says first, and how long it waits for an answer.

    ``ValueError`` for a protocol or a user that there is not, and for what can't be
    enabled, ``TypeError`` for an option that the protocol doesn't take, or of another type.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}")
    takes = _TAKES[protocol]
    types = get_type_hints(Options)
    if unknown := [name for name in options if name not in takes]:
        raise TypeError(f"clients of {protocol} take {', '.join(takes)}, not {unknown[0]}")
    for name, value in options.items():
        check_arguments(**{name: (value, types[name])})
    entry = None
    if options.get("login", True):
        entry = Entry()
        if "user" in takes:
            user = find_user(world, options.get("user"))
            password = options.get("password", user.password)
            check_enable(world, options.get("enable"))
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
        raise ValueError(f"no user {login!r}; {there_are}{near(login, users)}")
    return users[login]


def check_enable(world: World, names: str | None) -> None:
    """Whether there is all that shall be enabled: ENABLE passes over what there isn't."""
    known = [row.name.decode() for row in world.catalogue.capabilities if row.enable]
    for name in (names or "").split():
        if name.upper() not in map(str.upper, known):
            raise ValueError(f"can't be enabled: {choice(name, known)}")
