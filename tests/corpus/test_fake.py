"""Made-up mail: what it says is right, and the same seed says the same."""

import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from itertools import zip_longest
from typing import Any

import pytest

from mockmail.chance import Chance
from mockmail.corpus import sample
from mockmail.corpus.fake import FLAGS, fake
from mockmail.corpus.item import Item

pytest.importorskip("faker")

UNTIL = datetime(2024, 6, 1, 12, tzinfo=UTC)
CYRILLIC = r"[\u0400-\u04ff]"
ADDRESS = re.compile(r"[a-z0-9_.-]+@example\.(com|net|org)")
DIGEST = """
from hashlib import sha256
from datetime import datetime
from mockmail.chance import Chance
from mockmail.corpus.fake import fake
items = fake(
    60, chance=Chance(7), until=datetime(2024, 6, 1), locale=("ja_JP", "de_DE"), to="anna@example.org",
    attachments=0.6, html=0.5, charsets=("utf-8", "iso-2022-jp", "iso-8859-1"),
)
print(sha256(b"".join(item.message.raw for item in items)).hexdigest())
"""


def made(number: int, seed: int = 1, **words: Any) -> list[Item]:
    needed: dict[str, Any] = {"chance": Chance(seed), "until": UNTIL, "to": "anna@example.org"}
    return list(fake(number, **(needed | words)))


def read(item: Item) -> EmailMessage:
    mail = message_from_bytes(item.message.raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def parts(item: Item) -> Iterator[EmailMessage]:
    """The parts of the message itself, not of those in it."""
    waiting = [read(item)]
    while waiting:
        part = waiting.pop(0)
        yield part
        if part.get_content_maintype() == "multipart":
            waiting += part.iter_parts()  # type: ignore[arg-type]


def raws(items: list[Item]) -> list[bytes]:
    return [item.message.raw for item in items]


def test_the_same_seed_says_the_same() -> None:
    first, second = made(30), made(30)
    assert [item[1:] for item in first] == [item[1:] for item in second]
    assert raws(first) == raws(second)
    assert raws(first) != raws(made(30, seed=2))


def test_in_every_process() -> None:
    digests = set()
    for hashseed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hashseed},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout.strip())
    here = made(
        *(60, 7),
        until=datetime(2024, 6, 1),
        locale=("ja_JP", "de_DE"),
        attachments=0.6,
        html=0.5,
        charsets=("utf-8", "iso-2022-jp", "iso-8859-1"),
    )
    assert digests == {sha256(b"".join(raws(here))).hexdigest()}


def test_a_longer_batch_begins_with_the_shorter_one() -> None:
    long = made(40, attachments=0.7)
    for number in (0, 1, 17):
        short = made(number, attachments=0.7)
        assert len(short) == number
        assert raws(short) == raws(long[:number])
        assert [item[1:] for item in short] == [item[1:] for item in long[:number]]


def test_batches_do_not_depend_on_one_another() -> None:
    chance = Chance(1)
    one, two = (fake(20, chance=chance, until=UNTIL, to="a@example.org") for _ in range(2))
    turns = [item.message.raw for pair in zip_longest(one, two) for item in pair if item]
    chance = Chance(1)
    assert turns[::2] == raws(made(20, chance=chance, to="a@example.org"))
    assert turns[1::2] == raws(made(20, chance=chance, to="a@example.org"))
    assert turns[::2] != turns[1::2]


def test_more_of_one_thing_changes_nothing_else() -> None:
    few, many = made(40, attachments=0, html=0), made(40, attachments=1, html=0)
    for one, other in zip(few, many, strict=True):
        assert one[1:] == other[1:]
        assert [read(one)[name] for name in ("From", "Subject", "Date", "Message-ID")] == [
            read(other)[name] for name in ("From", "Subject", "Date", "Message-ID")
        ]
        body, other_body = read(one).get_body(), read(other).get_body()
        assert isinstance(body, EmailMessage)
        assert isinstance(other_body, EmailMessage)
        assert body.get_content() == other_body.get_content()


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "ja_JP", "ru_RU", "ar_AA", "lt_LT", "en-GB"])
def test_mail_of_a_language_can_be_read(locale: str) -> None:
    for item in made(40, locale=locale, attachments=0.5, html=0.5, charsets=("utf-8", "koi8-r")):
        raw = item.message.raw
        assert raw[: item.message.header_size].isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert b"\n" not in raw.replace(b"\r\n", b"")
        mail = read(item)
        assert mail["Subject"] == item.message.field("Subject")
        assert mail["To"].addresses[0].addr_spec == "anna@example.org"
        for part in parts(item):
            assert not part.defects
            assert not any(value.defects for value in part.values())
            assert part.is_multipart() or part.get_content() is not None
        for field in ("From", "Cc"):
            for address in mail[field].addresses if field in mail else ():
                assert ADDRESS.fullmatch(address.addr_spec)
                assert address.display_name


def test_words_are_of_the_language() -> None:
    subjects = [item.message.field("Subject") or "" for item in made(40, locale="ru_RU")]
    assert all(re.search(CYRILLIC, subject) for subject in subjects)
    both = [item.message.field("From") or "" for item in made(40, locale=["ru_RU", "en_US"])]
    assert 0 < sum(bool(re.search(CYRILLIC, name)) for name in both) < 40


def test_dates_ascend_and_come_closer_to_the_end() -> None:
    items = made(500, days=10)
    dates = [item.internaldate for item in items if item.internaldate]
    assert len(dates) == 500
    assert dates == sorted(dates)
    assert UNTIL - timedelta(days=10) <= dates[0]
    assert UNTIL - timedelta(days=1) <= dates[-1] <= UNTIL
    assert abs(dates[30] - (UNTIL - timedelta(days=5))) < timedelta(hours=12)
    assert [read(item)["Date"].datetime for item in items] == dates
    assert all(item.internaldate == UNTIL for item in made(3, days=0))
    zoned = UNTIL.astimezone()
    assert raws(made(3, until=zoned)) == raws(made(3, until=UNTIL.replace(tzinfo=None)))


def test_threads() -> None:
    known: dict[str, EmailMessage] = {}
    answers = 0
    for item in made(200, threads=0.5):
        mail = read(item)
        before = mail["In-Reply-To"]
        if before is None:
            assert mail["References"] is None
            assert not mail["Subject"].startswith("Re:")
        else:
            answers += 1
            parent = known[before]
            assert mail["Subject"] == f"Re: {parent['Subject'].removeprefix('Re: ')}"
            earlier = (parent["References"] or "").split()
            assert mail["References"].split() == [*earlier, before]
            assert mail["Date"].datetime >= parent["Date"].datetime
            body = mail.get_body(("plain",))
            assert body is None or "\n> " in body.get_content().replace("\r\n", "\n")
        assert mail["Message-ID"] not in known
        known[mail["Message-ID"]] = mail
    assert 70 < answers < 130


def test_how_probable_things_are() -> None:
    nothing: dict[str, Any] = {"threads": 0, "html": 0, "attachments": 0, "flags": {}}
    for item in made(50, **nothing):
        assert [part.get_content_type() for part in parts(item)] == ["text/plain"]
        assert not item.flags
        assert read(item)["References"] is None
    for number, item in enumerate(made(50, threads=1, html=1, attachments=1, flags={"$A": 1})):
        assert item.flags.names == ("$A",)
        kinds = [part.get_content_type() for part in parts(item)]
        assert "text/html" in kinds
        assert kinds[0].startswith("multipart/")
        assert (read(item)["References"] is None) == (number == 0)
    flags = [item.flags for item in made(300)]
    for name, often in FLAGS.items():
        assert abs(sum(name in each for each in flags) / 300 - often) < 0.1


def test_attachments_are_what_they_say() -> None:
    seen = set()
    for item in made(150, attachments=1, html=1, locale=["ja_JP", "en_US"]):
        raw = item.message.raw.replace(b"=\r\n", b"")
        for part in parts(item):
            if part.get_content_disposition() is None:
                continue
            kind, content = part.get_content_type(), part.get_content()
            name = part.get_filename() or ""
            seen.add((kind, part.get_content_disposition(), name.isascii()))
            if part["Content-ID"]:
                assert f"cid:{part['Content-ID'].strip('<>')}".encode() in raw.replace(b"=3D", b"=")
            if kind == "image/png":
                assert content.startswith(b"\x89PNG\r\n\x1a\n")
            elif kind == "application/pdf":
                assert content.startswith(b"%PDF-")
            elif kind == "text/csv":
                assert all(re.search(r",[0-9]+$", line) for line in content.splitlines())
            elif kind == "message/rfc822":
                assert isinstance(content, EmailMessage)
                assert content["Message-ID"]
            assert name.rpartition(".")[2] in ("png", "pdf", "csv", "txt", "eml")
    kinds = {kind for kind, _, _ in seen}
    assert kinds == {
        *("text/csv", "text/plain", "image/png", "application/pdf", "message/rfc822"),
    }
    assert {("image/png", "inline", True), ("image/png", "inline", False)} <= seen


def test_charsets() -> None:
    wanted = ("iso-8859-1", "koi8-r", "utf-16")
    items = made(60, locale=["de_DE", "ru_RU", "ja_JP"], charsets=wanted, attachments=0)
    found = {part.get_content_charset() for item in items for part in parts(item)} - {None}
    assert found == {*wanted, "us-ascii"}
    items = made(20, locale="ja_JP", charsets=["koi8-r"], attachments=0)
    found = {part.get_content_charset() for item in items for part in parts(item)} - {None}
    assert found == {"utf-8"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"threads": 1.1}, "threads is how probable, from 0 to 1"),
        ({"html": -0.1}, "html is how probable"),
        ({"attachments": float("nan")}, "attachments is how probable"),
        ({"flags": {"$A": 2}}, r"\$A is how probable"),
        ({"flags": {"html": 2}}, "html is how probable"),
        ({"flags": {"\\Recent": 1}}, "no system flag"),
        ({"flags": {"a b": 1}}, "can't be a flag"),
        ({"count": -1}, "no -1 messages"),
        ({"days": -1}, "in -1 days"),
        ({"days": 10**6}, "no 1000000 days before"),
        ({"days": 10**12}, "no 1000000000000 days before"),
        ({"charsets": ()}, "charsets"),
        ({"charsets": ("utf-8", "nonsense")}, "no charset 'nonsense'"),
        ({"locale": ()}, "locale"),
        ({"locale": "xx_XX"}, "no locale 'xx_XX'"),
        ({"to": "a\nb"}, "line end"),
    ],
)
def test_arguments_that_make_no_sense(words: dict[str, Any], why: str) -> None:
    needed: dict[str, Any] = {"count": 1, "chance": Chance(1), "until": UNTIL, "to": "a"}
    with pytest.raises(ValueError, match=why):
        # Already here, not where the first message is asked for.
        fake(**(needed | words))


def test_without_faker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    with pytest.raises(ImportError, match=r"install mockmail\[faker\]"):
        made(1)


def test_a_png_is_one() -> None:
    raw = sample.png(3, b"\x01\x02\x03")
    chunks, at = [], 8
    while at < len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        kind, data = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", raw, at + 8 + size) == (zlib.crc32(kind + data),)
        chunks.append((kind, data))
        at += size + 12
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    assert zlib.decompress(chunks[1][1]) == (b"\0" + b"\x01\x02\x03" * 3) * 3


def test_a_pdf_knows_where_its_objects_are() -> None:
    raw = sample.pdf(b"\0\r\n\xff")
    start = re.search(rb"startxref\n([0-9]+)\n%%EOF\n\Z", raw)
    assert start
    assert raw.startswith(b"xref\n0 5\n", int(start[1]))
    places = re.findall(rb"^([0-9]{10}) 00000 n \n", raw, re.MULTILINE)
    for number, place in enumerate(places, 1):
        assert raw.startswith(b"%d 0 obj\n" % number, int(place))
    assert b"stream\n\0\r\n\xff\nendstream" in raw


def test_a_table_quotes() -> None:
    assert sample.table([("Doe, J", 1), ('"x"', 2)]) == '"Doe, J",1\n"""x""",2\n'
