"""SMTP's commands as a scripted client gives them, and its answers."""

import base64
import re
from collections.abc import Iterable, Sequence

from mockmail.client.answer import Answer, text_of
from mockmail.client.client import Client, Entry, R, Steps, one_line
from mockmail.message.message import with_crlf
from mockmail.wire.dot import stuff

HOST = "client.example.net"
"""Who a scripted client says that it is."""
_LINE = re.compile(rb"(\d{3})[ -](?:(\d\.\d{1,3}\.\d{1,3}) ?)?(.*)", re.DOTALL)


class SmtpAnswer(Answer):
    """What SMTP replied: a code such as ``250`` as `status`, an enhanced one as `code`."""

    replies: "tuple[SmtpAnswer, ...]"
    """Each of several replies, as LMTP gives one for each recipient; otherwise the one."""

    def __init__(self, lines: Sequence[bytes], *, asked: bool = True) -> None:
        self.replies = (self,)
        found = [each.groups() for each in map(_LINE.fullmatch, lines) if each is not None]
        status, code, _ = found[-1] if found else (b"", None, b"")
        text = b"\n".join(each[2] for each in found)
        super().__init__(
            lines, (text_of(status) or "") if asked else "", text_of(code), text_of(text) or ""
        )

    def _data_lines(self) -> Sequence[bytes]:
        return self.lines if len(self.lines) > 1 or not self.status else ()


class SmtpCommands(Client[SmtpAnswer, R]):
    """The commands of SMTP and LMTP; each is answered by an `SmtpAnswer`, whatever its code."""

    _recipients = 0
    """Whom the server has accepted in this mail transaction."""

    def send(self, line: str) -> R:
        """A command in words of your own: ``send("VRFY anna")``."""
        return self.run(self._command(line))

    def ehlo(self, host: str = HOST) -> R:
        return self.send(f"EHLO {host}")

    def lhlo(self, host: str = HOST) -> R:
        return self.send(f"LHLO {host}")

    def auth_plain(self, user: str, password: str) -> R:
        """AUTH PLAIN, with what proves who it is in the same line."""
        return self.send(_plain(user, password))

    def mail(self, sender: str, parameters: str = "") -> R:
        return self.send(_with(f"MAIL FROM:<{sender}>", parameters))

    def rcpt(self, recipient: str, parameters: str = "") -> R:
        return self.send(_with(f"RCPT TO:<{recipient}>", parameters))

    def data(self, message: bytes | str) -> R:
        """DATA, and the message if the server wants it: with CRLF, and dots before dots.

        LMTP's answer is its first refusal, or its last reply; `SmtpAnswer.replies` has them all.
        """
        return self.run(self._data(message))

    def bdat(self, octets: bytes, *, last: bool = False) -> R:
        """BDAT with a chunk as it is."""
        return self.run(self._bdat(octets, last=last))

    def rset(self) -> R:
        return self.send("RSET")

    def quit(self) -> R:
        return self.send("QUIT")

    def send_mail(self, sender: str, to: str | Iterable[str], message: bytes | str) -> R:
        """MAIL, RCPT for each recipient, DATA: the reply to the last dot.

        Or the first reply that refuses something; then nothing is sent.
        """
        recipients = [to] if isinstance(to, str) else [*to]
        return self.run(self._send_mail(sender, recipients, message))

    # Steps

    def _enter(self, entry: Entry | None) -> Steps[SmtpAnswer]:
        greeting = yield from self._reply(b"")
        if entry is None:
            self._unasked += greeting.lines
            return greeting
        hello = "LHLO" if self._link.protocol == "lmtp" else "EHLO"
        answer = yield from self._command(f"{hello} {HOST}")
        if entry.user:
            answer = yield from self._command(_plain(entry.user, entry.password))
            if not answer.ok:
                raise ValueError(self._story(f"was refused as {entry.user}"))
        return answer

    def _command(self, line: str) -> Steps[SmtpAnswer]:
        octets = one_line(line) + b"\r\n"
        self._set_aside()
        answer = yield from self._reply(octets)
        word = line.partition(" ")[0].upper()
        if word == "RCPT":
            self._recipients += answer.ok
        elif word in ("MAIL", "RSET", "EHLO", "LHLO") and answer.ok:
            self._recipients = 0
        return answer

    def _reply(self, octets: bytes) -> Steps[SmtpAnswer]:
        lines = [(yield octets)]
        while lines[-1][3:4] == b"-":
            lines.append((yield b""))
        return SmtpAnswer(lines)

    def _data(self, message: bytes | str) -> Steps[SmtpAnswer]:
        octets = with_crlf(message.encode() if isinstance(message, str) else message)
        answer = yield from self._command("DATA")
        if not answer.ok:
            return answer
        end = b"" if octets.endswith(b"\r\n") or not octets else b"\r\n"
        return (yield from self._told_of_all(stuff(octets) + end + b".\r\n"))

    def _bdat(self, octets: bytes, *, last: bool) -> Steps[SmtpAnswer]:
        self._set_aside()
        data = b"BDAT %d%b\r\n%b" % (len(octets), b" LAST" * last, octets)
        return (yield from (self._told_of_all(data) if last else self._reply(data)))

    def _told_of_all(self, octets: bytes) -> Steps[SmtpAnswer]:
        """Send the end of a message, and read what is said of it."""
        if self._link.protocol != "lmtp" or not self._recipients:
            return (yield from self._reply(octets))
        first = yield from self._reply(octets)
        replies = [first]
        while len(replies) < self._recipients:
            replies += [(yield from self._reply(b""))]
        answer = next((each for each in replies if not each.ok), replies[-1])
        answer.replies = tuple(replies)
        return answer

    def _send_mail(
        self, sender: str, recipients: Sequence[str], message: bytes | str
    ) -> Steps[SmtpAnswer]:
        for line in (f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients)):
            answer = yield from self._command(line)
            if not answer.ok:
                yield from self._command("RSET")
                return answer
        return (yield from self._data(message))

    def _answer(self, lines: Sequence[bytes]) -> SmtpAnswer:
        return SmtpAnswer(lines, asked=False)


def _with(command: str, parameters: str) -> str:
    return f"{command} {parameters}" if parameters else command


def _plain(user: str, password: str) -> str:
    proof = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return f"AUTH PLAIN {proof}"
