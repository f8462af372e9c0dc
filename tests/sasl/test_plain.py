"""`mockmail.sasl.plain`: RFC 4616."""

import pytest

from mockmail.sasl.mechanism import AuthenticationFailed, Malformed, Realm
from mockmail.sasl.plain import plain
from mockmail.store.user import User


def let_in(realm: Realm, answer: bytes) -> User:
    exchange = plain(realm)
    # The client speaks first: the challenge is empty (RFC 4422 section 3).
    assert next(exchange) == b""
    with pytest.raises(StopIteration) as end:
        exchange.send(answer)
    user = end.value.value
    assert isinstance(user, User)
    return user


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (b"\0anna\0apple", "anna"),
        (b"anna\0anna\0apple", "anna"),
        ("\0jörg\0pass wörd".encode(), "jörg"),
    ],
)
def test_let_in(realm: Realm, answer: bytes, name: str) -> None:
    assert let_in(realm, answer) is realm.store.users[name]


@pytest.mark.parametrize(
    "answer",
    [
        b"\0anna\0wrong",
        b"\0anna\0",
        b"\0anna\0apple ",
        b"\0Anna\0apple",
        b"\0nobody\0apple",
        b"\0\0",
        b"\0\0apple",
        # To act for another one is not allowed.
        "jörg\0anna\0apple".encode(),
        b"nobody\0anna\0apple",
    ],
)
def test_not_let_in(realm: Realm, answer: bytes) -> None:
    exchange = plain(realm)
    next(exchange)
    with pytest.raises(AuthenticationFailed):
        exchange.send(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"anna",
        b"anna\0apple",
        b"\0anna\0apple\0",
        b"\0anna\0ap\0ple",
        b"\0anna\0\xff",
        b"\xff",
    ],
)
def test_malformed(realm: Realm, answer: bytes) -> None:
    exchange = plain(realm)
    next(exchange)
    with pytest.raises(Malformed):
        exchange.send(answer)
