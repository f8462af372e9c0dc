"""Encoded words: RFC 2047, RFC 2231 section 5, RFC 6532."""

from email.header import Header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.encoded import decode
from mockmail.message.header import unfold


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (b"", ""),
        (b"plain  text", "plain  text"),
        ("Grüße".encode(), "Grüße"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?Q?Gr=c3=bc=c3=9fe_an_alle?=", "Grüße an alle"),
        (b"=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        (b"=?koi8-r?b?8NLJ18XU?=", "Привет"),
        (b"=?us-ascii*en-GB?q?hello?=", "hello"),
        # RFC 2047 section 8, the examples.
        (b"(=?ISO-8859-1?Q?a?=)", "(a)"),
        (b"(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        # Space beside other text is text.
        (b"a  =?utf-8?q?b?=  c", "a  b  c"),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?= c =?utf-8?q?d?= =?utf-8?q?e?=", "ab c de"),
        (b"=?utf-8?q?a?= =?latin1?q?b?= =?utf-8?q?c?=", "abc"),
        ("=?utf-8?q?=C3=A9?= für 5 €".encode(), "é für 5 €"),
        # Some writers cut characters in two.
        (b"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        (b"=?utf-8?b?ww==?= =?UTF-8?b?qQ==?=", "é"),
    ],
)
def test_known(value: bytes, decoded: str) -> None:
    assert decode(value) == decoded


@pytest.mark.parametrize(
    "value", [b"=?", b"?=", b"=??=", b"=?utf-8?q?x", b"=?utf-8?x?a?=", b"=??q?a?=", b"=?a b?q?c?="]
)
def test_what_is_no_encoded_word_is_text(value: bytes) -> None:
    assert decode(value) == value.decode()


# RFC 2047 section 6.3.
@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (b"=?utf-8?b?w6k?=", "é"),
        (b"=?utf-8?b?w-6-k-=?=", "é"),
        (b"=?utf-8?q?=C3=A?=", "\N{REPLACEMENT CHARACTER}=A"),
        (b"=?utf-8?q?a=?=", "a="),
        (b"=?nosuch?q?x=FC?=", "xü"),
    ],
)
def test_broken_words_are_shown_as_well_as_can_be(value: bytes, decoded: str) -> None:
    assert decode(value) == decoded


words = st.builds(
    b"=?%b?%b?%b?=".__mod__,
    st.tuples(
        st.sampled_from([b"utf-8", b"latin1", b"us-ascii", b"utf-16", b"utf-7", b"idna", b"x", b"\0"]),
        st.sampled_from([b"q", b"b", b"x"]),
        st.lists(st.sampled_from([b"=C3", b"=A9", b"=FF", b"=", b"_", b"a", b"w6k", b"+"])).map(
            b"".join
        ),
    ),
)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(st.one_of(words, st.sampled_from([b" ", b"a", b"=?", b"?="]), st.binary(max_size=3)))
)
def test_nothing_hinders(parts: list[bytes]) -> None:
    assert isinstance(decode(b"".join(parts)), str)


texts = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=80).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(texts)
def test_what_the_standard_library_encodes(text: str) -> None:
    folded = Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")
    assert decode(unfold(folded.encode("ascii"))) == text
