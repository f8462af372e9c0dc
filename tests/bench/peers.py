"""IMAP servers as processes of their own, with the same messages, on loopback sockets.

- mockmail: one process (`served`), a fresh world for each measurement.
- Dovecot: one IMAP process for each client, without a master and already logged
  in, that has the client's accepted TCP connection as its standard input and
  output. For each measurement a Maildir of hard links to the same files, with
  neither index nor cache, and the settings as they come.
- pymap, from PyPI: one process with `dict`, its backend in memory. For each
  measurement a mailbox to which all messages are copied anew.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import dovecot
from mockmail.clock import EPOCH
from nobody import hand_over

from .parsing import typical
from .sockets import LOOPBACK, Caller
from .stopwatch import sleep
from .worlds import INFO, LOGIN, SYSTEM

FILE = 2_048
"""Octets of a file that a message has attached: mailboxes of 100,000 should fit into memory."""
BATCH = 100
"""Messages in one APPEND, where a mailbox is filled that way."""


class Peer(Protocol):
    """One of the servers."""

    name: str
    box: bytes
    """The mailbox that holds the messages; an empty one, ``Other``, is beside it."""

    def fresh(self) -> None:
        """Begin anew, with mailboxes that nobody has had open."""

    def connect(self) -> Caller:
        """A client that is logged in."""

    def close(self) -> None:
        """End what runs, whatever it is doing; `fresh` starts it again."""


def letter(number: int) -> bytes:
    """The message of that number."""
    return typical(number, FILE)


def write(maildir: Path, count: int) -> None:
    """Fill a folder with messages, as Maildir has them in ``cur``."""
    maildir.mkdir()
    for number in range(1, count + 1):
        path = maildir / dovecot.name_of(number, INFO[(number - 1) % len(INFO)])
        path.write_bytes(letter(number))
        os.utime(path, (EPOCH.timestamp(), EPOCH.timestamp()))
    hand_over(maildir)


class Mockmail:
    """A process that runs `served`."""

    name = "mockmail"
    box = b"INBOX"

    def __init__(self, maildir: Path, patience: float) -> None:
        self._maildir = maildir
        self._patience = patience
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> None:
        process = self._process
        if process is None:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.served", str(self._maildir)],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        self._port = int(process.stdout.readline())

    def connect(self) -> Caller:
        return Caller(self._port, self._patience).greeted(LOGIN)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class Dovecot:
    """Processes that end with their clients' connections."""

    box = b"INBOX"

    def __init__(self, folder: Path, maildir: Path, patience: float) -> None:
        self.name = f"Dovecot {dovecot.version()}"
        self._home = folder / "dovecot"
        self._maildir = maildir
        self._patience = patience
        self._user: Mapping[str, Any] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def fresh(self) -> None:
        self.close()
        self._home.mkdir()
        cur = dovecot.furnish(self._home)
        self._user = hand_over(self._home)
        for path in self._maildir.iterdir():
            (cur / path.name).hardlink_to(path)
        with self.connect() as caller:
            caller.length(b"a CREATE Other\r\n")

    def connect(self) -> Caller:
        with socket.create_server((LOOPBACK, 0)) as listener:
            caller = Caller(listener.getsockname()[1], self._patience)
            accepted, _ = listener.accept()
        with accepted:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._processes.append(dovecot.start(self._home, self._user, accepted))
        return caller.greeted()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()
        shutil.rmtree(self._home, ignore_errors=True)


class Pymap:
    """One process, filled over IMAP: its INBOX keeps the messages, which are copied."""

    box = b"Box"

    def __init__(self, program: str, count: int, patience: float) -> None:
        self.name = f"pymap {metadata.version('pymap')}"
        self._program = program
        self._count = count
        self._patience = patience
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._caller: Caller | None = None

    def fresh(self) -> None:
        caller = self._caller
        if caller is None:
            caller = self._caller = self._start()
        else:
            for box in (self.box, b"Other"):
                caller.length(b"a DELETE %b\r\n" % box)
        for box in (self.box, b"Other"):
            caller.length(b"a CREATE %b\r\n" % box)
        caller.length(b"a COPY 1:* %b\r\n" % self.box)

    def connect(self) -> Caller:
        return self._connect(self._patience)

    def close(self) -> None:
        if self._caller is not None:
            self._caller.close()
            self._caller = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> Caller:
        with socket.create_server((LOOPBACK, 0)) as free:
            self._port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [self._program, "--host", LOOPBACK, "--port", str(self._port), "--no-tls", "dict"],
            stderr=subprocess.DEVNULL,
        )
        caller = self._first()
        for start in range(1, self._count + 1, BATCH):
            numbers = range(start, min(start + BATCH, self._count + 1))
            caller.length(b"a APPEND INBOX %b\r\n" % b" ".join(map(_counted, numbers)))
        caller.length(b"a SELECT INBOX\r\n")
        return caller

    def _first(self) -> Caller:
        while True:
            try:
                return self._connect(None)
            except ConnectionRefusedError:  # it is starting
                sleep(0.05)

    def _connect(self, patience: float | None) -> Caller:
        return Caller(self._port, patience).greeted(b"a LOGIN demouser demopass\r\n")


def _counted(number: int) -> bytes:
    raw = letter(number)
    return b"%b {%d+}\r\n%b" % (SYSTEM[(number - 1) % len(SYSTEM)].wire, len(raw), raw)


@contextmanager
def peers(count: int, patience: float) -> Iterator[list[Peer]]:
    """mockmail, and after it those of the others that are installed, with so many messages."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        maildir = folder / "letters"
        write(maildir, count)
        having: list[Peer] = [Mockmail(maildir, patience)]
        if dovecot.version():
            having.append(Dovecot(folder, maildir, patience))
        pymap = shutil.which("pymap", path=str(Path(sys.executable).parent))
        if pymap is not None:
            having.append(Pymap(pymap, count, patience))
        for peer in having:
            stack.callback(peer.close)
        yield having
