"""Two drivers for scripted clients, and what comes of them: clients that block, and that await."""

from collections.abc import Awaitable, Callable

import trio

from mockmail.client.client import TIMEOUT, A, Client, Steps
from mockmail.client.imap import ImapCommands
from mockmail.client.imap_answer import ImapAnswer
from mockmail.client.link import Link
from mockmail.client.pop3 import Pop3Answer, Pop3Commands
from mockmail.client.smtp import SmtpAnswer, SmtpCommands


class Blocking(Client[A, A]):
    """Waits in its own thread, while others act."""

    def __init__(self, link: Link, timeout: float = TIMEOUT) -> None:
        super().__init__(link, timeout)
        self._changed = link.changed
        link.on_news(self._changed.notify_all)

    def run(self, steps: Steps[A]) -> A:
        """Go through the steps of a command, and return its answer."""
        answer = self._advance(steps)
        while answer is None:
            with self._changed:
                self._changed.wait_for(self._ready, self.timeout)
            answer = self._advance(steps, self._response())
        return answer


class Awaiting(Client[A, Awaitable[A]]):
    """Waits in the server's own loop, while other tasks run, on that loop's clock."""

    def __init__(
        self, link: Link, timeout: float, soon: Callable[[Callable[[], object]], None]
    ) -> None:
        super().__init__(link, timeout)
        self._changed = trio.Event()
        # Whoever changes something may be in another thread.
        link.on_news(lambda: soon(self._wake))

    def _wake(self) -> None:
        self._changed.set()

    async def run(self, steps: Steps[A]) -> A:
        """Go through the steps of a command, and return its answer."""
        await trio.lowlevel.checkpoint()
        answer = self._advance(steps)
        while answer is None:
            with trio.move_on_after(self.timeout):
                while not self._ready():
                    self._changed = trio.Event()
                    await self._changed.wait()
            answer = self._advance(steps, self._response())
        return answer


class ImapClient(ImapCommands[ImapAnswer], Blocking[ImapAnswer]):
    """A scripted client of IMAP, from ``server.clients("imap")``."""


class Pop3Client(Pop3Commands[Pop3Answer], Blocking[Pop3Answer]):
    """A scripted client of POP3, from ``server.clients("pop3")``."""


class SmtpClient(SmtpCommands[SmtpAnswer], Blocking[SmtpAnswer]):
    """A scripted client of SMTP, from ``server.clients("smtp")``."""


class AsyncImapClient(ImapCommands[Awaitable[ImapAnswer]], Awaiting[ImapAnswer]):
    """The same as `ImapClient` in a Trio test: each command is awaited."""


class AsyncPop3Client(Pop3Commands[Awaitable[Pop3Answer]], Awaiting[Pop3Answer]):
    """The same as `Pop3Client` in a Trio test: each command is awaited."""


class AsyncSmtpClient(SmtpCommands[Awaitable[SmtpAnswer]], Awaiting[SmtpAnswer]):
    """The same as `SmtpClient` in a Trio test: each command is awaited."""
