"""NUL on its way in and out: only literal8 may have it (RFC 3516, RFC 9051 section 4.3.1)."""

import base64

import pytest

from harness import Client, inbox
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World


def holding(*raws: bytes) -> World:
    """A world in which anna has these messages."""
    world = inbox()
    with world.store.transaction("seed") as tx:
        box = world.store.users["anna"].mailboxes["INBOX"]
        for raw in raws:
            tx.append(box, Message(raw), NO_FLAGS, world.clock.now)
    return world


def told(client: Client, data: bytes) -> bytes:
    client.said()
    client.send(data)
    return client.said()


def test_nul_comes_in_by_literal8_alone() -> None:
    client = Client(inbox()).open()
    assert b"a BAD " in told(client, b"a APPEND INBOX {3}\r\n") + told(client, b"a\0b\r\n")
    assert b"b OK " in told(client, b"b APPEND INBOX ~{3}\r\n") + told(client, b"a\0b\r\n")
    (entry,) = client.world.store.users["anna"].mailboxes["INBOX"]
    assert entry.message.raw == b"a\0b"


def test_nul_goes_out_by_binary_alone() -> None:
    raw = b"Subject: a\0b\r\n\r\nc\0d\r\n"
    client = Client(holding(raw)).open()
    assert told(client, b"b FETCH 1 BODY.PEEK[TEXT]\r\n").startswith(
        b"* 1 FETCH (BODY[TEXT] {5}\r\nc\x80d\r\n)\r\n"
    )
    answer = told(client, b"c FETCH 1 (BINARY.PEEK[1] BINARY.PEEK[] BINARY.PEEK[1]<0.1>)\r\n")
    assert (
        b"BINARY[1] ~{5}\r\nc\0d\r\n BINARY[] ~{%d}\r\n%b BINARY[1]<0> " % (len(raw), raw) in answer
    )
    # In a string that is made here, U+FFFD stands for it.
    assert b'"a\xef\xbf\xbdb"' not in told(client, b"d FETCH 1 ENVELOPE\r\n")
    assert b" {5}\r\na\xef\xbf\xbdb " in told(client, b"e FETCH 1 ENVELOPE\r\n")


@pytest.mark.parametrize(
    ("kind", "shown"), [("text/plain", b"{6}\r\na\r\nb\r\n"), ("image/x", b"{4}\r\na\nb\n")]
)
def test_text_has_crlf_whatever_it_was_encoded_with(kind: str, shown: bytes) -> None:
    """RFC 9051 section 7.5.2, BINARY; the size is the same (BINARY.SIZE)."""
    raw = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\nYQpiCg==\n".encode()
    client = Client(holding(raw)).open()
    answer = told(client, b"b FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])\r\n")
    assert b"BINARY[1] %b BINARY.SIZE[1] %b)" % (shown, shown[1:2]) in answer


def test_binary_data_comes_back_as_it_was_sent() -> None:
    """RFC 3516 section 4.4: nothing may be lost, nor made into line ends."""
    client = Client(inbox()).open()
    told(client, b"a APPEND INBOX ~{23}\r\n")
    told(client, b"Content-Type: a/b\n\na\0b\n\r\n")
    assert b"BINARY[1] ~{4}\r\na\0b\n)" in told(client, b"b FETCH 1 BINARY.PEEK[1]\r\n")


def test_utf_16_has_no_crlf_to_be_seen_in_octets() -> None:
    text = "a\nb\u0a0d\n".encode("utf-16-le")
    raw = (
        b"Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(text)
    )
    client = Client(holding(raw)).open()
    assert b"~{%d}\r\n%b)" % (len(text), text) in told(client, b"a FETCH 1 BINARY.PEEK[1]\r\n")


@pytest.mark.parametrize(
    ("encoding", "answer"),
    [
        (b"base64;", b"BINARY[1] {5}\r\nhello)"),
        (b"BASE64 (c)", b"BINARY[1] {5}\r\nhello)"),
        (b"7bit; x", b"BINARY[1] {10}\r\naGVsbG8=\r\n)"),
        (b"8 bit", b"a NO [UNKNOWN-CTE] "),
        (b"", b"a NO [UNKNOWN-CTE] "),
        (b'"base64"', b"a NO [UNKNOWN-CTE] "),
    ],
)
def test_encodings_that_are_written_oddly(encoding: bytes, answer: bytes) -> None:
    raw = b"Content-Type: text/plain\nContent-Transfer-Encoding: %b\n\naGVsbG8=\n" % encoding
    client = Client(holding(raw)).open()
    assert answer in told(client, b"a FETCH 1 BINARY.PEEK[1]\r\n")


def test_what_is_not_answered_is_not_seen() -> None:
    """RFC 3516 section 4.3: the server MUST fail the request."""
    raws = [b"\n1", b"Content-Type: x/y\nContent-Transfer-Encoding: odd\n\n2", b"\n3"]
    client = Client(holding(*raws)).open()
    answer = told(client, b"a FETCH 1:3 (BINARY[1] BODY[])\r\n")
    assert [line for line in answer.split(b"\r\n") if b"FLAGS" in line] == [
        b"1 FLAGS (\\Seen \\Recent))"
    ]
    assert b"\r\na NO [UNKNOWN-CTE] " in answer
    assert b"SEARCH 2 3\r\n" in told(client, b"b SEARCH UNSEEN\r\n")


def test_binary_sets_seen_and_peek_does_not() -> None:
    client = Client(inbox(1)).open()
    assert b"Seen" not in told(client, b"a FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])\r\n")
    assert b"FLAGS (\\Seen \\Recent))" in told(client, b"b FETCH 1 BINARY[1]\r\n")
