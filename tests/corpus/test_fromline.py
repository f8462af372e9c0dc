"""The line that begins a message in an mbox."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.corpus.fromline import date, render, sender
from mockmail.message.message import Message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"From a@example.org Mon Jan  1 00:00:00 2024", datetime(2024, 1, 1, tzinfo=UTC)),
        (b"From a Thu Feb 29 23:59:59 2024\r\n", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        (b"From a b c Mon Dec 01 10:11:12 1969 ", datetime(1969, 12, 1, 10, 11, 12, tzinfo=UTC)),
        # The day of the week is not looked at, and nobody need have sent it.
        (b"From Sun Jan  1 00:00:00 2024", datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates(line: bytes, expected: datetime) -> None:
    assert date(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        b"From ",
        b"From a@example.org",
        b"From a Mon Jan  1 00:00 2024",
        b"From a Mon Jan  1 00:00:00 UTC 2024",
        b"From a Mon Jan  1 00:00:00 2024 +0100",
        b"From a Mon Jan 1 00:00:00 2024",
        b"From a Fri Feb 30 00:00:00 2024",
        b"From a Mon Jan  0 00:00:00 2024",
        b"From a Mon Jan  1 24:00:00 2024",
        b"From a Mon Jan  1 00:00:60 2024",
        b"From a Mon Jan  1 00:00:00 0000",
        b"From a Mon Mai  1 00:00:00 2024",
        b"From aMon Jan  1 00:00:00 2024",
        b"From \xfc\xff",
        # Arabic digits are no digits here.
        "From a Mon Jan  1 00:00:00 ٢٠٢٤".encode(),
    ],
)
def test_no_dates(line: bytes) -> None:
    assert date(line) is None


@settings(deadline=None, derandomize=True)
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_date_comes_back_to_the_second(when: datetime) -> None:
    assert date(render("a@example.org", when)) == when.replace(microsecond=0)


def test_written_as_asctime_in_utc() -> None:
    zone = timezone(timedelta(hours=2))
    when = datetime(2024, 3, 4, 1, 2, 3, 999_999, tzinfo=zone)
    assert render("a@b", when) == b"From a@b Sun Mar  3 23:02:03 2024"
    assert render("a@b", when.replace(tzinfo=None)) == b"From a@b Mon Mar  4 01:02:03 2024"


def test_no_date_comes_back_as_none() -> None:
    line = render("a@b", None)
    assert line == b"From a@b Mon Jan  1 00:00 2024"
    assert date(line) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"From: a@example.org\r\n", "a@example.org"),
        (b"From: Anna <a@example.org>\r\n", "a@example.org"),
        (b'From: "Anna, of course" <a@example.org>\r\n', "a@example.org"),
        (b"From: Anna\r\n <a+b.c@example.org>\r\n", "a+b.c@example.org"),
        (b"From: a@example.org\r\nReturn-Path: <b@example.org>\r\n", "b@example.org"),
        (b"From: a@example.org\r\nReturn-Path: <>\r\n", "a@example.org"),
        (b"From: a@example.org\r\nFrom: b@example.org\r\n", "a@example.org"),
        (b"", "MAILER-DAEMON"),
        (b"From: Anna\r\n", "MAILER-DAEMON"),
        (b"From: a@example.org, b@example.org\r\n", "MAILER-DAEMON"),
        (b'From: "a b"@example.org\r\n', "MAILER-DAEMON"),
        (b"From: \xc3\xbc@example.org\r\n", "MAILER-DAEMON"),
        (b"From: a@[127.0.0.1]\r\n", "MAILER-DAEMON"),
        (b"From: <a@example.org> x\r\n", "MAILER-DAEMON"),
        (b"From: a@b@c\r\n", "MAILER-DAEMON"),
        (b"Subject: x\r\n\r\nFrom: a@example.org\r\n", "MAILER-DAEMON"),
    ],
)
def test_senders(header: bytes, expected: str) -> None:
    assert sender(Message(header)) == expected
