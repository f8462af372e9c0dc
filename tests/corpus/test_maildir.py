"""Maildirs: what goes out comes in again, and the standard library agrees."""

import mailbox
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.clock import EPOCH
from mockmail.corpus.info import KEYWORDS
from mockmail.corpus.item import Item
from mockmail.corpus.maildir import load, save
from mockmail.message.message import Message, with_crlf
from mockmail.store.flags import NO_FLAGS, SYSTEM_FLAGS, Flags, flags

DATE = datetime(2024, 3, 4, 9, 0, 5, tzinfo=UTC)
SECONDS = 1709542805
MESSAGE = b"From: a@example.org\r\n\r\nbody\r\n"

Shown = tuple[bytes, Flags, datetime | None]


def shown(items: list[Item]) -> list[Shown]:
    """The items as values: messages are equal only to themselves."""
    return [(item.message.raw, item.flags, item.internaldate) for item in items]


def item(raw: bytes = MESSAGE, *names: str, date: datetime | None = DATE) -> Item:
    return Item(Message(raw, newlines="keep"), flags(names), date)


def put(folder: Path, name: str, raw: bytes = b"x\n", seconds: int = SECONDS) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    os.utime(path, (seconds, seconds))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    mailboxes = {
        "Archive/2024": [item(MESSAGE, "work")],
        "inbox": [item(MESSAGE, "$Junk", "\\Seen", "\\Deleted"), item(b"x\r\n", date=None)],
        "Empty": [],
    }
    save(folder, mailboxes)
    assert files(folder) == [
        ".Archive.2024/cur/1709542805.M00000001.mockmail:2,a",
        ".Archive.2024/dovecot-keywords",
        ".Archive.2024/maildirfolder",
        ".Empty/maildirfolder",
        "cur/1709542805.M00000001.mockmail:2,STa",
        "cur/1709542805.M00000002.mockmail:2,",
        "dovecot-keywords",
    ]
    for each in (folder, folder / ".Archive.2024", folder / ".Empty"):
        assert all((each / part).is_dir() for part in ("cur", "new", "tmp"))
    first, second = sorted((folder / "cur").iterdir())
    assert first.read_bytes() == MESSAGE.replace(b"\r\n", b"\n")
    assert first.stat().st_mtime == SECONDS
    assert second.stat().st_mtime == EPOCH.timestamp()
    assert (folder / KEYWORDS).read_bytes() == b"0 $Junk\n"

    read = load(folder)
    assert list(read) == ["INBOX", "Archive/2024", "Empty"]
    assert shown(read["INBOX"]) == [
        (MESSAGE, flags(["\\Seen", "\\Deleted", "$Junk"]), DATE),
        (b"x\r\n", NO_FLAGS, EPOCH),
    ]
    assert shown(read["Archive/2024"]) == [(MESSAGE, flags(["work"]), DATE)]
    assert read["Empty"] == []


def test_the_same_mailboxes_are_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name, {"INBOX": [item(MESSAGE, "b"), item(MESSAGE, "a")]})
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_an_inbox_is_always_there(tmp_path: Path) -> None:
    save(tmp_path, {})
    assert load(tmp_path) == {"INBOX": []}


def test_the_order_that_was_given(tmp_path: Path) -> None:
    days = (3, 1, 2, -40_000, 3, 5)
    given = [item(b"%d\r\n" % day, date=DATE + timedelta(days=day)) for day in days]
    save(tmp_path, {"INBOX": given})
    assert shown(load(tmp_path)["INBOX"]) == shown(given)


def test_the_order_of_other_folders(tmp_path: Path) -> None:
    names = [
        *("cur/odd:2,S", "new/9.M1.host", "cur/10.M1.host:2,", "new/10.M10.host", "cur/10.M2.host:2,S"),
        *("cur/11.Ma:2,S", "cur/11.Ma.b:2,", "cur/11.Mab:2,T"),
    ]  # fmt: skip
    for number, name in enumerate(names):
        put(tmp_path, name, b"%d" % number, seconds=100 - number)
    put(tmp_path, "cur/.hidden")
    put(tmp_path, "tmp/1.M1.host")
    put(tmp_path, "cur/1.folder/x")
    assert [item.message.raw for item in load(tmp_path)["INBOX"]] == [b"%d" % n for n in range(8)]


def test_dates_are_utc_to_the_second(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=-5))
    given = (DATE.astimezone(zone), DATE.replace(microsecond=999_999), DATE.replace(tzinfo=None))
    save(tmp_path, {"INBOX": [item(date=date) for date in given]})
    read = [item.internaldate for item in load(tmp_path)["INBOX"]]
    assert read == [DATE] * 3
    path = next((tmp_path / "cur").iterdir())
    os.utime(path, ns=(0, SECONDS * 10**9 + 999_999_999))
    assert DATE in [item.internaldate for item in load(tmp_path)["INBOX"]]


def test_line_ends(tmp_path: Path) -> None:
    raw = b"a\rb\nc\r\n\r\r\nd"
    for newlines, stored in (("lf", b"a\nb\nc\n\n\nd"), ("crlf", raw)):
        folder = tmp_path / newlines
        save(folder, {"INBOX": [item(raw)]}, newlines)
        (path,) = (folder / "cur").iterdir()
        assert path.read_bytes() == stored
        (read,) = load(folder, "keep")["INBOX"]
        assert read.message.raw == stored
        (read,) = load(folder)["INBOX"]
        assert read.message.raw == with_crlf(raw)


def test_names_of_mailboxes(tmp_path: Path) -> None:
    names = ["INBOX", "A", "A/B", "INBOX/C", "Größe", "&x-y", "a b"]
    save(tmp_path, {name: [item(name.encode())] for name in names})
    read = load(tmp_path)
    assert sorted(read) == sorted(names)
    assert all(read[name][0].message.raw == name.encode() for name in names)


@pytest.mark.parametrize(
    ("mailboxes", "refusal"),
    [
        ({"A.B": []}, "A dot parts the levels of a name in a Maildir: 'A.B'"),
        ({"A//B": []}, "No empty level"),
        ({"": []}, "can't be empty"),
        ({"A\0": []}, "No control characters"),
        ({"INBOX": [], "inbox": []}, "INBOX is there twice"),
        ({"A": [item(MESSAGE, *(f"k{n}" for n in range(27)))]}, "letters for 26 keywords, not 27"),
        ({"A": [item(MESSAGE, "a b")]}, "can't be a flag"),
    ],
)
def test_nothing_is_written_then(
    tmp_path: Path, mailboxes: dict[str, list[Item]], refusal: str
) -> None:
    with pytest.raises(ValueError, match=refusal):
        save(tmp_path / "mail", {"B": [item()], **mailboxes})
    assert not (tmp_path / "mail").exists()


def test_only_into_an_empty_folder(tmp_path: Path) -> None:
    save(tmp_path, {"INBOX": [item()]})
    before = files(tmp_path)
    with pytest.raises(FileExistsError, match="is not empty"):
        save(tmp_path, {"INBOX": [item(), item()]})
    assert files(tmp_path) == before


def test_what_is_no_mailbox(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path)
    put(tmp_path, "cur/1.M1.host")
    put(tmp_path, ".git/config")
    put(tmp_path, ".file")
    put(tmp_path, "visible/cur/1.M1.host")
    assert [(name, len(items)) for name, items in load(tmp_path).items()] == [("INBOX", 1)]


def test_a_second_inbox(tmp_path: Path) -> None:
    put(tmp_path, "cur/1.M1.host")
    put(tmp_path, ".Inbox/cur/1.M1.host")
    with pytest.raises(ValueError, match=r"\.Inbox is a second INBOX"):
        load(tmp_path)


raws = st.lists(st.sampled_from([b"\r\n", b"\n", b"\r", b"a", b"\0", b"\xff", b"From "])).map(
    b"".join
)
names = st.lists(st.sampled_from([*SYSTEM_FLAGS, "$Forwarded", "$Junk", "work", "a"]), max_size=4)
dates = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
mailboxes = st.dictionaries(
    st.sampled_from(["INBOX", "A", "A/B", "Ä"]),
    st.lists(
        st.builds(
            lambda raw, told, date: item(raw, *told, date=date.replace(microsecond=0)),
            raws,
            names,
            dates,
        ),
        max_size=4,
    ),
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(mailboxes)
def test_what_goes_out_comes_in(given_mailboxes: dict[str, list[Item]]) -> None:
    expected = {"INBOX": [], **{name: shown(items) for name, items in given_mailboxes.items()}}
    with TemporaryDirectory() as folder:
        save(Path(folder, "crlf"), given_mailboxes, "crlf")
        exact = load(Path(folder, "crlf"), "keep")
        save(Path(folder, "lf"), given_mailboxes)
        normal = load(Path(folder, "lf"))
    assert {name: shown(items) for name, items in exact.items()} == expected
    assert {name: shown(items) for name, items in normal.items()} == {
        name: [(with_crlf(raw), told, date) for raw, told, date in items]
        for name, items in expected.items()
    }


def test_the_standard_library_reads_ours(tmp_path: Path) -> None:
    told = ["\\Seen", "\\Flagged", "\\Draft", "\\Deleted", "\\Answered", "$Forwarded"]
    save(tmp_path, {"INBOX": [item(MESSAGE, *told[:count]) for count in range(7)], "A/B": [item()]})
    box = mailbox.Maildir(tmp_path, create=False)
    assert box.list_folders() == ["A.B"]
    assert len(box.get_folder("A.B")) == 1
    keys = sorted(box.keys())
    letters = dict(zip(told, "SFDTRP", strict=True))
    for count, key in enumerate(keys):
        message = box.get_message(key)
        assert set(message.get_flags()) == {letters[name] for name in told[:count]}
        assert message.get_date() == SECONDS
        assert box.get_bytes(key) == MESSAGE.replace(b"\r\n", b"\n")
    assert len(keys) == 7


def test_we_read_the_standard_librarys(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "mail")
    expected = []
    for number, letters in enumerate(("", "S", "RS", "DFPRST")):
        message = mailbox.MaildirMessage(MESSAGE.replace(b"\r\n", b"\n") + b"%d\n" % number)
        message.set_subdir("cur" if letters else "new")
        message.set_flags(letters)
        message.set_date(SECONDS)
        box.add(message)
        by_letter = dict(zip("DFPRST", ["\\Draft", "\\Flagged", "$Forwarded", "\\Answered", "\\Seen", "\\Deleted"], strict=True))  # fmt: skip
        told = flags(by_letter[letter] for letter in letters)
        expected.append((MESSAGE + b"%d\r\n" % number, told, DATE))
    box.add_folder("Sent").add(MESSAGE)
    read = load(tmp_path / "mail")
    # Its names have microseconds without leading zeros: the order may be another.
    assert sorted(shown(read["INBOX"]), key=lambda each: each[0]) == expected
    assert [item.message.raw for item in read["Sent"]] == [MESSAGE]
    assert list(read) == ["INBOX", "Sent"]
