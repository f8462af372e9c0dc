"""A server goes back to its start: the same ports, nobody connected, the world as it was."""

import contextlib
import imaplib
import smtplib
import socket
import threading

import pytest
import trio

from mockmail import Cut, Server, When, open_server, start_server


def log_in(server: Server) -> imaplib.IMAP4:
    client = imaplib.IMAP4(server.imap.host, server.imap.port)
    client.login("anna", "apple")
    client.select()
    return client


def test_everything_is_as_it_was() -> None:
    with start_server("demo") as server:
        port = server.imap.port
        before = [message.subject for message in server.users["anna"].inbox.messages]
        rules = [rule.name for rule in server.faults]
        client = log_in(server)
        client.store("1", "+FLAGS.SILENT", r"\Deleted")
        client.expunge()
        with smtplib.SMTP(server.smtp.host, server.smtp.port, local_hostname="x") as smtp:
            smtp.sendmail("a@x.example", ["b@y.example"], "Subject: x\r\n\r\n")
        server.add_user("zoe")
        server.faults.add(When("greeting"), Cut())
        server.advance(60)
        server.reset()
        assert server.imap.port == port
        assert [message.subject for message in server.users["anna"].inbox.messages] == before
        assert [rule.name for rule in server.faults] == rules
        assert "zoe" not in server.users
        assert not server.outbox
        assert str(server.transcript) == ""
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.noop()
        client.shutdown()
        again = log_in(server)
        assert str(server.transcript).startswith("A  S: * OK ")
        again.logout()


def test_a_snapshot_is_what_it_comes_back_to() -> None:
    with start_server() as server:
        server.add_user("anna", password="apple").deliver(subject="one")
        server.advance(30)
        server.snapshot()
        for _ in range(2):
            stamp = server.users["anna"].deliver(subject="two")
            assert stamp.internaldate.second == 30
            assert len(server.users["anna"].inbox) == 2
            server.reset()
            assert [m.subject for m in server.users["anna"].inbox.messages] == ["one"]


def test_without_a_scenario_nobody_is_left() -> None:
    with start_server() as server:
        server.add_user("anna")
        server.reset()
        assert not server.users


def test_handles_from_before_say_so() -> None:
    with start_server() as server:
        anna = server.add_user("anna")
        message = anna.deliver(subject="x")
        server.reset()
        for use in (
            lambda: anna.inbox.messages,
            lambda: message.flags.add("k"),
            lambda: anna.deliver(subject="y"),
            lambda: anna.mailboxes,
        ):
            with pytest.raises(RuntimeError, match="belongs to the time before the server's reset"):
                use()


def test_many_resets_leave_nothing_behind() -> None:
    with start_server("demo") as server:
        for _ in range(20):
            clients = [log_in(server) for _ in range(3)]
            server.reset()
            assert not server._hosting.connections
            for client in clients:
                client.shutdown()


def test_a_closed_server_has_no_start() -> None:
    with start_server() as server:
        pass
    with pytest.raises(RuntimeError, match="the server is closed"):
        server.reset()


def test_in_its_own_loop_it_is_awaited() -> None:
    async def main() -> None:
        async with open_server("demo") as server:
            stream = server.imap.connect()
            await stream.receive_some()
            with pytest.raises(RuntimeError, match=r"await server\.aio\.reset\(\)"):
                server.reset()
            await server.aio.reset()
            assert await stream.receive_some() == b""
            again = server.imap.connect()
            assert (await again.receive_some()).startswith(b"* OK")
            await again.aclose()

    trio.run(main)


def test_time_goes_on_after_it() -> None:
    with start_server("demo") as server:
        client = log_in(server)
        server.reset()
        client.shutdown()
        client = log_in(server)
        server.advance(1801)
        assert b"BYE" in client.readline()
        client.shutdown()


def test_clients_that_come_back_at_once_don_t_hold_it_up() -> None:
    with start_server("demo") as server:
        over = threading.Event()

        def talk() -> None:
            while not over.is_set():
                address = server.imap.host, server.imap.port
                with (
                    contextlib.suppress(OSError),
                    contextlib.closing(socket.create_connection(address, 30)) as client,
                ):
                    while client.recv(1_000) and not over.is_set():
                        client.sendall(b"a NOOP\r\n")

        talkers = [threading.Thread(target=talk) for _ in range(3)]
        for talker in talkers:
            talker.start()
        for _ in range(30):
            server.reset()
        over.set()
        server.reset()
        for talker in talkers:
            talker.join()


def test_time_may_pass_when_all_is_over() -> None:
    with start_server("demo") as server:
        log_in(server).shutdown()
    server.advance(1)
    assert server.users["anna"].deliver(subject="x").internaldate.second == 1
