"""A server in the caller's own Trio loop, over sockets and over memory streams."""

import pytest
import trio
import trio.testing

import mockmail
from mockmail import Cut, Match, MemoryStream, Server, When


async def until(stream: trio.abc.ReceiveStream, end: bytes, *, seconds: float = 10) -> bytes:
    """What comes up to and with `end`."""
    said = b""
    with trio.fail_after(seconds):
        while not said.endswith(end):
            data = await stream.receive_some()
            assert data, f"closed after {said!r}"
            said += data
    return said


async def log_in(stream: trio.abc.Stream) -> None:
    await until(stream, b"ready\r\n")
    await stream.send_all(b"a LOGIN anna secret\r\n")
    await until(stream, b"Logged in\r\n")
    await stream.send_all(b"b SELECT INBOX\r\n")
    await until(stream, b"SELECT completed\r\n")


async def test_open_server_over_sockets() -> None:
    async with mockmail.open_server() as server:
        server.add_user("anna")
        stream = await trio.open_tcp_stream(server.imap.host, server.imap.port)
        async with stream:
            await log_in(stream)
            await stream.send_all(b"c IDLE\r\n")
            assert await until(stream, b"\r\n") == b"+ idling\r\n"
            server.users["anna"].deliver(subject="new")
            assert await until(stream, b"RECENT\r\n") == b"* 1 EXISTS\r\n* 1 RECENT\r\n"
        server.check()


async def test_open_server_closes_with_clients_connected() -> None:
    async with mockmail.open_server("demo") as server:
        stream = await trio.open_tcp_stream(server.imap.host, server.imap.port)
        await until(stream, b"ready\r\n")
    async with stream:
        with trio.fail_after(10):
            assert await stream.receive_some() == b""


async def test_memory_streams(mailserver_trio: Server) -> None:
    server = mailserver_trio
    user = server.add_user("anna")
    async with server.imap.connect() as first, server.imap.connect() as second:
        assert (first.session, second.session) == ("A", "B")
        await log_in(first)
        await log_in(second)
        await second.send_all(b"c IDLE\r\n")
        await until(second, b"idling\r\n")
        user.deliver(subject="one")
        assert await second.receive_some() == b"* 1 EXISTS\r\n* 0 RECENT\r\n"
        await first.send_all(b"c NOOP\r\n")
        assert await until(first, b"completed\r\n") == (
            b"* 1 EXISTS\r\n* 1 RECENT\r\nc OK NOOP completed\r\n"
        )
        # What one sends is pushed to the other before send_all returns.
        await first.send_all(b"d STORE 1 +FLAGS.SILENT (\\Seen)\r\n")
        assert await second.receive_some() == b"* 1 FETCH (FLAGS (\\Seen))\r\n"


async def test_a_cut_is_exact_on_a_memory_stream(mailserver_trio: Server) -> None:
    mailserver_trio.add_user("anna").deliver(b"Subject: x\r\n\r\n0123456789")
    mailserver_trio.faults.add(
        When(command="FETCH", point="data", response=Match(uid=1)), Cut(offset=4, inside="literal")
    )
    stream = mailserver_trio.imap.connect()
    await log_in(stream)
    await stream.send_all(b"c FETCH 1 BODY.PEEK[TEXT]\r\n")
    assert await stream.receive_some() == b"* 1 FETCH (BODY[TEXT] {10}\r\n0123"
    with pytest.raises(trio.BrokenResourceError):
        await stream.receive_some()
    with pytest.raises(trio.BrokenResourceError):
        await stream.send_all(b"d NOOP\r\n")
    await stream.aclose()


async def test_the_contract_of_a_memory_stream(mailserver_trio: Server) -> None:
    stream: MemoryStream = mailserver_trio.pop3.connect()
    with pytest.raises(ValueError, match="at least 1"):
        await stream.receive_some(0)
    assert await stream.receive_some(3) == b"+OK"
    assert (await stream.receive_some()).endswith(b"@mail.example.org>\r\n")
    await stream.wait_send_all_might_not_block()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream.receive_some)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await stream.receive_some()
        await stream.send_eof()  # ends the session, and so the waiting receiver
    await stream.send_eof()
    with pytest.raises(trio.ClosedResourceError):
        await stream.send_all(b"NOOP\r\n")
    assert await stream.receive_some() == b""
    await stream.aclose()
    await stream.aclose()
    with pytest.raises(trio.ClosedResourceError):
        await stream.receive_some()


async def test_a_closed_stream_ends_its_session(mailserver_trio: Server) -> None:
    mailserver_trio.add_user("anna")
    first = mailserver_trio.pop3.connect()
    await until(first, b"@mail.example.org>\r\n")
    await first.send_all(b"USER anna\r\nPASS secret\r\n")
    await until(first, b"0 messages\r\n")
    await first.aclose()
    async with mailserver_trio.pop3.connect() as second:
        await until(second, b"@mail.example.org>\r\n")
        await second.send_all(b"USER anna\r\nPASS secret\r\n")
        assert (await until(second, b"messages\r\n")).endswith(b"+OK 0 messages\r\n")


async def test_the_loops_own_clock(
    mailserver_trio: Server, autojump_clock: trio.testing.MockClock
) -> None:
    async with mailserver_trio.imap.connect() as stream:
        await until(stream, b"ready\r\n")
        began = trio.current_time()
        said = await until(stream, b"inactivity\r\n", seconds=4000)
        assert said == b"* BYE Logged out for inactivity\r\n"
        assert trio.current_time() - began == pytest.approx(1800)
        assert await stream.receive_some() == b""


def test_connect_needs_the_loop(mailserver: Server) -> None:
    with pytest.raises(RuntimeError, match="mailserver_trio"):
        mailserver.imap.connect()


async def test_what_a_block_raises_comes_out_as_it_was() -> None:
    async def fail() -> None:
        async with mockmail.open_server() as server:
            assert server.imap.port
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with pytest.raises(mockmail.ScenarioError):
        async with mockmail.open_server("nope"):
            pass


async def test_closing_ends_memory_streams() -> None:
    async with mockmail.open_server() as server:
        stream = server.imap.connect()
        await until(stream, b"ready\r\n")
    with trio.fail_after(10):
        assert await stream.receive_some() == b""
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(b"a NOOP\r\n")
    with pytest.raises(RuntimeError, match="the server is closed"):
        server.imap.connect()


async def test_closing_twice_at_once() -> None:
    async with mockmail.open_server() as server:
        stream = await trio.open_tcp_stream(server.imap.host, server.imap.port)
        async with stream, trio.open_nursery() as nursery:
            nursery.start_soon(server.aclose)
            nursery.start_soon(server.aclose)


async def test_a_memory_stream_holds_a_sender_that_does_not_read(mailserver_trio: Server) -> None:
    mailserver_trio.add_user("anna").deliver(b"z" * 1_500_000)
    async with mailserver_trio.imap.connect() as stream:
        await log_in(stream)
        await stream.send_all(b"c FETCH 1 BODY.PEEK[]\r\nd FETCH 1 BODY.PEEK[]\r\n")
        with trio.move_on_after(0.05) as held:
            await stream.send_all(b"e NOOP\r\n")
        assert held.cancelled_caught
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send_all, b"e NOOP\r\n")
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(trio.BusyResourceError):
                await stream.send_all(b"f NOOP\r\n")
            await until(stream, b"e OK NOOP completed\r\n")
