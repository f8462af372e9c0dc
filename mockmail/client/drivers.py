"""Two drivers for scripted clients, and what comes of them: clients that block, and that await."""

from collections.abc import Awaitable

from mockmail.client.client import A, Client, Steps
from mockmail.client.imap import ImapCommands
from mockmail.client.imap_answer import ImapAnswer
from mockmail.client.pop3 import Pop3Answer, Pop3Commands
from mockmail.client.smtp import SmtpAnswer, SmtpCommands
from mockmail.client.waiting import checkpoint, refuse_loop, wait_async, wait_here

_INSTEAD = "await the commands of clients that are made by `await server.aio.clients(…)`"


class Blocking(Client[A, A]):
    """Waits in its own thread, while others act.

    What has to be waited for is a ``RuntimeError`` inside a running loop.
    """

    def run(self, steps: Steps[A]) -> A:
        """Go through the steps of a command, and return its answer."""
        answer = self._advance(steps)
        while answer is None:
            if not self._ready():
                link = self._link
                wait_here(link.watch, self._there, self.timeout, link.time, _INSTEAD)
            answer = self._advance(steps, self._response())
        return answer

    def wait(self, steps: Steps[A]) -> A:
        """The same; inside a running loop always an error, whether it was told already or not."""
        refuse_loop(_INSTEAD)
        return self.run(steps)


class Awaiting(Client[A, Awaitable[A]]):
    """Waits in a loop, Trio's or asyncio's, while other tasks run, on that loop's clock."""

    async def run(self, steps: Steps[A]) -> A:
        """Go through the steps of a command, and return its answer."""
        await checkpoint()
        answer = self._advance(steps)
        while answer is None:
            if not self._ready():
                await wait_async(self._link.watch, self._there, self.timeout)
            answer = self._advance(steps, self._response())
        return answer


class ImapClient(ImapCommands[ImapAnswer], Blocking[ImapAnswer]):
    """A scripted client of IMAP, from ``server.clients("imap")``."""


class Pop3Client(Pop3Commands[Pop3Answer], Blocking[Pop3Answer]):
    """A scripted client of POP3, from ``server.clients("pop3")``."""


class SmtpClient(SmtpCommands[SmtpAnswer], Blocking[SmtpAnswer]):
    """A scripted client of SMTP, from ``server.clients("smtp")``."""


class AsyncImapClient(ImapCommands[Awaitable[ImapAnswer]], Awaiting[ImapAnswer]):
    """The same as `ImapClient` in a loop, Trio's or asyncio's: each command is awaited."""


class AsyncPop3Client(Pop3Commands[Awaitable[Pop3Answer]], Awaiting[Pop3Answer]):
    """The same as `Pop3Client` in a loop, Trio's or asyncio's: each command is awaited."""


class AsyncSmtpClient(SmtpCommands[Awaitable[SmtpAnswer]], Awaiting[SmtpAnswer]):
    """The same as `SmtpClient` in a loop, Trio's or asyncio's: each command is awaited."""
