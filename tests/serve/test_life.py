"""A server's life in all surroundings: the end of its program, other loops, what it says it is."""

import asyncio
import imaplib
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
import trio

from mockmail import Server, open_server, start_server

NEVER_LEFT = """
import imaplib, mockmail
block = mockmail.start_server({thread})
server = block.__enter__()
client = imaplib.IMAP4(server.imap.host, server.imap.port)
print("end", flush=True)
"""


@pytest.mark.parametrize("thread", ["", "thread=mockmail.ServerThread()"])
def test_a_program_that_never_leaves_it_ends(thread: str) -> None:
    code = NEVER_LEFT.format(thread=thread)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


async def blocking(server: Server) -> None:
    server.reset()
    assert server.users["anna"].inbox.messages
    server.close()


async def awaited(server: Server) -> None:
    await server.aio.reset()
    assert server.users["anna"].inbox.messages
    await server.aclose()


@pytest.mark.parametrize("end", [blocking, awaited])
@pytest.mark.parametrize("run", [lambda main: asyncio.run(main()), trio.run])
def test_another_loop_resets_and_closes_it(
    end: Callable[[Server], Awaitable[None]],
    run: Callable[[Callable[[], Awaitable[None]]], None],
) -> None:
    with start_server("demo") as server:
        client = imaplib.IMAP4(server.imap.host, server.imap.port)

        async def main() -> None:
            await end(server)

        run(main)
        assert client.file.read() == b""
        client.shutdown()
        with pytest.raises(RuntimeError, match="the server is closed"):
            server.reset()


async def test_a_trio_test_has_a_server_in_another_thread(mailserver: Server) -> None:
    mailserver.add_user("anna")
    mailserver.reset()
    assert not mailserver.users
    mailserver.close()


def test_what_needs_trio_says_so() -> None:
    async def main() -> None:
        async with open_server():
            pass

    with pytest.raises(RuntimeError, match=r"a Trio loop, and asyncio runs here: .* server\.aio"):
        asyncio.run(main())


def test_it_says_what_it_is() -> None:
    with start_server() as server:
        assert repr(server) == "<Server, 0 users, no ports>"
        server.add_user("anna")
        smtp, imap = server.smtp.port, server.imap.port
        assert repr(server) == (
            f"<Server, 1 user, imap://127.0.0.1:{imap} smtp://127.0.0.1:{smtp}>"
        )
    assert repr(server) == "<Server, 1 user, closed>"
    assert repr(server.imap) == "<imap endpoint, closed>"


def test_after_its_end_time_may_pass_and_nothing_else_begins() -> None:
    async def main() -> Server:
        async with open_server("demo") as server:
            (client,) = await server.aio.clients("imap", user="anna")
            await server.aio.reset()
            server.advance(10)
            with pytest.raises(ConnectionError, match="has ended, as the server was reset"):
                await client.noop()
        server.advance(10)
        for late in (server.aio.clients("imap", user="anna"), server.aio.reset()):
            with pytest.raises(RuntimeError, match="the server is closed"):
                await late
        return server

    server = trio.run(main)
    server.advance(10)
    server.close()
    assert server.users["anna"].deliver(subject="x").internaldate.second == 30
