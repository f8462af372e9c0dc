"""Messages made from parts: the same parts, the same bytes."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mockmail.message.build import from_email, text_message
from mockmail.message.message import Message

DATE = datetime(2024, 3, 4, 9, 0, 5, tzinfo=UTC)


def made(
    subject: str = "Lunch",
    text: str = "noon?",
    *,
    date: datetime = DATE,
    sender: str = "Ben <ben@example.org>",
    to: str = "anna@example.org",
) -> Message:
    return text_message(
        subject=subject,
        text=text,
        sender=sender,
        to=to,
        date=date,
        message_id="<1@example.org>",
    )


def test_a_plain_message_to_the_octet() -> None:
    assert made().raw == (
        b"From: Ben <ben@example.org>\r\n"
        b"To: anna@example.org\r\n"
        b"Subject: Lunch\r\n"
        b"Date: Mon, 04 Mar 2024 09:00:05 +0000\r\n"
        b"Message-ID: <1@example.org>\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="us-ascii"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"noon?\r\n"
    )


@pytest.mark.parametrize("subject", ["Lunch", "", "Grüße", "x" * 200, "ü" * 200, "a =?b?= c"])
@pytest.mark.parametrize("text", ["", "noon?", "noon?\n", ".\n..\n", "Grüße\nfür 5 €", "y" * 2000])
def test_what_goes_in_can_be_read_out_and_is_the_same_each_time(subject: str, text: str) -> None:
    message = made(subject, text)
    assert message.raw == made(subject, text).raw
    assert b"\r" not in message.raw.replace(b"\r\n", b"")
    assert b"\n" not in message.raw.replace(b"\r\n", b"")
    assert message.field("Subject") == subject
    read = message_from_bytes(message.raw, policy=default)
    assert read["Subject"] == subject
    assert isinstance(read, EmailMessage)
    expected = text if text.endswith("\n") else text + "\n"
    assert read.get_content().replace("\r\n", "\n") == expected


def test_headers_are_us_ascii() -> None:
    message = made("Grüße", "für alle")
    assert message.raw[: message.header_size].isascii()


@pytest.mark.parametrize(
    "value", ["Ben <ben@example.org>", "", "ben", "x@", '"', "<", "@,;:", "a@x, b@y", " a@x "]
)
def test_addresses_stand_as_they_are_given(value: str) -> None:
    message = made(sender=value, to=value)
    assert b"From: %b\r\nTo: %b\r\n" % (value.encode(), value.encode()) in message.raw


@pytest.mark.parametrize(
    "value", ["Jörg <j@example.org>", "Jörg <j@example.org>, Änne <a@example.org>"]
)
def test_names_are_encoded_words(value: str) -> None:
    message = made(sender=value)
    assert message.field("From") == value
    assert message.raw[: message.header_size].isascii()


def test_an_address_outside_us_ascii() -> None:
    # RFC 6532: where it can't be encoded it is UTF-8.
    assert made(to="jörg@example.org").field("To") == "jörg@example.org"


@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb", "a\r\nb", "a\r\n b", "a\n", "ü\nTo: b", "ü\r\n b"]
)
def test_a_field_has_no_line_end(value: str) -> None:
    for field in ("subject", "sender", "to"):
        with pytest.raises(ValueError, match=r"[Ll]ine|linefeed"):
            made(**{field: value})


def test_the_date_keeps_its_zone() -> None:
    message = made(date=DATE.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert message.field("Date") == "Mon, 04 Mar 2024 14:30:05 +0530"


def test_a_message_of_the_standard_library() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Grüße"
    mail["To"] = "anna@example.org"
    mail.set_content("one\ntwo\n")
    message = from_email(mail)
    assert message.field("Subject") == "Grüße"
    assert message.raw.endswith(b"\r\n\r\none\r\ntwo\r\n")
    assert message.raw == from_email(mail).raw
    # Nothing is added that was not given.
    assert message.field("Date") is None
    assert message.field("Message-ID") is None
