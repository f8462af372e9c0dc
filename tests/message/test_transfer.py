"""Content-Transfer-Encoding undone: RFC 2045 sections 6.7 and 6.8."""

import binascii
import quopri
from base64 import b64encode, encodebytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.transfer import DECODERS, base64, quoted_printable

ANY = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(
    ("coded", "plain"),
    [
        (b"", b""),
        (b"QUJD", b"ABC"),
        (b"QUI=", b"AB"),
        (b"QQ==", b"A"),
        (b"+/+/", b"\xfb\xff\xbf"),
        (b"QUJD\r\nREVG\r\n", b"ABCDEF"),
        # "Any characters outside of the base64 alphabet are to be ignored."
        (b"Q U\tJ\r\nD", b"ABC"),
        (b"Q-U_J.D!", b"ABC"),
        (b"QUJD\0\x80\xff", b"ABC"),
        (b"-----\r\nQUJD\r\n-----", b"ABC"),
        # Padding that is missing, or too much, or where none should be.
        (b"QUI", b"AB"),
        (b"QQ", b"A"),
        (b"QQ=", b"A"),
        (b"QUJD====", b"ABC"),
        (b"QQ=\r\n=", b"A"),
        (b"=QUJD", b"ABC"),
        (b"====", b""),
        # Padding in the middle: two that were put together.
        (b"QQ==QUI=QUJD", b"AABABC"),
        (b"QQ=QUJD", b"AABC"),
        # One character alone has no octet's worth of bits.
        (b"Q", b""),
        (b"QUJDR", b"ABC"),
        (b"Q=Q=Q", b""),
        # The bits behind the last octet don't count.
        (b"QR==", b"A"),
    ],
)
def test_base64(coded: bytes, plain: bytes) -> None:
    assert base64(coded) == plain


@pytest.mark.parametrize(
    ("coded", "plain"),
    [
        (b"", b""),
        # RFC 2045 section 6.7, the examples.
        (b"=0C=3D", b"\x0c="),
        (
            b"Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
            b"Now's the time for all folk to come to the aid of their country.",
        ),
        # Line breaks are as they were.
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"a\nb\n"),
        (b"a=\nb", b"ab"),
        (b"=0D=0A", b"\r\n"),
        # White space at the end of a line "must be deleted": it was added on the way.
        (b"a \t \r\nb\t\n c ", b"a\r\nb\n c"),
        (b"a= \t\r\nb", b"ab"),
        (b"a=20 \r\n", b"a \r\n"),
        (b"a =\r\n", b"a "),
        (b" \r\n\t", b"\r\n"),
        # The note: lower case is recognized, and what is no escape is text.
        (b"=e2=82=Ac", b"\xe2\x82\xac"),
        (b"1+1=2; a=b", b"1+1=2; a=b"),
        (b"=4", b"=4"),
        (b"=4\r\n1", b"=4\r\n1"),
        (b"=G1=1G", b"=G1=1G"),
        (b"==41", b"=A"),
        (b"=3D41", b"=41"),
        (b"=\rx", b"=\rx"),
        # "An = cannot be the ultimate": it is a soft line break that lost its line's end.
        (b"a=", b"a"),
        (b"a= ", b"a"),
        (b"=", b""),
        # Other octets are not excluded.
        (b"\0\x7f\xfc\r", b"\0\x7f\xfc\r"),
        (b"x" * 1000, b"x" * 1000),
        # Underscores are spaces in encoded words only.
        (b"a_b", b"a_b"),
    ],
)
def test_quoted_printable(coded: bytes, plain: bytes) -> None:
    assert quoted_printable(coded) == plain


@pytest.mark.parametrize("name", [b"7bit", b"8bit", b"binary"])
def test_what_is_no_encoding(name: bytes) -> None:
    octets = bytes(range(256)) + b" =41 \r\n\r\n"
    assert DECODERS[name](octets) is octets


def test_names() -> None:
    # RFC 2045 section 6.1
    assert set(DECODERS) == {b"7bit", b"8bit", b"binary", b"quoted-printable", b"base64"}


@ANY
@given(st.binary(max_size=200), st.sampled_from([b"\r\n", b"\n", b" \r\n"]))
def test_base64_of_the_standard_library(plain: bytes, end: bytes) -> None:
    assert base64(encodebytes(plain).replace(b"\n", end)) == plain


@ANY
@given(st.lists(st.binary(max_size=20)), st.binary(max_size=5).map(lambda junk: junk.translate(None, b64encode(bytes(range(256))) + b"+/=")))  # fmt: skip
def test_base64_that_was_put_together(pieces: list[bytes], junk: bytes) -> None:
    padded = [b64encode(piece) for piece in pieces]
    assert base64(junk.join(padded)) == b"".join(pieces)
    # Octets of three are not padded: no one sees where they begin.
    whole = [piece[: len(piece) // 3 * 3] for piece in pieces]
    assert base64(b"".join(map(b64encode, whole))) == b"".join(whole)


@ANY
@given(st.binary(max_size=60), st.integers(0, 80))
def test_base64_that_was_cut_off_is_the_start(plain: bytes, kept: int) -> None:
    found = base64(b64encode(plain)[:kept])
    assert plain.startswith(found)
    assert len(found) == min(len(plain), kept * 3 // 4)


lines = st.lists(
    st.sampled_from([b"a", b" ", b"\t", b"=", b"=3D", b"\xc3\xa9", b"\r\n", b"\n", b"\r", b"x" * 90, b"."])
).map(b"".join)  # fmt: skip


@ANY
@given(st.one_of(lines, st.binary(max_size=200)), st.booleans(), st.booleans())
def test_quoted_printable_of_the_standard_library(plain: bytes, tabs: bool, text: bool) -> None:
    plain = plain.replace(b"\r", b"")  # it takes them for the machine's line ends, or not
    coded = binascii.b2a_qp(plain, quotetabs=tabs, istext=text)
    for end in (b"\n", b"\r\n"):
        expected = plain.replace(b"\n", end) if text else plain
        assert quoted_printable(coded.replace(b"\n", end)) == expected
    assert quoted_printable(quopri.encodestring(plain)) == plain


@ANY
@given(st.one_of(lines, st.binary(max_size=60)))
def test_nothing_hinders(coded: bytes) -> None:
    assert len(base64(coded)) <= len(coded)
    assert len(quoted_printable(coded)) <= len(coded)
    # Without equals signs nothing but white space can change.
    plain = coded.replace(b"=", b"")
    assert quoted_printable(plain).split() == plain.split()
