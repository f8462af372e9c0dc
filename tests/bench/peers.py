"""Mail servers as processes of their own, with the same messages, on loopback sockets.

- mockmail: one process (`served`), a fresh world for each measurement.
- Dovecot: one IMAP process for each client, without a master and already logged
  in, that has the client's accepted TCP connection as its standard input and
  output. For each measurement a Maildir of hard links to the same files, with
  neither index nor cache, and the settings as they come.
- Dovecot's POP3: the same with its process for that.
- pymap, from PyPI: one process with `dict`, its backend in memory. For each
  measurement a mailbox to which all messages are copied anew.
- aiosmtpd, from PyPI: for each measurement a process (`received`) that keeps what it is sent.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import dovecot
from mockmail.clock import EPOCH
from nobody import hand_over

from .contest import Contestant
from .parsing import typical
from .sockets import LOOPBACK, Caller
from .stopwatch import sleep
from .worlds import INFO, LOGIN, SYSTEM

FILE = 2_048
"""Octets of a file that a message has attached: mailboxes of 100,000 should fit into memory."""
BATCH = 100
"""Messages in one APPEND, where a mailbox is filled that way."""


class Peer(Contestant, Protocol):
    """One that speaks IMAP."""

    box: bytes
    """The mailbox that holds the messages; an empty one, ``Other``, is beside it."""

    def connect(self) -> Caller:
        """A client that is logged in."""


class Pop3Peer(Contestant, Protocol):
    """One that speaks POP3."""

    def pop3(self) -> Caller:
        """A client that is logged in."""


class SmtpPeer(Contestant, Protocol):
    """One that mail can be sent to."""

    smtp: int
    """Its port."""


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


def python(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process that runs a module of this folder, on two pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.{module}", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


class Mockmail:
    """A process that runs `served`."""

    name = "mockmail"
    box = b"INBOX"

    def __init__(self, maildir: Path, patience: float) -> None:
        self._maildir = maildir
        self._patience = patience
        self._imap = self._pop3 = self.smtp = 0
        self._process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> None:
        process = self._process
        if process is None:
            process = self._process = python("served", str(self._maildir))
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        self._imap, self._pop3, self.smtp = map(int, process.stdout.readline().split())

    def connect(self) -> Caller:
        return Caller(self._imap, self._patience).greeted(LOGIN)

    def pop3(self) -> Caller:
        caller = Caller(self._pop3, self._patience)
        for command in (b"", b"USER anna\r\n", b"PASS apple\r\n"):
            caller.write(command)
            assert caller.read().startswith(b"+OK")
        return caller

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
        return self._started((dovecot.PROGRAM,)).greeted()

    def pop3(self) -> Caller:
        # Its greeting would have come from another process, the one for the login.
        return self._started(dovecot.POP3)

    def _started(self, program: Sequence[str]) -> Caller:
        with socket.create_server((LOOPBACK, 0)) as listener:
            caller = Caller(listener.getsockname()[1], self._patience)
            accepted, _ = listener.accept()
        with accepted:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._processes.append(dovecot.start(self._home, self._user, accepted, program))
        return caller

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


class Aiosmtpd:
    """A process that runs `received`."""

    def __init__(self) -> None:
        self.name = f"aiosmtpd {metadata.version('aiosmtpd')}"
        self.smtp = 0
        self._process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> None:
        self.close()
        process = self._process = python("received")
        assert process.stdout is not None
        self.smtp = int(process.stdout.readline())

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def _letters(count: int) -> Iterator[tuple[Path, Path]]:
    """A folder, and in it a Maildir's folder with so many messages."""
    with TemporaryDirectory() as name:
        maildir = Path(name) / "letters"
        write(maildir, count)
        yield Path(name), maildir


@contextmanager
def peers(count: int, patience: float) -> Iterator[list[Peer]]:
    """mockmail, and after it those of the others that are installed, with so many messages."""
    with _letters(count) as (folder, maildir), ExitStack() as stack:
        having: list[Peer] = [Mockmail(maildir, patience)]
        if dovecot.version():
            having.append(Dovecot(folder, maildir, patience))
        pymap = shutil.which("pymap", path=str(Path(sys.executable).parent))
        if pymap is not None:
            having.append(Pymap(pymap, count, patience))
        for peer in having:
            stack.callback(peer.close)
        yield having


@contextmanager
def pop3_peers(count: int, patience: float) -> Iterator[list[Pop3Peer]]:
    """The same for POP3."""
    with _letters(count) as (folder, maildir), ExitStack() as stack:
        having: list[Pop3Peer] = [Mockmail(maildir, patience)]
        if dovecot.version():
            having.append(Dovecot(folder, maildir, patience))
        for peer in having:
            stack.callback(peer.close)
        yield having


@contextmanager
def smtp_peers(patience: float) -> Iterator[list[SmtpPeer]]:
    """The same for SMTP, with an empty mailbox."""
    with _letters(0) as (_, maildir), ExitStack() as stack:
        having: list[SmtpPeer] = [Mockmail(maildir, patience)]
        if find_spec("aiosmtpd") is not None:
            having.append(Aiosmtpd())
        for peer in having:
            stack.callback(peer.close)
        yield having
