"""The scripted clients of one server, who leave with it."""

from mockmail.client.drivers import (
    AsyncImapClient,
    AsyncPop3Client,
    AsyncSmtpClient,
    ImapClient,
    Pop3Client,
    SmtpClient,
)
from mockmail.client.link import Link
from mockmail.client.opening import ClientProtocol, Options, check_count, entry_of
from mockmail.serve.hosting import Hosting
from mockmail.world.world import World

_BLOCKING: dict[ClientProtocol, type[ImapClient] | type[Pop3Client] | type[SmtpClient]] = {
    "imap": ImapClient,
    "pop3": Pop3Client,
    "smtp": SmtpClient,
    "submission": SmtpClient,
    "lmtp": SmtpClient,
}
_AWAITING: dict[
    ClientProtocol, type[AsyncImapClient] | type[AsyncPop3Client] | type[AsyncSmtpClient]
] = {
    "imap": AsyncImapClient,
    "pop3": AsyncPop3Client,
    "smtp": AsyncSmtpClient,
    "submission": AsyncSmtpClient,
    "lmtp": AsyncSmtpClient,
}


class People:
    """Lets them in, one after another."""

    def __init__(self, world: World, hosting: Hosting) -> None:
        self._world = world
        self._hosting = hosting
        self._links: list[Link] = []

    def blocking(
        self, protocol: ClientProtocol, count: int, options: Options
    ) -> list[ImapClient | Pop3Client | SmtpClient]:
        check_count(count)
        entry, timeout = entry_of(self._world, protocol, options)
        clients = []
        for _ in range(count):
            client = _BLOCKING[protocol](self._link(protocol, options), timeout)
            client.enter(entry)
            clients.append(client)
        return clients

    async def awaiting(
        self, protocol: ClientProtocol, count: int, options: Options
    ) -> list[AsyncImapClient | AsyncPop3Client | AsyncSmtpClient]:
        check_count(count)
        entry, timeout = entry_of(self._world, protocol, options)
        clients = []
        for _ in range(count):
            client = _AWAITING[protocol](self._link(protocol, options), timeout)
            await client.enter(entry)
            clients.append(client)
        return clients

    def _link(self, protocol: ClientProtocol, options: Options) -> Link:
        self._hosting.ready()
        link = Link(self._world.engine, protocol, tls=options.get("tls", False))
        self._links.append(link)
        return link

    def drop(self, why: str) -> None:
        """The server ends their connections, and says why."""
        for link in self._links:
            link.drop(why)
