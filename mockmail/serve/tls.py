"""Who vouches for the servers: one certificate authority per run, made when TLS is first used.

Certificates differ from run to run; what is said above TLS does not.
"""

import atexit
import functools
import ssl
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an extra, imported when TLS is first used
    import trustme

NEEDED = "TLS needs trustme, which makes the certificates: pip install 'mockmail[tls]'"
NAMES = ("localhost", "127.0.0.1", "::1")
COMMON_NAME = "127.0.0.1"
"""For clients that look nowhere else for an address, or want to see a name there at all."""
_making = threading.Lock()


class Authority:
    """The certificate authority of this run: ``server.ca``. All servers share it."""

    def __init__(self) -> None:
        try:
            import trustme
        except ImportError as missing:
            raise ImportError(NEEDED) from missing
        self._ca: trustme.CA = trustme.CA(organization_name="mockmail")
        self._contexts: dict[str, ssl.SSLContext] = {}
        folder = tempfile.TemporaryDirectory(prefix="mockmail-")
        atexit.register(folder.cleanup)
        self._path = Path(folder.name) / "ca.pem"
        self._ca.cert_pem.write_to_path(self._path)

    @property
    def path(self) -> Path:
        """Its certificate as a PEM file, for clients that want one; gone when the process ends."""
        return self._path

    def ssl_context(self) -> ssl.SSLContext:
        """A new context for a client: it trusts this authority and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ca.configure_trust(context)
        return context

    def server_context(self, host: str) -> ssl.SSLContext:
        """The context of servers that call themselves `host`, made once."""
        with _making:
            context = self._contexts.get(host)
            if context is None:
                context = self._contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.num_tickets = 0  # nothing is sent that no client asked for
                self._certificate(host).configure_cert(context)
            return context

    def _certificate(self, host: str) -> "trustme.LeafCert":
        try:
            return self._ca.issue_cert(*NAMES, host, common_name=COMMON_NAME)
        except ValueError:  # a domain of a scenario need not be one of the DNS
            return self._ca.issue_cert(*NAMES, common_name=COMMON_NAME)


@functools.cache
def _made() -> Authority:
    return Authority()


def authority() -> Authority:
    """The one of this run; ``ImportError`` says what is missing."""
    with _making:
        return _made()
