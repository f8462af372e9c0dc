"""A client's end of a connection of the engine, without a socket."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from mockmail.wire.acts import Close, Switch
from mockmail.world.engine import Engine


class Link:
    """What is sent is in the engine, and answered as far as it can be, before `send` returns."""

    def __init__(self, engine: Engine, protocol: str, *, tls: bool = False) -> None:
        self._engine = engine
        self._connection = engine.connect(protocol, tls=tls)
        self.protocol = protocol
        self.session = self._connection.name
        """The letter of the session at the other end."""
        self.ended: str | None = None
        """How the connection ended: ``fin``, ``reset``, or ``left`` where the client did it."""
        self.gone = ""
        """What became of the server, if that was how."""

    def watch(self, happened: Callable[[], object]) -> AbstractContextManager[None]:
        """Have a function called when there may be something to take that was not asked for."""
        return self._engine.watch(happened)

    def time(self) -> float:
        """Seconds on the clock of whoever drives the engine; it stands where nobody does."""
        driver = self._engine.clock.driver
        return 0.0 if driver is None else driver()

    def send(self, data: bytes) -> None:
        self._engine.receive(self._connection, data)

    def take(self) -> bytes:
        """All that there is now."""
        parts = []
        while (item := self._engine.take(self._connection)) is not None:
            if isinstance(item, Close):
                self.ended = self.ended or item.how
            elif isinstance(item, Switch):
                # Nobody can listen in here, with TLS or without.
                self._engine.switched(self._connection)
            else:
                parts.append(item)
        if not self._connection.open:
            self.ended = self.ended or "fin"
        return b"".join(parts)

    def leave(self) -> None:
        """The client is gone, without a word."""
        self.ended = self.ended or "left"
        self._engine.lost(self._connection)

    def drop(self, why: str) -> None:
        """The server is no more: it was closed, say."""
        if self._connection.open:
            self.gone = why
        self._engine.lost(self._connection)
