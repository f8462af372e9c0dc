"""`mockmail.sasl.login`: a name and a password, each when asked for."""

import pytest

from mockmail.sasl.login import login
from mockmail.sasl.mechanism import AuthenticationFailed, Malformed, Realm


def test_let_in(realm: Realm) -> None:
    exchange = login(realm)
    assert next(exchange) == b"Username:"
    assert exchange.send("jörg".encode()) == b"Password:"
    with pytest.raises(StopIteration) as end:
        exchange.send("pass wörd".encode())
    assert end.value.value is realm.store.users["jörg"]


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        (b"anna", b"pear", AuthenticationFailed),
        (b"", b"", AuthenticationFailed),
        (b"nobody", b"apple", AuthenticationFailed),
        (b"\xff", b"apple", Malformed),
        (b"anna", b"\xff", Malformed),
    ],
)
def test_not_let_in(realm: Realm, name: bytes, password: bytes, why: type[Exception]) -> None:
    exchange = login(realm)
    next(exchange)
    exchange.send(name)
    with pytest.raises(why):
        exchange.send(password)
