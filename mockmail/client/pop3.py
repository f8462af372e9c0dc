"""POP3's commands as a scripted client gives them, and its answers."""

import re
from collections.abc import Mapping, Sequence

from mockmail.client.answer import Answer, text_of
from mockmail.client.client import Client, Entry, R, Steps, one_line
from mockmail.wire.dot import unstuff

_STATUS = re.compile(rb"(\+OK|-ERR)(?: \[([^\]]*)\])? ?(.*)", re.DOTALL)
_MULTI = re.compile(
    rb"(?i)(?:RETR|TOP) .*|CAPA|LIST|UIDL|AUTH|LANG|XTND (?:BBOARDS|ARCHIVE|XLST)(?: .*)?"
)


class Pop3Answer(Answer):
    """What POP3 answered: a line, and perhaps further ones."""

    def __init__(self, lines: Sequence[bytes], last: bytes = b"") -> None:
        found = _STATUS.fullmatch(last)
        status, code, text = found.groups() if found else (b"", None, b"")
        super().__init__(lines, text_of(status) or "", text_of(code), text_of(text) or "")

    @property
    def data(self) -> bytes:
        """The message that RETR or TOP brought."""
        return b"".join(line + b"\r\n" for line in self.lines[1:])

    @property
    def listed(self) -> Mapping[int, str]:
        """What LIST or UIDL told, by message number."""
        lines = self.lines[1:] if len(self.lines) > 1 else [self.text.encode()]
        pairs = (line.decode().split(" ", 1) for line in lines)
        return {int(number): what for number, what in pairs}

    def _data_lines(self) -> Sequence[bytes]:
        return self.lines[1:] if self.status else self.lines


class Pop3Commands(Client[Pop3Answer, R]):
    """The commands of POP3; each is answered by a `Pop3Answer`, whether +OK or -ERR."""

    def send(self, line: str) -> R:
        """A command in words of your own: ``send("TOP 1 0")``."""
        return self.run(self._command(line))

    def user(self, name: str) -> R:
        return self.send(f"USER {name}")

    def pass_(self, password: str) -> R:
        return self.send(f"PASS {password}")

    def stat(self) -> R:
        return self.send("STAT")

    def list(self, number: int | None = None) -> R:
        return self.send("LIST" if number is None else f"LIST {number}")

    def uidl(self, number: int | None = None) -> R:
        return self.send("UIDL" if number is None else f"UIDL {number}")

    def retr(self, number: int) -> R:
        return self.send(f"RETR {number}")

    def top(self, number: int, lines: int = 0) -> R:
        return self.send(f"TOP {number} {lines}")

    def dele(self, number: int) -> R:
        return self.send(f"DELE {number}")

    def rset(self) -> R:
        return self.send("RSET")

    def quit(self) -> R:
        return self.send("QUIT")

    # Steps

    def _enter(self, entry: Entry | None) -> Steps[Pop3Answer]:
        greeting = yield b""
        if entry is None:
            self._unasked.append(greeting)
            return self._answer([greeting], greeting)
        answer = yield from self._command(f"USER {entry.user}")
        if answer.ok:
            answer = yield from self._command(f"PASS {entry.password}")
        if not answer.ok:
            raise ValueError(self._story(f"was refused as {entry.user}"))
        return answer

    def _command(self, line: str) -> Steps[Pop3Answer]:
        octets = one_line(line)
        self._set_aside()
        first = yield octets + b"\r\n"
        lines = [first]
        if first.startswith(b"+OK") and _MULTI.fullmatch(octets):
            while (more := (yield b"")) != b".":
                lines.append(unstuff(more))
        return self._answer(lines, first)

    def _answer(self, lines: Sequence[bytes], last: bytes = b"") -> Pop3Answer:
        return Pop3Answer(lines, last)
