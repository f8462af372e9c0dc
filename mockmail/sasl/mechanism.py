"""What the protocols and the mechanisms agree on.

A mechanism is a generator: it yields a challenge, is sent the client's decoded
answer, and returns the user it let in. The first challenge of a mechanism in
which the client speaks first is empty (RFC 4422 section 3).
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import ceil

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.saslprep import prepared
from mockmail.store.newcomers import newcomer
from mockmail.store.store import Store
from mockmail.store.user import User


@dataclass(frozen=True, slots=True)
class Realm:
    """Whose users are let in, and what challenges are made of."""

    store: Store
    host: str
    clock: Clock
    chance: Chance
    protocol: str = ""
    """Over which they come."""

    def message_id(self) -> bytes:
        """A msg-id (RFC 822) that nobody was given before: what CRAM-MD5 and APOP begin with."""
        seconds = int(self.clock.now.timestamp())
        return f"<{self.chance.token('challenge')}.{seconds}@{self.host}>".encode("ascii")


class Prompt(bytes):
    """A first challenge that is always the same: the client may answer before it is asked."""

    __slots__ = ()


Exchange = Generator[bytes, bytes, User]
Mechanism = Callable[[Realm], Exchange]


class AuthenticationFailed(Exception):
    """Well-formed, but not the credentials of anybody."""


class AuthorizationFailed(AuthenticationFailed):
    """The credentials are right, and do not allow to act for the one named."""


class Disabled(AuthenticationFailed):
    """The credentials are right, and their user may not log in."""


class Expired(AuthenticationFailed):
    """The password is right, and too old."""


class LockedOut(AuthenticationFailed):
    """There were too many wrong passwords: no other is looked at for a while."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(name)
        self.seconds = seconds
        """Until then."""


class TooMany(AuthenticationFailed):
    """The credentials are right, and their user has as many sessions as he may."""


class Malformed(Exception):
    """Not what the mechanism's RFC says an answer looks like."""


def let_in(
    realm: Realm, name: str, knows: Callable[[str], bool], password: str | None = None
) -> User:
    """The user of that name whose password the client `knows`, or `AuthenticationFailed`.

    `password` is the one that was said, if one was.
    """
    user = _called(realm.store, name)
    if user is None:
        raise AuthenticationFailed(name)
    settings = realm.store.directory.settings
    now = realm.clock.waited
    if user.locked_until > now:
        raise LockedOut(name, ceil(user.locked_until - now))
    if not (settings.any_password or user.unclaimed or knows(user.password)):
        user.failures += 1
        if settings.lockout_failures is not None and user.failures >= settings.lockout_failures:
            user.failures, user.locked_until = 0, now + settings.lockout_seconds
        raise AuthenticationFailed(name)
    user.failures = 0
    if user.disabled:
        raise Disabled(name)
    if user.expired:
        raise Expired(name)
    most = settings.max_connections
    if most is not None and realm.store.sessions(user.name, realm.protocol) >= most:
        raise TooMany(name)
    if user.unclaimed and password is not None:
        user.password, user.unclaimed = password, False
    return user


def _called(store: Store, name: str) -> User | None:
    """The user of that name, or a new one."""
    directory = store.directory
    user = directory.called(name)
    wanted = prepared(name)
    if user is None and wanted is not None and directory.settings.any_user:
        user = directory.user_of(directory.full(wanted)) or newcomer(store, wanted)
    return user


def check_password(realm: Realm, name: str, password: str) -> User:
    """The user of that name and password, or `AuthenticationFailed`."""
    given = prepared(password)
    return let_in(
        realm, name, lambda right: given is not None and prepared(right) == given, password
    )
