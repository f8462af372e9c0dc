"""A server: a world behind ports on the loopback, and the handles a test needs.

Ports are opened when somebody asks for them; a socket listens before its number
is known, so a client may connect at once. Everything else here is a look at the
world between two inputs.
"""

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, TypeVar, Unpack, overload

import trio

from mockmail.client.drivers import (
    AsyncImapClient,
    AsyncPop3Client,
    AsyncSmtpClient,
    ImapClient,
    Pop3Client,
    SmtpClient,
)
from mockmail.client.opening import ClientProtocol, Options
from mockmail.delivery.delivery import Sent
from mockmail.serve.aio import Aio
from mockmail.serve.connection import SocketConnection
from mockmail.serve.layers import Layers
from mockmail.serve.loop import Loop
from mockmail.serve.memory import MemoryStream
from mockmail.serve.people import People
from mockmail.serve.tls import Authority, authority
from mockmail.serve.waiting import TIMEOUT, Wait, wait_here
from mockmail.store.store import Refused
from mockmail.world.account import User
from mockmail.world.faults import Faults
from mockmail.world.mailbox import Mailbox
from mockmail.world.message import Message
from mockmail.world.named import Named
from mockmail.world.transcript import Transcript
from mockmail.world.wanted import Conditions
from mockmail.world.world import PROTOCOLS, World

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
BACKLOG = 1_024
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)


class Endpoint:
    """Where one protocol is served: ``server.imap``, ``server.pop3``, ``server.smtp``.

    Or served with TLS from the start: ``server.imaps``, ``server.pop3s``, ``server.smtps``.
    """

    def __init__(self, server: "Server", protocol: str, *, tls: bool = False) -> None:
        self._server = server
        self._protocol = protocol
        self._tls = tls
        self._address: tuple[str, int] | None = None

    def _open(self) -> tuple[str, int]:
        with self._server._opening:
            if self._address is None:
                self._address = self._server._listen(self._protocol, tls=self._tls)
            return self._address

    @property
    def host(self) -> str:
        """The address it listens on; the port is opened by asking."""
        return self._open()[0]

    @property
    def port(self) -> int:
        """The port it listens on, chosen by the system; opened by asking."""
        return self._open()[1]

    @property
    def url(self) -> str:
        """``imap://127.0.0.1:40001``, or ``imaps://127.0.0.1:40002``."""
        host, port = self._open()
        bracketed = f"[{host}]" if ":" in host else host
        return f"{self._scheme}://{bracketed}:{port}"

    @property
    def _scheme(self) -> str:
        return self._protocol + "s" if self._tls else self._protocol

    def connect(self) -> MemoryStream:
        """A connection without a socket: a Trio stream for a client in the server's own loop.

        Of ``imaps`` and its like it is what lies below TLS: the handshake is the client's.
        ``RuntimeError`` from another thread: only `open_server` and the fixture
        ``mailserver_trio`` share the test's loop.
        """
        return self._server._connect(self._protocol, tls=self._tls)

    def __repr__(self) -> str:
        return f"<{self._scheme} endpoint, {'open' if self._address else 'not opened yet'}>"


class Server:
    """A mail server that lives in a test. Made by `start_server`, `open_server` and the fixtures."""

    def __init__(
        self,
        world: World,
        loop: Loop,
        anew: Callable[[], World] | None = None,
        *,
        host: str = LOOPBACK,
        ports: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Listens on `host`, and on `ports` by scheme (``imaps``); else the system chooses one.

        `anew` makes what `reset` goes back to; without it that is the world as it is now.
        """
        self._loop = loop
        self._host = host
        self._ports = ports
        self._anew = world.fork().fork if anew is None else anew
        self._endpoints = {name: Endpoint(self, name) for name in PROTOCOLS}
        self._tls_endpoints = {name: Endpoint(self, name, tls=True) for name in PROTOCOLS}
        self.aio = Aio(self)
        """The calls that wait, for asyncio and Trio: ``await server.aio.wait_for(…)``."""
        self._closed = False
        # Endpoints may be asked for from several threads at once.
        self._opening = threading.Lock()
        self._in_use = False
        # Only the loop's thread touches these.
        self._scopes: dict[trio.CancelScope, bool] = {}
        """Of the tasks that run; whether they are of a connection."""
        self._streams: list[MemoryStream] = []
        self._ended: trio.Event | None = None
        """Set when a task ends, for who waits for that."""
        self._timer: trio.Event | None = None
        self._use(world)

    def _use(self, world: World) -> None:
        world.clock.driver = self._loop.time
        world.engine.on_deadline = self._reset_timer
        self._world = world
        self._faults = Faults(world)
        self._people = People(world, self._loop, self._ready)

    @property
    def imap(self) -> Endpoint:
        """IMAP4rev1 (RFC 3501)."""
        return self._endpoints["imap"]

    @property
    def pop3(self) -> Endpoint:
        """POP3 (RFC 1939)."""
        return self._endpoints["pop3"]

    @property
    def smtp(self) -> Endpoint:
        """SMTP (RFC 5321): takes mail for its users, keeps the rest in `outbox`."""
        return self._endpoints["smtp"]

    @property
    def imaps(self) -> Endpoint:
        """IMAP with TLS from the start (RFC 8314). ``ImportError`` without the extra ``tls``."""
        return self._tls_endpoints["imap"]

    @property
    def pop3s(self) -> Endpoint:
        """POP3 with TLS from the start."""
        return self._tls_endpoints["pop3"]

    @property
    def smtps(self) -> Endpoint:
        """SMTP with TLS from the start."""
        return self._tls_endpoints["smtp"]

    @property
    def ca(self) -> Authority:
        """Who signed the servers' certificates: ``path`` and ``ssl_context()`` are for clients.

        Certificates are good for ``localhost``, ``127.0.0.1``, ``::1`` and the server's
        own name, and made when TLS is first used. From the moment that this is asked
        for, STARTTLS and STLS are offered to new connections; before, they are not: many
        clients take them whenever they see them, and would not trust the certificate.
        ``ImportError`` without the extra ``tls``.
        """
        made = authority()
        self._world.offers_tls = True
        return made

    @property
    def users(self) -> Mapping[str, User]:
        """The users by login name; a missing one is `NotThere`, a ``KeyError``."""
        with self._world.engine.turn():
            users = self._world.store.users.items()
            return Named("user", {name: User(self._world, user) for name, user in users})

    @property
    def outbox(self) -> tuple[Sent, ...]:
        """What was sent to addresses elsewhere, oldest first. It has not left the machine."""
        with self._world.engine.turn():
            return tuple(self._world.delivery.outbox)

    @property
    def transcript(self) -> Transcript:
        """What was said so far; ``str()`` of it is the normalised form."""
        return self._world.transcript

    @property
    def faults(self) -> Faults:
        """The rules of this server."""
        return self._faults

    def add_user(self, login: str, *, password: str = "secret", address: str | None = None) -> User:
        """A new user with an empty INBOX.

        `address` is ``login@`` the first local domain by default. ``ValueError`` if
        the name or the address is taken.
        """
        world = self._world
        with world.engine.turn():
            if address is None:
                address = login if "@" in login else f"{login}@{world.delivery.domains[0]}"
            try:
                return User(world, world.store.add_user(login, password, [address]))
            except Refused as error:
                raise ValueError(str(error)) from None

    def create_shared_mailbox(self, name: str) -> Mailbox:
        """A new mailbox that all users have: ``Shared/…``, or a newsgroup, ``#news.…``.

        Readers of a newsgroup can't add or take away messages, and each has flags
        of his own. ``ValueError`` for other names, and for one that is taken.
        """
        world = self._world
        with world.engine.turn():
            try:
                return Mailbox(world, None, world.store.create_shared(name))
            except Refused as error:
                raise ValueError(str(error)) from None

    @overload
    def clients(
        self, protocol: Literal["imap"], count: int = 1, **options: Unpack[Options]
    ) -> list[ImapClient]: ...
    @overload
    def clients(
        self, protocol: Literal["pop3"], count: int = 1, **options: Unpack[Options]
    ) -> list[Pop3Client]: ...
    @overload
    def clients(
        self, protocol: Literal["smtp"], count: int = 1, **options: Unpack[Options]
    ) -> list[SmtpClient]: ...
    def clients(
        self, protocol: ClientProtocol, count: int = 1, **options: Unpack[Options]
    ) -> Sequence[ImapClient | Pop3Client | SmtpClient]:
        """Scripted clients: the other people in a test, without a port. They end with the server.

        They are logged in, and over IMAP have the INBOX selected, unless the
        options say otherwise:

        - `user` is whose clients they are; without it the server's only user.
        - `password` is what they say, the right one by default.
        - `select` is another mailbox, or None for none; IMAP only.
        - `enable` names capabilities that they enable before that: ``"QRESYNC"``.
        - `login=False` leaves them where the server has greeted them.
        - `timeout` is how many seconds they wait for an answer, 5 by default.

        SMTP takes mail from everybody: its clients have no user, and say EHLO.
        ``ValueError`` if the server refuses them, ``RuntimeError`` inside the
        server's own loop, where there is `aclients`.
        """
        if self._loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aclients(…)`")
        return self._people.blocking(protocol, count, options)

    @overload
    async def aclients(
        self, protocol: Literal["imap"], count: int = 1, **options: Unpack[Options]
    ) -> list[AsyncImapClient]: ...
    @overload
    async def aclients(
        self, protocol: Literal["pop3"], count: int = 1, **options: Unpack[Options]
    ) -> list[AsyncPop3Client]: ...
    @overload
    async def aclients(
        self, protocol: Literal["smtp"], count: int = 1, **options: Unpack[Options]
    ) -> list[AsyncSmtpClient]: ...
    async def aclients(
        self, protocol: ClientProtocol, count: int = 1, **options: Unpack[Options]
    ) -> Sequence[AsyncImapClient | AsyncPop3Client | AsyncSmtpClient]:
        """The same inside the server's own Trio loop: each of their commands is awaited."""
        if not self._loop.here:
            raise RuntimeError("outside the server's own loop, `server.clients(…)`")
        return await self._people.awaiting(protocol, count, options)

    def advance(self, time: float | timedelta) -> None:
        """Move the server's clock on by so many seconds; what is due happens before it returns."""
        seconds = time.total_seconds() if isinstance(time, timedelta) else time
        self._world.engine.advance(seconds)

    @overload
    def wait_for(
        self, *, count: None = None, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> Message | Sent: ...
    @overload
    def wait_for(
        self, *, count: int, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> tuple[Message | Sent, ...]: ...
    def wait_for(
        self, *, count: int | None = None, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> Message | Sent | tuple[Message | Sent, ...]:
        r"""Wait until there is mail as it is wanted, in a mailbox or in `outbox`, and return it.

        All conditions that are given must hold:

        - ``subject="Hello"`` (all of it), or a compiled pattern that is found in it;
        - ``sender="a@x.example"`` and ``to="b@y.example"``: addresses of the envelope
          or of the header; `to` is the user's own address, too;
        - ``user="anna"``, ``mailbox="Work"``: whose it is and where, which mail in the
          outbox has not;
        - ``flags=[r"\Seen"]``: flags that it has, perhaps beside others.

        With `count` it waits for so many, and returns them all. What was there before
        counts, too. After `timeout` seconds `WaitTimeout`, an ``AssertionError``, shows
        what is there instead, nearest first. ``RuntimeError`` inside a running loop:
        there its twin is awaited, ``await server.aio.wait_for(…)``.
        """
        wait = Wait.for_mail(self._world, wanted, count, timeout)
        found = wait_here(self._world.engine, wait, self._loop.time)
        return found[0] if count is None else found

    def wait_until(
        self, condition: Callable[[], T | None], *, what: str = "", timeout: float = TIMEOUT
    ) -> T:
        """Wait until `condition()` is true, and return what it returned.

        It is called whenever something has happened on the server, and may look at
        all its handles: ``server.wait_until(lambda: "IDLE" in str(server.transcript))``.
        After `timeout` seconds `WaitTimeout` says what it is, called `what`.
        """
        return wait_here(self._world.engine, Wait.until(condition, what, timeout), self._loop.time)

    def snapshot(self) -> None:
        """Let `reset` come back to how things are now."""
        with self._world.engine.turn():
            self._anew = self._world.fork().fork

    def reset(self) -> None:
        """Go back to the start, or to the last `snapshot`: the same ports, other things as they were.

        All connections are dropped; rules haven't fired. Handles from before can't be
        used any more. ``RuntimeError`` inside the server's own loop: there
        ``await server.aio.reset()``.
        """
        if self._loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aio.reset()`")
        if self._in_use:
            self._loop.run(self._reset)
        else:
            self._renew()

    async def _reset(self) -> None:
        if not self._loop.here:
            raise RuntimeError("outside the server's own loop, `server.reset()`")
        self._renew()
        for scope, of_connection in list(self._scopes.items()):
            if of_connection:
                scope.cancel()
        for stream in self._streams:
            stream.drop()
        self._streams.clear()
        self._wake_timer()
        await self._until(lambda: not any(self._scopes.values()))

    def _renew(self) -> None:
        if self._closed:
            raise RuntimeError("the server is closed")
        old = self._world
        self._people.drop()
        new = self._anew()
        new.offers_tls = old.offers_tls
        self._use(new)
        with old.engine.turn():
            old.engine.retired = "this belongs to the time before the server's reset()"

    def check(self) -> None:
        """The laws, and that no rule was left over; `Broken` says which is not so."""
        self._world.check()

    def close(self) -> None:
        """Stop listening and drop all clients; from a thread other than the loop's.

        What was stored, sent and said can still be looked at.
        """
        if self._closed:
            return
        if self._loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aclose()`")
        if self._in_use:
            with contextlib.suppress(trio.RunFinishedError):  # the loop was stopped before
                self._loop.run(self.aclose)
        self._closed = True

    async def aclose(self) -> None:
        """The same from inside the loop."""
        self.cancel()
        await self._until(lambda: not self._scopes)

    async def _until(self, over: Callable[[], bool]) -> None:
        """Wait for tasks to end."""
        with trio.CancelScope(shield=True):
            while not over():
                if self._ended is None:
                    self._ended = trio.Event()
                await self._ended.wait()

    def cancel(self) -> None:
        """Begin to close, from inside the loop; the tasks end at the loop's next turn."""
        self._closed = True
        for scope in self._scopes:
            scope.cancel()
        for stream in self._streams:
            stream.drop()
        self._people.drop()

    # For Endpoint

    def _context(self) -> ssl.SSLContext:
        return authority().server_context(self._world.host)

    def _listen(self, protocol: str, *, tls: bool) -> tuple[str, int]:
        if self._closed:
            raise RuntimeError("the server is closed")
        if tls:
            self._context()  # where the test, not the loop, waits for it or hears of what is missing
        listener = _listener(self._host, self._ports.get(protocol + "s" * tls, 0))
        host, port = listener.getsockname()[:2]
        self._spawn(lambda: self._accept(listener, protocol, tls=tls), of_connection=False)
        self._start_timer()
        return host, port

    def _connect(self, protocol: str, *, tls: bool) -> MemoryStream:
        if not self._loop.here:
            raise RuntimeError(
                "connect() needs the server's own Trio loop: use open_server() or mailserver_trio"
            )
        self._ready()
        if tls:
            self._context()
        stream = MemoryStream(self._world.engine, protocol, tls=tls, context=self._context)
        self._streams.append(stream)
        return stream

    # Tasks

    def _spawn(self, task: Callable[[], Awaitable[None]], *, of_connection: bool = True) -> None:
        """Run a task of this server in its loop, from whatever thread."""

        def start() -> None:
            scope = trio.CancelScope()
            if self._closed:
                scope.cancel()
            self._scopes[scope] = of_connection
            self._loop.nursery.start_soon(self._run, scope, task)

        self._loop.soon(start)

    async def _run(self, scope: trio.CancelScope, task: Callable[[], Awaitable[None]]) -> None:
        try:
            with scope:
                await task()
        except Exception as bug:
            # One connection's trouble is not the others', who share the loop.
            self._world.failures.append(bug)
        finally:
            del self._scopes[scope]
            if self._ended is not None:
                self._ended.set()
                self._ended = None

    async def _accept(self, listener: socket.socket, protocol: str, *, tls: bool) -> None:
        with trio.socket.from_stdlib_socket(listener) as listening:
            while True:
                try:
                    sock, _ = await listening.accept()
                except ConnectionError:
                    continue  # the client left before it was let in
                except OSError as error:
                    if error.errno not in _NO_ROOM:
                        raise
                    await trio.sleep(0.1)  # other connections may be closed meanwhile
                    continue
                # Sessions are numbered here, in the order of arrival; tasks start in any order.
                self._welcome(trio.SocketStream(sock), protocol, tls=tls)

    def _welcome(self, stream: trio.SocketStream, protocol: str, *, tls: bool) -> None:
        engine = self._world.engine
        connection = engine.connect(protocol, tls=tls)
        layers = Layers(engine, connection, self._context)
        moving = SocketConnection(stream, engine, connection, layers)
        connection.notify = lambda: moving.notify(self._spawn)
        self._spawn(moving.run)

    def _ready(self) -> None:
        """There will be a client without a socket; ``RuntimeError`` if the server is closed."""
        if self._closed:
            raise RuntimeError("the server is closed")
        with self._opening:
            self._start_timer()

    def _start_timer(self) -> None:
        if not self._in_use:
            self._in_use = True
            self._spawn(self._keep_time, of_connection=False)

    async def _keep_time(self) -> None:
        while True:
            engine, clock = self._world.engine, self._world.clock
            self._timer = trio.Event()
            deadline = engine.next_deadline()
            if deadline is None:
                await self._timer.wait()
                continue
            with trio.move_on_after(max(0.0, deadline - clock.waited) / clock.rate):
                await self._timer.wait()
                continue
            engine.tick()

    def _reset_timer(self) -> None:
        if self._in_use:
            self._loop.soon(self._wake_timer)

    def _wake_timer(self) -> None:
        if self._timer is not None:
            self._timer.set()


def _listener(host: str, port: int) -> socket.socket:
    """A socket that listens there; ``OSError`` if that can't be."""
    family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, number)
    try:
        if port and os.name == "posix":
            # The connections of a server that ended don't keep the next one from its port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
