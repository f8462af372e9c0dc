"""SMTP's commands as a scripted client gives them, and its answers."""

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

    def __init__(self, lines: Sequence[bytes], *, asked: bool = True) -> None:
        found = [each.groups() for each in map(_LINE.fullmatch, lines) if each is not None]
        status, code, _ = found[-1] if found else (b"", None, b"")
        text = b"\n".join(each[2] for each in found)
        super().__init__(
            lines, (text_of(status) or "") if asked else "", text_of(code), text_of(text) or ""
        )

    def _data_lines(self) -> Sequence[bytes]:
        return self.lines if len(self.lines) > 1 or not self.status else ()


class SmtpCommands(Client[SmtpAnswer, R]):
    """The commands of SMTP; each is answered by an `SmtpAnswer`, whatever its code."""

    def send(self, line: str) -> R:
        """A command in words of your own: ``send("VRFY anna")``."""
        return self.run(self._command(line))

    def ehlo(self, host: str = HOST) -> R:
        return self.send(f"EHLO {host}")

    def mail(self, sender: str, parameters: str = "") -> R:
        return self.send(_with(f"MAIL FROM:<{sender}>", parameters))

    def rcpt(self, recipient: str, parameters: str = "") -> R:
        return self.send(_with(f"RCPT TO:<{recipient}>", parameters))

    def data(self, message: bytes | str) -> R:
        """DATA, and the message if the server wants it: with CRLF, and dots before dots."""
        return self.run(self._data(message))

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
        return (yield from self._command(f"EHLO {HOST}"))

    def _command(self, line: str) -> Steps[SmtpAnswer]:
        octets = one_line(line) + b"\r\n"
        self._set_aside()
        return (yield from self._reply(octets))

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
        return (yield from self._reply(stuff(octets) + end + b".\r\n"))

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
