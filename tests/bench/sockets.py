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
TAGGED = 4_096
"""Octets of the longest tagged line."""

Chunks = Iterable[bytes | memoryview]


class Caller:
    """A plain blocking client; ``TimeoutError`` if an answer takes longer than its patience."""

    def __init__(self, port: int, patience: float | None = None) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), patience)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def ask(self, command: bytes, octets: int) -> None:
        """Send a command and read an answer of so many octets."""
        self._socket.sendall(command)
        while octets > 0:
            got = self._socket.recv_into(self._buffer)
            assert got, "the server has closed the connection"
            octets -= got
        assert octets == 0, "more was said than was asked for"

    def pieces(self, command: bytes) -> Iterator[memoryview]:
        """Send a command with the tag ``a`` and read to its end, which must be an OK.

        The pieces are of one buffer, each only until the next one comes.
        """
        self.write(command)
        view = memoryview(self._buffer)
        tail = b"\r\n"
        while not (tail.endswith(b"\r\n") and b"\r\na OK " in tail):
            got = self._socket.recv_into(self._buffer)
            assert got, "the server has closed the connection"
            piece = view[:got]
            yield piece
            # No more is looked at than can be a tagged line, which may name every capability.
            tail = (tail + bytes(piece[-TAGGED:]))[-TAGGED:]
            assert b"\r\na BAD " not in tail, tail
            assert b"\r\na NO " not in tail, tail

    def length(self, command: bytes) -> int:
        """The same; octets of the answer."""
        return sum(map(len, self.pieces(command)))

    def answer(self, command: bytes) -> bytes:
        """The same; the whole answer."""
        return b"".join(map(bytes, self.pieces(command)))

    def until(self, command: bytes, *ends: bytes) -> None:
        """Send something, and read to one of these ends of the last chunk."""
        self.write(command)
        view = memoryview(self._buffer)
        longest = max(map(len, ends))
        tail = b""
        while not tail.endswith(ends):
            got = self._socket.recv_into(self._buffer)
            assert got, f"the server has closed the connection after {tail!r}"
            tail = (tail + bytes(view[max(0, got - longest) : got]))[-longest:]

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self) -> bytes:
        """What has come, or what comes next."""
        got = self._socket.recv(BUFFER)
        assert got, "the server has closed the connection"
        return got

    def fileno(self) -> int:
        return self._socket.fileno()

    def greeted(self, *commands: bytes) -> Self:
        """Read the greeting of an IMAP server, and give these commands."""
        self.read()
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
