"""What the protocols and the mechanisms agree on.

A mechanism is a generator: it yields a challenge, is sent the client's decoded
answer, and returns the user it let in. The first challenge of a mechanism in
which the client speaks first is empty (RFC 4422 section 3).
"""

from collections.abc import Callable, Generator

from mockmail.store.store import Store
from mockmail.store.user import User

Exchange = Generator[bytes, bytes, User]
Mechanism = Callable[[Store], Exchange]


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


def check_password(store: Store, name: str, password: str) -> User:
    """The user of that name and password, or `AuthenticationFailed`."""
    user = store.users.get(name)
    if user is None or user.password != password:
        raise AuthenticationFailed(name)
    if user.disabled:
        raise Disabled(name)
    if user.expired:
        raise Expired(name)
    return user
