"""One TCP connection: read, let the engine run, write. The only awaits are the socket's."""

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Awaitable, Callable

import trio

from mockmail.serve.layers import Layers
from mockmail.wire.acts import Close
from mockmail.wire.chunks import Chunk
from mockmail.world.engine import Connection, Engine

if sys.platform != "win32":
    import fcntl
    import termios

READ = 65_536
"""Octets asked for at once."""
LINGER = 5.0
"""Seconds to wait for the client to close its side after we closed ours."""
LINGER_OCTETS = 1_048_576
"""Octets that are read and forgotten meanwhile."""
# struct linger: on and 0 seconds, that is, reset.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux has it
EMPTYING = 100
"""Milliseconds, at most, for the kernel to hand over what was sent before a reset."""


class SocketConnection:
    """Moves bytes between a socket and one connection of the engine."""

    def __init__(
        self,
        stream: trio.SocketStream,
        engine: Engine,
        connection: Connection,
        layers: Layers,
    ) -> None:
        self._stream = stream
        self._engine = engine
        self._connection = connection
        self._layers = layers
        self._flushing = False
        self._pushing = False
        self._flushed = trio.lowlevel.ParkingLot()
        self._lingering = trio.CancelScope()

    async def run(self) -> None:
        """Until either side has closed."""
        try:
            with self._lingering:
                await self._converse()
                await self._linger()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            self._engine.lost(self._connection)
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(self._stream)

    async def _converse(self) -> None:
        await self.flush()
        while self._connection.open:
            data = await self._received()
            self._layers.receive(data)
            if not self._layers.pending:
                self._acknowledge()
            await self.flush()

    async def _received(self) -> bytes:
        """What has come; nothing at the end.

        `receive_some` asks the kernel before it waits, though it was asked just now.
        """
        if sys.platform == "win32":
            return await self._stream.receive_some(READ)
        while True:
            await trio.lowlevel.wait_readable(self._stream.socket)
            try:
                return os.read(self._stream.socket.fileno(), READ)
            except BlockingIOError:
                continue
            except OSError as error:
                raise trio.BrokenResourceError from error

    async def _linger(self) -> None:
        """Read what the client still sends until it closes, or for a while."""
        left = LINGER_OCTETS
        while left > 0 and (data := await self._stream.receive_some(READ)):
            left -= len(data)

    def _acknowledge(self) -> None:
        """Send the ACK now, as there is no answer for it to wait for.

        A client that writes a command in two pieces would otherwise wait 40 ms for
        it with each (Nagle's algorithm against delayed ACKs, RFC 9293 section 3.7.4).
        """
        if _QUICK_ACK is not None:
            with contextlib.suppress(OSError):
                self._stream.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def notify(self, spawn: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
        """There is something to send that no input of this connection caused."""
        if not (self._flushing or self._pushing):
            self._pushing = True
            spawn(self._push)

    async def _push(self) -> None:
        self._pushing = False
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.flush()

    async def flush(self) -> None:
        """Send all there is; if that is being done already, wait for its end."""
        if self._flushing:
            await self._flushed.park()
            return
        layers = self._layers
        first = True
        try:
            # Another thread may put something in just after the last look, see that a
            # flush is under way, and leave it to us: so look again once it is not.
            while layers.pending:
                self._flushing = True
                item = layers.take()
                if isinstance(item, Close):
                    await self._close(item)
                elif item is not None:
                    if first:
                        item = _unwritten(self._stream.socket.fileno(), item)
                        first = False
                    if item:
                        await self._stream.send_all(item)
                self._flushing = False
        finally:
            self._flushing = False
            if self._flushed:
                self._flushed.unpark_all()

    async def _close(self, how: Close) -> None:
        if how.how == "reset":
            await self._reset()
            await trio.aclose_forcefully(self._stream)
        else:
            # Closing with unread input would reset the connection and could take what
            # was sent last with it (RFC 9293 section 3.6.1): `run` reads on for a while.
            await self._stream.send_eof()
            self._lingering.deadline = trio.current_time() + LINGER

    async def _reset(self) -> None:
        """Close with RST, once the client's kernel has what was sent before."""
        sock = self._stream.socket
        for _ in range(EMPTYING):
            if not _unsent(sock.fileno()):
                break
            await trio.sleep(0.001)
        with contextlib.suppress(OSError):  # the client was faster
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _unwritten(fileno: int, item: Chunk) -> Chunk:
    """Hand to the kernel what it takes at once; the rest is returned, and has to be waited for.

    `send_all` lets others run after each write, so that a short answer would cost two
    turns of the loop instead of one. Whatever goes wrong is for it to say.
    """
    if sys.platform == "win32" or fileno < 0:
        return item
    try:
        return item[os.write(fileno, item) :]
    except OSError:
        return item


def _unsent(fileno: int) -> int:
    """Octets that the peer's kernel has not acknowledged; 0 where nobody can tell."""
    if sys.platform == "win32" or fileno < 0:
        return 0
    try:
        answer = fcntl.ioctl(fileno, termios.TIOCOUTQ, b"\0\0\0\0")
    except OSError:
        return 0
    return int.from_bytes(answer, "little")
