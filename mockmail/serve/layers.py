"""What lies between the engine and the octets of a connection: nothing, or TLS. No I/O.

A driver hands what came to `Layers.receive`, and does what `Layers.take` says.
Whether that is plaintext or TLS records, and when it changes, is no concern of
it, be it a socket or a memory stream.
"""

import contextlib
import ssl
from collections import deque
from collections.abc import Callable

from mockmail.wire.acts import Close, Switch
from mockmail.wire.chunks import CHUNK, Chunk
from mockmail.world.engine import Connection, Engine


class Tls:
    """The server's end of TLS (RFC 8446): records to plaintext, and back."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.agreed = False
        """The handshake is over."""
        self.ended = False
        """The client has closed its side."""
        self.failure: str | None = None
        """Why nothing can be read any more."""

    def opened(self, data: bytes) -> bytes:
        """The plaintext that is complete now that `data` came; ``b""`` stands for the end."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        parts = []
        try:
            if not self.agreed:
                self._object.do_handshake()
                self.agreed = True
            while part := self._object.read(CHUNK):
                parts.append(part)
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLEOFError:
            # Many clients leave without a word; that is their affair (RFC 8446 section 6.1).
            self.ended = self.agreed
            if not self.agreed:
                self.failure = "the connection was closed"
        except ssl.SSLError as error:
            self.failure = (error.reason or str(error)).lower().replace("_", " ")
        return b"".join(parts)

    def sealed(self, data: Chunk) -> bytes:
        """Plaintext as records, behind those that TLS itself has to send."""
        view = memoryview(data)
        while view:
            view = view[self._object.write(view) :]
        return self.said()

    def said(self) -> bytes:
        """The records that TLS itself has to send: its handshake, its alerts."""
        return self._outgoing.read()

    def closed(self) -> bytes:
        """The records that end it: ``close_notify``."""
        # The client's own is not waited for, and it may have broken the thing.
        with contextlib.suppress(ssl.SSLError):
            self._object.unwrap()
        return self.said()


class Layers:
    """One connection of the engine, and the layers it has switched to."""

    def __init__(
        self, engine: Engine, connection: Connection, context: Callable[[], ssl.SSLContext]
    ) -> None:
        self._engine = engine
        self._connection = connection
        self._context = context
        self._tls: Tls | None = None
        self._ready: deque[bytes | Close] = deque()

    @property
    def pending(self) -> bool:
        """Whether `take` may have something."""
        return bool(self._ready or self._connection.out)

    def receive(self, data: bytes) -> None:
        """What came from the client; ``b""`` when it has closed its side."""
        engine, connection, tls = self._engine, self._connection, self._tls
        if tls is None:
            engine.receive(connection, data)
            return
        agreed = tls.agreed
        plain = tls.opened(data)
        self._put(tls.said())
        if tls.agreed and not agreed:
            engine.switched(connection)
        if plain:
            engine.receive(connection, plain)
        if tls.failure is not None:
            engine.lost(connection, tls.failure if not tls.agreed else f"TLS broke: {tls.failure}")
        elif tls.ended and connection.open:
            engine.receive(connection, b"")
            if not connection.open:
                # The end of TLS is not the end of the connection: that is for us to say.
                connection.out.close(Close())

    def take(self) -> Chunk | Close | None:
        """The next thing to send or to do; None if there is nothing."""
        while not self._ready:
            item = self._engine.take(self._connection)
            if isinstance(item, Switch):
                self._tls = Tls(self._context())
            elif item is None or self._tls is None:
                return item
            elif isinstance(item, Close):
                if item.how == "fin":
                    self._put(self._tls.closed())
                self._ready.append(item)
            else:
                self._put(self._tls.sealed(item))
        return self._ready.popleft()

    def _put(self, records: bytes) -> None:
        if records:
            self._ready.append(records)
