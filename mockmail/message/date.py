"""Dates as headers have them (RFC 5322 sections 3.3 and 4.3), and as they shouldn't.

Day, month and year are looked for in each of their orders, then a time of day,
then a zone behind it. The day of the week and whatever else stands there say
nothing. The standard library's reader loses zones like ``+01:00`` and years of
three digits, and needs a time.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

_COMMENT = re.compile(r"\([^()]*+\)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*+\.?"
_TIME = (
    r"(?P<hour>[0-9]{1,2})\s*[:.]\s*(?P<minute>[0-9]{1,2})"
    r"(?:\s*[:.]\s*(?P<second>[0-9]{1,2}))?(?:[.,][0-9]+)?\s*(?P<half>[ap]\.?m\b)?"
)
_DAY = r"(?P<day>[0-9]{1,2})"
_ANY_TIME = re.compile(_TIME, re.IGNORECASE)
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ISO 8601 and RFC 3339
        r"\b(?P<year>[0-9]{4})-(?P<number>[0-9]{2})-(?P<day>[0-9]{2})(?=\b|T)",
        (
            r"\b(?P<year>[0-9]{4})(?P<number>[0-9]{2})(?P<day>[0-9]{2})"
            r"T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
        ),
        # date = day month year, and RFC 850's form of it
        rf"\b{_DAY}\.?\s*-?\s*{_MONTH}\s*[-,]?\s*(?P<year>[0-9]{{2,}})\b",
        # asctime's, with a zone perhaps, and how Americans write
        rf"\b{_MONTH}\s+{_DAY},?\s+(?:{_TIME}\s*(?:(?:[A-Z]{{3,4}}|[+-][0-9]{{4}})\s+)?)?(?P<year>[0-9]{{4}})\b",
    )
)
_OFFSET = re.compile(r"([+-])\s*([0-9]{1,2}):?([0-9]{2})?(?![0-9])")
_NAMED = re.compile(r"(?<![A-Z])[A-Z]++", re.IGNORECASE)
# obs-zone (RFC 5322 section 4.3), in hours; the letters of the military mean nothing certain.
_ZONES = {"UT": 0, "GMT": 0, "UTC": 0, "Z": 0}
_ZONES |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
# Not the RFC's, but seen.
_ZONES |= {"WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2}
_ZONES |= {"EEST": 3, "MSK": 3, "JST": 9, "KST": 9}
_LONGEST = 200
"""Characters of a field that can still be a date."""


def parse(value: str) -> datetime | None:
    """The moment that a Date field tells; None if it tells no day.

    Without a zone it is naive, and with ``-0000``, too: that says that nothing
    is known of the zone (RFC 5322 section 3.3). A time or a zone that can't be
    is as good as none.
    """
    value = value[:_LONGEST]
    while (less := _COMMENT.sub(" ", value)) != value:
        value = less
    for pattern in _DATES:
        if found := pattern.search(value):
            try:
                return _moment(found, value)
            except (ValueError, OverflowError):
                return None
    return None


def _moment(found: re.Match[str], value: str) -> datetime:
    parts = found.groupdict()
    name = parts.get("month")
    month = _MONTHS.index(name.lower()) + 1 if name else int(parts["number"])
    year = int(parts["year"])
    if len(parts["year"]) < 4:
        # Two digits are of this century up to 49; three count from 1900 (section 4.3).
        year += 2000 if year < 50 and len(parts["year"]) == 2 else 1900
    day = datetime(year, month, int(parts["day"]))
    time: re.Match[str] | None = found
    if not parts.get("hour"):
        time = _ANY_TIME.search(value, found.end())
        parts |= time.groupdict() if time else {}
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
    second = 59 if second == 60 else second  # a leap second: the one before it
    with suppress(ValueError):
        day = day.replace(hour=hour, minute=minute, second=second)
    # A zone follows a time: the hyphens of 21-Nov-97 are no signs.
    zone = _zone(value[max(time.end("minute"), time.end("second")) :]) if time else None
    try:
        return day.replace(tzinfo=zone)
    except ValueError:
        return day


def _zone(rest: str) -> timezone | None:
    """The zone in what stands behind the time."""
    if found := _OFFSET.search(rest):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        try:
            zone = timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
        except ValueError:
            return None
        return zone if minutes else None if found[1] == "-" else UTC
    for found in _NAMED.finditer(rest):
        hours = _ZONES.get(found[0].upper())
        if hours is not None:
            return timezone(timedelta(hours=hours)) if hours else UTC
    return None
