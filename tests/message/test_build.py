"""Messages made from parts: the same parts, the same bytes."""

import unicodedata
from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from itertools import count
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mockmail.message.attachment import Attachment
from mockmail.message.build import compose, from_email
from mockmail.message.charset import decode
from mockmail.message.message import Message

DATE = datetime(2024, 3, 4, 9, 0, 5, tzinfo=UTC)


def composed(**words: Any) -> Message:
    """A message of these words, and of others where they are needed; boundaries b1, b2, …"""
    numbers = count(1)
    needed: dict[str, Any] = {
        "sender": "Ben <ben@example.org>",
        "to": "anna@example.org",
        "date": DATE,
        "message_id": "<1@example.org>",
        "boundary": lambda: f"b{next(numbers)}",
    }
    return compose(**(needed | words))


def made(subject: str = "Lunch", text: str = "noon?", **words: Any) -> Message:
    return composed(subject=subject, text=text, **words)


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
    message = from_email(mail, boundary=lambda: "b")
    assert message.field("Subject") == "Grüße"
    assert message.raw.endswith(b"\r\n\r\none\r\ntwo\r\n")
    assert message.raw == from_email(mail, boundary=lambda: "b").raw
    # Nothing is added that was not given.
    assert message.field("Date") is None
    assert message.field("Message-ID") is None


KINDS = {
    ("a.csv", "x"): "text/csv",
    ("a.csv", b"x"): "text/csv",
    ("a.PNG", b"x"): "image/png",
    ("a.json", "{}"): "application/json",
    ("a", "x"): "text/plain",
    (None, "x"): "text/plain",
    (None, b"x"): "application/octet-stream",
    ("a.unheard-of", b"x"): "application/octet-stream",
    ("a.csv.gz", b"x"): "application/gzip",
    ("data:,x.png", b"x"): "image/png",
    ("//[.png", b"x"): "image/png",
    ("a.txt", Message(b"\r\n")): "message/rfc822",
}


def parts(message: Message) -> list[EmailMessage]:
    """The parts that are no multiparts, as the standard library reads them."""
    read = message_from_bytes(message.raw, policy=default)
    assert isinstance(read, EmailMessage)
    walked = list(read.walk())
    assert not any(part.defects for part in walked)
    return [part for part in walked if not part.is_multipart()]


def text_of(part: EmailMessage) -> str:
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_everything_to_the_octet() -> None:
    message = composed(
        subject="Grüße",
        text="é",
        html="<p>x</p>",
        attachments=[
            Attachment("a.png", b"\0" * 60, inline=True, content_id="1@example.org"),
            Attachment('say "a\\b".csv', "a,b\n1,2", inline=True),
            Attachment("é.bin", b""),
        ],
        cc=["c@example.org", "Jörg <d@example.org>"],
        headers=[("X-One", "1"), ("X-Two", "2"), ("X-One", "é")],
    )
    assert message.raw.decode("ascii").split("\r\n") == [
        "From: Ben <ben@example.org>",
        "To: anna@example.org",
        "Cc: c@example.org, =?utf-8?b?SsO2cmc=?= <d@example.org>",
        "Subject: =?utf-8?b?R3LDvMOfZQ==?=",
        "Date: Mon, 04 Mar 2024 09:00:05 +0000",
        "Message-ID: <1@example.org>",
        "X-One: 1",
        "X-Two: 2",
        "X-One: =?utf-8?b?w6k=?=",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b1"',
        "",
        "--b1",
        'Content-Type: multipart/alternative; boundary="b2"',
        "",
        "--b2",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "=C3=A9",
        "",
        "--b2",
        'Content-Type: multipart/related; type="text/html"; boundary="b3"',
        "",
        "--b3",
        'Content-Type: text/html; charset="us-ascii"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "<p>x</p>",
        "",
        "--b3",
        "Content-Type: image/png",
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: inline; filename="a.png"',
        "Content-ID: <1@example.org>",
        "",
        "A" * 76,
        "A" * 4,
        "",
        "--b3--",
        "",
        "--b2--",
        "",
        "--b1",
        'Content-Type: text/csv; charset="us-ascii"',
        "Content-Transfer-Encoding: 7bit",
        'Content-Disposition: inline; filename="say \\"a\\\\b\\".csv"',
        "",
        "a,b",
        "1,2",
        "--b1",
        "Content-Type: application/octet-stream",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename*=utf-8''%C3%A9.bin",
        "",
        "",
        "--b1--",
        "",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, ["text/plain"]),
        ({"text": "x"}, ["text/plain"]),
        ({"html": "x"}, ["text/html"]),
        ({"html": ""}, ["text/html"]),
        ({"text": "x", "html": "x"}, ["multipart/alternative", "text/plain", "text/html"]),
        ({"attachments": [Attachment("a", "x")]}, ["multipart/mixed", "text/plain"]),
        (
            {"text": "x", "attachments": [Attachment("a", b"x", inline=True, content_id="<i>")]},
            ["multipart/mixed", "text/plain", "application/octet-stream"],
        ),
        (
            {"html": "x", "attachments": [Attachment("a", b"x", inline=True, content_id="<i>")]},
            ["multipart/related", "text/html", "application/octet-stream"],
        ),
        (
            {"html": "x", "attachments": [Attachment("a", b"x", content_id="<i>")]},
            ["multipart/mixed", "text/html", "application/octet-stream"],
        ),
    ],
)
def test_which_parts_there_are(words: dict[str, Any], expected: list[str]) -> None:
    read = message_from_bytes(composed(**words).raw, policy=default)
    assert [part.get_content_type() for part in read.walk()] == expected


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "quoted-printable"),
        ("shift_jis", "quoted-printable"),
        ("iso-2022-jp", "7bit"),
        ("hz", "7bit"),
        ("utf-16", "base64"),
        ("UTF-32BE", "base64"),
    ],
)
def test_a_charset_has_its_encoding(charset: str, encoding: str) -> None:
    (part,) = parts(composed(subject="中文", text="中文\n字", charset=charset))
    assert part["Content-Transfer-Encoding"] == encoding
    assert part.get_content_charset() == charset.lower()
    assert text_of(part).removeprefix("\ufeff") == "中文\n字\n"
    assert part["Subject"] == "中文"


def test_what_is_us_ascii_says_so() -> None:
    (part,) = parts(composed(text="plain", charset="utf-16"))
    assert part.get_content_charset() == "us-ascii"


def test_octets_of_utf_16_do_not_depend_on_the_machine() -> None:
    assert b64decode(composed(text="é", charset="utf-16").raw.split(b"\r\n\r\n")[1]) == (
        b"\xff\xfe\xe9\0\r\0\n\0"
    )


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "koi8-r"])
@pytest.mark.parametrize("words", [{"text": "€"}, {"html": "€"}, {"attachments": "€"}])
def test_what_the_charset_does_not_have(charset: str, words: dict[str, Any]) -> None:
    if "attachments" in words:
        words = {"attachments": [Attachment("a", "€")]}
    with pytest.raises(ValueError, match=f"^'€' can't be encoded in {charset}$"):
        composed(**words, charset=charset)
    # Not the text: a field goes as UTF-8 then.
    assert composed(subject="€", charset=charset).field("Subject") == "€"


@pytest.mark.parametrize("charset", ["", "no-such", "utf 8", "utf-8\r\n", "é", "idna", "rot13"])
def test_no_charset(charset: str) -> None:
    with pytest.raises(ValueError, match="there is no charset"):
        composed(text="é", charset=charset)


def test_control_characters_and_long_lines_are_not_7bit() -> None:
    for text in ("a\0b", "x" * 999):
        (part,) = parts(composed(text=text))
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert text_of(part) == f"{text}\n"


def test_further_headers() -> None:
    message = composed(
        headers=[
            ("X-Mailer", "m"),
            ("date", "yesterday"),
            ("DATE", "tomorrow"),
            ("Message-ID", None),
            ("Bcc", "Änne <ä@example.org>, b@example.org"),
            ("X-None", None),
            ("Content-Type", "text/nonsense"),
        ]
    )
    assert message.raw[: message.header_size].decode().split("\r\n") == [
        "From: Ben <ben@example.org>",
        "To: anna@example.org",
        "Subject: ",
        "date: yesterday",
        "DATE: tomorrow",
        "X-Mailer: m",
        "Bcc: =?utf-8?b?w4RubmU=?= <ä@example.org>, b@example.org",
        "MIME-Version: 1.0",
        "Content-Type: text/nonsense",
        "Content-Transfer-Encoding: 7bit",
        "",
        "",
    ]
    names = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"]
    names += ["Content-Type", "Content-Transfer-Encoding"]
    assert composed(headers=[(name, None) for name in names]).raw == b"\r\n\r\n"
    assert composed(headers=[("Cc", "x@example.org")], cc="y@example.org").field("Cc") == (
        "x@example.org"
    )


@pytest.mark.parametrize("name", ["", "a b", "a:", "é", "a\r\n"])
def test_what_is_no_name_of_a_field(name: str) -> None:
    with pytest.raises(ValueError, match="field's name"):
        composed(headers=[(name, "x")])


@pytest.mark.parametrize(
    "words",
    [
        {"headers": [("X", "a\nb")]},
        {"headers": [("From", "a\r")]},
        {"cc": ["a@example.org\r\n"]},
        {"message_id": "<a>\r\nX: y"},
    ],
)
def test_no_field_has_a_line_end(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="line end"):
        composed(**words)


def test_long_fields_are_folded() -> None:
    ids = " ".join(f"<{number}@example.org>" for number in range(100))
    people = [f"Jörg Nr. {number} <{number}@example.org>" for number in range(50)]
    subject = "long  words " + "é" * 300
    message = composed(subject=subject, to=people, headers=[("References", ids)])
    lines = message.raw[: message.header_size].split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert all(line.strip() for line in lines[:-2])
    assert message.field("References") == ids
    assert message.field("To") == ", ".join(people)
    assert message.field("Subject") == subject
    assert composed(subject="x" * 5000).field("Subject") == "x" * 5000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('"Jö, \\"x\\"" <j@x>', "=?utf-8?b?SsO2LCAieCI=?= <j@x>"),
        ("Jö<j@x>", "=?utf-8?b?SsO2?= <j@x>"),
        ("j@x (Jö), (Jö) k@x", "j@x (=?utf-8?b?SsO2?=), (=?utf-8?b?SsO2?=) k@x"),
        ("Änne: a@x, Jö <b@x>;", "=?utf-8?b?w4RubmU=?=: a@x, =?utf-8?b?SsO2?= <b@x>;"),
        ('Jö <j@x>, "Doe, J" <d@x>', '=?utf-8?b?SsO2?= <j@x>, "Doe, J" <d@x>'),
        ("jö@x", "jö@x"),
        ('"jö', '"jö'),
    ],
)
def test_only_names_and_comments_are_encoded(given: str, expected: str) -> None:
    message = composed(sender=given)
    assert message.raw.decode().split("\r\n")[0] == f"From: {expected}"


def test_a_boundary_that_is_in_the_content_is_drawn_again() -> None:
    drawn = iter(["b", "b", "bb", "c", "b2", "d"])
    message = composed(
        text="--c\n",
        html="x",
        attachments=[Attachment("a", "--b2")],
        boundary=lambda: next(drawn),
    )
    # The inner one can't begin as the outer one does, and is drawn until it doesn't.
    assert message.raw.count(b'boundary="b"') == 0
    assert [text_of(part) for part in parts(message)] == ["--c\n", "x\n", "--b2"]


def test_boundaries_that_will_not_do() -> None:
    with pytest.raises(ValueError, match="stands in the content"):
        composed(text="--b", html="x", boundary=lambda: "b")
    with pytest.raises(ValueError, match="stands in the content"):
        composed(text="x", html="x", attachments=[Attachment("a", "x")], boundary=lambda: "b")
    for boundary in ("", "é", "a\r\nb", "a ", "x" * 71, 'a"'):
        with pytest.raises(ValueError, match="can't be a boundary"):
            composed(text="x", html="x", boundary=lambda boundary=boundary: boundary)


@pytest.mark.parametrize(("what", "kind"), KINDS.items(), ids=repr)
def test_the_type_of_an_attachment(what: tuple[str | None, Any], kind: str) -> None:
    assert Attachment(*what).media_type == kind
    (part,) = parts(composed(attachments=[Attachment(*what)]))[-1:]
    if kind != "message/rfc822":
        assert part.get_content_type() == kind


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"type": "text"}, "not a type and a subtype"),
        ({"type": "text/"}, "not a type and a subtype"),
        ({"type": "text/plain; charset=x"}, "not a type and a subtype"),
        ({"type": "a/b/c"}, "not a type and a subtype"),
        ({"type": "text/plain\n"}, "not a type and a subtype"),
        ({"type": "Multipart/mixed"}, "is one part"),
        ({"filename": "a\r\nb"}, "line end"),
        ({"content_id": "a\nb"}, "content id"),
        ({"content_id": ""}, "content id"),
        ({"content_id": "<a"}, "content id"),
    ],
)
def test_what_is_no_attachment(words: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Attachment(**({"filename": "a", "content": b""} | words))  # type: ignore[arg-type]


def test_a_message_in_a_message_is_as_it_was() -> None:
    inner = composed(text="é", headers=[("Content-Transfer-Encoding", "8bit")])
    eight = Message(b"Subject: x\r\n\r\n\xe9")
    mail = EmailMessage()
    mail.set_content("x")
    mail.add_alternative("y", subtype="html")
    for content, raw in (
        (inner, inner.raw),
        (eight, eight.raw),
        (b"Subject: x\n\ny\n", b"Subject: x\r\n\r\ny\r\n"),
        (mail, from_email(mail, boundary=lambda: "b2").raw),
    ):
        message = composed(attachments=[Attachment("a.eml", content)])
        (only,) = message.root.parts
        assert message.raw[only.body : only.end] == raw
        encodings = [b"7bit"] * 2 if raw.isascii() else [b"8bit"] * 2
        assert [message.root.encoding, only.encoding] == encodings
        assert message.root.params == ((b"boundary", b"b1"),)


def test_boundaries_of_the_standard_library_come_from_here() -> None:
    mail = EmailMessage()
    mail.set_content("--b1\n")
    mail.add_alternative("<p>", subtype="html")
    mail.add_attachment(b"x", "application", "pdf", filename="é.pdf")
    before = str(mail.keys()), [part.get_boundary() for part in mail.walk()]
    numbers = count(1)
    message = from_email(mail, boundary=lambda: f"b{next(numbers)}")
    assert (str(mail.keys()), [part.get_boundary() for part in mail.walk()]) == before
    # b1 stands in the text, so the outermost has the next one that is free.
    read = message_from_bytes(message.raw, policy=default)
    assert [part.get_boundary() for part in read.walk()] == ["b3", "b2", None, None, None]
    assert [part.get_content_type() for part in read.walk()] == [
        part.get_content_type() for part in mail.walk()
    ]
    mail.set_boundary("mine")
    assert b'boundary="mine"' in from_email(mail, boundary=lambda: "b2").raw
    with pytest.raises(ValueError, match="stands in the content"):
        from_email(mail, boundary=lambda: "b1")


def test_a_multipart_that_is_written_as_it_is() -> None:
    mail = EmailMessage()
    mail["Content-Type"] = "multipart/mixed"
    mail.set_payload("nothing like one\r\n")
    assert from_email(mail, boundary=lambda: "b").raw.endswith(b"\r\n\r\nnothing like one\r\n")
    mail = EmailMessage()
    mail.make_mixed()
    assert from_email(mail, boundary=lambda: "b").raw.count(b"--b") == 2


# What can't be read back: surrogates are no text, and the standard library's
# reader takes some controls for line ends.
NO_TEXT: Any = ["Cs", "Cc", "Zl", "Zp"]
CHARACTERS = st.characters(exclude_categories=NO_TEXT)
WORDS = st.text(CHARACTERS).map(str.strip).filter(lambda text: "=?" not in text)
TEXTS = st.text(CHARACTERS | st.sampled_from("\n\t =."), max_size=300)
CHARSETS = [
    *("utf-8", "UTF-16", "utf-16be", "utf-7", "iso-8859-15", "koi8-r", "windows-1252"),
    *("iso-2022-jp", "iso-2022-kr", "hz", "gb18030", "big5", "shift_jis", "euc-kr"),
]
ANY = settings(deadline=None, derandomize=True, max_examples=40)


def comes_back(character: str, charset: str) -> bool:
    """Whether Python's codec gives it back, and the one that reads here: some are supersets."""
    try:
        octets = character.encode(charset)
        return octets.decode(charset) == character == decode(octets, charset.encode())
    except UnicodeError:
        return False


@lru_cache
def characters_of(charset: str) -> list[str]:
    """Some hundred of the first plane: the lowest, and one here and there."""
    some = map(chr, [*range(0x250), *range(0x250, 0x10000, 41)])
    whole = [c for c in some if unicodedata.category(c) not in NO_TEXT]
    return [c for c in whole if comes_back(c, charset)]


@pytest.mark.parametrize("charset", CHARSETS)
@given(st.data())
@ANY
def test_texts_come_back(charset: str, data: st.DataObject) -> None:
    characters = st.sampled_from(characters_of(charset))
    texts = st.text(characters | st.sampled_from("\n =."), max_size=300)
    text, html = data.draw(texts), data.draw(texts)
    subject = data.draw(st.text(characters).map(str.strip))
    assume("=?" not in subject)
    message = composed(subject=subject, text=text, html=html, charset=charset)
    assert message.raw[: message.header_size].isascii()
    assert all(len(line) <= 998 for line in message.raw.split(b"\r\n"))
    assert message.field("Subject") == subject
    read = message_from_bytes(message.raw, policy=default)
    assert read["Subject"] == subject
    found = [text_of(part).removeprefix("\ufeff") for part in parts(message)]
    expected = [each if each.endswith("\n") else f"{each}\n" for each in (text, html)]
    assert found == (expected if text else expected[1:])


@given(WORDS, st.from_regex(r"[a-z0-9+-]{1,20}(\.[a-z0-9]{1,20}){0,3}", fullmatch=True))
@ANY
def test_addresses_come_back(name: str, mailbox: str) -> None:
    # The reader puts a space between encoded words, and one where there are several.
    name = " ".join(name[:10].split())
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    message = composed(sender=f'"{quoted}" <{mailbox}@example.org>')
    read = message_from_bytes(message.raw, policy=default)
    (address,) = read["From"].addresses
    assert address.addr_spec == f"{mailbox}@example.org"
    assert address.display_name == name


@given(st.text(CHARACTERS | st.sampled_from("\t\"\\;%*'=?"), min_size=1), st.binary(), TEXTS)
@ANY
def test_attachments_come_back(name: str, content: bytes, text: str) -> None:
    message = composed(
        text="x",
        attachments=[
            Attachment(name, content, "application/x-any"),
            Attachment(name, text, "text/csv"),
            Attachment(None, text, "application/json"),
            Attachment(name * 20, content, "text/csv", inline=True),
        ],
    )
    assert all(len(line) <= 998 for line in message.raw.split(b"\r\n"))
    assert message.raw.isascii()
    _, binary, table, json, again = parts(message)
    # Not get_filename(), which takes off one more pair of quotes.
    for part, expected in ((binary, name), (table, name), (again, name * 20)):
        assert part["Content-Disposition"].params["filename"] == expected
    assert json.get_filename() is None
    assert binary.get_content() == content
    assert text_of(table) == text
    assert json.get_content() == text.encode()
    assert again.get_payload(decode=True) == content
    kinds = [part.get_content_disposition() for part in (binary, table, json, again)]
    assert kinds == ["attachment", "attachment", "attachment", "inline"]
