"""One TCP connection: read, let the engine run, write. The only awaits are the socket's."""

import contextlib
import fcntl
import socket
import struct
import termios

import trio

from mockmail.wire.acts import Close
from mockmail.world.engine import Connection, Engine

READ = 65_536
"""Octets asked for at once."""
LINGER = 5.0
"""Seconds to wait for the client to close its side after we closed ours."""
LINGER_OCTETS = 1_048_576
"""Octets that are read and forgotten meanwhile."""
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
    ) -> None:
        self._stream = stream
        self._engine = engine
        self._connection = connection
        self._flushing = False
        self._flushed = trio.lowlevel.ParkingLot()
        self._reading = trio.CancelScope()

    async def run(self) -> None:
        """Until either side has closed."""
        connection, engine, stream = self._connection, self._engine, self._stream
        try:
            await self.flush()
            with self._reading:
                left = LINGER_OCTETS
                while connection.open or left > 0:
                    data = await stream.receive_some(READ)
                    if connection.open:
                        engine.receive(connection, data)
                        if not connection.out:
                            self._acknowledge()
                        await self.flush()
                    left -= 0 if connection.open else len(data)
                    if not data:
                        break
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            engine.lost(connection)
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)

    def _acknowledge(self) -> None:
        """Send the ACK now, as there is no answer for it to wait for.

        A client that writes a command in two pieces would otherwise wait 40 ms for
        it with each (Nagle's algorithm against delayed ACKs, RFC 9293 section 3.7.4).
        """
        if _QUICK_ACK is not None:
            self._stream.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    async def push(self) -> None:
        """Send what another connection's input, or the clock, has caused."""
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.flush()

    async def flush(self) -> None:
        """Send all there is; if that is being done already, wait for its end."""
        if self._flushing:
            await self._flushed.park()
            return
        out = self._connection.out
        self._flushing = True
        try:
            while (item := out.take()) is not None:
                if isinstance(item, Close):
                    await self._close(item)
                    return
                await self._stream.send_all(item)
                self._engine.drained(self._connection)
        finally:
            self._flushing = False
            self._flushed.unpark_all()

    async def _close(self, how: Close) -> None:
        if how.how == "reset":
            await self._reset()
            await trio.aclose_forcefully(self._stream)
        else:
            # Closing with unread input would reset the connection and could take what
            # was sent last with it (RFC 9293 section 3.6.1): `run` reads on for a while.
            await self._stream.send_eof()
            self._reading.deadline = trio.current_time() + LINGER

    async def _reset(self) -> None:
        """Close with RST, once the client's kernel has what was sent before."""
        sock = self._stream.socket
        for _ in range(EMPTYING):
            if not _unsent(sock.fileno()):
                break
            await trio.sleep(0.001)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _unsent(fileno: int) -> int:
    """Octets that the peer's kernel has not acknowledged; 0 where nobody can tell."""
    try:
        answer = fcntl.ioctl(fileno, termios.TIOCOUTQ, b"\0\0\0\0")
    except OSError:
        return 0
    return int.from_bytes(answer, "little")
