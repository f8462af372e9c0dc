"""Texts of a message: for SEARCH (RFC 3501 section 6.4.4) and PREVIEW (RFC 8970)."""

from base64 import encodebytes
from email.message import EmailMessage
from quopri import encodestring

import pytest
from hypothesis import given, settings

from broken import messages
from mockmail.message.message import Message
from mockmail.message.text import (
    KEPT_UP_TO,
    MAX_ENCODED_DEPTH,
    PREVIEW_LENGTH,
    PREVIEW_OCTETS,
    body_text,
    folded,
    header_text,
    header_texts,
    part_text,
    preview,
)

B = b"Content-Type: multipart/mixed; boundary=b\n\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\n"
HTML = b"Content-Type: text/html; charset=utf-8\n"
FORWARDED = b"Content-Type: message/rfc822\n"


def multipart(*parts: bytes, subtype: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    lines = [b"Content-Type: multipart/%b; boundary=%b\n\n" % (subtype, boundary)]
    lines += [b"--%b\n%b\n" % (boundary, part) for part in parts]
    return b"".join([*lines, b"--%b--\n" % boundary])


def encoded(encoding: str, raw: bytes) -> bytes:
    coded = encodebytes(raw) if encoding == "base64" else encodestring(raw)
    return b"Content-Transfer-Encoding: %b\n\n%b" % (encoding.encode(), coded)


def body(raw: bytes) -> str:
    return body_text(Message(raw)).decode()


def test_the_header_by_its_fields() -> None:
    message = Message(
        b"Subject: =?utf-8?q?GR=C3=9CSSE?=\n  und MEHR \nReceived: One\nreceived :two\nNo field\n"
        b"Comments: Gr\xc3\xb6\xc3\x9fe\nX:\n\nBody: x"
    )
    # What is no field has no name to be asked for.
    assert {name: text.decode() for name, text in header_texts(message).items() if name} == {
        b"subject": "grüsse  und mehr",
        b"received": "one\ntwo",
        b"comments": "grösse",
        b"x": "",
    }
    assert header_texts(message) is header_texts(message)


@pytest.mark.parametrize(
    "part", ["grüsse  und mehr", "received: from a", "received: from b", "x-empty:", "no field"]
)
def test_what_is_in_the_header(part: str) -> None:
    # RFC 3501 section 6.4.4, TEXT: "in the header".
    message = Message(
        b"Subject: =?utf-8?q?GR=C3=9CSSE?=\n  und MEHR\nReceived: from A\nReceived: from B\n"
        b"X-Empty:\nNo field\n\nBody: x"
    )
    assert folded(part) in header_text(message)
    assert b"body" not in header_text(message)


def test_there_may_be_no_header() -> None:
    assert header_text(Message(b"")) == header_text(Message(b"\nx")) == b""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("GRÜSSE", "grüße"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
        ("ПРИВЕТ", "привет"),
        ("\ufb01n", "FIN"),
    ],
)
def test_case_does_not_count(one: str, two: str) -> None:
    assert folded(one) == folded(two)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"Subject: x\n\n", ""),
        (b"Subject: x\n\nSome TEXT\n", "some text\r\n"),
        (PLAIN + b"\n" + "Grüße".encode(), "grüsse"),
        (b"Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4", "привет"),
        (PLAIN + encoded("base64", "Grüße".encode()), "grüsse"),
        (PLAIN + encoded("quoted-printable", "Grüße =".encode()), "grüsse ="),
        # HTML is text (SEARCH knows no media types), and so is all else that is text/*.
        (HTML + b"\n<p>A&amp;B", "<p>a&amp;b"),
        (b"Content-Type: text/x-any\n\nA", "a"),
        # Other types are none.
        (b"Content-Type: image/svg+xml\n\n<svg>A", ""),
        (b"Content-Type: application/octet-stream\n" + encoded("base64", b"A"), ""),
        # An unknown encoding: "must be treated as application/octet-stream" (RFC 2045 section 6.4).
        (b"MIME-Version: 1.0\nContent-Transfer-Encoding: x-unknown\n\nA", ""),
        (b"MIME-Version: 1.0\nContent-Transfer-Encoding: 8BIT\n\nA", "a"),
        # Without MIME there are no encodings.
        (b"Content-Transfer-Encoding: base64\n\nQUJD", "qujd"),
        # Parts, without what is between them and without their headers.
        (
            b"Preamble: x\n" + multipart(PLAIN + b"\nOne", HTML + b"\nTwo", b"Content-Type: image/png\n\nThree"),
            "one\ntwo",
        ),
        (multipart(multipart(b"\nOne", boundary=b"c"), b"\nTwo"), "one\ntwo"),
        # Messages: their headers, too (BODY is "the body of the message").
        (multipart(b"\nOne", FORWARDED + b"\nSubject: =?utf-8?q?TW=C3=96?=\nTo: x\n\nThree"), "one\nsubject: twö\nto: x\nthree"),
    ],
)  # fmt: skip
def test_the_body(raw: bytes, text: str) -> None:
    assert body(raw) == text


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_messages_that_are_encoded_against_the_rules(encoding: str) -> None:
    # RFC 2046 section 5.2.1: "No encoding other than 7bit, 8bit, or binary is permitted."
    inner = PLAIN + b"Subject: Inside\n" + encoded("base64", "Grüße".encode())
    text = body(multipart(b"\nOne", FORWARDED + encoded(encoding, inner)))
    assert text.startswith("one\n")
    assert "subject: inside" in text
    assert "grüsse" in text


def wrapped(raw: bytes, levels: int, encoding: str) -> bytes:
    for _ in range(levels):
        raw = FORWARDED + encoded(encoding, raw)
    return raw


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_messages_in_one_another(encoding: str) -> None:
    text = b"Subject: x\n\nInside"
    assert "inside" in body(wrapped(text, MAX_ENCODED_DEPTH, encoding))
    assert len(body(wrapped(text, MAX_ENCODED_DEPTH + 10, encoding))) < 200_000


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_each_text_is_there_once(encoding: str) -> None:
    # What is quoted-printable can look like a message before it is decoded, too.
    assert body(wrapped(b"Subject: x\n\nInside", 1, encoding)) == "subject: x\ninside"


def test_what_is_kept() -> None:
    small = Message(PLAIN + b"\nA")
    assert body_text(small) is body_text(small)
    large = Message(PLAIN + b"\n" + b"Aa" * KEPT_UP_TO)
    assert body_text(large) == b"aa" * KEPT_UP_TO
    assert body_text(large) is not body_text(large)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", ""),
        (b"Subject: x\n\n", ""),
        (b"Subject: x\n\n  Some \n\ttext  here \n", "Some text here"),
        (PLAIN + encoded("base64", "Grüße\n".encode()), "Grüße"),
        (HTML + b"\n<style>x</style><p>A&amp;B<br>C", "A&B C"),
        (b"Content-Type: TEXT/HTML\n\n<p>A", "A"),
        # The first text; of alternatives the plain one.
        (multipart(PLAIN + b"\nOne", HTML + b"\n<p>Two", subtype=b"alternative"), "One"),
        (multipart(HTML + b"\n<p>One", PLAIN + b"\nTwo", subtype=b"alternative"), "Two"),
        (multipart(HTML + b"\n<p>One", PLAIN + b"\nTwo"), "One"),
        (multipart(b"Content-Type: image/png\n\nOne", b"Content-Type: text/x-any\n\nTwo"), "Two"),
        (multipart(multipart(b"\nOne", HTML + b"\nTwo", subtype=b"alternative", boundary=b"c"), b"\nThree"), "One"),
        # Attachments are not what a reader sees first.
        (multipart(PLAIN + b"Content-Disposition: attachment\n\nOne", HTML + b"\n<p>Two"), "Two"),
        (multipart(PLAIN + b"Content-Disposition: ATTACHMENT; filename=x\n\nOne"), ""),
        (multipart(PLAIN + b"Content-Disposition: inline\n\nOne"), "One"),
        # "The server MUST return a zero-length string."
        (b"Content-Type: image/png\n\nOne", ""),
        (b"Content-Type: application/pkcs7-mime\n" + encoded("base64", b"One"), ""),
        (multipart(), ""),
        # A forwarded message has text, too.
        (FORWARDED + b"\nSubject: x\n\nOne", "One"),
        (multipart(b"Content-Type: image/png\n\nx", FORWARDED + b"\nSubject: x\n\nOne"), "One"),
    ],
)  # fmt: skip
def test_previews(raw: bytes, shown: str) -> None:
    message = Message(raw)
    assert preview(message) == shown
    assert preview(message) is preview(message)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        # A message's own text comes before those of messages in it.
        (multipart(HTML + b"\n<p>One", FORWARDED + b"\nSubject: x\n\nTwo"), "One"),
        # What is in an attachment is not seen, either.
        (multipart(FORWARDED + b"Content-Disposition: attachment\n\nSubject: x\n\nOne", b"\nTwo"), "Two"),
        # A text that is empty says nothing.
        (multipart(PLAIN + b"\n \n", HTML + b"\n<p>One", subtype=b"alternative"), "One"),
    ],
)  # fmt: skip
def test_what_a_reader_would_see_first(raw: bytes, shown: str) -> None:
    assert preview(Message(raw)) == shown


@pytest.mark.parametrize("character", ["x", "é", "€", "😀"])
def test_how_long_a_preview_is(character: str) -> None:
    text = character * 1000
    for raw in (PLAIN + b"\n", PLAIN + b"Content-Transfer-Encoding: 8bit\n\n", b"Subject: x\n\n"):
        assert preview(Message(raw + text.encode())) == character * PREVIEW_LENGTH
    assert preview(Message(PLAIN + encoded("base64", text.encode()))) == character * PREVIEW_LENGTH
    words = " ".join([character * 39] * 10)
    assert preview(Message(PLAIN + b"\n" + words.encode())) == words[: PREVIEW_LENGTH - 1]


@pytest.mark.parametrize("fields", [PLAIN, b"Content-Type: text/plain\n", b"Subject: x\n"])
@pytest.mark.parametrize("shift", range(4))
def test_a_character_that_is_cut_in_two_spoils_nothing(fields: bytes, shift: int) -> None:
    # Only the start of a long text is read for a preview.
    text = "x" * shift + "€" * PREVIEW_OCTETS
    assert preview(Message(fields + b"\n" + text.encode())) == text[:PREVIEW_LENGTH]


def test_a_part_as_text() -> None:
    message = Message(PLAIN + encoded("base64", "Größe, € 5".encode()))
    assert part_text(message, message.root) == "Größe, € 5"
    # Of the start: "Gr" and half of a character.
    assert part_text(message, message.root, 4) == "Gr"
    assert part_text(message, message.root, 0) == ""


def test_what_the_standard_library_builds() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Grüße"
    mail.set_content("Plain: é\n")
    mail.add_alternative("<p>HTML: é</p>\n", subtype="html")
    mail.add_attachment("Notes: é\n", filename="notes.txt")
    mail.add_attachment(b"octets", "application", "pdf", filename="é.pdf")
    mail.set_boundary("a")
    mail.get_payload(0).set_boundary("b")
    message = Message(bytes(mail))
    assert body_text(message).decode().split() == [
        "plain:",
        "é",
        "<p>html:",
        "é</p>",
        "notes:",
        "é",
    ]
    assert preview(message) == "Plain: é"


@settings(deadline=None, derandomize=True, max_examples=150)
@given(messages)
def test_any_message_has_texts(raw: bytes) -> None:
    message = Message(raw)
    for text in (body_text(message), *header_texts(message).values()):
        assert text == folded(text.decode())
    shown = preview(message)
    assert len(shown) <= PREVIEW_LENGTH
    assert shown == " ".join(shown.split())
    assert "\0" not in shown
