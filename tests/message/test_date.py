"""Dates: RFC 5322 sections 3.3 and 4.3, and others that are found in mail."""

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.date import parse


def zone(hours: int, minutes: int = 0) -> timezone:
    return timezone(timedelta(hours=hours, minutes=minutes))


NOVEMBER = datetime(1997, 11, 21, 9, 55, 6)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 5322, appendix A.
        ("Fri, 21 Nov 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Tue, 1 Jul 2003 10:52:37 +0200", datetime(2003, 7, 1, 10, 52, 37, tzinfo=zone(2))),
        ("Thu, 13 Feb 1969 23:32:54 -0330", datetime(1969, 2, 13, 23, 32, 54, tzinfo=zone(-3, -30))),
        ("21 Nov 1997 10:05:43 -0600", datetime(1997, 11, 21, 10, 5, 43, tzinfo=zone(-6))),
        ("Thu,      13        Feb          1969      23:32               -0330 (Newfoundland Time)", datetime(1969, 2, 13, 23, 32, tzinfo=zone(-3, -30))),
        ("21 Nov 97 09:55:06 GMT", NOVEMBER.replace(tzinfo=UTC)),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        # Section 3.3. -0000 says nothing of the zone.
        ("Fri, 21 Nov 1997 09:55:06 +0000", NOVEMBER.replace(tzinfo=UTC)),
        ("Fri, 21 Nov 1997 09:55:06 -0000", NOVEMBER),
        ("fri,21 nov 1997 09:55:06 +0545", NOVEMBER.replace(tzinfo=zone(5, 45))),
        ("Sat, 31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        # Section 4.3: years, comments everywhere, and zones.
        ("21 Nov 00 09:55:06 UT", datetime(2000, 11, 21, 9, 55, 6, tzinfo=UTC)),
        ("21 Nov 49 09:55 UT", datetime(2049, 11, 21, 9, 55, tzinfo=UTC)),
        ("21 Nov 50 09:55 UT", datetime(1950, 11, 21, 9, 55, tzinfo=UTC)),
        ("21 Nov 097 09:55 UT", datetime(1997, 11, 21, 9, 55, tzinfo=UTC)),
        ("21 Nov 103 09:55 UT", datetime(2003, 11, 21, 9, 55, tzinfo=UTC)),
        ("(a)Fri(b),(c)21(d)Nov(e)1997(f)09(g):(h)55(i):(j)06(k)-0600(l)", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Fri (1 Jan 1990 (2:2 +0100)), 21 Nov 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("21 Nov 1997 09:55:06 EST", NOVEMBER.replace(tzinfo=zone(-5))),
        ("21 Nov 1997 09:55:06 EDT", NOVEMBER.replace(tzinfo=zone(-4))),
        ("21 Nov 1997 09:55:06 CST", NOVEMBER.replace(tzinfo=zone(-6))),
        ("21 Nov 1997 09:55:06 cdt", NOVEMBER.replace(tzinfo=zone(-5))),
        ("21 Nov 1997 09:55:06 MST", NOVEMBER.replace(tzinfo=zone(-7))),
        ("21 Nov 1997 09:55:06 MDT", NOVEMBER.replace(tzinfo=zone(-6))),
        ("21 Nov 1997 09:55:06 PST", NOVEMBER.replace(tzinfo=zone(-8))),
        ("21 Nov 1997 09:55:06 PDT", NOVEMBER.replace(tzinfo=zone(-7))),
        ("21 Nov 1997 09:55:06 A", NOVEMBER),
        ("21 Nov 1997 09:55:06 y", NOVEMBER),
        ("21 Nov 1997 09:55:06 XYZT", NOVEMBER),
        # RFC 2046 section 5.1.1, RFC 2183 section 3.
        ("Sun, 21 Mar 1993 23:56:48 -0800 (PST)", datetime(1993, 3, 21, 23, 56, 48, tzinfo=zone(-8))),
        ("Wed, 12 Feb 1997 16:29:51 -0500", datetime(1997, 2, 12, 16, 29, 51, tzinfo=zone(-5))),
        # RFC 850 section 2.1.4, and asctime's.
        ("Friday, 19-Nov-82 16:14:55 EST", datetime(1982, 11, 19, 16, 14, 55, tzinfo=zone(-5))),
        ("Fri Nov 21 09:55:06 1997", NOVEMBER),
        ("Sun Nov  2 09:55:06 1997", NOVEMBER.replace(day=2)),
        ("Fri Nov 21 09:55:06 EST 1997", NOVEMBER.replace(tzinfo=zone(-5))),
        ("Fri Nov 21 09:55:06 1997 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        # IMAP's (RFC 9051 section 9, date-time).
        ("21-Nov-1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        (" 2-Nov-1997 09:55:06 -0600", NOVEMBER.replace(day=2, tzinfo=zone(-6))),
        # RFC 3339 sections 5.6 and 5.8.
        ("1997-11-21T09:55:06Z", NOVEMBER.replace(tzinfo=UTC)),
        ("1985-04-12T23:20:50.52Z", datetime(1985, 4, 12, 23, 20, 50, tzinfo=UTC)),
        ("1996-12-19t16:39:57-08:00", datetime(1996, 12, 19, 16, 39, 57, tzinfo=zone(-8))),
        ("1937-01-01T12:00:27.87+00:20", datetime(1937, 1, 1, 12, 0, 27, tzinfo=zone(0, 20))),
        ("1997-11-21 09:55:06", NOVEMBER),
        ("1997-11-21 09:55", NOVEMBER.replace(second=0)),
        # Not the RFC's.
        ("Fri, 21 Nov 1997 09:55:06 +01:00", NOVEMBER.replace(tzinfo=zone(1))),
        ("Fri, 21 Nov 1997 09:55:06 GMT+0100", NOVEMBER.replace(tzinfo=zone(1))),
        ("Fri, 21 Nov 1997 09:55:06 +0000 (GMT+01:00)", NOVEMBER.replace(tzinfo=UTC)),
        ("Fri, 21 Nov 1997 09:55:06 CEST", NOVEMBER.replace(tzinfo=zone(2))),
        ("Fri, 21 Nov 1997 09:55:06.123456 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Fri, 21 Nov 1997 09.55.06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Fri, 21 Nov 1997 9:5:6", datetime(1997, 11, 21, 9, 5, 6)),
        ("Fri 21 November 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Fri, 21 Nov. 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Fri, 21 Nov, 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("Tue, 2 Sept 2014 09:55 -0600", datetime(2014, 9, 2, 9, 55, tzinfo=zone(-6))),
        ("Mo, 21 Nov 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
        ("November 21, 1997 9:55:06 PM EST", NOVEMBER.replace(hour=21, tzinfo=zone(-5))),
        ("Nov 21, 1997 12:55 am", NOVEMBER.replace(hour=0, second=0)),
        ("Nov 21, 1997 12:55 pm", NOVEMBER.replace(hour=12, second=0)),
        ("Nov 21 1997", NOVEMBER.replace(hour=0, minute=0, second=0)),
        ("21 Nov 1997", NOVEMBER.replace(hour=0, minute=0, second=0)),
        ("1997-11-21", NOVEMBER.replace(hour=0, minute=0, second=0)),
        ("Date: Fri, 21 Nov 1997 09:55:06 -0600", NOVEMBER.replace(tzinfo=zone(-6))),
    ],
)  # fmt: skip
def test_dates(value: str, expected: datetime) -> None:
    found = parse(value)
    # The same moment in another zone would be another date.
    assert found == expected
    assert found is not None
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "yesterday", "21", "Nov", "1997", "21 Nov", "Nov 1997", "09:55:06 -0600"),
        # A day that isn't.
        *("31 Nov 1997 09:55:06 -0600", "29 Feb 1997 09:55:06 -0600", "0 Nov 1997", "32 Nov 1997"),
        *("21 Foo 1997 09:55:06 -0600", "1997-13-21", "1997-11-31T09:55:06Z", "21 Nov 0000"),
        "21 Nov 99999999999999999999",
        # Nobody knows which one is the month.
        *("11/12/1997 09:55:06", "11.12.1997", "1997/11/12"),
        # Digits of other scripts are none.
        "²¹ Nov ¹⁹⁹⁷",
        "٢١ Nov ١٩٩٧",
        # All of it is in comments.
        "(21 Nov 1997 09:55:06 -0600)",
        "x" * 10_000 + "21 Nov 1997",
    ],
)
def test_what_is_no_date(value: str) -> None:
    assert parse(value) is None


@pytest.mark.parametrize("time", ["24:00:00", "09:60:00", "09:55:61", "99:99"])
def test_a_time_that_cannot_be_does_not_hide_the_day(time: str) -> None:
    found = parse(f"Fri, 21 Nov 1997 {time} -0600")
    assert found == datetime(1997, 11, 21, tzinfo=zone(-6))


@pytest.mark.parametrize("offset", ["+9959", "-9959", "+2400", "-2400", "+9999", "+0060"])
def test_a_zone_that_cannot_be_does_not_hide_the_day(offset: str) -> None:
    # zone = (FWS ( "+" / "-" ) 4DIGIT): more than a clock's hours are not forbidden.
    found = parse(f"Fri, 21 Nov 1997 09:55:06 {offset}")
    assert found is not None
    assert found.replace(tzinfo=None) == NOVEMBER


ANY = settings(deadline=None, derandomize=True, max_examples=200)
zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))  # fmt: skip
moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)).map(lambda when: when.replace(microsecond=0))  # fmt: skip


@ANY
@given(moments, st.none() | zones)
def test_what_the_standard_library_writes(when: datetime, its_zone: timezone | None) -> None:
    when = when.replace(tzinfo=its_zone)
    written = format_datetime(when)
    found = parse(written)
    assert found == when == parsedate_to_datetime(written)
    assert found.utcoffset() == when.utcoffset()
    for other in (when.isoformat(), when.isoformat(" "), when.isoformat(timespec="milliseconds")):
        found = parse(other)
        assert found == when
        assert found.utcoffset() == when.utcoffset()


@ANY
@given(moments)
def test_other_orders(when: datetime) -> None:
    assert parse(when.ctime()) == when
    assert parse(when.strftime("%A, %d-%b-%Y %H:%M:%S")) == when
    assert parse(when.strftime("%B %d, %Y %I:%M:%S %p")) == when


@ANY
@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_years_of_two_digits(day: date) -> None:
    found = parse(day.strftime("%a, %d %b %y 12:00 +0000"))
    assert found is not None
    assert found.date() == day


pieces = st.lists(
    st.sampled_from(
        ["21", "Nov", "1997", "97", "09:55", "9:55:06", "+0100", "-0000", "EST", "Z", "pm", " ", ", ", "-", ":", ".", "(", ")",
         "1997-11-21", "T", "\u017fep", "K", "İ", "٣", "\0", "99", "0"]
    ),
    max_size=10,
).map("".join)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(pieces, pieces.map(" ".join), st.text(max_size=20)))
def test_nothing_hinders(value: str) -> None:
    assert parse(value) is None or parse(value) == parse(value)
