"""TLS: the switch in the engine, the handshake that fails, sockets and memory streams."""

import gc
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trio
import trio.testing

import mockmail
from harness import Client, inbox, play
from mockmail import Cut, Match, Server, When
from mockmail.serve import tls
from mockmail.wire.acts import Switch
from mockmail.world.world import World

PATIENCE = 10.0
STARTS = {"imap": b"a STARTTLS\r\n", "pop3": b"STLS\r\n", "smtp": b"EHLO x\r\nSTARTTLS\r\n"}
ATTACKS = {
    "imap": b"b LOGIN anna apple\r\nc CREATE Injected\r\n",
    "pop3": b"USER anna\r\nPASS apple\r\n",
    "smtp": b"EHLO attacker\r\nMAIL FROM:<x@far.example>\r\n",
}

# The engine alone


def offering(count: int = 0, capabilities: str = "") -> World:
    """An inbox on a server that lets its clients ask for TLS."""
    world = inbox(count, world=World(capabilities=capabilities))
    world.offers_tls = True
    return world


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("protocol", STARTS)
def test_what_is_pipelined_behind_it_is_dropped(protocol: str, octets: bool) -> None:
    world = offering(1)
    client = Client(world, protocol, octets=octets)
    client.shadow = None
    client.said()
    client.send(STARTS[protocol] + ATTACKS[protocol])
    said = client.said()
    assert said.endswith(
        (
            b"a OK Begin TLS negotiation now\r\n",
            b"+OK Begin TLS negotiation now\r\n",
            b"220 2.0.0 Ready to start TLS\r\n",
        )
    )
    assert client.switching
    assert len(client.connection.buffer) == 0
    client.send(b"z NOOP\r\n" if protocol == "imap" else b"RSET\r\n")
    assert (
        client.said()
        == {
            "imap": b"z OK NOOP completed\r\n",
            "pop3": b"-ERR RSET is not for the AUTHORIZATION state\r\n",
            "smtp": b"250 2.0.0 Reset\r\n",
        }[protocol]
    )
    dropped = f"TLS from here on; {len(ATTACKS[protocol])} octets that came before it were dropped"
    assert dropped in str(world.transcript)
    assert "attacker" not in str(world.transcript)
    assert "Injected" not in world.store.users["anna"].mailboxes


def test_half_a_line_is_dropped_too() -> None:
    client = Client(offering(), "imap")
    client.send(b"a STARTTLS\r\nb LOG")
    client.said()
    client.shadow = None
    client.send(b"c NOOP\r\n")
    assert client.said() == b"c OK NOOP completed\r\n"


DIALOGUES = {
    "imap": r"""
        A connects imap
        A< * OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR STARTTLS AUTH=PLAIN ...] ...
        A: a0 ID ("name" "attacker")
        A< ***
        A: a1 STARTTLS now
        A< a1 BAD ...
        A: a2 STARTTLS
        A< a2 OK Begin TLS negotiation now
        A: a3 CAPABILITY
        A< * CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR AUTH=PLAIN ...
        A! ...STARTTLS...
        A< a3 OK ...
        A: a4 STARTTLS
        A< a4 BAD TLS is on already
        A: a5 LOGIN anna apple
        A< a5 OK [CAPABILITY ...] ...
        A! ...STARTTLS...
        A: a6 STARTTLS
        A< a6 BAD STARTTLS is not allowed in the authenticated state
        B connects imap
        B< * OK ...
        B: b1 LOGIN anna apple
        B< b1 OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ ID ...] ...
        B! ...STARTTLS...
        B: b2 STARTTLS
        B< b2 BAD STARTTLS is not allowed in the authenticated state
    """,
    "pop3": """
        A connects pop3
        A< +OK ...
        A: USER anna
        A< +OK ...
        A: STLS please
        A< -ERR No argument is expected
        A: STLS
        A< +OK Begin TLS negotiation now
        # USER came before TLS, and counts no more.
        A: PASS apple
        A< -ERR USER comes first
        A: STLS
        A< -ERR TLS is on already
        A: CAPA
        A! STLS
        A< ***
        A: USER anna
        A< +OK ...
        A: PASS apple
        A< +OK ...
        A: STLS
        A< -ERR STLS is not for the TRANSACTION state
    """,
    "smtp": """
        A connects smtp
        A< 220 ...
        A: STARTTLS
        A< 503 5.5.1 EHLO comes first
        A: HELO me
        A< 250 ...
        A: STARTTLS
        A< 503 5.5.1 EHLO comes first
        A: EHLO me
        A< 250-...
        A< ***
        A: STARTTLS now
        A< 501 5.5.4 ...
        A: MAIL FROM:<x@far.example>
        A< 250 ...
        A: STARTTLS
        A< 220 2.0.0 Ready to start TLS
        A: RCPT TO:<anna@example.org>
        A< 503 5.5.1 EHLO comes first
        A: EHLO me
        A! ...STARTTLS
        A< ***
        A: RCPT TO:<anna@example.org>
        A< 503 5.5.1 MAIL comes first
        A: STARTTLS
        A< 503 5.5.1 TLS is on already
    """,
}


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("protocol", DIALOGUES)
def test_dialogue(protocol: str, octets: bool) -> None:
    clients = play(offering(), DIALOGUES[protocol], octets=octets)
    person = clients["A"].connection.person
    assert getattr(person, "client_id", {}) == {}


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        (
            "imap",
            b"a NO [UNAVAILABLE] TLS is offered from the moment that server.ca is asked for\r\n",
        ),
        ("pop3", b"-ERR [SYS/PERM] TLS is offered from the moment that server.ca is asked for\r\n"),
        ("smtp", b"454 4.7.0 TLS is offered from the moment that server.ca is asked for\r\n"),
    ],
)
def test_tls_is_refused_where_it_is_not_offered(protocol: str, answer: bytes) -> None:
    client = Client(inbox(), protocol)
    client.send(STARTS[protocol])
    assert client.said().endswith(answer)
    assert not client.switching
    client.send(b"b NOOP\r\n")
    assert client.connection.open
    assert not client.session.tls if protocol == "imap" else True


def test_login_disabled() -> None:
    world = offering(capabilities="+LOGINDISABLED")
    client = Client(world)
    assert b" LOGINDISABLED " in client.said()
    assert client.command("LOGIN anna apple") == ["t1 NO [PRIVACYREQUIRED] LOGIN needs TLS here"]
    assert client.command("STARTTLS")[-1].startswith("t2 OK")
    assert "LOGINDISABLED" not in client.command("CAPABILITY")[0]
    assert client.command("LOGIN anna apple")[-1].startswith("t4 OK")
    assert Client(world, tls=True).command("LOGIN anna apple")[-1].startswith("t1 OK")


@pytest.mark.parametrize("protocol", STARTS)
def test_tls_from_the_start_says_nothing_before_it(protocol: str) -> None:
    world = offering()
    client = Client(world, protocol, tls=True)
    assert client.switching
    assert client.said() == b""
    client.send(b"")
    said = client.said()
    assert said.startswith((b"* OK [CAPABILITY ", b"+OK mail.", b"220 mail."))
    assert b"STARTTLS" not in said


@pytest.mark.parametrize(("protocol", "seconds"), [("imap", 1800), ("pop3", 600), ("smtp", 300)])
def test_a_handshake_that_never_comes(protocol: str, seconds: int) -> None:
    world = offering()
    client = Client(world, protocol)
    client.send(STARTS[protocol] + b"\x16\x03\x01")
    client.said()
    world.engine.advance(seconds - 1)
    assert client.connection.open
    world.engine.advance(1)
    assert not client.connection.open
    assert client.said() == b""
    assert client.ended == "fin"
    world.engine.switched(client.connection)
    note = "no TLS: the client took too long; 3 octets that came before it were dropped"
    assert note in str(world.transcript)


def test_a_client_that_leaves_instead() -> None:
    world = offering()
    client = Client(world)
    client.send(b"a STARTTLS\r\n")
    client.close()
    assert not client.connection.open
    assert "no TLS: the connection was closed" in str(world.transcript)


def test_rules_at_the_point_tls() -> None:
    world = offering()
    rule = mockmail.Rule(When(point="tls", command="STARTTLS"), Cut(how="reset"))
    world.rules.add(rule)
    client = Client(world)
    client.said()
    client.shadow = None
    client.send(b"a STARTTLS\r\nb NOOP\r\n")
    assert client.said() == b"a OK Begin TLS negotiation now\r\n"
    assert (client.ended, client.switching, rule.fired) == ("reset", False, 1)


def test_the_outbox_keeps_the_switch_in_order() -> None:
    world = offering()
    connection = world.engine.connect("imap")
    world.engine.take(connection)
    world.engine.receive(connection, b"a STARTTLS\r\n")
    items = [world.engine.take(connection), world.engine.take(connection)]
    assert isinstance(items[0], bytes)
    assert items[0].endswith(b"negotiation now\r\n")
    assert items[1] == Switch("tls", 1800.0)
    assert world.engine.take(connection) is None
    assert connection.out.octets == 0


# Sockets


def dial(endpoint: mockmail.Endpoint) -> socket.socket:
    return socket.create_connection((endpoint.host, endpoint.port), timeout=PATIENCE)


def hear(sock: socket.socket, said: bytearray) -> None:
    """All that comes up to the end."""
    while data := sock.recv(65_536):
        said += data


def everything(sock: socket.socket) -> bytes:
    said = bytearray()
    hear(sock, said)
    return bytes(said)


def until(condition: str, server: Server) -> str:
    """The transcript, once it has that line."""
    deadline = time.monotonic() + PATIENCE
    while condition not in (text := str(server.transcript)):
        assert time.monotonic() < deadline, text
        time.sleep(0.005)
    return text


def test_garbage_instead_of_a_handshake(mailserver: Server) -> None:
    assert mailserver.ca.path.exists()
    with dial(mailserver.imap) as sock:
        assert sock.recv(4096).endswith(b"ready\r\n")
        sock.sendall(b"a STARTTLS\r\n")
        assert sock.recv(4096) == b"a OK Begin TLS negotiation now\r\n"
        sock.sendall(b"b LOGIN anna apple\r\n")
        alert = everything(sock)
        assert alert[:1] in (b"", b"\x15")  # an alert, not an answer
    with dial(mailserver.imaps) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        everything(sock)
    text = until("B  *: no TLS: http request", mailserver)
    assert "A  *: no TLS: " in text
    assert "LOGIN" not in text
    with dial(mailserver.imap) as sock:
        assert sock.recv(4096).endswith(b"ready\r\n")


def test_leaving_in_the_handshake(mailserver: Server) -> None:
    dial(mailserver.imaps).close()
    until("A  *: no TLS: the connection was closed", mailserver)
    sock = dial(mailserver.pop3s)
    sock.sendall(b"\x16\x03\x01")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()
    until("B  *: no TLS: the connection was closed", mailserver)


def test_silence_in_the_handshake_ends_with_the_servers_clock(mailserver: Server) -> None:
    with dial(mailserver.smtps) as sock:
        while not mailserver._world.engine.connections:
            time.sleep(0.005)
        mailserver.advance(299)
        sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        sock.settimeout(PATIENCE)
        mailserver.advance(1)
        assert sock.recv(1) == b""
    assert "A  *: no TLS: the client took too long" in str(mailserver.transcript)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("politely", [True, False])
def test_both_ends_close(mailserver: Server, version: ssl.TLSVersion, politely: bool) -> None:
    context = mailserver.ca.ssl_context()
    context.minimum_version = context.maximum_version = version
    with dial(mailserver.pop3s) as plain:
        sock = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
        assert sock.recv(4096).startswith(b"+OK")
        sock.sendall(b"NO")
        sock.sendall(b"OP\r\nQUIT\r\n" if politely else b"OP\r\n")
        assert sock.recv(4096).startswith(b"-ERR")
        if politely:
            # The server's close_notify comes before its end.
            assert everything(sock) in (b"", b"+OK Goodbye\r\n")
        sock.unwrap().close()
    until("A  S: +OK Goodbye" if politely else "A  C: NOOP", mailserver)


def test_a_large_message_comes_whole(mailserver: Server) -> None:
    raw = b"Subject: large\r\n\r\n" + b"x" * 3_000_000
    mailserver.add_user("anna").deliver(raw)
    context = mailserver.ca.ssl_context()
    with context.wrap_socket(dial(mailserver.imaps), server_hostname="localhost") as sock:
        sock.sendall(b"a LOGIN anna secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY[]\r\nd LOGOUT\r\n")
        assert raw in everything(sock)


def test_a_cut_under_tls(mailserver: Server) -> None:
    mailserver.add_user("anna").deliver(b"Subject: x\r\n\r\n0123456789")
    mailserver.faults.add(
        When(command="FETCH", point="data", response=Match(uid=1)), Cut(offset=4, inside="literal")
    )
    context = mailserver.ca.ssl_context()
    with context.wrap_socket(
        dial(mailserver.imaps), server_hostname="localhost", suppress_ragged_eofs=False
    ) as sock:
        sock.sendall(b"a LOGIN anna secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY[TEXT]\r\n")
        said = bytearray()
        # Python's ssl tells a reset as an end without close_notify, which it is, too.
        with pytest.raises((ConnectionResetError, ssl.SSLEOFError)):
            hear(sock, said)
        assert said.endswith(b"* 1 FETCH (BODY[TEXT] {10}\r\n0123")


def test_records_that_are_none_break_it(mailserver: Server) -> None:
    plain = dial(mailserver.imaps)
    with plain:
        keeper = plain.dup()
        sock = mailserver.ca.ssl_context().wrap_socket(plain, server_hostname="localhost")
        assert sock.recv(4096).startswith(b"* OK")
        with keeper:
            keeper.sendall(b"a NOOP\r\n")
            everything(keeper)
        sock.close()
    assert "A  *: TLS broke: " in until("TLS broke", mailserver)


# Memory streams


async def said(stream: trio.abc.ReceiveStream, end: bytes) -> bytes:
    text = b""
    with trio.fail_after(PATIENCE):
        while not text.endswith(end):
            data = await stream.receive_some()
            assert data, f"closed after {text!r}"
            text += data
    return text


def secure(server: Server, stream: trio.abc.Stream) -> trio.SSLStream[trio.abc.Stream]:
    context = server.ca.ssl_context()
    return trio.SSLStream(stream, context, server_hostname="localhost")


async def test_starttls_on_a_memory_stream(mailserver_trio: Server) -> None:
    user = mailserver_trio.add_user("anna")
    assert mailserver_trio.ca.path.exists()
    plain = mailserver_trio.imap.connect()
    assert b" STARTTLS " in await said(plain, b"ready\r\n")
    await plain.send_all(b"a STARTTLS\r\n")
    assert await said(plain, b"\r\n") == b"a OK Begin TLS negotiation now\r\n"
    stream = secure(mailserver_trio, plain)
    await stream.send_all(b"b LOGIN anna secret\r\nc SELECT INBOX\r\nd IDLE\r\n")
    assert b"STARTTLS" not in await said(stream, b"+ idling\r\n")
    user.deliver(subject="pushed")
    assert await said(stream, b"RECENT\r\n") == b"* 1 EXISTS\r\n* 1 RECENT\r\n"
    await stream.send_all(b"DONE\r\ne LOGOUT\r\n")
    await said(stream, b"e OK LOGOUT completed\r\n")
    assert await stream.receive_some() == b""  # a clean end, with close_notify
    await stream.aclose()


async def test_tls_from_the_start_on_a_memory_stream(mailserver_trio: Server) -> None:
    async with secure(mailserver_trio, mailserver_trio.smtps.connect()) as stream:
        assert (await said(stream, b"\r\n")).startswith(b"220 ")
        await stream.send_all(b"EHLO me\r\n")
        assert b"STARTTLS" not in await said(stream, b"250 HELP\r\n")
    assert "A  *: TLS from here on" in str(mailserver_trio.transcript)


async def test_garbage_and_silence_on_a_memory_stream(
    mailserver_trio: Server, autojump_clock: trio.testing.MockClock
) -> None:
    async with mailserver_trio.imaps.connect() as stream:
        await stream.send_all(b"GET / HTTP/1.1\r\n\r\n")
        while await stream.receive_some():
            pass
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(b"more")
    assert "A  *: no TLS: http request" in str(mailserver_trio.transcript)
    async with mailserver_trio.imaps.connect() as stream:
        began = trio.current_time()
        assert await stream.receive_some() == b""
        assert trio.current_time() - began == pytest.approx(1800)
    async with mailserver_trio.imaps.connect() as stream:
        await stream.send_eof()
        assert (await stream.receive_some()).startswith(b"\x15")  # an alert, and then the end
        assert await stream.receive_some() == b""
    assert "C  *: no TLS: the connection was closed" in str(mailserver_trio.transcript)


async def test_sockets_in_the_same_loop() -> None:
    async with mockmail.open_server() as server:
        plain = await trio.open_tcp_stream(server.imaps.host, server.imaps.port)
        async with secure(server, plain) as stream:
            assert (await said(stream, b"ready\r\n")).startswith(b"* OK")


async def test_the_same_conversation_has_the_same_transcript(mailserver_trio: Server) -> None:
    texts = []
    for _ in range(2):
        async with mockmail.open_server() as server:
            async with secure(server, server.imaps.connect()) as stream:
                await stream.send_all(b"a NOOP\r\nb LOGOUT\r\n")
                await said(stream, b"b OK LOGOUT completed\r\n")
            texts.append(str(server.transcript))
    assert texts[0] == texts[1]
    assert texts[0].startswith("A  *: TLS from here on\nA  S: * OK [CAPABILITY ")


# The authority


def python(code: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_nothing_is_made_before_it_is_used() -> None:
    code = """
import mockmail, smtplib, sys
with mockmail.start_server() as server:
    with smtplib.SMTP(server.smtp.host, server.smtp.port) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
    assert "trustme" not in sys.modules and "cryptography" not in sys.modules
    print(server.ca.path)
    assert "trustme" in sys.modules and server.ca.path.read_bytes().startswith(b"-----BEGIN")
    assert list(server.ca.path.parent.iterdir()) == [server.ca.path]
    with smtplib.SMTP(server.smtp.host, server.smtp.port) as client:
        client.ehlo()
        assert client.has_extn("starttls")
"""
    path = Path(python(code).strip())
    assert path.name == "ca.pem"
    assert not path.parent.exists()  # gone with the process


def test_without_trustme() -> None:
    code = """
import sys; sys.modules["trustme"] = None
import mockmail
with mockmail.start_server() as server:
    for ask in (lambda: server.imaps.port, lambda: server.ca):
        try:
            ask()
        except ImportError as error:
            assert str(error).endswith("pip install 'mockmail[tls]'"), error
        else:
            raise AssertionError("no error")
    server.check()
"""
    python(code)


def test_one_authority_and_one_context_for_a_name(mailserver: Server) -> None:
    assert mailserver.ca is tls.authority()
    assert mailserver._hosting.context() is mailserver._hosting.context()
    assert mailserver._hosting.context() is not tls.authority().server_context("mail.example.net")
    assert mailserver.ca.ssl_context() is not mailserver.ca.ssl_context()
    # A name that no certificate can have.
    assert tls.authority().server_context("mail.under_score")
    assert repr(mailserver.imaps) == "<imaps endpoint, not opened yet>"
    gc.collect()
    assert mailserver.ca.path.exists()
