"""Flags as fields of a header."""

import pytest

from mockmail.corpus.status import last, read, tells, written
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS, flags


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b"Status: RO\n", ["\\Seen"]),
        (b"Status: O\n", []),
        (b"Status:R\n", ["\\Seen"]),
        (b"status : r\n", []),
        (b"X-Status: AFDT\n", ["\\Answered", "\\Flagged", "\\Deleted", "\\Draft"]),
        (b"X-Status: N?\xfc R\n", []),
        (b"X-STATUS: TA\nSubject: x\nStatus: OR\n", ["\\Draft", "\\Answered", "\\Seen"]),
        (b"X-Keywords: $Junk  work\n\tZoo   \n", ["$Junk", "work", "Zoo"]),
        (b"X-Keywords: \\Seen \\Odd a(b \xfc ok\n", ["ok"]),
        (b"X-Keywords:\nStatus:\nX-Status:\n", []),
        (b"Status: R\nStatus: O\nX-Keywords: a\nX-Keywords: b\n", ["\\Seen", "a", "b"]),
        (b"Subject: Status: R\n\nStatus: R\n", []),
    ],
)
def test_read(header: bytes, names: list[str]) -> None:
    message = Message(header)
    assert read(message.raw, message.fields) == flags(names)
    assert tells(message.fields) is not header.startswith(b"Subject")


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        ([], b"Status: O\nX-Status:\nX-Keywords:\n"),
        (["\\Seen"], b"Status: RO\nX-Status:\nX-Keywords:\n"),
        (
            ["work", "$Junk", "\\Draft", "\\Deleted", "\\Flagged", "\\Answered"],
            b"Status: O\nX-Status: AFDT\nX-Keywords: $Junk work\n",
        ),
    ],
)
def test_written_and_told_apart(names: list[str], fields: bytes) -> None:
    assert written(flags(names)) == fields
    for end in (b"\n", b"\r\n"):
        raw = b"Subject: x" + end + fields.replace(b"\n", end)
        message = Message(raw + end + b"body" + end, newlines="keep")
        start = len(b"Subject: x" + end)
        assert last(message.raw, message.fields) == (start, len(raw), flags(names))


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Status: RO\nX-Status:\n",
        b"Status: RO\nX-Status: A\nX-Keywords:\nSubject: x\n",
        b"X-Status:\nStatus: RO\nX-Keywords:\n",
        b"Status: OR\nX-Status:\nX-Keywords:\n",
        b"Status: R\nX-Status:\nX-Keywords:\n",
        b"status: RO\nX-Status:\nX-Keywords:\n",
        b"Status: RO\nX-Status: FA\nX-Keywords:\n",
        b"Status: RO\nX-Status: \nX-Keywords:\n",
        b"Status: RO\nX-Status:\nX-Keywords: b a\n",
        b"Status: RO\nX-Status:\nX-Keywords: a \n",
        b"Status: RO\nX-Status:\nX-Keywords: a\n b\n",
        b"Status: RO\nX-Status:\nX-Keywords: a a\n",
        b"Status: RO\nX-Status:\nX-Keywords: a",
    ],
)
def test_another_spelling_is_somebody_elses(header: bytes) -> None:
    message = Message(header)
    assert last(message.raw, message.fields) is None


def test_what_can_be_no_flag() -> None:
    with pytest.raises(ValueError, match="can't be a flag"):
        written(flags(["a b"]))
    assert written(NO_FLAGS) is written(NO_FLAGS)
