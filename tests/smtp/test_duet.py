"""The same lines to mockmail's LMTP and to Dovecot's: what differs is decided by a sentence.

``A: RCPT TO:<anna@example.org>`` is said to both by the session A; ``|`` stands for CRLF
within it. ``M: text`` is the message that follows a 354 of both. A line is followed by
``~ why`` if the two answer with different codes. At the end both must have the same mail.
"""

import os
import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random  # noqa: TID251
from tempfile import TemporaryDirectory

import pytest

from dovecot import Lmtp
from harness import Client, dialogues
from mockmail import SmtpSettings
from mockmail.world.world import World

pytestmark = pytest.mark.program("dovecot")

DUETS = dialogues(Path(__file__).parent / "duets.txt")
WALK = int(os.environ.get("MOCKMAIL_OPINIONS", "600"))
"""Lines that are made up."""
SCRIPT = 30
SEED = 1
USERS = ("anna", "ben")
SYNC = b"VRFY whoever\r\n"
"""What both answer with 252, and nothing else with that."""
FINAL = re.compile(rb"^(\d{3}) ", re.MULTILINE)
# What a server puts on top.
TRACE = re.compile(rb"(?:(?:Return-Path|Delivered-To|Received):[^\n]*\n(?:[ \t][^\n]*\n)*)*")


class Theirs:
    """One connection to Dovecot."""

    def __init__(self, server: Lmtp) -> None:
        self._socket = server.connect()
        self._file = self._socket.makefile("rb")
        self._file.readline()

    def exchange(self, data: bytes, *, sync: bool) -> bytes:
        self._socket.sendall(data + SYNC * sync)
        said = b""
        while line := self._file.readline():
            if sync and line.startswith(b"252 "):
                break
            said += line
            if not sync and line[3:4] == b" ":
                break
        return said

    def close(self) -> None:
        self._file.close()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Ours:
    """One connection to a mockmail engine."""

    def __init__(self, world: World) -> None:
        self._client = Client(world, "lmtp")
        self._client.said()

    def exchange(self, data: bytes, *, sync: bool) -> bytes:
        self._client.send(data + SYNC * sync)
        said = self._client.said()
        return re.sub(rb"252 [^\n]*\n\Z", b"", said) if sync else said

    def close(self) -> None:
        self._client.close()


class Duet:
    """Both servers, with a session or more."""

    def __init__(self, server: Lmtp, folder: Path) -> None:
        self._server, self._folder = server, folder
        # What Dovecot does with those who don't say LHLO, and with bare CR and LF.
        self.world = World(smtp=SmtpSettings(hello=False, line_ends="keep"))
        for login in USERS:
            self.world.store.add_user(login, "apple", [f"{login}@example.org"])
        self._sides: dict[str, tuple[Ours, Theirs]] = {}
        self.wanted = False
        """Whether both want a message."""

    def say(self, line: str) -> tuple[list[bytes], list[bytes]]:
        """The codes that both answer with."""
        name, _, text = line.partition(": ")
        if name == "M":
            if not self.wanted:
                return [], []
            name = self._speaker
        self._speaker = name
        if name not in self._sides:
            self._sides[name] = Ours(self.world), Theirs(self._server)
        data = text.replace("|", "\r\n").encode("latin-1") + b"\r\n"
        # Where a message may begin nothing else can be said.
        alone = re.match(rb"(?i)(?:DATA|QUIT)", data) is not None
        said = [each.exchange(data, sync=not alone) for each in self._sides[name]]
        ours, theirs = (FINAL.findall(each) for each in said)
        self.wanted = ours == theirs == [b"354"]
        if ours == theirs == [b"221"]:
            self.leave(name)
        return ours, theirs

    def leave(self, name: str) -> None:
        for side in self._sides.pop(name):
            side.close()

    def mail(self) -> tuple[list[list[bytes]], list[list[bytes]]]:
        """What lies in the mailboxes of each user, here and there."""
        for name in [*self._sides]:
            self.leave(name)
        ours, theirs = [], []
        for login in USERS:
            box = self.world.store.users[login].mailboxes["INBOX"]
            ours.append([_content(entry.message.raw) for entry in box])
            files = sorted((self._folder / login).glob("new/*"), key=_number)
            theirs.append([_content(path.read_bytes()) for path in files])
            for path in files:
                path.unlink()
        return ours, theirs


def _number(path: Path) -> tuple[int, ...]:
    """Seconds, and the number in the process, of a file's name."""
    seconds, rest = path.name.split(".")[:2]
    return int(seconds), *map(int, re.findall(r"\d+", rest))


def _content(raw: bytes) -> bytes:
    unix = raw.replace(b"\r\n", b"\n")
    found = TRACE.match(unix)
    assert found
    return unix[found.end() :]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Lmtp]:
    server = Lmtp(folder, dict.fromkeys(USERS))
    yield server
    server.close()


def unexpected(duet: Duet, lines: Sequence[str]) -> list[str]:
    """The differences that are not the expected ones."""
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("~"):
            continue
        ours, theirs = duet.say(line)
        if (ours != theirs) != after.startswith("~"):
            found.append(f"{line}\n  ours:   {ours}\n  theirs: {theirs}\n  {after}")
    ours, theirs = duet.mail()
    if ours != theirs:
        found.append(f"mail\n  ours:   {ours}\n  theirs: {theirs}")
    return found


@pytest.mark.parametrize("text", [text for _, text in DUETS], ids=[title for title, _ in DUETS])
def test_written(server: Lmtp, folder: Path, text: str) -> None:
    found = unexpected(Duet(server, folder), text.strip().splitlines())
    assert not found, "\n".join(found)


def made_up(random: Random, count: int) -> Iterator[str]:
    """Lines in which both should be one."""
    for number in range(count):
        session = random.choice("AAB")
        line = random.choice(
            (
                f"{session}: LHLO me",
                *(f"{session}: MAIL FROM:<x@far.example>",) * 4,
                f"{session}: MAIL FROM:<>",
                f"{session}: mail from:<x@far.example> body=8bitmime",
                *(f"{session}: RCPT TO:<anna@example.org>",) * 3,
                *(f"{session}: RCPT TO:<ben@example.org>",) * 3,
                f"{session}: rcpt to:<ben@example.org>",
                f"{session}: RCPT TO:<nobody@example.org>",
                f"{session}: RCPT TO:anna@",
                f"{session}: RSET",
                f"{session}: NOOP",
                f"{session}: EHLO me",
                f"{session}: QUIT",
                *(f"{session}: DATA",) * 4,
                f"{session}: BDAT",
            )
        )
        if line.endswith(" BDAT"):
            # What may come between chunks, and after one that failed, is not theirs to say.
            yield from chunks(random, session)
            continue
        yield line
        yield f"M: Subject: {number}||{'..|' * random.randrange(3)}text|."
    yield from ("A: RSET", "B: RSET")


def chunks(random: Random, session: str) -> Iterator[str]:
    """BDAT to its end, for somebody."""
    yield f"{session}: MAIL FROM:<x@far.example>"
    yield f"{session}: RCPT TO:<anna@example.org>"
    for last in ("",) * random.randrange(4) + (" LAST",):
        chunk = random.choice(("", "x|", "|", ".|", "Subject: chunk|"))
        octets = len(chunk.replace("|", "12"))
        yield f"{session}: BDAT {octets}{last}" + (f"|{chunk}"[:-1] if chunk else "")
    yield f"{session}: RSET"


def test_made_up(server: Lmtp, folder: Path) -> None:
    random = Random(SEED)
    for _ in range(WALK // SCRIPT):
        lines = list(made_up(random, SCRIPT))
        found = unexpected(Duet(server, folder), lines)
        assert not found, "\n".join((*lines, *found))
