"""`mockmail.sasl.cram_md5`: RFC 2195."""

import hmac
import re

import pytest

from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.mechanism import AuthenticationFailed, Expired, Malformed, Realm


def digest(challenge: bytes, password: str) -> str:
    return hmac.new(password.encode(), challenge, "md5").hexdigest()


def test_the_example_of_the_rfc(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    monkeypatch.setattr(Realm, "message_id", lambda _: challenge)
    tim = realm.store.add_user("tim", "tanstaaftanstaaf")
    exchange = cram_md5(realm)
    assert next(exchange) == challenge
    with pytest.raises(StopIteration) as end:
        exchange.send(b"tim b913a602c7eda7a495b4e6e7334d3890")
    assert end.value.value is tim


def test_each_challenge_is_a_new_msg_id(realm: Realm) -> None:
    challenges = [next(cram_md5(realm)) for _ in range(100)]
    assert len(set(challenges)) == 100
    for challenge in challenges:
        assert re.fullmatch(rb"<[0-9a-f]{16}\.1704067200@mail\.example\.org>", challenge)


def test_names_with_spaces_and_beyond_ascii(realm: Realm) -> None:
    user = realm.store.add_user("jörg der erste", "apple")
    exchange = cram_md5(realm)
    answer = f"jörg der erste {digest(next(exchange), 'apple')}".encode()
    with pytest.raises(StopIteration) as end:
        exchange.send(answer)
    assert end.value.value is user


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("anna {wrong}", AuthenticationFailed),
        ("anna {right} ", AuthenticationFailed),
        ("anna {capitals}", AuthenticationFailed),
        ("nobody {right}", AuthenticationFailed),
        ("anna", Malformed),
        ("", Malformed),
    ],
)
def test_not_let_in(realm: Realm, answer: str, why: type[Exception]) -> None:
    exchange = cram_md5(realm)
    challenge = next(exchange)
    right, wrong = digest(challenge, "apple"), digest(challenge, "pear")
    with pytest.raises(why):
        exchange.send(answer.format(right=right, wrong=wrong, capitals=right.upper()).encode())


def test_who_is_right_and_too_late(realm: Realm) -> None:
    realm.store.users["anna"].expired = True
    exchange = cram_md5(realm)
    challenge = next(exchange)
    with pytest.raises(Expired):
        exchange.send(b"anna " + digest(challenge, "apple").encode())
    exchange = cram_md5(realm)
    next(exchange)
    with pytest.raises(Malformed):
        exchange.send(b"\xff x")
