"""Dovecot's LMTP as a second opinion: what each recipient is told, and what lies in his mailbox."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dovecot import Lmtp
from harness import WORLDS, Client
from mockmail.delivery.settings import DeliverySettings
from mockmail.world.world import World

pytestmark = pytest.mark.program("dovecot")

USERS = {"anna": None, "ben": 0, "full": 500, "ill": None}
SHORT = b"Subject: x\r\n\r\nbody\r\n"
LONG = SHORT + b"body\r\n" * 100
SETTINGS = {
    "fail": "",
    "retry": "quota_full_tempfail = yes",
}
_STATUS = re.compile(rb"^(\d{3}) (\d\.\d\.\d)")


@pytest.fixture(scope="module", params=SETTINGS)
def over_quota(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(over_quota: str) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def theirs(folder: Path, over_quota: str) -> Iterator[Lmtp]:
    server = Lmtp(folder, USERS, SETTINGS[over_quota])
    # A file where a Maildir should be.
    (folder / "ill").write_text("")
    yield server
    server.close()


def told(exchange: Callable[[bytes, int], bytes], letter: bytes, *to: str) -> list[object]:
    """The codes of each reply to RCPT, and then to the message."""
    exchange(b"LHLO me\r\nMAIL FROM:<carol@far.example>\r\n", 2)
    codes: list[object] = []
    taken = 0
    for each in to:
        said = _STATUS.findall(exchange(b"RCPT TO:<%b@example.org>\r\n" % each.encode(), 1))
        taken += said[0][0] == b"250"
        codes += said
    exchange(b"DATA\r\n", 1)
    lines = exchange(letter + b".\r\n", taken).splitlines()
    # What is said of a message that was saved is each server's own.
    return [*codes, *(line[:3] if line[:1] == b"2" else _STATUS.findall(line) for line in lines)]


@contextmanager
def theirs_of(server: Lmtp) -> Iterator[Callable[[bytes, int], bytes]]:
    with server.connect() as connection, connection.makefile("rb") as reader:

        def replies(count: int) -> bytes:
            said = b""
            while count:
                line = reader.readline()
                assert line
                said += line
                count -= line[3:4] == b" "
            return said

        def exchange(data: bytes, count: int) -> bytes:
            connection.sendall(data)
            return replies(count)

        replies(1)
        yield exchange


def ours_of(world: World) -> Callable[[bytes, int], bytes]:
    client = Client(world, "lmtp")
    client.said()

    def exchange(data: bytes, count: int) -> bytes:
        client.send(data)
        said = client.said()
        assert len(re.findall(rb"(?m)^\d{3} ", said)) == count, said
        return said

    return exchange


def ours(over_quota: str) -> World:
    world = World(delivery=DeliverySettings(over_quota=over_quota))  # type: ignore[arg-type]
    WORLDS.append(world)
    for login, quota in USERS.items():
        user = world.store.add_user(login, "apple", [f"{login}@example.org"])
        user.quota = quota
    world.store.users["ill"].mailboxes["INBOX"].damaged = True
    return world


@pytest.mark.parametrize(
    ("letter", "to"),
    [
        (SHORT, ["anna", "nobody", "ANNA+work"]),
        (LONG, ["anna", "full", "nobody", "anna"]),
        (SHORT, ["full"]),
        (SHORT, ["ill", "anna"]),
    ],
)
def test_each_recipient_is_told_the_same(
    theirs: Lmtp, over_quota: str, letter: bytes, to: list[str]
) -> None:
    with theirs_of(theirs) as exchange:
        assert told(ours_of(ours(over_quota)), letter, *to) == told(exchange, letter, *to)


def test_mail_for_elsewhere_is_not_lmtp_s(theirs: Lmtp) -> None:
    line = b"RCPT TO:<b@y.example>\r\n"
    with theirs_of(theirs) as exchange:
        for each in (ours_of(ours("fail")), exchange):
            each(b"LHLO me\r\nMAIL FROM:<carol@far.example>\r\n", 2)
            assert each(line, 1).startswith(b"550 5.1.1 ")


def test_what_lies_in_the_mailbox_begins_with_the_same_fields(theirs: Lmtp, folder: Path) -> None:
    world = ours("fail")
    told(ours_of(world), SHORT, "anna")
    with theirs_of(theirs) as exchange:
        told(exchange, SHORT, "anna")
    (entry,) = world.store.users["anna"].mailboxes["INBOX"]
    newest = max((folder / "anna" / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    raw = newest.read_bytes().replace(b"\n", b"\r\n")
    theirs_has = raw.replace(b"Delivered-To: anna@example.org\r\n", b"", 1)  # no RFC has it
    names = [re.findall(rb"(?m)^[A-Z][A-Za-z-]+:", each) for each in (entry.message.raw, raw)]
    assert names[0] == [name for name in names[1] if name != b"Delivered-To:"]
    for each in (entry.message.raw, theirs_has):
        assert each.startswith(b"Return-Path: <carol@far.example>\r\nReceived: from me\r\n")
