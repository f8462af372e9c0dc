"""IMAP's commands as a scripted client gives them: each makes one command line, and no more."""

import re
from collections.abc import Iterator, Sequence

from mockmail.client.client import Client, Entry, R, Steps, one_line
from mockmail.client.imap_answer import ImapAnswer
from mockmail.client.values import response_end
from mockmail.imap import quote

Numbers = int | str
"""A message number or UID, or a set of them: ``"2:4,7"``."""
_PLAIN = re.compile(r"[ -~]*")


class ImapCommands(Client[ImapAnswer, R]):
    """The commands of IMAP; each is answered by an `ImapAnswer`, whether OK, NO or BAD."""

    _commands = 0
    _running: bytes | None = None
    """The tag of the command for which the server wants more: in IDLE, for example."""
    _utf8 = False

    @property
    def wants_more(self) -> bool:
        """Whether the server has answered the last command with ``+``."""
        return self._running is not None

    def send(self, *parts: str | bytes) -> R:
        r"""A command in words of your own, without its tag: ``send("UID FETCH 1:* (FLAGS)")``.

        What is bytes goes as a literal: ``send("APPEND INBOX (\Seen)", b"Subject: …")``.
        The server's ``+`` is waited for before each.
        """
        return self.run(self._command(*parts))

    def more(self, line: str) -> R:
        """What the server wants that has answered a command with ``+``: the DONE of IDLE.

        What it has told since then and nobody has asked for is a part of the answer.
        """
        return self.run(self._more(line))

    def wait_for(self, kind: str) -> R:
        """Wait until the server tells something of this kind (``"EXISTS"``) unasked.

        The answer is what it has told unasked up to that; the rest is `told` later.
        """
        return self.wait(self._wait_for(kind))

    def login(self, user: str, password: str) -> R:
        return self.send("LOGIN", _string(user), _string(password))

    def select(self, mailbox: str = "INBOX", parameters: str = "") -> R:
        return self.send("SELECT", self._quoted(mailbox), parameters)

    def examine(self, mailbox: str = "INBOX", parameters: str = "") -> R:
        return self.send("EXAMINE", self._quoted(mailbox), parameters)

    def fetch(self, numbers: Numbers, items: str = "(UID FLAGS)") -> R:
        return self.send("FETCH", f"{numbers}", items)

    def uid_fetch(self, uids: Numbers, items: str = "(FLAGS)") -> R:
        return self.send("UID FETCH", f"{uids}", items)

    def store(self, numbers: Numbers, change: str) -> R:
        r"""``store(1, r"+FLAGS (\Seen)")``, ``store(1, r"(UNCHANGEDSINCE 7) FLAGS ()")``."""
        return self.send("STORE", f"{numbers}", change)

    def uid_store(self, uids: Numbers, change: str) -> R:
        return self.send("UID STORE", f"{uids}", change)

    def search(self, criteria: str = "ALL") -> R:
        return self.send("SEARCH", criteria)

    def uid_search(self, criteria: str = "ALL") -> R:
        return self.send("UID SEARCH", criteria)

    def copy(self, numbers: Numbers, mailbox: str) -> R:
        return self.send("COPY", f"{numbers}", self._quoted(mailbox))

    def uid_copy(self, uids: Numbers, mailbox: str) -> R:
        return self.send("UID COPY", f"{uids}", self._quoted(mailbox))

    def move(self, numbers: Numbers, mailbox: str) -> R:
        return self.send("MOVE", f"{numbers}", self._quoted(mailbox))

    def uid_move(self, uids: Numbers, mailbox: str) -> R:
        return self.send("UID MOVE", f"{uids}", self._quoted(mailbox))

    def expunge(self) -> R:
        return self.send("EXPUNGE")

    def uid_expunge(self, uids: Numbers) -> R:
        return self.send("UID EXPUNGE", f"{uids}")

    def append(self, mailbox: str, message: bytes, flags: str = "") -> R:
        r"""``append("INBOX", b"Subject: …\r\n\r\n…", r"(\Seen)")``."""
        return self.send("APPEND", self._quoted(mailbox), flags, message)

    def noop(self) -> R:
        return self.send("NOOP")

    def idle(self) -> R:
        """Answered by ``+``; what is told until `done` is `told`, or in the answer to that."""
        return self.send("IDLE")

    def done(self) -> R:
        return self.more("DONE")

    def close(self) -> R:
        return self.send("CLOSE")

    def unselect(self) -> R:
        return self.send("UNSELECT")

    def create(self, mailbox: str) -> R:
        return self.send("CREATE", self._quoted(mailbox))

    def delete(self, mailbox: str) -> R:
        return self.send("DELETE", self._quoted(mailbox))

    def rename(self, mailbox: str, to: str) -> R:
        return self.send("RENAME", self._quoted(mailbox), self._quoted(to))

    def list(self, reference: str = "", pattern: str = "*") -> R:
        return self.send("LIST", self._quoted(reference), self._quoted(pattern))

    def status(self, mailbox: str, items: str = "(MESSAGES UIDNEXT UNSEEN)") -> R:
        return self.send("STATUS", self._quoted(mailbox), items)

    def enable(self, capabilities: str) -> R:
        return self.send("ENABLE", capabilities)

    def logout(self) -> R:
        return self.send("LOGOUT")

    # Steps

    def _enter(self, entry: Entry | None) -> Steps[ImapAnswer]:
        greeting = yield b""
        if entry is None:
            self._unasked.append(greeting)
            return self._answer([greeting])
        answer = yield from self._command("LOGIN", _string(entry.user), _string(entry.password))
        if answer.ok and entry.enable is not None:
            answer = yield from self._command("ENABLE", entry.enable)
        if answer.ok and entry.select is not None:
            answer = yield from self._command("SELECT", self._quoted(entry.select))
        if not answer.ok:
            raise ValueError(self._story(f"was refused as {entry.user}"))
        return answer

    def _command(self, *parts: str | bytes) -> Steps[ImapAnswer]:
        if self._running is not None:
            raise RuntimeError(self._story("is in the middle of a command (done(), more())"))
        self._commands += 1
        tag = f"{self.session}{self._commands}".encode()
        octets = _octets(tag, parts)
        self._set_aside()
        return (yield from self._until_tagged(tag, octets))

    def _more(self, line: str) -> Steps[ImapAnswer]:
        if self._running is None:
            raise RuntimeError(self._story("is in no command that wants more"))
        octets = _octets(b"", [line])
        tag, self._running = self._running, None
        return (yield from self._until_tagged(tag, octets))

    def _until_tagged(self, tag: bytes, octets: Iterator[bytes]) -> Steps[ImapAnswer]:
        """Send the first octets, and the others as the server asks for them."""
        lines = []
        send = next(octets)
        while True:
            line = yield send
            send = b""
            lines.append(line)
            if line.startswith(tag + b" "):
                return self._answer(lines, line)
            if line.startswith(b"+"):
                send = next(octets, b"")
                if not send:
                    self._running = tag
                    return self._answer(lines, line)

    def _wait_for(self, kind: str) -> Steps[ImapAnswer]:
        self._set_aside()
        at = 0
        while True:
            if at == len(self._unasked):
                self._unasked.append((yield b""))
            at += 1
            if kind.encode() in self._unasked[at - 1].split(b" ", 3)[:3]:
                # What comes behind it depends on who ran first.
                told, self._unasked = self._unasked[:at], self._unasked[at:]
                return self._answer(told)

    def _answer(self, lines: Sequence[bytes], last: bytes | None = None) -> ImapAnswer:
        answer = ImapAnswer(lines, last, utf8=self._utf8)
        if "IMAP4rev2" in answer.enabled:
            self._utf8 = True
        return answer

    def _end(self, start: int) -> int | None:
        return response_end(self._heard, start)

    def _quoted(self, mailbox: str) -> str:
        return quote.mailbox(mailbox, utf8=self._utf8).decode()


def _string(text: str) -> str | bytes:
    """A string: quoted where it can be, else a literal."""
    return quote.quoted(text.encode()).decode() if _PLAIN.fullmatch(text) else text.encode()


def _octets(tag: bytes, parts: Sequence[str | bytes]) -> Iterator[bytes]:
    """A command as it is sent: each but the first once the server has said ``+``."""
    pieces = []
    text = tag
    for part in parts:
        if isinstance(part, bytes):
            pieces.append(text + b" {%d}\r\n" % len(part))
            text = part
        elif part:
            text += (b" " if text else b"") + one_line(part)
    return iter([*pieces, text + b"\r\n"])
