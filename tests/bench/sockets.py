"""Servers that do no more than send, and a client that does no more than wait.

Both kinds of server live on the loop of one `ServerThread`, mockmail's and the
bare one alike, and are asked by the same blocking client in the main thread.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from mockmail import Server, ServerThread
from mockmail.world.world import World

from .stopwatch import trio

LOOPBACK = "127.0.0.1"
BUFFER = 262_144
"""Octets that the client asks for at once."""

Chunks = Iterable[bytes | memoryview]


class Caller:
    """A plain blocking client."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, command: bytes, octets: int) -> None:
        """Send a command and read an answer of so many octets."""
        self._socket.sendall(command)
        while octets > 0:
            got = self._socket.recv_into(self._buffer)
            assert got, "the server has closed the connection"
            octets -= got
        assert octets == 0, "more was said than was asked for"

    def length(self, command: bytes) -> int:
        """Send a command with the tag ``a`` and read to its end; octets of the answer."""
        self._socket.sendall(command)
        octets, tail = 0, b"\r\n"
        while not (tail.endswith(b"\r\n") and b"\r\na OK " in tail):
            got = self._socket.recv(BUFFER)
            assert got, "the server has closed the connection"
            assert b"\r\na BAD " not in tail, tail
            octets += len(got)
            tail = (tail + got)[-4096:]  # a tagged line may name every capability
        return octets

    def greeted(self, *commands: bytes) -> Self:
        """Read the greeting of an IMAP server, and give these commands."""
        self._socket.recv(BUFFER)
        for command in commands:
            self.length(command)
        return self


@contextlib.contextmanager
def mockmail(thread: ServerThread, world: World, *commands: bytes) -> Iterator[Caller]:
    """A client of mockmail that has given these commands."""
    server = Server(world, thread.loop)
    try:
        with Caller(server.imap.port) as caller:
            yield caller.greeted(*commands)
    finally:
        server.close()


@contextlib.contextmanager
def bare_trio(thread: ServerThread, answer: Callable[[], Chunks]) -> Iterator[Caller]:
    """A client of a Trio server that answers with the same to whatever it receives."""

    async def handle(stream: trio.SocketStream) -> None:
        with contextlib.suppress(trio.BrokenResourceError):
            while await stream.receive_some(65_536):
                for chunk in answer():
                    await stream.send_all(chunk)

    scope = trio.CancelScope()

    async def serve(listeners: list[trio.SocketListener]) -> None:
        with scope:
            await trio.serve_listeners(handle, listeners)

    async def start() -> int:
        listeners = await trio.open_tcp_listeners(0, host=LOOPBACK)
        thread.loop.nursery.start_soon(serve, listeners)
        port: int = listeners[0].socket.getsockname()[1]
        return port

    async def stop() -> None:
        scope.cancel()

    try:
        with Caller(thread.loop.run(start)) as caller:
            yield caller
    finally:
        thread.loop.run(stop)


@contextlib.contextmanager
def bare_socket(answer: Callable[[], Chunks]) -> Iterator[Caller]:
    """The same of a thread that knows nothing but ``sendall``."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(65_536):
                for chunk in answer():
                    connection.sendall(chunk)

    with socket.create_server((LOOPBACK, 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with Caller(listener.getsockname()[1]) as caller:
            yield caller
        thread.join()
