"""Modified UTF-7: RFC 3501 section 5.1.3."""

import pytest

from mockmail.store.utf7 import from_utf7, to_utf7


@pytest.mark.parametrize(
    ("name", "coded"),
    [
        ("INBOX", b"INBOX"),
        ("a&b", b"a&-b"),
        ("&&", b"&-&-"),
        ("Entwürfe", b"Entw&APw-rfe"),
        ("台北/日本語", b"&U,BTFw-/&ZeVnLIqe-"),
        ("😀", b"&2D3eAA-"),
        ("ü&", b"&APw-&-"),
    ],
)
def test_there_and_back(name: str, coded: bytes) -> None:
    assert to_utf7(name) == coded
    assert from_utf7(coded) == name


@pytest.mark.parametrize(
    "coded",
    [
        b"a&b",
        b"&",
        b"&APw",
        b"&AP*-",
        b"&AP-",
        b"&2D0-",
        b"\xc3\xbc",
        # Printable US-ASCII in BASE64; a superfluous shift; bits and "=" too many; "/" for ",".
        b"&AGE-",
        b"&APwAYQ-",
        b"&APw-&APw-",
        b"&APx-",
        b"&APw=-",
        b"&U/BTFw-",
    ],
)
def test_no_other_form_of_a_name(coded: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_utf7(coded)
