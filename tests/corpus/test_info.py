"""Flags as letters."""

from pathlib import Path

import pytest

from mockmail.corpus.info import KEYWORDS, assign, load, save, unique
from mockmail.corpus.item import Item
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS, SYSTEM_FLAGS, flags

MESSAGE = Message(b"\r\n")


def items(*groups: list[str]) -> list[Item]:
    return [Item(MESSAGE, flags(names)) for names in groups]


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("1.M1.host", []),
        ("1.M1.host:2,", []),
        ("1.M1.host:2,S", ["\\Seen"]),
        ("1.M1.host;2,S", ["\\Seen"]),
        ("1.M1.host!2,S", ["\\Seen"]),
        ("1.M1.host,S=12,W=13:2,DFPRST", ["$Forwarded", *SYSTEM_FLAGS]),
        ("1.M1.host:2,TSRFD", SYSTEM_FLAGS),
        ("1.M1.host:2,Sac", ["\\Seen", "$Junk", "work"]),
        # Letters that mean nothing here.
        ("1.M1.host:2,XSbz1", ["\\Seen"]),
        # Another kind of info, and none.
        ("1.M1.host:1,S", []),
        ("1.M1.host,S", []),
        ("1.M1.host:2,S:2,F", ["\\Flagged"]),
    ],
)
def test_flags_of_a_name(tmp_path: Path, name: str, names: list[str]) -> None:
    (tmp_path / KEYWORDS).write_text("0 $Junk\n2 work\n")
    assert load(tmp_path).flags(name) == flags(names)


@pytest.mark.parametrize("mark", [":2,", ";2,S", "!2,Sab", ""])
def test_the_unique_name(mark: str) -> None:
    assert unique(f"1.M1.host{mark}") == "1.M1.host"


def test_letters_in_the_order_of_their_keywords() -> None:
    given = items(["work", "\\Seen"], [], ["$Forwarded", "Zoo", "WORK"], ["$junk"])
    letters = assign(given)
    assert letters.of_keywords == {"a": "work", "b": "Zoo", "c": "$junk"}
    infos = [letters.info(item.flags)[1:] for item in given]
    assert infos == ["2,Sa", "2,", "2,Pab", "2,c"]
    assert letters.info(flags([*SYSTEM_FLAGS, "$forwarded", "$JUNK"]))[1:] == "2,DFPRSTc"


def test_as_many_keywords_as_letters() -> None:
    names = [f"k{number}" for number in range(27)]
    assert len(assign(items(names[:20], names[10:26])).of_keywords) == 26
    with pytest.raises(ValueError, match="a Maildir has letters for 26 keywords, not 27"):
        assign(items(names[:20], names[10:]))
    with pytest.raises(ValueError, match="can't be a flag"):
        assign(items(["a b"]))


def test_the_file(tmp_path: Path) -> None:
    save(tmp_path, assign(items(["\\Seen", "$Forwarded"])))
    assert not (tmp_path / KEYWORDS).exists()
    assert load(tmp_path).of_keywords == {}
    letters = assign(items(["work"], ["$Junk"]))
    save(tmp_path, letters)
    assert (tmp_path / KEYWORDS).read_bytes() == b"0 work\n1 $Junk\n"
    assert load(tmp_path).of_keywords == letters.of_keywords


def test_lines_that_say_nothing(tmp_path: Path) -> None:
    (tmp_path / KEYWORDS).write_bytes(
        b"\n# x\n1 ok\n2\n3 \n4 a b\n-1 c\n26 d\n999999 e\n x f\n5 \xff\n6 \\Seen\n7  g\n8 fine\r\n9 last"
    )
    letters = load(tmp_path)
    assert letters.of_keywords == {"b": "ok", "i": "fine", "j": "last"}
    assert letters.flags("1:2,abcdefghijk") == flags(["ok", "fine", "last"])
    assert letters.flags("1") is NO_FLAGS
