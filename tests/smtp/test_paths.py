"""Paths of MAIL and RCPT: all that the grammar has, and what it hasn't (RFC 5321 section 4.1.2)."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox

HELLO = b"EHLO client.example.net\r\n"


def connected() -> Client:
    client = Client(inbox(1), "smtp")
    client.said()
    return client


atoms = st.text("abcXYZ019!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)
quoted = st.text(" abc@<>,;:().", max_size=10).map(lambda text: f'"{text}"')
escaped = st.sampled_from(['"a\\"b"', '"\\\\"', '"\\ "', '""'])
locals_ = st.one_of(st.lists(atoms, min_size=1, max_size=3).map(".".join), quoted, escaped)
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
domains = st.one_of(
    st.lists(labels, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]", "[x-tag:y]"]),
)
mailboxes = st.tuples(locals_, domains).map("@".join)
routes = st.sampled_from(["", "@hop.example:", "@one.example,@two.example:"])


@settings(deadline=None, derandomize=True, max_examples=200)
@given(routes, mailboxes)
def test_what_is_a_path_is_taken_as_it_is(route: str, address: str) -> None:
    client = connected()
    client.send(
        HELLO + f"MAIL FROM:<{route}{address}>\r\n".encode() + b"RCPT TO:<anna@example.org>\r\n"
    )
    client.send(b"DATA\r\n.\r\n")
    assert b"354" in client.said()
    *_, entry = client.world.store.users["anna"].mailboxes["INBOX"]
    # A route is ignored (RFC 5321 section 4.1.1.3).
    assert entry.message.raw.startswith(f"Return-Path: <{address}>\r\n".encode())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text('ab.@<>" \\:,[]\t\x01\x7fü', max_size=12))
def test_what_is_none_is_refused(text: str) -> None:
    client = connected()
    client.send(HELLO)
    client.said()
    client.send(f"MAIL FROM:{text}\r\n".encode())
    code = client.said()[:3]
    if code == b"250":
        assert re.match(r' *<(|(@[^>:]*:)?("[^\r\n]*"|[^<>@"\s]+)@[^<>@"\s]+)>( |$)', text)
    else:
        assert code in (b"501", b"553", b"555")
    client.world.check()
