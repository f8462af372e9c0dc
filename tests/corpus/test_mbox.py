"""mbox files: what goes out comes in again, and other programs' files can be read."""

import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.corpus.item import Item
from mockmail.corpus.mbox import parse, render
from mockmail.corpus.newlines import Read, Written
from mockmail.message.message import Message, with_crlf
from mockmail.store.flags import NO_FLAGS, SYSTEM_FLAGS, Flags, flags

DATE = datetime(2024, 3, 4, 9, 0, 5, tzinfo=UTC)
LINE = b"From a@example.org Mon Mar  4 09:00:05 2024\n"
MESSAGE = b"From: a@example.org\r\nSubject: x\r\n\r\nbody\r\n"

Shown = tuple[bytes, Flags, datetime | None]


def shown(items: list[Item]) -> list[Shown]:
    """The items as values: messages are equal only to themselves."""
    return [(item.message.raw, item.flags, item.internaldate) for item in items]


def read(data: bytes, newlines: Read = "crlf") -> list[Shown]:
    return shown(list(parse(data, newlines)))


def bodies(data: bytes, newlines: Read = "crlf") -> list[bytes]:
    return [raw for raw, _, _ in read(data, newlines)]


def written(*items: Item, newlines: Written = "lf") -> bytes:
    return b"".join(render(items, newlines))


def test_to_the_octet() -> None:
    plain = Item(Message(MESSAGE), NO_FLAGS, DATE)
    told = Item(Message(MESSAGE), flags(["\\Seen", "\\Flagged", "$Junk"]), DATE)
    data = written(plain, told)
    assert data == (
        LINE + b"From: a@example.org\nSubject: x\n\nbody\n\n" + LINE + b"From: a@example.org\n"
        b"Subject: x\nStatus: RO\nX-Status: F\nX-Keywords: $Junk\n\nbody\n\n"
    )
    assert written(plain, told, newlines="crlf") == data.replace(b"\n", b"\r\n")
    assert read(data) == read(data.replace(b"\n", b"\r\n")) == shown([plain, told])


def test_a_piece_for_each_message() -> None:
    pieces = list(render([Item(Message(MESSAGE))] * 3))
    assert len(pieces) == 3
    assert list(render([])) == []


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"", []),
        (b"\n\r\n", []),
        (b"From ", [b""]),
        (b"From a\n", [b""]),
        (b"From a\n\n", [b""]),
        (b"From a\n\n\n", [b"\r\n"]),
        (b"\n\nFrom a\nx\n", [b"x\r\n"]),
        (b"From a\nx\n\nFrom b\ny\n\n", [b"x\r\n", b"y\r\n"]),
        (b"From a\r\nx\r\n\r\nFrom b\r\ny\r\n\r\n", [b"x\r\n", b"y\r\n"]),
        # Without the last empty line, and without a last line's end.
        (b"From a\nx\n\nFrom b\ny\n", [b"x\r\n", b"y\r\n"]),
        (b"From a\nx\n\nFrom b\ny", [b"x\r\n", b"y"]),
        # One empty line closes a message; more of them are the message's.
        (b"From a\nx\n\n\n\nFrom b\ny\n\n\n", [b"x\r\n\r\n\r\n", b"y\r\n\r\n"]),
        # No empty line before it, no beginning.
        (b"From a\nx\nFrom b\ny\n", [b"x\r\nFrom b\r\ny\r\n"]),
        (b"From a\nFrom b\n\nFrom c\n", [b"From b\r\n", b""]),
        (b"From a\n\nFrom b\n\nFrom c\n\n", [b"", b"", b""]),
        (b"From a\nx\n\nFrom: b\n \nFrom c\n", [b"x\r\n\r\nFrom: b\r\n \r\nFrom c\r\n"]),
        # A bare CR ends no line of the file.
        (b"From a\nx\r\rFrom b\n", [b"x\r\n\r\nFrom b\r\n"]),
    ],
)
def test_where_messages_begin(data: bytes, messages: list[bytes]) -> None:
    assert bodies(data) == messages


@pytest.mark.parametrize(
    ("line", "unquoted"),
    [
        (b">From x", b"From x"),
        (b">>>From x", b">>From x"),
        (b"> From x", b"> From x"),
        (b">From: x", b">From: x"),
        (b">from x", b">from x"),
        (b" >From x", b" >From x"),
        (b"x >From x", b"x >From x"),
    ],
)
def test_quoted_lines(line: bytes, unquoted: bytes) -> None:
    expected = b"%b\r\n\r\n%b\r\nx\r\n" % (unquoted, unquoted)
    assert bodies(b"From a\n%b\n\n%b\nx\n" % (line, line)) == [expected]


def test_only_what_must_be_is_quoted() -> None:
    data = written(Item(Message(b"\nFrom x\n>From y\n>x From z\nFrom: a\n> From b\n")))
    assert data.partition(b"\n")[2] == b"\n>From x\n>>From y\n>x From z\nFrom: a\n> From b\n\n"


def test_bytes_are_kept_on_request() -> None:
    data = b"From a\nx\ry\r\r\nz\n\r\nFrom b\nu\n\n"
    assert bodies(data, "keep") == [b"x\ry\r\r\nz\n", b"u\n"]


@pytest.mark.parametrize(
    "data", [b"Subject: x\n\nFrom a\n", b"from a\n", b"\n From a\n", b">From a\n"]
)
def test_no_mbox(data: bytes) -> None:
    with pytest.raises(ValueError, match="an mbox begins with 'From ', not with b'"):
        list(parse(data))


def test_fields_of_others_stay() -> None:
    raw = b"X-Status: A\nSubject: x\nX-Keywords: a b  \nX-UID: 4\nStatus: RO\n\nbody\n"
    told = flags(["\\Answered", "\\Seen", "a", "b"])
    (item,) = parse(LINE + raw + b"\n")
    assert shown([item]) == [(with_crlf(raw), told, DATE)]
    # They say nothing any more where the mailbox says something else.
    for now in (NO_FLAGS, told, flags(["\\Deleted"])):
        assert read(written(item._replace(flags=now))) == [(with_crlf(raw), now, DATE)]


def test_a_message_that_looks_as_if_render_had_been_there() -> None:
    raw = with_crlf(b"Subject: x\nStatus: RO\nX-Status: F\nX-Keywords: a\n\nbody\n")
    for now in (NO_FLAGS, flags(["\\Seen", "\\Flagged", "a"])):
        assert read(written(Item(Message(raw), now))) == [(raw, now, None)]


def test_an_unfinished_last_line_is_finished() -> None:
    for raw in (b"\r\nbody", b"Subject: x", b"\r\n\r\nx"):
        for told in (NO_FLAGS, flags(["\\Seen"])):
            assert read(written(Item(Message(raw), told))) == [(raw + b"\r\n", told, None)]
    assert read(written(Item(Message(b""), flags(["\\Seen"])))) == [(b"", flags(["\\Seen"]), None)]


def test_what_can_be_no_flag() -> None:
    with pytest.raises(ValueError, match="can't be a flag"):
        written(Item(Message(MESSAGE), flags(["a b"])))


PIECES = [
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"a", b" ", b"\0", b"\xff", b">", b"From ", b">From x"),
    *(b"\r\nFrom a\r\n", b"\n\nFrom b Mon Mar  4 09:00:05 2024\n", b"From: Anna <a@example.org>\r\n"),
    *(b"Status: RO\r\n", b"X-Status:\r\n", b"X-Status: AF\r\n", b"X-Keywords:\r\n", b"X-Keywords: a b\r\n"),
    *(b"Status: RO\r\nX-Status:\r\nX-Keywords: work\r\n", b"Status: O\nX-Status:\nX-Keywords:\n"),
]  # fmt: skip
raws = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)
names = st.lists(st.sampled_from([*SYSTEM_FLAGS, "$Junk", "work", "a", "b", "Status:"]), max_size=4)
items = st.lists(
    st.builds(
        lambda raw, told, date: Item(Message(raw, newlines="keep"), flags(told), date),
        raws,
        names,
        st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda when: when.replace(microsecond=0)),
    ),
    max_size=4,
)  # fmt: skip


def ended(raw: bytes) -> bytes:
    return raw if not raw or raw.endswith(b"\n") else raw + b"\r\n"


@settings(deadline=None, derandomize=True, max_examples=200)
@given(items)
def test_what_goes_out_comes_in(given_items: list[Item]) -> None:
    expected = shown(given_items)
    # LF on the way: line ends are CRLF when they come back.
    assert read(written(*given_items)) == [
        (ended(with_crlf(raw)), told, date) for raw, told, date in expected
    ]
    # As stored: to the octet.
    assert read(written(*given_items, newlines="crlf"), "keep") == [
        (ended(raw), told, date) for raw, told, date in expected
    ]


@settings(deadline=None, derandomize=True, max_examples=150)
@given(items)
def test_a_second_time_changes_nothing(given_items: list[Item]) -> None:
    once = written(*given_items)
    assert written(*parse(once)) == once


@settings(deadline=None, derandomize=True, max_examples=150)
@given(raws)
def test_any_file_can_be_read_and_kept(data: bytes) -> None:
    read_items = list(parse(b"From a\n" + data))
    assert read(written(*read_items)) == [
        (ended(raw), told, date) for raw, told, date in shown(read_items)
    ]


def test_many_messages_and_odd_ones() -> None:
    # What takes quadratic time would not end here.
    item = Item(Message(MESSAGE + b"line of text\r\n" * 100), flags(["\\Seen", "a"]), DATE)
    data = written(*[item] * 10_000)
    assert sum(1 for _ in parse(data)) == 10_000
    for odd in (
        b"\n",
        b"\r\n",
        b">",
        b">From ",
        b"From ",
        b"\nFrom ",
        b"\n>",
        b"<",
        b"a@",
        b"Status: R\n",
    ):
        message = Message(b"From: " + odd * 100_000, newlines="keep")
        (back,) = parse(written(Item(message), newlines="crlf"), "keep")
        assert back.message.raw == ended(message.raw)
    assert len(list(parse(b"From \n\n" * 100_000))) == 100_000


@pytest.mark.parametrize(
    "told", [[], ["\\Seen"], ["\\Seen", "\\Flagged", "\\Draft"], ["\\Deleted", "a"]]
)
def test_the_standard_library_reads_ours(tmp_path: Path, told: list[str]) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(written(*[Item(Message(MESSAGE), flags(told), DATE)] * 3))
    box = mailbox.mbox(path, create=False)
    assert len(box) == 3
    letters = {"\\Seen": "R", "\\Flagged": "F", "\\Draft": "T", "\\Deleted": "D"}
    for message in box:
        assert set(message.get_flags()) - {"O"} == {letters[name] for name in told if name != "a"}
        assert message.get_from() == LINE[5:-1].decode()
        assert message.get_payload() == "body\n"
    if not told:
        assert box.get_bytes(0) == MESSAGE.replace(b"\r\n", b"\n")
    box.close()


def test_we_read_the_standard_librarys(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    box = mailbox.mbox(path)
    for letters in ("", "RO", "RAFDT", "F"):
        message = mailbox.mboxMessage(b"From: a@example.org\n\nFrom here on\n\nFrom there on\n")
        message.set_flags(letters)
        message.set_from("a@example.org Mon Mar  4 09:00:05 2024")
        box.add(message)
    box.close()
    # It has fields for flags where there are none.
    fields = (
        (b"Status: \r\nX-Status: \r\n", []),
        (b"Status: RO\r\nX-Status: \r\n", ["\\Seen"]),
        (b"Status: R\r\nX-Status: DFAT\r\n", SYSTEM_FLAGS),
        (b"Status: \r\nX-Status: F\r\n", ["\\Flagged"]),
    )
    message = b"From: a@example.org\r\n%b\r\nFrom here on\r\n\r\nFrom there on\r\n"
    assert read(path.read_bytes()) == [
        (message % told, flags(names), DATE) for told, names in fields
    ]
