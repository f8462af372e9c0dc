"""Made-up mail, from a seed: people, threads and attachments in the words of a language.

The words are Faker's (the extra ``faker``), everything else is drawn here. A
message depends on those before it and never on how many follow: a longer batch
begins with the shorter one. The same seed makes the same bytes with the same
version of Faker.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count as count_from
from itertools import islice
from typing import TYPE_CHECKING

from mockmail.chance import Chance
from mockmail.corpus.item import Item
from mockmail.corpus.maker import Maker
from mockmail.message.field import encode, refuse_line_ends
from mockmail.near import near
from mockmail.store.flags import problem

if TYPE_CHECKING:
    from faker import Faker

FLAGS: Mapping[str, float] = {
    "\\Seen": 0.7,
    "\\Flagged": 0.1,
    "\\Answered": 0.1,
    "$Forwarded": 0.05,
    "$Junk": 0.05,
}
"""How probable each flag is where nothing is said of them."""
_HALF = 30
"""Messages in the first half of the time."""


def fake(
    count: int,
    *,
    chance: Chance,
    until: datetime,
    locale: str | Sequence[str] = "en_US",
    threads: float = 0.3,
    html: float = 0.3,
    attachments: float = 0.2,
    charsets: Sequence[str] = ("utf-8",),
    flags: Mapping[str, float] | None = None,
    to: str,
    days: int = 30,
) -> Iterator[Item]:
    """`count` messages to `to`, the oldest first.

    Their dates begin `days` days before `until` and come ever closer to it: half
    of the time lies behind after 30 messages, two thirds after 60.

    `threads`, `html` and `attachments` say how probable it is that a message
    answers an earlier one, has HTML, has attachments; `flags` says so of each
    flag. A message is in one of the languages `locale`, and in one of those
    `charsets` that can encode it, or in UTF-8. All addresses but `to` are of
    example.com, example.net and example.org.

    Each call draws once from ``chance("fake")``. ``ValueError`` for arguments that
    make no sense, ``ImportError`` without Faker.
    """
    flags = FLAGS if flags is None else flags
    probabilities = {"threads": threads, "html": html, "attachments": attachments}
    for name, value in (*probabilities.items(), *flags.items()):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is how probable, from 0 to 1, and can't be {value}")
    for name in flags:
        if why := problem(name):
            raise ValueError(why)
    if count < 0 or days < 0:
        raise ValueError(f"there are no {count} messages in {days} days")
    if not charsets:
        raise ValueError("charsets must name one at least")
    for charset in charsets:
        encode("", charset)
    refuse_line_ends(to)
    locales = (locale,) if isinstance(locale, str) else tuple(locale)
    own = Chance(chance("fake").getrandbits(64))
    maker = Maker(own, _fakers(locales), to, probabilities, tuple(charsets), dict(flags))
    dates = _dates(own, until, days)
    return islice(map(maker.make, dates), count)


def _fakers(locales: Sequence[str]) -> dict[str, "Faker"]:
    """One for each locale: that of several chooses among them by chance that nobody seeds."""
    try:
        from faker import Faker
        from faker.config import AVAILABLE_LOCALES
    except ImportError:
        raise ImportError("made-up mail needs Faker: install mockmail[faker]") from None
    if not locales:
        raise ValueError("locale must name one at least")
    fakers = {}
    for locale in locales:
        try:
            fakers[locale] = Faker(locale)
        except AttributeError:
            hint = near(locale, AVAILABLE_LOCALES)
            raise ValueError(f"Faker has no locale {locale!r}{hint}") from None
    return fakers


def _dates(chance: Chance, until: datetime, days: int) -> Iterator[datetime]:
    """Ascending, without end, and none after `until`."""
    day = timedelta(days=1)
    end = until.replace(microsecond=0, tzinfo=until.tzinfo or UTC)
    try:
        start = end.astimezone(UTC) - days * day
        _ = start - day, start + days * day + day  # dates in all zones
    except OverflowError:
        raise ValueError(f"there are no {days} days before {until}") from None
    return _ever_closer(start, days * day.total_seconds(), chance)


def _ever_closer(start: datetime, seconds: float, chance: Chance) -> Iterator[datetime]:
    draw = chance("dates")
    for number in count_from(0):
        begin, end = (seconds * n / (n + _HALF) for n in (number, number + 1))
        yield start + timedelta(seconds=int(draw.uniform(begin, end)))
