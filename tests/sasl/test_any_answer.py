"""Whatever a client answers to a mechanism: a user who proved to be one, or a refusal."""

import base64
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.login import login
from mockmail.sasl.mechanism import AuthenticationFailed, Malformed, Mechanism, Realm
from mockmail.sasl.plain import plain
from mockmail.store.store import Store
from mockmail.store.user import User

USERS = {"anna": "apple", "jörg": "pass wörd"}
names = st.sampled_from([*USERS, "", "nobody", "Anna", "anna ", "anna\u00ad", "\u0627\u0031"])
passwords = st.sampled_from([*USERS.values(), "", "Apple", "apple\0", "a\u00adpple", "\u2126"])
answers = st.one_of(
    st.binary(max_size=30),
    st.lists(st.one_of(names, passwords), max_size=4).map(lambda words: "\0".join(words).encode()),
    st.tuples(names, st.text("0123456789abcdefA", max_size=33)).map(lambda p: " ".join(p).encode()),
)


def made() -> Realm:
    store = Store()
    for name, password in USERS.items():
        store.add_user(name, password)
    return Realm(store, "mail.example.org", Clock(), Chance(0))


def ended(mechanism: Mechanism, replies: list[bytes]) -> User | None:
    """Who was let in with these answers; None if nobody was."""
    exchange = mechanism(made())
    next(exchange)
    try:
        for reply in replies:
            exchange.send(reply)
    except StopIteration as end:
        user = end.value
        assert isinstance(user, User)
        return user
    except (AuthenticationFailed, Malformed):
        pass
    return None


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.sampled_from([plain, login, cram_md5]), st.lists(answers, min_size=1, max_size=2))
def test_a_user_or_a_refusal(mechanism: Mechanism, replies: list[bytes]) -> None:
    user = ended(mechanism, replies)
    if user is not None:
        # What is prepared to the same is the same (RFC 4013): the soft hyphen is nothing.
        said = b"\0".join(replies).replace("\u00ad".encode(), b"")
        assert user.name.encode() in said
        if mechanism is not cram_md5:
            assert user.password.encode() in said


@settings(deadline=None, derandomize=True, max_examples=200)
@given(names, passwords)
def test_who_knows_the_password_is_let_in(name: str, password: str) -> None:
    plainly = ended(plain, [f"\0{name}\0{password}".encode()])
    asked = ended(login, [name.encode(), password.encode()])
    assert (plainly and plainly.name) == (asked and asked.name)
    if USERS.get(name) == password:
        assert plainly is not None
        assert plainly.name == name


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.sampled_from([*USERS]), st.binary(max_size=20))
def test_a_digest_is_of_the_password(name: str, key: bytes) -> None:
    exchange = cram_md5(made())
    challenge = next(exchange)
    digest = hmac.new(key, challenge, "md5").hexdigest()
    if key == USERS[name].encode():
        with pytest.raises(StopIteration):
            exchange.send(f"{name} {digest}".encode())
    else:
        with pytest.raises((AuthenticationFailed, Malformed)):
            exchange.send(f"{name} {digest}".encode())


# The same, as lines of a protocol

coded = st.one_of(
    answers.map(base64.b64encode),
    st.binary(max_size=20).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")),
    st.sampled_from(
        [b"*", b"", b"=", b"====", b"AA", b"AA==\0", b" AA==", b"YW5uYQ==", b"YXBwbGU="]
    ),
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.sampled_from([b"PLAIN", b"LOGIN", b"CRAM-MD5", b"nosuch", b""]),
    st.lists(coded, max_size=1),
    st.lists(coded, max_size=3),
)
def test_an_exchange_over_pop3(name: bytes, initial: list[bytes], lines: list[bytes]) -> None:
    client = Client(inbox(1), "pop3")
    client.said()
    client.send(b" ".join([b"AUTH", name, *initial]) + b"\r\n")
    said = client.said()
    for line in lines:
        if not said.startswith(b"+ "):
            break
        client.send(line + b"\r\n")
        said = client.said()
    if said.startswith(b"+ "):
        # It may be given up at any time (RFC 5034 section 4).
        client.send(b"*\r\n")
        said = client.said()
    assert said.startswith((b"+OK", b"-ERR"))
    client.send(b"STAT\r\n")
    inside = client.said().startswith(b"+OK")
    assert inside == said.startswith(b"+OK 1 messages")
    client.world.check()
