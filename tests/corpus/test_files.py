"""Files and folders of mail, told by what is there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockmail.corpus import maildir, mbox
from mockmail.corpus.files import Kind, load, save
from mockmail.corpus.item import Item
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS, Flags, flags

DATE = datetime(2024, 3, 4, 9, 0, 5, tzinfo=UTC)
RAW = b"From: a@example.org\r\n\r\nbody\r\n"
ITEMS = [
    Item(Message(RAW), flags(["\\Seen", "$Junk"]), DATE),
    Item(Message(b"Subject: two\r\n\r\n"), NO_FLAGS, DATE),
]

Shown = tuple[bytes, Flags, datetime | None]


def shown(items: list[Item]) -> list[Shown]:
    """The items as values: messages are equal only to themselves."""
    return [(item.message.raw, item.flags, item.internaldate) for item in items]


def inbox(path: Path | str) -> list[Shown]:
    mailboxes = load(path)
    assert list(mailboxes) == ["INBOX"]
    return shown(mailboxes["INBOX"])


def test_a_folder_of_eml_files(tmp_path: Path) -> None:
    for name in ("b.eml", "10.eml", "2.EML", "note.txt", "c.eml.bak"):
        (tmp_path / name).write_bytes(name.encode() + b"\n")
    (tmp_path / "d.eml").mkdir()
    assert inbox(tmp_path) == [
        (name + b"\r\n", NO_FLAGS, None) for name in (b"10.eml", b"2.EML", b"b.eml")
    ]


def test_one_message(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes(b"From: a\n\nFrom b\n")
    assert inbox(path) == inbox(str(path)) == [(b"From: a\r\n\r\nFrom b\r\n", NO_FLAGS, None)]
    assert load(path, "keep")["INBOX"][0].message.raw == path.read_bytes()


def test_an_mbox(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"".join(mbox.render(ITEMS)))
    assert inbox(path) == shown(ITEMS)
    assert load(path, "keep")["INBOX"][0].message.raw == RAW.replace(b"\r\n", b"\n")


def test_an_empty_file_has_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.touch()
    assert inbox(path) == []


def test_a_maildir(tmp_path: Path) -> None:
    maildir.save(tmp_path, {"INBOX": ITEMS, "A/B": ITEMS[:1]}, "crlf")
    (tmp_path / "x.eml").write_bytes(b"x")
    mailboxes = load(tmp_path, "keep")
    assert {name: shown(items) for name, items in mailboxes.items()} == {
        "INBOX": shown(ITEMS),
        "A/B": shown(ITEMS[:1]),
    }


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    expected = r"is neither a Maildir \(a folder with a folder cur\) nor a folder of \*.eml files"
    with pytest.raises(ValueError, match=f"{expected}: there is nothing in it"):
        load(tmp_path)
    for name in "gfedcba":
        (tmp_path / name).touch()
        if name == "f":
            with pytest.raises(ValueError, match=f"{expected}: there is f, g in it"):
                load(tmp_path)
    with pytest.raises(ValueError, match="there is a, b, c, d, e, … in it"):
        load(tmp_path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "mail")


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_saved_with_flags_and_dates(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "mail"
    save(path, kind, iter(ITEMS))
    assert inbox(path) == shown(ITEMS)


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_no_messages(tmp_path: Path, kind: Kind) -> None:
    save(tmp_path / "mail", kind, [])
    assert inbox(tmp_path / "mail") == []


def test_eml_files_are_the_bytes_that_are_stored(tmp_path: Path) -> None:
    odd = Item(Message(b"a\rb\nc", newlines="keep"))
    path = tmp_path / "a" / "mail"
    save(str(path), "eml", [*ITEMS, odd])
    assert {file.name: file.read_bytes() for file in path.iterdir()} == {
        "0001.eml": RAW,
        "0002.eml": b"Subject: two\r\n\r\n",
        "0003.eml": b"a\rb\nc",
    }
    assert [item.message.raw for item in load(path, "keep")["INBOX"]][2] == b"a\rb\nc"


def test_so_many_that_numbers_are_longer(tmp_path: Path) -> None:
    messages = [Item(Message(b"%d\r\n" % number)) for number in range(10_001)]
    save(tmp_path / "mail", "eml", messages)
    assert (tmp_path / "mail" / "00001.eml").exists()
    assert [raw for raw, _, _ in inbox(tmp_path / "mail")] == [
        item.message.raw for item in messages
    ]


@pytest.mark.parametrize("kind", ["eml", "mbox", "maildir"])
def test_nothing_is_overwritten(tmp_path: Path, kind: Kind) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for path in (file, tmp_path):
        with pytest.raises(FileExistsError):
            save(path, kind, ITEMS)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"x"


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_nothing_is_left_of_what_fails(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(ValueError, match="can't be a flag"):
        save(tmp_path / "mail", kind, [*ITEMS, Item(Message(RAW), flags(["a b"]))])
    assert not (tmp_path / "mail").exists()
