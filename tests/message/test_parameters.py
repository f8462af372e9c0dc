"""Values of MIME fields: RFC 2045 section 5.1, RFC 2183, RFC 2231, RFC 3282."""

import re
from email.message import EmailMessage, Message
from email.policy import SMTP
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message import parameters
from mockmail.message.header import unfold
from mockmail.message.parameters import (
    Parameters,
    disposition,
    first_word,
    media_type,
    parameter,
    word,
    words,
)


def params(value: bytes) -> Parameters:
    """The parameters behind a type."""
    found = media_type(unfold(b"a/b" + value))
    assert found is not None
    return found[2]


# The examples of the RFCs.
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 2045 section 5.1: "the following two forms are completely equivalent".
        (b"text/plain; charset=us-ascii (Plain text)", (b"text", b"plain", ((b"charset", b"us-ascii"),))),
        (b'text/plain; charset="us-ascii"', (b"text", b"plain", ((b"charset", b"us-ascii"),))),
        # RFC 2046 section 5.1.1
        (b"multipart/mixed; boundary=gc0p4Jq0M2Yt08j34c0p", (b"multipart", b"mixed", ((b"boundary", b"gc0p4Jq0M2Yt08j34c0p"),))),
        (b'multipart/mixed; boundary="gc0pJq0M:08jU534c0p"', (b"multipart", b"mixed", ((b"boundary", b"gc0pJq0M:08jU534c0p"),))),
        # Section 5.1.5
        (b'multipart/mixed;\r\n              boundary="---- main boundary ----"', (b"multipart", b"mixed", ((b"boundary", b"---- main boundary ----"),))),
        # Section 5.2.2
        (
            b'Message/Partial; number=2; total=3;\r\n         id="oc=jpbe0M2Yt4s@thumper.bellcore.com"',
            (b"Message", b"Partial", ((b"number", b"2"), (b"total", b"3"), (b"id", b"oc=jpbe0M2Yt4s@thumper.bellcore.com"))),
        ),
        # RFC 2231 section 3: "semantically identical".
        (
            b'message/external-body; access-type=URL;\r\n URL*0="ftp://";\r\n URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"',
            (b"message", b"external-body", ((b"access-type", b"URL"), (b"URL", b"ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"))),
        ),
        # Section 4. What is extended stays so.
        (
            b"application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
            (b"application", b"x-stuff", ((b"title*", b"us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"),)),
        ),
        # Section 4.1, with the semicolons that it forgets.
        (
            b"application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\"",
            (b"application", b"x-stuff", ((b"title*", b"us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn't it!"),)),
        ),
    ],
)  # fmt: skip
def test_the_examples(value: bytes, expected: object) -> None:
    assert media_type(unfold(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"image/jpeg", (b"image", b"jpeg")),
        (b"TEXT/Html", (b"TEXT", b"Html")),
        (b"application/vnd.x.y+json", (b"application", b"vnd.x.y+json")),
        (b" (c) text (c) / (c) plain (c) ", (b"text", b"plain")),
        (b"text/plain;", (b"text", b"plain")),
        (b"text/plain ;", (b"text", b"plain")),
        # A type and a subtype, and nothing else before the semicolon.
        (b"", None),
        (b"text", None),
        (b"text/", None),
        (b"/plain", None),
        (b"text/plain x", None),
        (b"text/plain, text/html", None),
        (b"text/plain/x", None),
        (b"te xt/plain", None),
        (b'"text"/plain', None),
        (b"text/plain\0", None),
        (b"(text/plain", None),
        (b"text/plain (c", None),
        (b"; charset=utf-8", None),
    ],
)
def test_types(value: bytes, expected: tuple[bytes, bytes] | None) -> None:
    found = media_type(value)
    assert (found if found is None else found[:2]) == expected
    if found is not None:
        assert found[2] == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", []),
        (b"; c=d; e=f", [(b"c", b"d"), (b"e", b"f")]),
        (b";c=d;e=f;", [(b"c", b"d"), (b"e", b"f")]),
        (b"; (x) c (y) = (z) d (;) ; e=f", [(b"c", b"d"), (b"e", b"f")]),
        (b"\t;\tc\t=\td\t", [(b"c", b"d")]),
        (b"; C=D; c=d", [(b"C", b"D"), (b"c", b"d")]),
        # Quoted strings.
        (b'; c=""', [(b"c", b"")]),
        (b'; c="d; e=f"', [(b"c", b"d; e=f")]),
        (b'; c="d (e)"', [(b"c", b"d (e)")]),
        (b'; c="\\"d\\\\\\e"', [(b"c", b'"d\\e')]),
        (b'; c="d\r\n e"; f=g', [(b"c", b"d e"), (b"f", b"g")]),
        # UTF-8 (RFC 6532 section 3.2)
        ("; c=ü; d=\"ü ü\"".encode(), [(b"c", "ü".encode()), (b"d", "ü ü".encode())]),
        # What is no value ends it, and the next semicolon is a new start.
        (b"; c=d e; f=g", [(b"c", b"d"), (b"f", b"g")]),
        (b"; c=d/e; f=g", [(b"c", b"d"), (b"f", b"g")]),
        (b'; c="d"e; f=g', [(b"c", b"d"), (b"f", b"g")]),
        (b"; c=; f=g", [(b"c", b""), (b"f", b"g")]),
        (b"; c d=e; f=g", [(b"f", b"g")]),
        (b"; c:d; f=g", [(b"f", b"g")]),
        (b"; c=d, e=f", [(b"c", b"d")]),
        # What has no end hides the rest.
        (b'; c=d; e="f; g=h', [(b"c", b"d")]),
        (b"; c=d; e=f (g; h=i", [(b"c", b"d")]),
        # Some writers have encoded words here, against RFC 2047 section 5.
        (b"; name==?utf-8?q?x;_y?=; c=d", [(b"name", b"=?utf-8?q?x"), (b"c", b"d")]),
        (b'; name="=?utf-8?q?x;_y?="; c=d', [(b"name", b"=?utf-8?q?x;_y?="), (b"c", b"d")]),
        (b"; name==?utf-8?q?x?=; c=d", [(b"name", b"=?utf-8?q?x?="), (b"c", b"d")]),
    ],
)  # fmt: skip
def test_plain_parameters(value: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    assert list(params(value)) == expected


# RFC 2231 section 3: "the mechanism MUST NOT depend on parameter ordering".
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"; c*0=d", [(b"c", b"d")]),
        (b'; c*1=e; c*2="f g"; c*0=d', [(b"c", b"def g")]),
        (b"; c*0=d; x=y; c*1=e", [(b"x", b"y"), (b"c", b"de")]),
        (b"; c*0=d; e*0=f; C*1=g; E*1=h", [(b"c", b"dg"), (b"e", b"fh")]),
        (b"".join(b"; c*%d=%d" % (at, at) for at in range(12)), [(b"c", b"01234567891011")]),
        # "Neither leading zeroes nor gaps": with a gap, or twice the same, none belong together.
        (b"; c*1=d", [(b"c*1", b"d")]),
        (b"; c*0=d; c*2=e", [(b"c*0", b"d"), (b"c*2", b"e")]),
        (b"; c*0=d; c*0=e", [(b"c*0", b"d"), (b"c*0", b"e")]),
        # Only a number is a section's.
        (b"; c*x=d", [(b"c*x", b"d")]),
        # Percent signs mean something only in what is extended.
        (b"; c=%41", [(b"c", b"%41")]),
        (b"; c*0=%41", [(b"c", b"%41")]),
        (b"; c*0*=''%41; c*1=%41; c*2*=%41", [(b"c*", b"''%41%2541%41")]),
        # The charset stands in the first section; if that is not extended, there is none.
        (b"; c*0=d'; c*1*=%41", [(b"c*", b"''d'%41")]),
    ],
)
def test_sections(value: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    assert list(params(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"; x=y", None),
        (b"; name=d", "d"),
        (b"; NAME=d", "d"),
        (b"; x=y; name=d; name=e", "d"),
        (b"; name*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "This is ***fun***"),
        (b"; Name*=UTF-8''%e2%82%ac%20rates", "€ rates"),
        (b"; name*=iso-8859-1'en'%A3%20rates", "£ rates"),
        (b"; name*=''x", "x"),
        (b"; name*0*=utf-8''%C3; name*1*=%A9", "é"),
        (b"; name*0*=utf-8''a%20; name*1=\"%20 'b\"; name*2*='c", "a %20 'b'c"),
        (b"; name*1=\" b\"; name*0*=''a", "a b"),
        # "The single quote delimiters MUST be present"; where they aren't, it is all value.
        (b"; name*=%41b", "Ab"),
        (b"; name*=utf-8'%41", "utf-8'A"),
        # Broken percent signs and charsets don't hinder.
        (b"; name*=utf-8''%", "%"),
        (b"; name*=utf-8''%4%zz%41", "%4%zzA"),
        (b"; name*=nosuch''%FC", "ü"),
        (b"; name*=utf-8''%FC", "\N{REPLACEMENT CHARACTER}"),
        (b"; name*=us-ascii''%C3%A9", "é"),
    ],
)  # fmt: skip
def test_a_parameter_by_its_name(value: bytes, expected: str | None) -> None:
    found = parameter(params(value), b"name")
    assert (found if found is None else found.decode()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 2183 section 3, the examples.
        (b"inline", (b"inline", ())),
        (
            b'attachment; filename=genome.jpeg;\r\n modification-date="Wed, 12 Feb 1997 16:29:51 -0500";',
            (b"attachment", ((b"filename", b"genome.jpeg"), (b"modification-date", b"Wed, 12 Feb 1997 16:29:51 -0500"))),
        ),
        (b"Attachment ; filename=x", (b"Attachment", ((b"filename", b"x"),))),
        (b"(c) x-other (c); a=b", (b"x-other", ((b"a", b"b"),))),
        (b"attachment; filename*=utf-8''%c3%a9", (b"attachment", ((b"filename*", b"utf-8''%c3%a9"),))),
        (b"attachment filename=x; y=z", (b"attachment", ((b"y", b"z"),))),
        # A comment without an end leaves nothing that is sure.
        (b"attachment (c; filename=x", None),
    ],
)  # fmt: skip
def test_dispositions(value: bytes, expected: object) -> None:
    assert disposition(unfold(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"base64", b"base64"),
        (b"Quoted-Printable", b"Quoted-Printable"),
        (b"(a) 7bit (b)", b"7bit"),
        (b" 8bit", b"8bit"),
        (b"", None),
        (b"(c)", None),
        (b"x y", None),
        (b"8bit;", None),
        (b'"base64"', None),
        (b"base64 (c", None),
    ],
)
def test_one_word(value: bytes, expected: bytes | None) -> None:
    assert word(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"base64", b"base64"),
        (b"(a) 7bit (b)", b"7bit"),
        (b"8bit;", b"8bit"),
        (b"8bit (c); charset=utf-8", b"8bit"),
        (b"x y", None),
        (b"x, y", None),
        (b"base64 (c", None),
    ],
)
def test_the_first_word(value: bytes, expected: bytes | None) -> None:
    assert first_word(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 3282 section 3, the examples.
        (b"en-scouse", [b"en-scouse"]),
        (b"i-mingo", [b"i-mingo"]),
        (b"en, fr (This is a dictionary)", [b"en", b"fr"]),
        (b"da, de, el, en, fr, it", [b"da", b"de", b"el", b"en", b"fr", b"it"]),
        (b"i-klingon", [b"i-klingon"]),
        # Language-List = Language-Tag [CFWS] *("," [CFWS] Language-Tag [CFWS])
        (b"(a)en(b),(c)de(d)", [b"en", b"de"]),
        (b"", []),
        (b",", []),
        (b"en,", [b"en"]),
        (b"en de, fr", [b"en"]),
        (b"en, (c", [b"en"]),
    ],
)
def test_words(value: bytes, expected: list[bytes]) -> None:
    assert list(words(value)) == expected


pieces = st.lists(
    st.sampled_from(
        [b";", b"; ", b"=", b" = ", b"a", b"name", b"a*", b"a*0", b"a*1*", b"x y", b'"', b'"q"', b'"q\\""', b'"q;"', b"(c)", b"(", b")",
         b"utf-8''%C3%A9", b"=?utf-8?q?x?=", b"/", b",", b"\t", b"\\", b"\0", b"\xfc", b"'", b"%", b"; a=b", b'; a="b"']
    ),
    max_size=9,
).map(b"".join)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(pieces, st.binary(max_size=12)))
def test_nothing_hinders(value: bytes) -> None:
    for found in (media_type(value), media_type(b"a/b" + value), disposition(value)):
        given: Parameters = found[-1] if found else ()
        for name, text in given:
            assert parameter(given, name.lower()) is not None
            assert isinstance(text, bytes)
        for name in {name.lower() for name, _ in given if name.endswith(b"*")}:
            extended = tuple(pair for pair in given if pair[0].lower() == name)
            assert (parameter(extended, name[:-1]) or b"").decode() is not None
    assert (word(value) or b"") in value
    assert all(each and each in value for each in words(value))


NEVER = re.compile(rb"(?!)")


@settings(deadline=None, derandomize=True, max_examples=300)
@given(pieces)
def test_the_short_ways_are_the_long_ones(value: bytes) -> None:
    found = [media_type(b"a/b" + value), media_type(value), word(value)]
    with (
        patch.object(parameters, "_PLAIN", NEVER),
        patch.object(parameters, "_PLAIN_TYPE", NEVER),
        patch.object(parameters, "_PLAIN_WORD", NEVER),
    ):
        assert [media_type(b"a/b" + value), media_type(value), word(value)] == found


texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc"]), max_size=40)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.sampled_from(["utf-8", "iso-8859-1", "utf-16-be"]), texts)
def test_what_the_standard_library_extends(label: str, text: str) -> None:
    text = text.encode(label, "ignore").decode(label)
    mail = Message()
    mail.add_header("Content-Disposition", "attachment", filename=(label, "en", text))
    found = disposition(mail["Content-Disposition"].encode())
    assert found is not None
    assert (parameter(found[1], b"filename") or b"").decode() == text


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40), st.text("äé€ab c", min_size=1, max_size=60))  # fmt: skip
def test_what_the_standard_library_quotes_and_folds(plain: str, text: str) -> None:
    mail = Message()
    mail.add_header("Content-Type", "application/x", name=plain)
    assert params(mail["Content-Type"].encode()[len("application/x") :]) == (
        (b"name", plain.encode()),
    )
    new = EmailMessage(policy=SMTP)
    new["Content-Type"] = "application/x"
    new.set_param("name", text)
    _, _, value = bytes(new).partition(b":")
    found = media_type(unfold(value))
    assert found is not None
    assert (parameter(found[2], b"name") or b"").decode() == text
