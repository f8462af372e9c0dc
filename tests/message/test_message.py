"""A message and what follows from its bytes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.message import Message, with_crlf


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (b"", b""),
        (b"a", b"a"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\rb\r", b"a\r\nb\r\n"),
        (b"\n\n", b"\r\n\r\n"),
        (b"\r\r", b"\r\n\r\n"),
        (b"\n\r", b"\r\n\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb"),
        (b"a\r\n\nb\n\r\nc", b"a\r\n\r\nb\r\n\r\nc"),
    ],
)
def test_lines_end_in_crlf(raw: bytes, stored: bytes) -> None:
    assert with_crlf(raw) == stored
    message = Message(raw)
    assert message.raw == stored
    assert message.size == len(stored)
    assert with_crlf(stored) == stored


@pytest.mark.parametrize("raw", [b"a\nb\n", b"a\rb", b"a\r\r\nb", b"\n\r", b"a\r\n"])
def test_newlines_are_kept_on_request(raw: bytes) -> None:
    message = Message(raw, newlines="keep")
    assert message.raw == message.wire == raw
    assert message.size == len(raw)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"a", b"\0", b"Field:", b" "])).map(b"".join))
def test_no_bare_cr_or_lf_is_left_and_nothing_else_is_touched(raw: bytes) -> None:
    stored = Message(raw).raw
    assert b"\r" not in stored.replace(b"\r\n", b"")
    assert b"\n" not in stored.replace(b"\r\n", b"")
    assert stored.split(b"\r\n") == re.split(b"\r\n|\r|\n", raw)


def test_nul_is_stored_and_never_on_the_wire() -> None:
    message = Message(b"a\0b\r\n\0\0")
    assert message.raw == b"a\0b\r\n\0\0"
    assert message.wire == b"a\x80b\r\n\x80\x80"
    assert message.size == len(message.wire)


def test_a_message_without_nul_goes_out_as_the_same_object() -> None:
    message = Message(b"Subject: x\r\n\r\nbody\r\n")
    assert message.wire is message.raw
    assert message.fields is message.fields


def test_submitted_is_kept_as_it_came() -> None:
    message = Message(b"Received: x\r\na\nb", submitted=b"a\nb")
    assert message.raw == b"Received: x\r\na\r\nb"
    assert message.submitted == b"a\nb"
    assert Message(b"a").submitted is None


def test_the_last_field_of_a_name_in_any_case() -> None:
    message = Message(b"X: one\nSUBJECT:two\nsubject : three\nEmpty:\n\nBody: four\n")
    assert message.field("Subject") == "three"
    assert message.field("x") == "one"
    assert message.field("EMPTY") == ""
    assert message.field("Body") is None
    assert message.field("Sübject") is None
    assert message.field("") is None


def test_a_folded_field_is_one_line() -> None:
    message = Message(b"Subject:\r\n folded\r\n\t twice \r\nTo: anna\r\n\r\n")
    assert message.field("Subject") == "folded\t twice"
    assert message.field("To") == "anna"


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (b"plain", "plain"),
        ("Grüße".encode(), "Grüße"),
        (b"Re: =?utf-8?q?Gr=C3=BC=C3=9Fe?= x", "Re: Grüße x"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=\r\n b", "a b"),
        ("=?utf-8?q?=C3=A9?= Grüße für 5 €".encode(), "é Grüße für 5 €"),
    ],
)
def test_a_field_is_decoded(value: bytes, decoded: str) -> None:
    assert Message(b"Subject: " + value + b"\r\n\r\n").field("Subject") == decoded


# RFC 2047 section 6.3: an incorrectly formed word must not prevent the handling of a message.
@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe",
        b"=?utf-8?q?=FF?=",
        b"=?us-ascii?q?=FC?=",
        b"=?nosuch?q?x=FC?=",
        b"=?rot13?q?x?=",
        b"=?hex?q?x?=",
        b"=??q?x?=",
        b"=?utf-8?x?x?=",
        b"=?utf-8?q?x",
        b"=?utf-8?b?w6k?=",
        b"=?utf-16?b?AA?=",
        b"=?utf-8?b?a?=",
        b"=?utf-8?b?w?= =?utf-8?b?6k=?=",
        b"=?idna?q?x=FC?=",
        b"=?punycode?q?x=FC?=",
        b"=?undefined?q?x?=",
        b"=?a\0b?q?x?=",
        b"=?unicode_escape?q?=5Cq?=",
    ],
)
def test_broken_encoded_words_don_t_hinder(value: bytes) -> None:
    message = Message(b"Subject: " + value + b"\r\nTo: anna\r\n\r\n")
    assert isinstance(message.field("Subject"), str)
    assert message.field("To") == "anna"
    assert "octets" in repr(message)


def test_repr_says_subject_and_size() -> None:
    assert repr(Message(b"Subject: x\n\n")) == "<Message 'x', 14 octets>"
    assert repr(Message(b"")) == "<Message None, 0 octets>"


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.binary(max_size=60), st.sampled_from(["crlf", "keep"]))
def test_any_bytes_make_a_message(raw: bytes, newlines: str) -> None:
    message = Message(raw, newlines="keep" if newlines == "keep" else "crlf")
    assert 0 <= message.header_size <= message.size == len(message.wire)
    last = 0
    for _, start, value, end in message.fields:
        assert last <= start <= value <= end <= message.header_size
        last = end
