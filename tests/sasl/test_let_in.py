"""Who is let in, by the settings of accounts."""

import hmac
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.mechanism import (
    AuthenticationFailed,
    Disabled,
    LockedOut,
    Realm,
    TooMany,
    check_password,
)
from mockmail.store.settings import AccountSettings
from mockmail.store.user import User


def digest(realm: Realm, name: str, password: str) -> User:
    """Log in with CRAM-MD5."""
    exchange = cram_md5(realm)
    proof = hmac.new(password.encode(), next(exchange), "md5").hexdigest()
    with pytest.raises(StopIteration) as end:
        exchange.send(f"{name} {proof}".encode())
    user: User = end.value.value
    return user


def settle(realm: Realm, settings: AccountSettings) -> None:
    realm.store.directory.settings = settings


def test_what_looks_the_same_is_the_same(realm: Realm) -> None:
    jorg = realm.store.users["jörg"]
    assert check_password(realm, "jo\u0308rg", "pass wo\u0308rd") is jorg
    assert check_password(realm, "j\u00ad\u00f6rg", "pass\u00a0wörd") is jorg
    for name, password in (("jörg", "pass word"), ("jörg\ue000", "pass wörd"), ("jörg", "\ue000")):
        with pytest.raises(AuthenticationFailed):
            check_password(realm, name, password)


@pytest.mark.parametrize("log_in", [check_password, digest])
def test_any_password(realm: Realm, log_in: Callable[[Realm, str, str], User]) -> None:
    settle(realm, AccountSettings(any_password=True, lockout_failures=1))
    anna = realm.store.users["anna"]
    for _ in range(2):
        assert log_in(realm, "anna", "wrong") is anna
    assert (anna.password, anna.failures) == ("apple", 0)
    with pytest.raises(AuthenticationFailed):
        check_password(realm, "zoe", "secret")
    anna.disabled = True
    with pytest.raises(Disabled):
        check_password(realm, "anna", "wrong")


def test_any_user(realm: Realm) -> None:
    settle(realm, AccountSettings(any_user=True))
    realm.store.directory.domains = ("example.org",)
    zoe = digest(realm, "Zoe", "whatever")
    assert (zoe.name, zoe.addresses, zoe.unclaimed) == ("Zoe", ("Zoe@example.org",), True)
    assert digest(realm, "Zoe", "another") is zoe
    assert check_password(realm, "zoe", "first") is zoe
    assert (zoe.password, zoe.unclaimed) == ("first", False)
    for name in ("Zoe", "zoe", "ZOE@example.org"):
        assert check_password(realm, name, "first") is zoe
        with pytest.raises(AuthenticationFailed):
            check_password(realm, name, "second")
    assert check_password(realm, "zoe@far.example", "x").addresses == ("zoe@far.example",)
    # What no name can be (RFC 4013 section 2.3).
    for name in ("", "\ue000", "a\0b"):
        with pytest.raises(AuthenticationFailed):
            check_password(realm, name, "x")
    with pytest.raises(AuthenticationFailed):
        check_password(realm, "anna", "wrong")
    assert list(realm.store.users) == ["anna", "jörg", "Zoe", "zoe@far.example"]
    realm.store.check()


def test_locked_out(realm: Realm) -> None:
    settle(realm, AccountSettings(lockout_failures=2, lockout_seconds=30))
    anna = realm.store.users["anna"]
    for _ in range(2):
        with pytest.raises(AuthenticationFailed) as wrong:
            check_password(realm, "anna", "wrong")
        assert type(wrong.value) is AuthenticationFailed
    for password in ("apple", "wrong"):
        with pytest.raises(LockedOut) as out:
            check_password(realm, "anna", password)
        assert out.value.seconds == 30
    realm.clock.advance(29.5)
    with pytest.raises(LockedOut) as out:
        check_password(realm, "anna", "apple")
    assert out.value.seconds == 1
    realm.clock.advance(0.5)
    with pytest.raises(AuthenticationFailed):
        check_password(realm, "anna", "wrong")
    assert check_password(realm, "anna", "apple") is anna
    assert anna.failures == 0
    assert check_password(realm, "jörg", "pass wörd").name == "jörg"


def test_nobody_is_locked_out_unless_asked(realm: Realm) -> None:
    for _ in range(100):
        with pytest.raises(AuthenticationFailed):
            check_password(realm, "anna", "wrong")
    assert check_password(realm, "anna", "apple").failures == 0


def test_too_many(realm: Realm) -> None:
    settle(realm, AccountSettings(max_connections=2))
    realm.store.sessions = lambda login, protocol: {("anna", "imap"): 2, ("anna", "pop3"): 1}[
        login, protocol
    ]
    with pytest.raises(TooMany):
        check_password(replace(realm, protocol="imap"), "anna", "apple")
    with pytest.raises(AuthenticationFailed) as wrong:
        check_password(replace(realm, protocol="imap"), "anna", "wrong")
    assert type(wrong.value) is AuthenticationFailed
    assert check_password(replace(realm, protocol="pop3"), "anna", "apple").name == "anna"


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_connections": 0},
        {"lockout_failures": 0},
        {"lockout_seconds": 0},
        {"plus": "@"},
        {"plus": "x"},
        {"plus": "+ "},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"^{name} .*, not {re.escape(repr(value))}$"):
        AccountSettings(**wrong)  # type: ignore[arg-type]
