"""Clients that block and clients that await: waiting, its end, and what goes wrong."""

import asyncio
import threading
from collections.abc import Callable
from typing import Literal

import pytest
import trio

import mockmail
from mockmail import AsyncImapClient, Cut, Delay, ImapClient, Match, Server, When


@pytest.fixture
def client(mailserver: Server) -> ImapClient:
    mailserver.add_user("anna").deliver(subject="one")
    (client,) = mailserver.clients("imap")
    return client


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (["http"], {}, "no protocol 'http'; there are imap, pop3, smtp"),
        (["imap"], {"user": "carol"}, "no user 'carol'; there are anna, ben"),
        (["imap"], {}, "which user? there are anna, ben"),
        (["pop3"], {"user": "ben", "select": "Work"}, "clients of pop3 take user, password, login, tls, timeout, not select"),
        (["smtp"], {"user": "ben"}, "clients of smtp take login, tls, timeout, not user"),
        (["imap"], {"user": "anna", "nonsense": 1}, "take user, password, enable, select, login, tls, timeout, not nonsense"),
    ],
)  # fmt: skip
def test_what_can_not_be(
    mailserver: Server, arguments: list[str], options: dict[str, object], error: str
) -> None:
    mailserver.add_user("anna")
    mailserver.add_user("ben")
    with pytest.raises((ValueError, TypeError)) as caught:
        mailserver.clients(*arguments, **options)
    assert error in str(caught.value)
    assert not mailserver.transcript.records


def test_there_is_no_user_yet(mailserver: Server) -> None:
    with pytest.raises(ValueError, match="which user\\? there is none yet"):
        mailserver.clients("imap")


@pytest.mark.parametrize(
    ("options", "last"),
    [
        ({"password": "wrong"}, "  S: A1 NO [AUTHENTICATIONFAILED] Wrong user name or password"),
        ({"select": "Nowhere"}, "  S: A2 NO [NONEXISTENT] There is no such mailbox"),
    ],
)
def test_a_server_that_refuses(mailserver: Server, options: dict[str, str], last: str) -> None:
    mailserver.add_user("anna")
    with pytest.raises(ValueError, match=r"session A \(imap\) was refused as anna") as caught:
        mailserver.clients("imap", **options)
    assert str(caught.value).splitlines()[-1].startswith(last)


def test_a_wait_has_an_end(client: ImapClient) -> None:
    client.timeout = 0.01
    client.idle()
    with pytest.raises(TimeoutError) as caught:
        client.wait_for("EXISTS")
    assert str(caught.value).splitlines()[0] == (
        "session A (imap) was told nothing more for 0.01 seconds; said last:"
    )
    assert str(caught.value).splitlines()[-2:] == ["  C: A3 IDLE", "  S: + idling"]
    assert client.done().ok


def test_half_a_response_is_shown(mailserver: Server, client: ImapClient) -> None:
    mailserver.faults.add(
        When(command="FETCH", point="data", response=Match(kind="FETCH")),
        Cut(offset=20, how="reset"),
    )
    with pytest.raises(ConnectionResetError) as caught:
        client.fetch(1, "BODY.PEEK[]")
    assert (
        str(caught.value).splitlines()[0] == "session A (imap) was reset by the server; said last:"
    )
    assert str(caught.value).splitlines()[-1] == "  S: * 1 FETCH (BODY[] {2 (not all of it)"


def while_it_waits(client: ImapClient, act: Callable[[], object]) -> threading.Thread:
    """A thread that acts once the client has looked in vain."""
    looked = threading.Event()
    ready = client._ready

    def look() -> bool:
        looked.set()
        return ready()

    client._ready = look
    thread = threading.Thread(target=lambda: looked.wait(10) and act())
    thread.start()
    return thread


def test_another_thread_acts_while_it_waits(mailserver: Server, client: ImapClient) -> None:
    client.idle()
    anna = mailserver.users["anna"]
    thread = while_it_waits(client, lambda: anna.deliver(subject="two"))
    assert client.wait_for("EXISTS").exists == 2
    thread.join()


def test_the_clock_can_end_it(mailserver: Server, client: ImapClient) -> None:
    mailserver.advance(1_800)
    assert client.told().lines[-1].startswith(b"* BYE")
    with pytest.raises(ConnectionError, match="was closed by the server"):
        client.noop()


def test_they_leave_with_the_server(mailserver: Server, client: ImapClient) -> None:
    mailserver.close()
    with pytest.raises(
        ConnectionError,
        match=r"(?s)session A.*has ended, as the server was closed; said last:.*A2 OK",
    ):
        client.noop()
    with pytest.raises(RuntimeError, match="the server is closed"):
        mailserver.clients("imap")
    assert not mailserver._world.engine.connections


def test_a_server_that_closes_ends_a_wait(mailserver: Server, client: ImapClient) -> None:
    client.idle()
    thread = while_it_waits(client, mailserver.close)
    with pytest.raises(ConnectionError, match="has ended, as the server was closed"):
        client.wait_for("EXISTS")
    thread.join()


def test_they_may_speak_of_tls(mailserver: Server) -> None:
    mailserver.add_user("anna")
    _ = mailserver.ca
    (client,) = mailserver.clients("imap", login=False)
    assert client.send("STARTTLS").ok
    assert client.login("anna", "secret").ok


def test_a_server_that_wants_tls() -> None:
    with mockmail.start_server(capabilities="+LOGINDISABLED") as server:
        server.add_user("anna").deliver(subject="one")
        with pytest.raises(ValueError, match="PRIVACYREQUIRED"):
            server.clients("imap")
        (client,) = server.clients("imap", tls=True)
        assert client.search().searched == (1,)
        assert not server.conflict().race("NOOP", "NOOP").differ


@pytest.mark.parametrize(
    ("protocol", "greeting"), [("imap", "* OK [CAPABILITY "), ("pop3", "+OK "), ("smtp", "220 ")]
)
def test_the_greeting_is_told(
    mailserver: Server, protocol: Literal["imap", "pop3", "smtp"], greeting: str
) -> None:
    (client,) = mailserver.clients(protocol, login=False)
    assert repr(client.told()).startswith(f"<told {greeting}")
    assert repr(client.told()) == "<told nothing>"


# In a loop


@pytest.fixture
async def pair(mailserver_trio: Server) -> tuple[AsyncImapClient, AsyncImapClient]:
    mailserver_trio.add_user("anna").deliver(subject="one")
    a, b = await mailserver_trio.aio.clients("imap", 2)
    return a, b


async def test_they_are_awaited(
    mailserver_trio: Server, pair: tuple[AsyncImapClient, AsyncImapClient], nursery: trio.Nursery
) -> None:
    a, b = pair
    assert (await a.idle()).text == "idling"
    told: list[int | None] = []

    async def listen() -> None:
        told.append((await a.wait_for("EXISTS")).exists)

    nursery.start_soon(listen)
    await trio.testing.wait_all_tasks_blocked()
    assert not told
    assert (await b.append("INBOX", b"Subject: two\r\n\r\n")).ok
    await trio.testing.wait_all_tasks_blocked()
    assert told == [2]
    assert (await b.store(1, r"+FLAGS (\Seen)")).ok
    assert a.told().fetched == {1: {"flags": (r"\Seen", r"\Recent")}}
    assert (await a.done()).ok

    (pop,) = await mailserver_trio.aio.clients("pop3")
    assert (await pop.stat()).text.startswith("2 ")
    (smtp,) = await mailserver_trio.aio.clients("smtp")
    assert (await smtp.send_mail("x@y.example", "anna@example.org", "Subject: three\n")).ok
    assert (await a.noop()).exists == 3


async def test_an_awaited_wait_has_an_end(
    pair: tuple[AsyncImapClient, AsyncImapClient], autojump_clock: trio.testing.MockClock
) -> None:
    a, _ = pair
    await a.idle()
    before = trio.current_time()
    with pytest.raises(TimeoutError, match=r"(?s)told nothing more for 5 seconds.*\+ idling"):
        await a.wait_for("EXISTS")
    assert trio.current_time() - before == 5


async def test_a_thread_may_act(
    mailserver_trio: Server, pair: tuple[AsyncImapClient, AsyncImapClient], nursery: trio.Nursery
) -> None:
    a, _ = pair
    await a.idle()

    async def act() -> None:
        anna = mailserver_trio.users["anna"]
        await trio.to_thread.run_sync(lambda: anna.deliver(subject="two"))

    nursery.start_soon(act)
    assert (await a.wait_for("EXISTS")).exists == 2


async def test_each_in_its_place(mailserver_trio: Server) -> None:
    with pytest.raises(RuntimeError, match=r"await server\.aio.clients"):
        mailserver_trio.clients("imap")
    with pytest.raises(ValueError, match="which user"):
        await mailserver_trio.aio.clients("imap")


async def use(server: Server) -> None:
    """Clients of a server whose loop is another one."""
    server.faults.add(When("data", command="FETCH"), Delay(seconds=3600))
    a, b = await server.aio.clients("imap", 2)
    assert (await a.idle()).ok
    await b.append("INBOX", b"Subject: two\r\n\r\n")
    assert (await a.wait_for("EXISTS")).exists == 2
    thread = threading.Thread(target=server.users["anna"].deliver, kwargs={"subject": "three"})
    thread.start()
    assert (await a.wait_for("EXISTS")).exists == 3
    a.timeout = 0.01
    with pytest.raises(TimeoutError, match=r"told nothing more for 0\.01 seconds"):
        await a.wait_for("EXPUNGE")

    def let_time_pass() -> None:
        server.wait_until(lambda: "FETCH" in str(server.transcript), timeout=30)
        server.advance(3600)

    passing = threading.Thread(target=let_time_pass)
    passing.start()
    assert (await b.fetch(1)).fetched[1]["uid"] == 1
    (blocking,) = server.clients("imap")  # what is answered at once stops nobody
    assert blocking.noop().ok
    blocking.idle()
    server.users["anna"].deliver(subject="four")
    with pytest.raises(RuntimeError, match=r"would stop the (asyncio|trio) loop.*aio\.clients"):
        blocking.wait_for("EXISTS")
    blocking.done()
    server.faults.add(When("data", command="FETCH"), Delay(seconds=3600))
    with pytest.raises(RuntimeError, match=r"would stop the (asyncio|trio) loop.*aio\.clients"):
        blocking.fetch(1)
    with pytest.raises(ConnectionError, match=r"(?s)was closed by the server.*for inactivity"):
        await a.wait_for("EXPUNGE")
    b.timeout = 30
    end = threading.Thread(target=server.close)
    end.start()
    with pytest.raises(ConnectionError, match="has ended, as the server was closed"):
        await b.wait_for("EXPUNGE")
    for each in (thread, passing, end):
        each.join()


@pytest.mark.usefixtures("client")
def test_in_asyncio(mailserver: Server) -> None:
    asyncio.run(use(mailserver))


@pytest.mark.usefixtures("client")
async def test_in_another_loop_of_trio(mailserver: Server) -> None:
    await use(mailserver)


async def test_they_leave_with_a_server_in_the_loop() -> None:
    async with mockmail.open_server("demo") as server:
        (client,) = await server.aio.clients("imap", user="anna")
    with pytest.raises(ConnectionError, match="has ended, as the server was closed"):
        await client.noop()
