"""The port of the control API: Hypercorn in the server's own loop."""

import threading
from collections.abc import Mapping
from http import HTTPStatus

import trio

from mockmail.control import look
from mockmail.control.call import Service
from mockmail.control.guard import Guard
from mockmail.control.problem import Problem
from mockmail.serve.hosting import BACKLOG, listening_socket
from mockmail.serve.loop import Loop
from mockmail.serve.server import Server

NEEDED = "the control port needs Starlette and Hypercorn: pip install 'mockmail[control]'"
GRACE = 0.5
"""Seconds that requests under way have when the server stops."""
_KEPT = 3_600
"""Seconds that a connection without requests is kept: the client shall be the one to close."""
_REQUESTS = 1_000_000
"""Requests that a connection may have."""


class Control:
    """Answers requests about a server, from when it is made until `close`."""

    def __init__(
        self,
        server: Server,
        loop: Loop,
        ports: Mapping[str, int],
        *,
        mail_host: str,
        host: str,
        port: int,
        token: str,
    ) -> None:
        """From a thread other than the loop's.

        ``ImportError`` without the extra ``control``, ``OSError`` if the port can't be had.
        """
        try:
            from hypercorn.config import Config

            from mockmail.control.app import application
        except ImportError as missing:
            raise ImportError(NEEDED) from missing
        self._service = Service(server, mail_host, ports)
        self._app = application(self._service, Guard(host, token))
        self._loop = loop
        self._stop = trio.Event()
        self._ended = threading.Event()
        listening = listening_socket(host, port)
        self.host, self.port = listening.getsockname()[:2]
        self.token = token
        config = Config()
        config.bind = [f"fd://{listening.detach()}"]
        config.backlog = BACKLOG
        config.errorlog = None
        config.include_date_header = False
        config.graceful_timeout = GRACE
        config.keep_alive_timeout = _KEPT
        config.keep_alive_max_requests = _REQUESTS
        self._config = config
        loop.soon(lambda: loop.nursery.start_soon(self._run))

    @property
    def url(self) -> str:
        """``http://127.0.0.1:40001``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def _run(self) -> None:
        from hypercorn.trio import serve

        try:
            await serve(
                self._app,  # type: ignore[arg-type]  # each has types of its own for ASGI
                self._config,
                shutdown_trigger=self._stop.wait,
                mode="asgi",
            )
        except Exception as bug:
            look.world_of(self._service.server).failures.append(bug)
        finally:
            self._ended.set()

    def close(self) -> bool:
        """Stop listening, and end what is under way; from a thread other than the loop's.

        Whether all has ended: a client that doesn't read what it asked for can't be
        waited for.
        """
        self._loop.soon(self._end)
        return self._ended.wait(2 * GRACE)

    def _end(self) -> None:
        self._service.waits.end(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the server stops"))
        self._stop.set()
