"""Mail programs that are run to their end, and what the server heard from them meanwhile."""

import contextlib
import os
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mockmail
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.world.mailbox import Mailbox
from mockmail.world.transcript import Record, Who
from nobody import hand_over

PATIENCE = 30
"""Seconds until a program that hangs is killed."""
LATER = datetime(2024, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """What a program did."""

    status: int
    output: str
    records: tuple[Record, ...] = field(repr=False)
    """What was said meanwhile, and what happened to the store."""

    def commands(self, protocol: str) -> list[str]:
        """The first line of each command, without its tag."""
        found = []
        for record in self.records:
            said = record.who is Who.CLIENT and record.protocol == protocol
            if said and (protocol != "imap" or record.tag is not None):
                line = bytes(record.data).partition(b"\r\n")[0].decode()
                found.append(line if record.tag is None else line[len(record.tag) + 1 :])
        return found

    @property
    def changes(self) -> list[str]:
        """What happened to the store."""
        return [bytes(record.data).decode() for record in self.records if not record.session]


class Laptop:
    """A home directory, where programs find no settings but those of the test.

    They run as an ordinary user, as most of them insist on.
    """

    def __init__(self, server: mockmail.Server, home: Path) -> None:
        self.server = server
        self.home = home

    def file(self, name: str, text: str) -> Path:
        """A file that no other user may read: some programs insist on that."""
        path = self.home / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    @property
    def trust(self) -> Path:
        """The certificate that vouches for the server, which offers TLS from now on."""
        return self.file("ca.pem", self.server.ca.path.read_text())

    def run(self, *command: str | Path, given: bytes = b"") -> Run:
        """Run a program to its end; `given` is its input."""
        before = len(self.server.transcript.records)
        done = subprocess.run(
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            **self._surroundings(),
        )
        return self._ran(before, done.returncode, done.stdout)

    def run_on_terminal(self, *command: str | Path) -> Run:
        """Run a program that draws on a terminal to its end; nobody types there."""
        before = len(self.server.transcript.records)
        ours, theirs = os.openpty()
        with os.fdopen(ours, "rb", buffering=0) as screen:
            process = subprocess.Popen(
                command, stdin=theirs, stdout=theirs, stderr=theirs, **self._surroundings()
            )
            os.close(theirs)
            guard = threading.Timer(PATIENCE, process.kill)
            guard.start()
            drawn = b""
            # Reading from a terminal that nobody has open is an error.
            with contextlib.suppress(OSError):
                while more := screen.read(65_536):
                    drawn += more
            status = process.wait()
            guard.cancel()
        return self._ran(before, status, drawn)

    def _surroundings(self) -> dict[str, Any]:
        environment = {
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "TERM": "vt100",
            "TZ": "UTC",
        }
        return {"cwd": self.home, "env": environment, **hand_over(self.home)}

    def _ran(self, before: int, status: int, output: bytes) -> Run:
        records = self.server.transcript.records[before:]
        return Run(status, output.decode(errors="replace"), records)


def unix(raw: bytes) -> bytes:
    """With the line ends that programs give it here."""
    return raw.replace(b"\r\n", b"\n")


def note(subject: str) -> bytes:
    """A small letter."""
    return f"From: Ben <ben@example.org>\r\nSubject: {subject}\r\n\r\nOn {subject}.\r\n".encode()


def mailbox(user: mockmail.User, name: str) -> mockmail.Mailbox:
    """A mailbox beside the INBOX, which is made if it is not there."""
    world, account = user._world, user._user
    with world.engine.turn():
        stored = account.mailbox(name)
        if stored is None:
            stored = world.store.create(account, name)
    return Mailbox(world, account, stored)


def names(user: mockmail.User) -> set[str]:
    """What mailboxes there are."""
    with user._world.engine.turn():
        return set(user._user.mailboxes)


def subjects(box: mockmail.Mailbox) -> dict[str, set[str]]:
    """The flags of each message, by its subject."""
    found = {message.subject: set(message.flags) for message in box.messages}
    assert len(found) == len(box.messages), "two messages have one subject"
    return found


@dataclass(frozen=True)
class Deliver:
    """Effect: just now a letter comes."""

    user: str
    raw: bytes

    def apply(self, moment: mockmail.Moment) -> None:
        inbox = moment.store.users[self.user].mailboxes["INBOX"]
        with moment.store.transaction(moment.actor) as tx:
            tx.append(inbox, Message(self.raw), NO_FLAGS, LATER)

    def __str__(self) -> str:
        return f"{{deliver: {{user: {self.user}}}}}"
