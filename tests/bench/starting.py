"""What there is to wait for before a test begins: imports, servers, worlds."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mockmail import ServerThread, start_server

from .rows import Row, Scale
from .sockets import LOOPBACK
from .stopwatch import interleaved, timed, trio
from .worlds import scenario


async def _listen() -> None:
    for listener in await trio.open_tcp_listeners(0, host=LOOPBACK):
        await listener.aclose()


def _bare(thread: ServerThread) -> None:
    thread.loop.run(_listen)


def _bare_with_thread() -> None:
    with ServerThread() as thread:
        _bare(thread)


def _server(thread: ServerThread | None = None) -> None:
    with start_server(thread=thread) as server:
        assert server.imap.port


def servers(scale: Scale) -> Iterator[Row]:
    """From nothing to an open IMAP port, and the end of it."""
    against = "Trio's open_tcp_listeners and close"
    mine, bare = interleaved(timed(_server), timed(_bare_with_thread), scale.many_rounds)
    yield Row("a server with its thread: start, IMAP port, close", mine, bare, f"thread, {against}")
    with ServerThread() as thread:
        further, bare = interleaved(
            timed(lambda: _server(thread)), timed(lambda: _bare(thread)), scale.many_rounds
        )
    name = "a further server on a running thread: start, IMAP port, close (aim: 2 ms)"
    yield Row(name, further, bare, against)


def worlds(scale: Scale) -> Iterator[Row]:
    """A fresh world of a scenario, whatever is in it."""
    few = scenario(scale.few)
    for count in (scale.middle, scale.large):
        more = scenario(count)
        a, b = interleaved(
            timed(more.world, scale.batch), timed(few.world, scale.batch), scale.rounds
        )
        name = f"a fresh world of {count:,} messages (aim: 1 ms, ratio 1)"
        yield Row(name, a, b, f"of {scale.few:,}")


def _environment(directory: str, *, cached: bool) -> dict[str, str]:
    """What a user's process finds, bytecode of the last run included if `cached`."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
    cache = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{directory}/bytecode"}
    return ours | cache if cached else ours


def _process(directory: str, environment: dict[str, str], arguments: str) -> None:
    """A fresh interpreter, which finds mockmail where it is installed and not here."""
    command = [sys.executable, *shlex.split(arguments)]
    subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, check=True)


PYTEST = "-m pytest -q -p no:cacheprovider"


def processes(scale: Scale) -> Iterator[Row]:
    """What an interpreter and a pytest run pay for mockmail."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "test_nothing.py").write_text("def test(): pass\n", encoding="utf-8")
        environment = _environment(directory, cached=scale.processes > 1)

        def row(name: str, mine: str, other: str, against: str) -> Row:
            a, b = interleaved(
                timed(lambda: _process(directory, environment, mine)),
                timed(lambda: _process(directory, environment, other)),
                scale.processes,
            )
            return Row(f"{name}; {1000 * (a - b):+.1f} ms", a, b, against)

        yield row("python: import mockmail", "-c 'import mockmail'", "-c ''", "python alone")
        loaded = "-c 'from mockmail import start_server'"
        yield row("python: mockmail.start_server", loaded, "-c 'import trio'", "import trio")
        name = "pytest, one test without mail (aim: +30 ms)"
        yield row(name, PYTEST, f"{PYTEST} -p no:mockmail", "-p no:mockmail")
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        name = "the same with no other plugin installed"
        yield row(name, f"{PYTEST} -p pytest_mockmail", PYTEST, "without the plugin")
