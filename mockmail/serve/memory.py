"""A client's end of a connection without a socket.

What is sent is in the engine before `send_all` returns, and what is received
comes chunk by chunk as the server wrote it: cuts and splits are exact.
"""

import ssl
from collections import deque
from collections.abc import Callable

import trio

from mockmail.serve.layers import Layers
from mockmail.wire.acts import Close
from mockmail.wire.chunks import CHUNK, Chunk
from mockmail.world.engine import Engine


class MemoryStream(trio.abc.HalfCloseableStream):
    """A Trio stream to a server in the same loop.

    For TLS a client puts ``trio.SSLStream`` around it, as around a socket.
    """

    def __init__(
        self,
        engine: Engine,
        protocol: str,
        *,
        tls: bool,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self._engine = engine
        self._incoming: deque[Chunk] = deque()
        self._incoming_octets = 0
        self._ended: Close | None = None
        self._sent_eof = False
        self._closed = False
        self._changed = trio.lowlevel.ParkingLot()
        self._receiving = False
        self._sending = False
        self._connection = engine.connect(protocol, tls=tls)
        self._layers = Layers(engine, self._connection, context)
        self._connection.notify = self._pull
        self._pull()

    @property
    def session(self) -> str:
        """The letter of the session at the other end."""
        return self._connection.name

    def _pull(self) -> None:
        """Take from the server as much as a socket's buffers would hold."""
        while self._ended is None and self._incoming_octets < CHUNK:
            item = self._layers.take()
            if item is None:
                break
            if isinstance(item, Close):
                self._ended = item
            else:
                self._incoming.append(item)
                self._incoming_octets += len(item)
        self._changed.unpark_all()

    def drop(self) -> None:
        """The server ends the connection."""
        self._engine.lost(self._connection)
        self._pull()

    def _check_open(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError("this stream was closed")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self._check_open()
        if self._sent_eof:
            raise trio.ClosedResourceError("send_eof was called")
        if self._sending:
            raise trio.BusyResourceError("another task is sending on this stream")
        self._sending = True
        try:
            await trio.lowlevel.checkpoint()
            # A server that holds commands back for a slow reader takes no more of them.
            while self._connection.held and self._ended is None:
                self._check_open()
                await self._changed.park()
            self._check_open()
            if self._ended is not None:
                raise trio.BrokenResourceError("the server has closed the connection")
            if data:
                self._layers.receive(bytes(data))
                self._pull()
        finally:
            self._sending = False

    async def wait_send_all_might_not_block(self) -> None:
        self._check_open()
        await trio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        self._check_open()
        await trio.lowlevel.checkpoint()
        if not self._sent_eof:
            self._sent_eof = True
            self._layers.receive(b"")
            self._pull()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if max_bytes is not None and max_bytes < 1:
            raise ValueError("max_bytes must be at least 1")
        self._check_open()
        if self._receiving:
            raise trio.BusyResourceError("another task is receiving from this stream")
        self._receiving = True
        try:
            await trio.lowlevel.checkpoint()
            while not self._incoming:
                self._check_open()
                if self._ended is not None:
                    if self._ended.how == "reset":
                        raise trio.BrokenResourceError("the server has reset the connection")
                    return b""
                if not self._connection.open and not self._layers.pending:
                    return b""
                await self._changed.park()
        finally:
            self._receiving = False
        self._check_open()
        chunk = self._incoming[0]
        taken = bytes(chunk[:max_bytes])
        if len(taken) == len(chunk):
            self._incoming.popleft()
        else:
            self._incoming[0] = memoryview(chunk)[len(taken) :]
        self._incoming_octets -= len(taken)
        self._pull()
        return taken

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._engine.lost(self._connection)
            self._changed.unpark_all()
        await trio.lowlevel.checkpoint()
