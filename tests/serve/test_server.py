"""A server in a thread: ready when it says so, gone when it is closed."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Self

import pytest

import mockmail
from mockmail import Cut, Delay, Expunge, Match, Server, ServerThread, Stall, When


@pytest.fixture(scope="module")
def thread() -> Iterator[ServerThread]:
    with ServerThread() as running:
        yield running


@pytest.fixture
def server(thread: ServerThread) -> Iterator[Server]:
    with mockmail.start_server(thread=thread) as started:
        yield started
        started.check()


class Plain:
    """A client of lines over a socket."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._file = self._socket.makefile("rb")
        self.greeting = self.line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def line(self) -> bytes:
        return self._file.readline()

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def ask(self, command: bytes) -> list[bytes]:
        """An IMAP command with the tag x; the lines of its answer."""
        self.say(b"x " + command + b"\r\n")
        lines = [self.line()]
        while not lines[-1].startswith((b"x ", b"+ ")) and lines[-1]:
            lines.append(self.line())
        return lines

    def rest(self) -> bytes:
        return self._file.read()


def connect(server: Server, protocol: str = "imap") -> Plain:
    endpoint = getattr(server, protocol)
    return Plain(endpoint.host, endpoint.port)


def log_in(server: Server, login: str = "anna") -> Plain:
    client = connect(server)
    assert client.ask(f"LOGIN {login} secret".encode())[-1].startswith(b"x OK")
    assert client.ask(b"SELECT INBOX")[-1].startswith(b"x OK")
    return client


def test_the_url_of_an_address_with_colons(server: Server) -> None:
    endpoint = mockmail.Endpoint(server._hosting, "pop3")
    endpoint._address = ("::1", 110)
    assert endpoint.url == "pop3://[::1]:110"  # RFC 3986 section 3.2.2


def test_it_is_on_the_loopback_and_ready(server: Server) -> None:
    assert server.imap.host == "127.0.0.1"
    assert server.imap.url == f"imap://127.0.0.1:{server.imap.port}"
    assert len({server.imap.port, server.pop3.port, server.smtp.port}) == 3
    for protocol, greeting in (("imap", b"* OK"), ("pop3", b"+OK"), ("smtp", b"220 ")):
        with connect(server, protocol) as client:
            assert client.greeting.startswith(greeting)


def test_ports_are_opened_by_asking(server: Server) -> None:
    assert "not opened yet" in repr(server.imap)
    port = server.imap.port
    assert server.imap.port == port
    assert repr(server.imap) == "<imap endpoint, open>"


def test_a_thread_of_its_own_ends_with_the_block() -> None:
    before = threading.active_count()
    with mockmail.start_server() as server:
        server.add_user("anna")
        client = log_in(server)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert client.rest() == b""
    client.__exit__()


def test_closing_drops_clients_and_frees_the_ports(thread: ServerThread) -> None:
    with mockmail.start_server(thread=thread) as server:
        user = server.add_user("anna")
        clients = [log_in(server) for _ in range(5)]
        idler = connect(server, "pop3")
        address = (server.imap.host, server.imap.port)
        user.deliver(subject="kept")
    for client in clients:
        with client, contextlib.suppress(ConnectionError):
            assert client.rest() == b""
    with idler, contextlib.suppress(ConnectionError):
        idler.rest()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)
    # What happened can still be looked at.
    assert [message.subject for message in user.inbox.messages] == ["kept"]
    assert "LOGIN anna" in str(server.transcript)
    server.close()


def test_a_closed_server_opens_no_ports(thread: ServerThread) -> None:
    with mockmail.start_server(thread=thread) as server:
        pass
    with pytest.raises(RuntimeError, match="the server is closed"):
        _ = server.imap.port


def test_servers_of_one_thread_share_nothing(thread: ServerThread) -> None:
    with (
        mockmail.start_server("demo", thread=thread) as one,
        mockmail.start_server("demo", thread=thread) as other,
    ):
        one.users["anna"].deliver(subject="only here")
        assert len(one.users["anna"].inbox.messages) == 4
        assert len(other.users["anna"].inbox.messages) == 3
        assert one.imap.port != other.imap.port


def test_the_handles(server: Server) -> None:
    user = server.add_user("someone", password="secret")
    assert (user.login, user.password, user.address) == (
        "someone",
        "secret",
        "someone@example.org",
    )
    message = user.deliver(subject="Grüße", text="von weit her", flags=["\\Flagged"])
    assert (message.uid, message.flags, message.subject) == (1, ("\\Flagged",), "Grüße")
    raw = user.deliver(b"Subject: raw\n\nbare newlines\n")
    assert raw.raw == b"Subject: raw\r\n\r\nbare newlines\r\n"
    assert user.inbox.messages[1].uid == 2
    assert isinstance(user.inbox.messages, tuple)
    assert list(server.users) == ["someone"]
    assert repr(message) == "<Message uid=1 'Grüße' (\\Flagged) in INBOX>"
    assert repr(user) == "<User 'someone' someone@example.org>"
    assert repr(user.inbox) == "<Mailbox 'INBOX', 2 messages>"


def test_delivery_takes_an_email_message_or_parts_not_both(server: Server) -> None:
    from email.message import EmailMessage

    user = server.add_user("anna")
    mail = EmailMessage()
    mail["Subject"] = "built"
    mail.set_content("text")
    assert user.deliver(mail).raw.endswith(b"\r\n\r\ntext\r\n")
    with pytest.raises(TypeError, match="not both"):
        user.deliver(mail, subject="again")


def test_a_delivery_is_pushed_to_an_idle_client(server: Server) -> None:
    user = server.add_user("anna")
    with log_in(server) as client:
        assert client.ask(b"IDLE") == [b"+ idling\r\n"]
        user.deliver(subject="wake up")
        assert client.line() == b"* 1 EXISTS\r\n"
        assert client.line() == b"* 1 RECENT\r\n"


def test_a_reset_reaches_the_client_after_what_was_sent(server: Server) -> None:
    server.add_user("anna").deliver(b"Subject: x\r\n\r\n" + b"y" * 1000)
    server.faults.add(
        When(command="FETCH", point="data", response=Match(kind="FETCH", uid=1)),
        Cut(offset=100, inside="literal"),
    )
    with log_in(server) as client:
        client.say(b"x FETCH 1 BODY.PEEK[TEXT]\r\n")
        head = b"* 1 FETCH (BODY[TEXT] {1000}\r\n"
        assert client._file.read(len(head) + 100) == head + b"y" * 100
        with pytest.raises(ConnectionResetError):
            client.rest()
    with log_in(server) as client:
        assert client.ask(b"FETCH 1 BODY.PEEK[TEXT]")[-1].startswith(b"x OK")


def test_what_is_delayed_comes_when_time_has_passed(server: Server) -> None:
    server.add_user("anna").deliver(subject="x")
    when = When("data", command="FETCH")
    slow = server.faults.add(when, Delay(seconds=3600, offset=9))
    server.faults.add(when, Stall(offset=12), skip=1)
    with log_in(server) as client, log_in(server) as other:
        client.say(b"x FETCH 1 (UID)\r\n")
        assert client._file.read(9) == b"* 1 FETCH"
        assert slow.fired == 1
        assert other.ask(b"NOOP")[-1].startswith(b"x OK")
        server.advance(3600)
        assert client.line() == b" (UID 1)\r\n"
        assert client.line().startswith(b"x OK")
        client.say(b"x FETCH 1 (UID)\r\n")
        assert client._file.read(12) == b"* 1 FETCH (U"
        server.advance(86_400)
        assert other.line().startswith(b"* BYE")
    server.check()


def test_a_second_actor_at_committed(server: Server) -> None:
    user = server.add_user("anna")
    user.deliver(subject="one")
    user.deliver(subject="two")
    server.faults.add(
        When(command="STORE", point="committed"), Expunge(user="anna", uid=1), name="other client"
    )
    with log_in(server) as client:
        assert client.ask(b"STORE 1 +FLAGS (\\Seen)")[-1].startswith(b"x OK")
        assert client.ask(b"NOOP")[0] == b"* 1 EXPUNGE\r\n"
    assert [message.subject for message in user.inbox.messages] == ["two"]


def test_a_fault_that_never_came_is_an_error(thread: ServerThread) -> None:
    with mockmail.start_server(thread=thread) as server:
        server.faults.add(When(point="greeting"), Cut(), name="early end")
        with pytest.raises(mockmail.Broken, match="never fired: early end"):
            server.check()


def test_a_slow_reader_is_held_and_loses_nothing(server: Server) -> None:
    user = server.add_user("anna")
    user.deliver(b"Subject: big\r\n\r\n" + b"z" * 3_000_000)
    with log_in(server) as client:
        command = b"x FETCH 1 BODY.PEEK[TEXT]\r\n"
        client.say(command * 20)
        # Another client is served meanwhile.
        with log_in(server) as other:
            assert other.ask(b"NOOP")[-1].startswith(b"x OK")
        for _ in range(20):
            head = b"* 1 FETCH (BODY[TEXT] {3000000}\r\n"
            assert client._file.read(len(head)) == head
            assert client._file.read(3_000_000) == b"z" * 3_000_000
            assert client.line() == b")\r\n"
            assert client.line() == b"x OK FETCH completed\r\n"


def test_mail_goes_round(server: Server) -> None:
    anna = server.add_user("anna")
    with connect(server, "smtp") as client:
        client.say(
            b"EHLO client.example\r\nMAIL FROM:<ben@example.com>\r\n"
            b"RCPT TO:<ANNA@example.org>\r\nRCPT TO:<zoe@example.org>\r\n"
            b"RCPT TO:<x@elsewhere.example>\r\nDATA\r\n"
        )
        client.say(b"Subject: hello\r\n\r\n..dot\r\n.\r\nQUIT\r\n")
        replies = client.rest().splitlines()
        assert b"550 5.1.1 There is no user zoe@example.org" in replies
        assert replies[-1].startswith(b"221 ")
    assert anna.inbox.messages[0].raw.endswith(b"\r\n\r\n.dot\r\n")
    (sent,) = server.outbox
    assert sent.recipients == ("x@elsewhere.example",)
    assert sent.raw == b"Subject: hello\r\n\r\n.dot\r\n"
    with connect(server, "pop3") as client:
        client.say(b"USER anna\r\nPASS secret\r\nRETR 1\r\nQUIT\r\n")
        assert b"\r\n..dot\r\n.\r\n+OK" in client.rest()


def test_time_moves_by_advance(server: Server) -> None:
    user = server.add_user("anna")
    with log_in(server) as client:
        server.advance(1799)
        user.deliver(subject="later")
        assert client.ask(b"NOOP")[-1].startswith(b"x OK")
        server.advance(1801)
        assert client.line() == b"* BYE Logged out for inactivity\r\n"
        assert client.rest() == b""
    assert user.inbox.messages[0].internaldate.isoformat() == "2024-01-01T00:29:59+00:00"
    with pytest.raises(ValueError, match="time can't go back"):
        server.advance(-1)


def test_many_threads_ask_at_once(server: Server) -> None:
    user = server.add_user("anna")
    with log_in(server) as client:
        client.ask(b"IDLE")
        workers = [
            threading.Thread(target=lambda: [user.deliver(text="x") for _ in range(50)])
            for _ in range(4)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        counts = []
        while not counts or counts[-1] < 200:
            line = client.line()
            if line.endswith(b"EXISTS\r\n"):
                counts.append(int(line.split()[1]))
        assert counts == sorted(counts)
    assert [message.uid for message in user.inbox.messages] == list(range(1, 201))


def test_a_transcript_may_be_read_while_clients_talk(server: Server) -> None:
    server.add_user("anna")
    done = threading.Event()

    def talk() -> None:
        with log_in(server) as client:
            while not done.is_set():
                client.ask(b"NOOP")

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        for _ in range(100):
            assert str(server.transcript) is not None
    finally:
        done.set()
        talker.join()


def test_ports_asked_for_by_many_threads_are_one(server: Server) -> None:
    ports: list[int] = []
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        ports.append(server.imap.port)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(set(ports)) == 1


def test_an_idle_client_that_does_not_read_costs_no_tasks(server: Server) -> None:
    user = server.add_user("anna")
    with log_in(server) as client:
        client.ask(b"IDLE")
        for _ in range(3_000):
            user.deliver(b"x")
        tasks = len(server._hosting._tasks)
        assert tasks < 10
        count = 0
        while count < 3_000:
            line = client.line()
            if line.endswith(b"EXISTS\r\n"):
                count = int(line.split()[1])


def test_a_command_in_two_pieces_does_not_wait_for_a_delayed_ack(server: Server) -> None:
    server.add_user("anna")
    with log_in(server) as client:
        client._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        for _ in range(50):
            client.say(b"x NO")
            client.say(b"OP")
            client.say(b"\r\n")
            assert client.line() == b"x OK NOOP completed\r\n"


def test_the_server_can_be_imported_where_posix_is_not() -> None:
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['fcntl'] = sys.modules['termios'] = None; "
        "sys.platform = 'win32'; import mockmail.serve.connection"
    )
    done = subprocess.run([sys.executable, "-c", "import trio; " + code], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_what_is_taken_or_wrong_is_refused(server: Server) -> None:
    anna = server.add_user("anna")
    with pytest.raises(ValueError, match="there is a user 'anna' already"):
        server.add_user("anna")
    with pytest.raises(ValueError, match="is an address of 'anna' already"):
        server.add_user("other", address="ANNA@example.org")
    for flag in ("x)", "\\Recent", "é", ""):
        with pytest.raises(ValueError, match=r"can't be a flag|is no system flag"):
            anna.deliver(text="x", flags=[flag])


def test_an_address_outside_the_local_domains_is_its_users(server: Server) -> None:
    boss = server.add_user("boss@company.example")
    with connect(server, "smtp") as client:
        client.say(
            b"EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<boss@company.example>\r\n"
            b"RCPT TO:<postmaster>\r\nDATA\r\n.\r\nQUIT\r\n"
        )
        assert client.rest().splitlines()[-1].startswith(b"221 ")
    assert len(boss.inbox.messages) == 1
    assert [(sent.recipients, sent.raw) for sent in server.outbox] == [
        (("postmaster@example.org",), b"")
    ]
