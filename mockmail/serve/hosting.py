"""What a server's bytes move through: its ports, its connections, and its time.

Ports are opened when somebody asks for them; a socket listens before its number
is known, so a client may connect at once.
"""

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping

import trio

from mockmail.serve.connection import SocketConnection
from mockmail.serve.layers import Layers
from mockmail.serve.loop import Loop
from mockmail.serve.memory import MemoryStream
from mockmail.serve.tls import authority
from mockmail.world.world import World

BACKLOG = 1_024
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)


class Hosting:
    """The tasks of one server, in its loop."""

    def __init__(self, world: World, loop: Loop, host: str, ports: Mapping[str, int]) -> None:
        self.loop = loop
        self.closed = False
        # Endpoints may be asked for from several threads at once.
        self.opening = threading.Lock()
        self._host = host
        self._ports = ports
        self._in_use = False
        # Only the loop's thread touches these.
        self._tasks: dict[trio.CancelScope, bool] = {}
        """Whether each is a connection's."""
        self._streams: list[MemoryStream] = []
        self._ended: trio.Event | None = None
        """Set when a task ends, for who waits for that."""
        self._timer: trio.Event | None = None
        self.use(world)

    def use(self, world: World) -> None:
        """New connections come to this world from now on."""
        world.clock.driver = self.loop.time
        world.engine.on_deadline = self._reset_timer
        self.world = world

    @property
    def connections(self) -> int:
        """How many tasks of connections there are."""
        return sum(self._tasks.values())

    def context(self) -> ssl.SSLContext:
        """What a TLS server speaks by."""
        return authority().server_context(self.world.host)

    def listen(self, protocol: str, *, tls: bool) -> tuple[str, int]:
        """Open a port; its host and number. ``OSError`` if that can't be."""
        if self.closed:
            raise RuntimeError("the server is closed")
        if tls:
            self.context()  # where the test, not the loop, waits for it or hears of what is missing
        listener = listening_socket(self._host, self._ports.get(protocol + "s" * tls, 0))
        host, port = listener.getsockname()[:2]
        self._spawn(lambda: self._accept(listener, protocol, tls=tls), of_connection=False)
        self._start_timer()
        return host, port

    def connect(self, protocol: str, *, tls: bool) -> MemoryStream:
        """A client's end of a connection without a socket; in the loop only."""
        if not self.loop.here:
            raise RuntimeError(
                "connect() needs the server's own Trio loop: use open_server() or mailserver_trio"
            )
        self.ready()
        if tls:
            self.context()
        stream = MemoryStream(self.world.engine, protocol, tls=tls, context=self.context)
        self._streams.append(stream)
        return stream

    def ready(self) -> None:
        """There will be a client without a socket; ``RuntimeError`` if the server is closed."""
        if self.closed:
            raise RuntimeError("the server is closed")
        with self.opening:
            self._start_timer()

    def run(self, function: Callable[[], Awaitable[None]]) -> None:
        """Run an async function in the loop, if anything runs there; from another thread."""
        if self._in_use:
            with contextlib.suppress(trio.RunFinishedError):  # the loop was stopped before
                self.loop.run(function)

    async def drop(self) -> None:
        """End the connections that there are, and wait for their ends; in the loop."""
        old = [scope for scope, of_connection in self._tasks.items() if of_connection]
        for scope in old:
            scope.cancel()
        self._drop_streams()
        self._wake_timer()
        # Those that come meanwhile are not waited for.
        await self._until(lambda: self._tasks.keys().isdisjoint(old))

    async def close(self) -> None:
        """End all tasks, and wait for their ends; in the loop."""
        self.cancel()
        await self._until(lambda: not self._tasks)

    def cancel(self) -> None:
        """Begin to close, in the loop; the tasks end at its next turn."""
        self.closed = True
        for scope in self._tasks:
            scope.cancel()
        self._drop_streams()

    def _drop_streams(self) -> None:
        for stream in self._streams:
            stream.drop()
        self._streams.clear()

    async def _until(self, over: Callable[[], bool]) -> None:
        """Wait for tasks to end."""
        with trio.CancelScope(shield=True):
            while not over():
                if self._ended is None:
                    self._ended = trio.Event()
                await self._ended.wait()

    def _spawn(self, task: Callable[[], Awaitable[None]], *, of_connection: bool = True) -> None:
        """Run a task of this server in its loop, from whatever thread."""

        def start() -> None:
            scope = trio.CancelScope()
            if self.closed:
                scope.cancel()
            self._tasks[scope] = of_connection
            self.loop.nursery.start_soon(self._guarded, scope, task)

        self.loop.soon(start)

    async def _guarded(self, scope: trio.CancelScope, task: Callable[[], Awaitable[None]]) -> None:
        try:
            with scope:
                await task()
        except Exception as bug:
            # One connection's trouble is not the others', who share the loop.
            self.world.failures.append(bug)
        finally:
            del self._tasks[scope]
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
        engine = self.world.engine
        connection = engine.connect(protocol, tls=tls)
        layers = Layers(engine, connection, self.context)
        moving = SocketConnection(stream, engine, connection, layers)
        connection.notify = lambda: moving.notify(self._spawn)
        self._spawn(moving.run)

    def _start_timer(self) -> None:
        if not self._in_use:
            self._in_use = True
            self._spawn(self._keep_time, of_connection=False)

    async def _keep_time(self) -> None:
        while True:
            engine, clock = self.world.engine, self.world.clock
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
            with contextlib.suppress(trio.RunFinishedError):  # time may pass when all is over
                self.loop.soon(self._wake_timer)

    def _wake_timer(self) -> None:
        if self._timer is not None:
            self._timer.set()


def listening_socket(host: str, port: int) -> socket.socket:
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
