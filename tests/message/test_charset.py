"""Character sets: the names that mail has for them, and labels that are wrong."""

import codecs
import encodings
import pkgutil
from encodings.aliases import aliases

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.charset import codec, decode

# What Python has for other purposes than texts of others.
NO_CHARSETS = {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"}
ONLY_ON_WINDOWS = {"mbcs", "oem"}
SAMPLE = "Plain. Grüße, Žluťoučký kůň, Привет, Ελληνικά, עברית, عربي, ไทย, 日本語, 中文, 한국어 € ½"


def is_text(name: str) -> bool:
    try:
        "x".encode(name)
    except LookupError:
        return False
    return True


def is_found(alias: str) -> bool:
    # Python looks for lower case, and one of its aliases is not.
    return alias == alias.lower()


NAMES = sorted(
    name
    for name in {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    - {"aliases", *NO_CHARSETS, *ONLY_ON_WINDOWS}
    if is_text(name)
)


def sample(name: str) -> tuple[bytes, str]:
    """As much of the sample as the codec has."""
    text = "".join(
        character
        for character in SAMPLE
        if (octets := character.encode(name, "ignore"))
        and octets.decode(name, "replace").removeprefix("\ufeff") == character
    )
    return text.encode(name), text


@pytest.mark.parametrize("name", NAMES)
def test_every_codec_under_each_of_its_names(name: str) -> None:
    octets, text = sample(name)
    assert len(text) > 10
    names = [
        name,
        *(alias for alias, target in aliases.items() if target == name and is_found(alias)),
    ]
    for alias in names:
        for label in (alias, alias.upper(), alias.replace("_", "-"), f' "{alias}" '):
            assert decode(octets, label.encode()).removeprefix("\ufeff") == text, label


def test_there_are_many() -> None:
    assert {"utf_8", "iso8859_15", "koi8_u", "gb18030", "cp1252", "iso2022_jp"} < set(NAMES)


@pytest.mark.parametrize(
    ("label", "octets", "text"),
    [
        # The registry's names (RFC 2978) and others' that Python doesn't have.
        (b"ISO-8859-8-I", b"\xf2\xe1\xf8\xe9\xfa", "עברית"),
        (b"ISO-8859-6-e", b"\xd9\xd1\xc8\xea", "عربي"),
        (b"ks_c_5601-1987", b"\xc7\xd1\xb1\xdb", "한글"),
        (b"windows-31j", b"\x93\xfa\x96{", "日本"),
        (b"x-sjis", b"\x93\xfa\x96{", "日本"),
        (b"macintosh", b"Gr\x9f\xa7e", "Grüße"),
        (b"windows-874", b"\xe4\xb7\xc2", "ไทย"),
        (b"unicode-1-1-utf-7", b"Gr+APwA3w-e", "Grüße"),
        (b"utf8mb4", b"\xc3\xbc", "ü"),
        (b"cp50220", b"\x1b$BF|K\\\x1b(B", "日本"),
        (b"ISO_8859-1:1987", b"\xfc", "ü"),
        (b"csISOLatin1", b"\xfc", "ü"),
        (b"ANSI_X3.4-1968", b"a", "a"),
        # The larger set is meant by who uses the smaller one's name.
        (b"gb2312", "镕".encode("gbk"), "镕"),
        (b"euc-kr", "뷁".encode("cp949"), "뷁"),
        (b"shift_jis", "①".encode("cp932"), "①"),
        (b"big5", "啫".encode("big5hkscs"), "啫"),
        (b"tis-620", b"\x80", "€"),
    ],
)
def test_names(label: bytes, octets: bytes, text: str) -> None:
    assert decode(octets, label) == text


# A label that is wrong: the octets say what they are.
@pytest.mark.parametrize(
    ("label", "octets", "text"),
    [
        (b"us-ascii", b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"us-ascii", b"Gr\xfc\xdfe \x80", "Grüße €"),
        (b"utf-8", b"Gr\xfc\xdfe", "Gr\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e"),
        (b"iso-8859-1", b"\xc3\xbc", "Ã¼"),
        (b"iso-2022-jp", b"\xc3\xbc", "ü"),
        (b"iso-8859-1", b"\x93\xfc\x94 \x80", "“ü” €"),
        (b"iso-8859-9", b"\x93\xfe\x94 \x80", "“ş” €"),
        (b"utf-16", b"abc", "abc"),
        # Without a label to go by.
        (b"", b"", ""),
        (b"", b"plain", "plain"),
        (b"", b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"", b"\x93Gr\xfc\xdfe\x94 \x80", "“Grüße” €"),
        (b"", b"\x81", "\N{REPLACEMENT CHARACTER}"),
        (b"unknown-8bit", b"\xfc", "ü"),
        (b"x-unknown", "ü".encode(), "ü"),
    ],
)  # fmt: skip
def test_labels_that_are_wrong(label: bytes, octets: bytes, text: str) -> None:
    assert decode(octets, label) == text


# UTF-16 without a mark is big-endian (RFC 2781 section 4.3), whatever the machine is.
@pytest.mark.parametrize(
    ("label", "octets"),
    [
        (b"utf-16", b"\xfe\xff\0a\0\xfc"),
        (b"utf-16", b"\xff\xfea\0\xfc\0"),
        (b"utf-16", b"\0a\0\xfc"),
        (b"utf-16be", b"\0a\0\xfc"),
        (b"utf-16le", b"a\0\xfc\0"),
        (b"utf-32", b"\0\0\xfe\xff\0\0\0a\0\0\0\xfc"),
        (b"utf-32", b"\xff\xfe\0\0a\0\0\0\xfc\0\0\0"),
        (b"utf-32be", b"\0\0\0a\0\0\0\xfc"),
    ],
)
def test_the_order_of_octets(label: bytes, octets: bytes) -> None:
    assert decode(octets, label) == "aü"


@pytest.mark.parametrize(
    "label",
    [
        *(b"", b" ", b"x", b"no-such", b"\xff", b"utf\0-8", b"a/../b", b"x" * 10_000),
        *(b"hex", b"rot13", b"base64", b"zlib", b"uu", b"bz2", b"quopri"),  # of octets or strings
        *(b"idna", b"punycode", b"undefined", b"unicode_escape", b"raw-unicode-escape"),
        *(b"aliases", b"encodings", b"os", b"__init__"),  # modules, and no codecs
    ],
)
def test_what_is_no_charset(label: bytes) -> None:
    assert codec(label) is None
    assert decode(b"a\\u0041 %41 xn--a", label) == "a\\u0041 %41 xn--a"


labels = st.one_of(
    st.sampled_from(NAMES).map(str.encode),
    st.sampled_from(sorted(aliases)).map(str.encode),
    st.binary(max_size=6),
)
octets = st.one_of(
    st.binary(max_size=24),
    st.lists(
        st.sampled_from([b"\x1b$B", b"\x1b(B", b"\x1b", b"~{", b"~}", b"~", b"+", b"-", b"+2AA-", b"\xd8\0", b"\x0e", b"\x0f", b"a", b"\xa4\xa2", b"\x81", b"\xff"])
    ).map(b"".join),
)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(octets, labels)
def test_nothing_hinders(octets: bytes, label: bytes) -> None:
    text = decode(octets, label)
    assert isinstance(text, str)
    assert decode(octets, label.upper()) == text
    if (name := codec(label)) is not None:
        assert codecs.lookup(name)
        assert codec(name.encode()) == name


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(max_size=20))
def test_what_is_utf_8_is_read_as_that_without_a_label(text: str) -> None:
    octets = text.encode("utf-8", "replace")
    assert decode(octets) == decode(octets, b"us-ascii") == octets.decode()
