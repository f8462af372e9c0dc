"""Made-up messages, one after the other: who writes, in which words, and in answer to what."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from html import escape
from textwrap import fill
from typing import TYPE_CHECKING, NamedTuple

from mockmail.chance import Chance
from mockmail.corpus import sample
from mockmail.corpus.item import Item
from mockmail.message.attachment import Attachment
from mockmail.message.build import compose
from mockmail.message.field import encode
from mockmail.message.message import Message
from mockmail.store.flags import Flags
from mockmail.store.flags import flags as make_flags

if TYPE_CHECKING:
    from faker import Faker

_PEOPLE = 12
"""Senders in each language."""
_REMEMBERED = 50
"""Messages back that an answer may go."""
_COLUMNS = 72
_QUOTED_LINES = 40
_ZONES = (-480, -300, -180, 0, 60, 120, 180, 330, 540)  # minutes east of Greenwich
_FORWARDED_OCTETS = 16 * 1024
_ONLY_HTML, _COPIED = 0.25, 0.15
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322 section 3.2.3


class _Person(NamedTuple):
    name: str
    address: str
    zone: timezone

    @property
    def mailbox(self) -> str:
        name = f'"{self.name}"' if _SPECIALS.search(self.name) else self.name
        return f"{name} <{self.address}>"

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class _Mail(NamedTuple):
    """What an answer needs to know."""

    locale: str
    sender: _Person
    when: datetime
    subject: str
    """Without "Re:"."""
    text: str
    ids: tuple[str, ...]
    """Message-IDs of the thread up to this one."""
    message: Message

    @property
    def quoted(self) -> tuple[str, ...]:
        head = f"{self.sender.name}, {self.when:%Y-%m-%d %H:%M}:"
        lines = self.text.split("\n")[:_QUOTED_LINES]
        return (head, *(f">{line}" if line[:1] in (">", "") else f"> {line}" for line in lines))


class Maker:
    """Makes one message after the other.

    Each kind of choice has a stream of its own, and the words of a message have a
    seed of their own: more attachments don't make other texts.
    """

    def __init__(
        self,
        chance: Chance,
        fakers: dict[str, "Faker"],
        to: str,
        probabilities: Mapping[str, float],
        charsets: Sequence[str],
        flags: Mapping[str, float],
    ) -> None:
        self.chance = chance
        self.fakers = fakers
        self.to = to
        self.probabilities = probabilities
        self.charsets = charsets
        self.flags = flags
        self.people = {locale: self.persons(locale) for locale in fakers}
        self.recent: deque[_Mail] = deque(maxlen=_REMEMBERED)

    def make(self, when: datetime) -> Item:
        """The next message."""
        before = self.answered()
        locale = before.locale if before else self.chance("locales").choice(tuple(self.fakers))
        sender = self.chance("senders").choice(self.people[locale])
        faker = self.seeded(locale, "words")
        subject = before.subject if before else _subject(faker)
        paragraphs = [*faker.paragraphs(self.chance("lengths").randint(1, 4)), sender.name]
        quoted = before.quoted if before else ()
        texts = [*(fill(each, _COLUMNS) for each in paragraphs), "\n".join(quoted)]
        text = "\n\n".join(texts).rstrip("\n")
        with_html = self.happens("html")
        files = self.files(faker, pictures=with_html) if self.happens("attachments") else []
        html = _page(paragraphs, quoted, files) if with_html else None
        only_html = with_html and self.chance("only-html").random() < _ONLY_HTML
        message_id = f"<{self.chance.token('message-id')}@{sender.domain}>"
        message = compose(
            subject=f"Re: {subject}" if before else subject,
            text="" if only_html else text,
            html=html,
            attachments=files,
            sender=sender.mailbox,
            to=self.to,
            cc=self.copied(locale, sender),
            headers=_thread(before),
            charset=self.charset([text, html, *(file.content for file in files)]),
            date=when.astimezone(sender.zone),
            message_id=message_id,
            boundary=self.boundary,
        )
        ids = (*before.ids, message_id) if before else (message_id,)
        self.recent.append(_Mail(locale, sender, when, subject, text, ids, message))
        return Item(message, self.drawn_flags(), when)

    def happens(self, what: str) -> bool:
        return self.chance(what).random() < self.probabilities[what]

    def seeded(self, locale: str, stream: str) -> "Faker":
        faker = self.fakers[locale]
        faker.seed_instance(self.chance(stream).getrandbits(64))
        return faker

    def persons(self, locale: str) -> tuple[_Person, ...]:
        faker, zones = self.seeded(locale, "people"), self.chance("zones")
        return tuple(_person(faker, zones.choice(_ZONES)) for _ in range(_PEOPLE))

    def answered(self) -> _Mail | None:
        """The message that the next one answers, if it does."""
        answers = self.happens("threads") and self.recent
        return self.chance("answered").choice(self.recent) if answers else None

    def copied(self, locale: str, sender: _Person) -> list[str]:
        draw = self.chance("copied")
        other = draw.choice(self.people[locale])
        return [other.mailbox] if draw.random() < _COPIED and other != sender else []

    def charset(self, contents: Iterable[object]) -> str:
        """One that has all that is text of these."""
        texts = [content for content in contents if isinstance(content, str)]
        able = [charset for charset in self.charsets if _has(charset, texts)]
        return self.chance("charsets").choice(able or ["utf-8"])

    def files(self, faker: "Faker", *, pictures: bool) -> list[Attachment]:
        """Some; `pictures` may be inline."""
        mail = [each.message for each in self.recent if each.message.size <= _FORWARDED_OCTETS]
        number = self.chance("how-many").choice((1, 1, 1, 2, 3))
        return [sample.attachment(faker, self.chance, mail, inline=pictures) for _ in range(number)]

    def drawn_flags(self) -> Flags:
        draw = self.chance("flags").random
        return make_flags(name for name, often in sorted(self.flags.items()) if draw() < often)

    def boundary(self) -> str:
        return f"=_{self.chance.token('boundary')}"


def _person(faker: "Faker", minutes: int) -> _Person:
    """Their address has their name where that can be told in US-ASCII."""
    name = faker.name().strip().replace('"', "'")
    address = faker.ascii_safe_email()
    folded = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall("[a-z]+", "".join(c for c in folded if not unicodedata.combining(c)))
    if words and sum(map(len, words)) == sum(c.isalpha() for c in folded):
        address = f"{'.'.join(words)}@{address.rpartition('@')[2]}"
    return _Person(name, address, timezone(timedelta(minutes=minutes)))


def _subject(faker: "Faker") -> str:
    subject: str = faker.sentence(nb_words=5)
    return subject.rstrip(".。।")


def _thread(before: _Mail | None) -> list[tuple[str, str]]:
    """RFC 5322 section 3.6.4."""
    if before is None:
        return []
    return [("In-Reply-To", before.ids[-1]), ("References", " ".join(before.ids))]


def _page(paragraphs: Iterable[str], quoted: Sequence[str], files: Iterable[Attachment]) -> str:
    """The same as HTML, with the pictures that belong to it."""
    body = [f"<p>{escape(each)}</p>" for each in paragraphs]
    body += [f'<p><img src="cid:{file.content_id}" alt=""></p>' for file in files if file.inline]
    if quoted:
        lines = "<br>\n".join(map(escape, quoted))
        body.append(f"<blockquote>{lines}</blockquote>")
    return "\n".join(["<html><body>", *body, "</body></html>"])


def _has(charset: str, texts: Iterable[str]) -> bool:
    try:
        for text in texts:
            encode(text, charset)
    except ValueError:
        return False
    return True
