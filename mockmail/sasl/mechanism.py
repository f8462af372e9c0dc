"""What the protocols and the mechanisms agree on.

A mechanism is a generator: it yields a challenge, is sent the client's decoded
answer, and returns the user it let in. The first challenge of a mechanism in
which the client speaks first is empty (RFC 4422 section 3).
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.sasl.saslprep import prepared
from mockmail.store.store import Store
from mockmail.store.user import User


@dataclass(frozen=True, slots=True)
class Realm:
    """Whose users are let in, and what challenges are made of."""

    store: Store
    host: str
    clock: Clock
    chance: Chance

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


class Malformed(Exception):
    """Not what the mechanism's RFC says an answer looks like."""


def let_in(store: Store, name: str, knows: Callable[[str], bool]) -> User:
    """The user of that name whose password the client `knows`, or `AuthenticationFailed`."""
    user = store.users.get(name) or _called(store, name)
    if user is None or not knows(user.password):
        raise AuthenticationFailed(name)
    if user.disabled:
        raise Disabled(name)
    if user.expired:
        raise Expired(name)
    return user


def _called(store: Store, name: str) -> User | None:
    """The user whose name is prepared to the same (RFC 4013)."""
    wanted = prepared(name)
    if wanted is None:
        return None
    return next((user for user in store.users.values() if prepared(user.name) == wanted), None)


def check_password(store: Store, name: str, password: str) -> User:
    """The user of that name and password, or `AuthenticationFailed`."""
    given = prepared(password)
    return let_in(store, name, lambda right: given is not None and prepared(right) == given)
