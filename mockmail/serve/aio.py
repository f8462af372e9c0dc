"""The awaitable twins of a server's calls that wait: ``server.aio``."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar, Unpack, overload

from mockmail.client.drivers import AsyncImapClient, AsyncPop3Client, AsyncSmtpClient
from mockmail.client.opening import ClientProtocol, Options
from mockmail.delivery.sent import Sent
from mockmail.serve.waiting import TIMEOUT, Wait
from mockmail.world.message import Message
from mockmail.world.wanted import Conditions
from mockmail.world.world import World

T = TypeVar("T")


class Waited(Protocol):
    """A server, as far as this knows it."""

    @property
    def _world(self) -> World: ...
    async def _reset(self) -> None: ...
    async def _awaiting(
        self, protocol: ClientProtocol, count: int, options: Options
    ) -> Sequence[AsyncImapClient | AsyncPop3Client | AsyncSmtpClient]: ...


class Aio:
    """What waits, for asyncio and Trio.

    The loop may be the server's own or another.
    """

    def __init__(self, server: Waited) -> None:
        self._server = server

    @overload
    async def clients(
        self, protocol: Literal["imap"], count: int = 1, **options: Unpack[Options]
    ) -> list[AsyncImapClient]: ...
    @overload
    async def clients(
        self, protocol: Literal["pop3"], count: int = 1, **options: Unpack[Options]
    ) -> list[AsyncPop3Client]: ...
    @overload
    async def clients(
        self,
        protocol: Literal["smtp", "submission", "lmtp"],
        count: int = 1,
        **options: Unpack[Options],
    ) -> list[AsyncSmtpClient]: ...
    async def clients(
        self, protocol: ClientProtocol, count: int = 1, **options: Unpack[Options]
    ) -> Sequence[AsyncImapClient | AsyncPop3Client | AsyncSmtpClient]:
        """What `Server.clients` makes, but their commands are awaited."""
        return await self._server._awaiting(protocol, count, options)  # noqa: SLF001

    @overload
    async def wait_for(
        self, *, count: None = None, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> Message | Sent: ...
    @overload
    async def wait_for(
        self, *, count: int, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> tuple[Message | Sent, ...]: ...
    async def wait_for(
        self,
        *,
        count: int | None = None,
        timeout: float = TIMEOUT,
        **wanted: Unpack[Conditions],
    ) -> Message | Sent | tuple[Message | Sent, ...]:
        """What `Server.wait_for` does, without stopping the loop."""
        world = self._server._world  # noqa: SLF001 they are one thing
        found = await Wait.for_mail(world, wanted, count, timeout).awaited()
        return found[0] if count is None else found

    async def wait_until(
        self,
        condition: Callable[[], T | None],
        *,
        what: str = "",
        timeout: float = TIMEOUT,
    ) -> T:
        """What `Server.wait_until` does, without stopping the loop."""
        world = self._server._world  # noqa: SLF001
        return await Wait.until(world, condition, what, timeout).awaited()

    async def reset(self) -> None:
        """What `Server.reset` does; in the server's own loop this is the only form."""
        await self._server._reset()  # noqa: SLF001
