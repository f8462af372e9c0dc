"""Dovecot as a second opinion: its IMAP and POP3 processes on two pipes, with mailboxes of its own.

A process is started already logged in, without Dovecot's master, ports or the
machine's configuration; as root it runs as ``nobody``.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid
from threading import Event, Timer
from types import TracebackType
from typing import Any, Self

from nobody import hand_over

PROGRAM = "/usr/lib/dovecot/imap"
POP3 = ("/usr/lib/dovecot/pop3",)
LAST = ("-o", "pop3_enable_last=yes")
"""With the command LAST; RSET then takes \\Seen from all messages."""
VERSION = "2.3."
"""What the comparisons were made with; another one would have other answers."""

GUARD = 20
"""Seconds after which a session that says nothing is given up."""

_CONFIG = """\
log_path = {folder}/log
base_dir = {folder}/run
state_dir = {folder}/run
mail_location = {kind}:{folder}/mail
mail_fsync = {fsync}
ssl = no
first_valid_uid = 0
protocols = imap
imap_max_line_length = 10M
namespace inbox {{
  inbox = yes
  separator = /
  mailbox {sent} {{
    special_use = \\Sent
  }}
}}
"""
SENT = "SentMail"
"""The mailbox that is for sent messages, once there is one of that name."""


def version() -> str:
    """Of the Dovecot that is installed; empty if there is none."""
    if shutil.which("dovecot") is None:
        return ""
    found = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True)
    return found.stdout.split()[0]


def furnish(folder: Path, kind: str = "maildir", fsync: str = "optimized") -> Path:
    """Make `folder` a home with a configuration and no mail; where a Maildir's messages go."""
    (folder / "log").touch()
    cur = folder / "mail" / "cur"
    mail = (folder / "mail" / "new", folder / "mail" / "tmp", cur) if kind == "maildir" else ()
    for each in (folder / "run", folder / "mail", *mail):
        each.mkdir(parents=True, exist_ok=True)
    config = _CONFIG.format(folder=folder, kind=kind, fsync=fsync, sent=SENT)
    (folder / "dovecot.conf").write_text(config)
    return cur


def name_of(number: int, info: str = "") -> str:
    """A message's file name: Dovecot takes them in the order of their names."""
    return f"{number:08d}.M{number:08d}.mockmail:2,{info}"


def start(
    folder: Path,
    user: Mapping[str, Any],
    connection: socket.socket | None = None,
    program: Sequence[str] = (PROGRAM,),
) -> subprocess.Popen[bytes]:
    """The process of a home, already logged in: on a socket, or on two pipes."""
    ends = subprocess.PIPE if connection is None else connection
    return subprocess.Popen(
        [*program, "-c", str(folder / "dovecot.conf")],
        stdin=ends,
        stdout=ends,
        # It tells there, too, that its client has gone.
        stderr=None if connection is None else subprocess.DEVNULL,
        env={"USER": "anna", "HOME": str(folder)},
        **user,
    )


class Process:
    """A process of a home, on two pipes."""

    def __init__(self, folder: Path, user: Mapping[str, Any], program: Sequence[str]) -> None:
        self._log = folder / "log"
        self._process = start(folder, user, program=program)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def _line(self) -> bytes:
        line = self._out.readline()
        assert line.endswith(b"\r\n"), f"Dovecot ended: {self._log.read_text()[-2000:]}"
        return line

    def _send(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        # Only a guard: Dovecot may wait for more than we have to say.
        guard = Timer(GUARD, self._process.kill)
        guard.start()
        try:
            yield
        finally:
            guard.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            pipe.close()


class Session(Process):
    """An IMAP process of a home."""

    def __init__(self, folder: Path, user: Mapping[str, Any]) -> None:
        super().__init__(folder, user, (PROGRAM,))
        self._line()

    def exchange(self, data: bytes, tag: bytes) -> bytes:
        """Send a command, take all that is said to its tagged line, or to a continuation."""
        with self._guarded():
            self._send(data)
            return self._said(tag)

    def _said(self, tag: bytes) -> bytes:
        said = []
        while True:
            line = self._line()
            said.append(line)
            if line.endswith(b"}\r\n"):
                said.append(self._out.read(int(line[line.rindex(b"{") + 1 : -3])))
            elif line.startswith((b"+ ", tag + b" ")):
                return b"".join(said)


class Pop3(Process):
    """A POP3 process of a home; the greeting is said by another process, which is not there."""

    def __init__(self, folder: Path, user: Mapping[str, Any], *, last: bool) -> None:
        super().__init__(folder, user, (*POP3, *LAST) if last else POP3)

    def exchange(self, data: bytes, *, multi: bool) -> bytes:
        """Send a command, take its answer: up to a dot, if it is `multi` and not an error."""
        with self._guarded():
            self._send(data)
            said = [self._line()]
            while multi and said[0].startswith(b"+OK") and said[-1] != b".\r\n":
                said.append(self._line())
            return b"".join(said)

    def close(self) -> None:
        """End the client's side, and wait for the process to end."""
        with self._guarded():
            self._in.close()
            self._out.read()


def _refuse_others() -> None:
    assert version().startswith(VERSION), f"this needs Dovecot {VERSION}x, not {version()!r}"


class Dovecot(Session):
    """A session in an INBOX that holds these messages, UIDs from 1."""

    def __init__(self, folder: Path, messages: Sequence[bytes]) -> None:
        _refuse_others()
        cur = furnish(folder)
        for number, raw in enumerate(messages, 1):
            (cur / name_of(number)).write_bytes(raw)
        super().__init__(folder, hand_over(folder))
        self.command(b"SELECT INBOX")

    def command(self, command: bytes) -> bytes:
        """All that is answered, the tagged line included, which must be an OK."""
        answer = self.exchange(b"a %b\r\n" % command, b"a")
        *_, end, _ = (b"\r\n" + answer).split(b"\r\n")
        assert end.startswith(b"a OK"), end
        return answer


class Theirs:
    """A mail folder that several sessions share.

    Of the kind sdbox, where everything is in an index that all of them read: a
    Maildir is only looked at when its time of change has moved on.
    """

    def __init__(self, folder: Path) -> None:
        _refuse_others()
        self._folder = folder
        furnish(folder, kind="sdbox", fsync="never")
        self._as = hand_over(folder)

    def session(self) -> Session:
        return Session(self._folder, self._as)

    def pop3(self, *, last: bool) -> Pop3:
        return Pop3(self._folder, self._as, last=last)


_LOGIN_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
ssl = no
protocols = pop3
mail_location = maildir:{folder}/mail
first_valid_uid = 0
first_valid_gid = 0
auth_mechanisms = plain login cram-md5 apop
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
passdb {{
  driver = static
  args = password=apple
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service pop3-login {{
  chroot =
  unix_listener door {{
    mode = 0666
  }}
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Master:
    """Dovecot with all its processes, behind a socket in a folder."""

    def __init__(self, folder: Path, as_user: Mapping[str, Any], config: str, **words: str) -> None:
        user = as_user.get("user") or getpwuid(os.getuid()).pw_name
        group = as_user.get("group") or getgrgid(os.getgid()).gr_name
        text = config.format(folder=folder, user=user, group=group, **words)
        (folder / "dovecot.conf").write_text(text)
        self._log, self._door = folder / "log", folder / "run" / "door"
        self._process = subprocess.Popen(
            [shutil.which("dovecot") or "dovecot", "-F", "-c", str(folder / "dovecot.conf")],
            **as_user,
        )

    def connect(self) -> socket.socket:
        """A new connection."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(GUARD)
        for _ in range(GUARD * 100):
            with suppress(FileNotFoundError, ConnectionRefusedError):
                connection.connect(str(self._door))
                return connection
            # It is still starting, or it never will.
            if self._process.poll() is not None:
                break
            Event().wait(0.01)
        raise AssertionError(f"Dovecot did not start: {self._log.read_text()[-2000:]}")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


class Pop3Login(Master):
    """Dovecot with all that lets users in to POP3, anna among them."""

    def __init__(self, folder: Path) -> None:
        _refuse_others()
        furnish(folder)
        super().__init__(folder, hand_over(folder), _LOGIN_CONFIG)


_LMTP_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
ssl = no
protocols = lmtp
mail_location = maildir:{folder}/%n
mail_fsync = never
mail_plugins = quota
first_valid_uid = 0
first_valid_gid = 0
hostname = mail.example.org
postmaster_address = postmaster@example.org
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
plugin {{
  quota = maildir:User quota
  quota_grace = 0
}}
{more}
service lmtp {{
  chroot =
  unix_listener door {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


USERS: Mapping[str, int | None] = {"anna": None, "ben": None}


class Lmtp(Master):
    """What takes mail by LMTP for users of example.org, by login with their quota in octets."""

    def __init__(
        self, folder: Path, users: Mapping[str, int | None] = USERS, more: str = ""
    ) -> None:
        _refuse_others()
        (folder / "run").mkdir()
        (folder / "log").touch()
        as_user = hand_over(folder)
        owner = folder.stat()
        lines = (
            f"{login}@example.org::{owner.st_uid}:{owner.st_gid}::{folder}::"
            + (f"userdb_quota_rule=*:bytes={quota}" if quota is not None else "")
            for login, quota in users.items()
        )
        (folder / "users").write_text("\n".join((*lines, "")))
        super().__init__(folder, as_user, _LMTP_CONFIG, more=more)
