"""Envelopes: RFC 9051 section 7.5.2, of headers as RFC 5322 has them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broken import headers
from mockmail.message.address import GROUP_END, Address, address_list
from mockmail.message.envelope import Envelope, envelope
from mockmail.message.header import end_of_header, scan


def read(header: bytes) -> Envelope:
    raw = header.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return envelope(raw, scan(raw, 0, end_of_header(raw)))


def at(mailbox: bytes, host: bytes, name: bytes | None = None) -> tuple[Address, ...]:
    return (Address(name, None, mailbox, host),)


NOTHING = Envelope(None, None, (), (), (), (), (), (), None, None)
JOHN = at(b"jdoe", b"machine.example", b"John Doe")
MARY = at(b"mary", b"example.net", b"Mary Smith")
SMITH = at(b"smith", b"home.example", b"Mary Smith: Personal Account")
HELLO = NOTHING._replace(
    date=b"Fri, 21 Nov 1997 09:55:06 -0600",
    subject=b"Saying Hello",
    from_=JOHN,
    sender=JOHN,
    reply_to=JOHN,
    to=MARY,
    message_id=b"<1234@local.machine.example>",
)


# RFC 5322, appendix A.
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            (
                b"From: John Doe <jdoe@machine.example>\n"
                b"To: Mary Smith <mary@example.net>\n"
                b"Subject: Saying Hello\n"
                b"Date: Fri, 21 Nov 1997 09:55:06 -0600\n"
                b"Message-ID: <1234@local.machine.example>\n"
                b"\n"
                b'This is a message just to say hello.\nSo, "Hello".\n'
            ),
            HELLO,
        ),
        (
            (
                b"From: John Doe <jdoe@machine.example>\n"
                b"Sender: Michael Jones <mjones@machine.example>\n"
                b"To: Mary Smith <mary@example.net>\n"
                b"Subject: Saying Hello\n"
                b"Date: Fri, 21 Nov 1997 09:55:06 -0600\n"
                b"Message-ID: <1234@local.machine.example>\n"
            ),
            HELLO._replace(sender=at(b"mjones", b"machine.example", b"Michael Jones")),
        ),
        (
            (
                b"From: Mary Smith <mary@example.net>\n"
                b"To: John Doe <jdoe@machine.example>\n"
                b'Reply-To: "Mary Smith: Personal Account" <smith@home.example>\n'
                b"Subject: Re: Saying Hello\n"
                b"Date: Fri, 21 Nov 1997 10:01:10 -0600\n"
                b"Message-ID: <3456@example.net>\n"
                b"In-Reply-To: <1234@local.machine.example>\n"
                b"References: <1234@local.machine.example>\n"
            ),
            NOTHING._replace(
                date=b"Fri, 21 Nov 1997 10:01:10 -0600",
                subject=b"Re: Saying Hello",
                from_=MARY,
                sender=MARY,
                reply_to=SMITH,
                to=JOHN,
                in_reply_to=b"<1234@local.machine.example>",
                message_id=b"<3456@example.net>",
            ),
        ),
        # A.3: resent fields are others.
        (
            (
                b"Resent-From: Mary Smith <mary@example.net>\n"
                b"Resent-To: Jane Brown <j-brown@other.example>\n"
                b"Resent-Date: Mon, 24 Nov 1997 14:22:01 -0800\n"
                b"Resent-Message-ID: <78910@example.net>\n"
                b"From: John Doe <jdoe@machine.example>\n"
                b"To: Mary Smith <mary@example.net>\n"
                b"Subject: Saying Hello\n"
                b"Date: Fri, 21 Nov 1997 09:55:06 -0600\n"
                b"Message-ID: <1234@local.machine.example>\n"
            ),
            HELLO,
        ),
        # A.5: unfolding is all that texts go through.
        (
            (
                b"From: Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>\n"
                b"Cc:(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;\n"
                b"Date: Thu,\n      13\n        Feb\n          1969\n      23:32\n"
                b"               -0330 (Newfoundland Time)\n"
                b"Message-ID:              <testabcd.1234@silly.test>\n"
            ),
            NOTHING._replace(
                date=b"Thu,      13        Feb          1969      23:32"
                b"               -0330 (Newfoundland Time)",
                from_=at(b"pete", b"silly.test", b"Pete"),
                sender=at(b"pete", b"silly.test", b"Pete"),
                reply_to=at(b"pete", b"silly.test", b"Pete"),
                cc=(Address(None, None, b"Hidden recipients", None), GROUP_END),
                message_id=b"<testabcd.1234@silly.test>",
            ),
        ),
        # A.6.3
        (
            (
                b"From  : John Doe <jdoe@machine(comment).  example>\n"
                b"To    : Mary Smith\n  \n          <mary@example.net>\n"
                b"Subject     : Saying Hello\n"
                b"Date  : Fri, 21 Nov 1997 09(comment):   55  :  06 -0600\n"
                b"Message-ID  : <1234   @   local(blah)  .machine .example>\n"
            ),
            HELLO._replace(
                date=b"Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
                message_id=b"<1234   @   local(blah)  .machine .example>",
            ),
        ),
    ],
    ids=["A.1.1", "A.1.1 with a sender", "A.2", "A.3", "A.5", "A.6.3"],
)
def test_the_examples(header: bytes, expected: Envelope) -> None:
    assert read(header) == expected


A, B, C = at(b"a", b"x"), at(b"b", b"x"), at(b"c", b"x")


# "If the Sender or Reply-To header fields are absent in the [RFC5322] header, or are
# present but empty, the server sets the corresponding member of the envelope to be the
# same value as the from member".
@pytest.mark.parametrize(
    ("header", "from_", "sender", "reply_to"),
    [
        (b"From: a@x\n", A, A, A),
        (b"From: a@x\nSender: b@x\n", A, B, A),
        (b"From: a@x\nReply-To: b@x\n", A, A, B),
        (b"Sender: b@x\nReply-To: c@x\nFrom: a@x\n", A, B, C),
        (b"From: a@x\nSender:\nReply-To: \n", A, A, A),
        (b"From: a@x\nSender: (nobody)\nReply-To: ,\n", A, A, A),
        (b"Sender: b@x\n", (), B, ()),
        (b"", (), (), ()),
        (b"From: a@x\nFrom: b@x\n", A + B, A + B, A + B),
    ],
)
def test_sender_and_reply_to(
    header: bytes,
    from_: tuple[Address, ...],
    sender: tuple[Address, ...],
    reply_to: tuple[Address, ...],
) -> None:
    found = read(header)
    assert (found.from_, found.sender, found.reply_to) == (from_, sender, reply_to)


@pytest.mark.parametrize("name", ["date", "subject", "in_reply_to", "message_id"])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # "Absent: NIL. Present but empty: the empty string."
        ([], None),
        ([b""], b""),
        ([b" \t"], b""),
        ([b"x"], b"x"),
        ([b" x \n y\n\tz "], b"x  y\tz"),
        ([b"\xff\0=?utf-8?q?x?= (c)"], b"\xff\0=?utf-8?q?x?= (c)"),
        # The last one of several.
        ([b"x", b"y"], b"y"),
        ([b"x", b""], b""),
    ],
)
def test_texts(name: str, values: list[bytes], expected: bytes | None) -> None:
    field = name.replace("_", "-").encode()
    found = read(b"".join(b"%b: %b\n" % (field, value) for value in values))
    assert found == NOTHING._replace(**{name: expected})


@pytest.mark.parametrize("name", ["to", "cc", "bcc"])
def test_lists_of_several_fields_are_put_together(name: str) -> None:
    # RFC 5322 section 4.5.3
    field = name.encode()
    found = read(b"%b: a@x\nX: y\n%b:\n%b : b@x, c@x\n" % (field, field.upper(), field))
    assert found == NOTHING._replace(**{name: A + B + C})


def test_other_fields_and_the_body_do_not_count() -> None:
    assert read(b"To-Do: a@x\nX-Subject: x\nno field\n\nSubject: x\nTo: a@x\n") == NOTHING


@settings(deadline=None, derandomize=True, max_examples=200)
@given(headers, st.sampled_from([b"", b"\r\n", b"\r\nSubject: body\r\n"]))
def test_any_header_has_an_envelope(header: bytes, rest: bytes) -> None:
    raw = header + rest
    fields = scan(raw, 0, end_of_header(raw))
    found = envelope(raw, fields)
    names = {name for name, _, _, _ in fields}
    for name in ("date", "subject", "in_reply_to", "message_id"):
        text = getattr(found, name)
        assert (text is None) is (name.replace("_", "-").encode() not in names)
        assert text is None or b"\r\n" not in text
    for name in ("from_", "to", "cc", "bcc"):
        wanted = name.strip("_").encode()
        values = (raw[start:end] for each, _, start, end in fields if each == wanted)
        lists = [address_list(value.replace(b"\r\n", b"")) for value in values]
        assert getattr(found, name) == sum(lists, ())
    assert found.sender == found.from_ or b"sender" in names
    assert found.reply_to == found.from_ or b"reply-to" in names
