"""Where a server can be reached by one protocol."""

from mockmail.serve.hosting import Hosting
from mockmail.serve.memory import MemoryStream


class Endpoint:
    """Where one protocol is served: ``server.imap``, ``server.pop3``, ``server.smtp``, …

    Or served with TLS from the start: ``server.imaps``, ``server.pop3s``, ``server.smtps``, …
    """

    def __init__(self, hosting: Hosting, protocol: str, *, tls: bool = False) -> None:
        self._hosting = hosting
        self._protocol = protocol
        self._tls = tls
        self._address: tuple[str, int] | None = None

    def _open(self) -> tuple[str, int]:
        with self._hosting.opening:
            if self._address is None:
                self._address = self._hosting.listen(self._protocol, tls=self._tls)
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
        """``imap://127.0.0.1:40001``, or ``imaps://127.0.0.1:40002``; submission is ``smtp://``."""
        host, port = self._open()
        bracketed = f"[{host}]" if ":" in host else host
        # There is no scheme of its own: clients speak SMTP there.
        scheme = self._scheme.replace("submission", "smtp")
        return f"{scheme}://{bracketed}:{port}"

    @property
    def _scheme(self) -> str:
        return self._protocol + "s" if self._tls else self._protocol

    def connect(self) -> MemoryStream:
        """A connection without a socket: a Trio stream for a client in the server's own loop.

        Of ``imaps`` and its like it is what lies below TLS: the handshake is the client's.
        ``RuntimeError`` from another thread: only `open_server` and the fixture
        ``mailserver_trio`` share the test's loop.
        """
        return self._hosting.connect(self._protocol, tls=self._tls)

    def __repr__(self) -> str:
        state = "closed" if self._hosting.closed else "open" if self._address else "not opened yet"
        return f"<{self._scheme} endpoint, {state}>"
