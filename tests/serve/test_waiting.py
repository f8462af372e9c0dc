"""Waiting for mail, and for anything else; what an error shows; the awaitable twins."""

import asyncio
import re
import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
import trio
import trio.testing

from mockmail import Message, Sent, Server, ServerThread, WaitTimeout, open_server, start_server
from mockmail.world.wanted import Conditions


@pytest.fixture
def server() -> Iterator[Server]:
    with start_server() as server:
        server.add_user("anna")
        server.add_user("ben")
        yield server


def send(server: Server, to: str = "anna@example.org", subject: str = "Hello") -> None:
    with smtplib.SMTP(server.smtp.host, server.smtp.port, local_hostname="x") as client:
        client.sendmail("me@x.example", [to], f"From: Me <me@x.example>\r\nSubject: {subject}\r\n")


def later(server: Server, *subjects: str) -> threading.Thread:
    """Send from another thread, once somebody waits."""

    def work() -> None:
        server.wait_until(lambda: server._world.engine._watchers, timeout=30)
        for subject in subjects:
            send(server, subject=subject)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_what_is_there_is_found_at_once(server: Server) -> None:
    delivered = server.users["anna"].deliver(subject="Hello", flags=["k"])
    for found in (
        server.wait_for(),
        server.wait_for(subject="Hello"),
        server.wait_for(subject=re.compile("^Hel"), to="Anna@Example.org"),
        server.wait_for(user="anna", mailbox="inbox", flags=["K"]),
    ):
        assert found == delivered
        assert isinstance(found, Message)


def test_what_all_share_is_found(server: Server) -> None:
    team = server.create_shared_mailbox("Shared/Team")
    news = server.create_shared_mailbox("#news.comp.mail")
    added = team.add(subject="Hello", to="all@example.org", flags=["k"]), news.add(subject="Hello")
    assert server.wait_for(mailbox="Shared/Team", timeout=0) == added[0]
    assert server.wait_for(to="all@example.org", flags=["k"], timeout=0) == added[0]
    assert server.wait_for(subject="Hello", count=2, timeout=0) == added
    with pytest.raises(WaitTimeout, match=r"\n  Shared/Team, UID 1: user: None\n"):
        server.wait_for(user="anna", mailbox="Shared/Team", timeout=0)


def test_mail_is_found_by_the_sender_of_its_envelope(server: Server) -> None:
    server.set_remote_reply("y.example", 550)
    server.add_list("team", ["anna"])
    with smtplib.SMTP(server.smtp.host, server.smtp.port) as client:
        to = ["b@y.example", "team@example.org"]
        client.sendmail("ben@example.org", to, "From: x@y.example\r\nSubject: Hello\r\n")
    report = server.wait_for(sender="", timeout=0)
    assert report == server.users["ben"].inbox.messages[0]
    assert server.wait_for(sender="team-bounces@example.org", timeout=0).subject == "Hello"
    with pytest.raises(WaitTimeout, match=r"sender: <>, MAILER-DAEMON@mail\.example\.org"):
        server.wait_for(sender="nobody@x.example", timeout=0)


def test_what_is_sent_elsewhere_is_found_in_the_outbox(server: Server) -> None:
    send(server, to="x@elsewhere.example")
    found = server.wait_for(to="x@elsewhere.example", sender="me@x.example")
    assert isinstance(found, Sent)
    assert found == server.outbox[0]
    assert found.mail["Subject"] == "Hello"
    assert repr(found) == "<Sent 'Hello' from me@x.example to x@elsewhere.example>"


def test_what_comes_later_is_waited_for(server: Server) -> None:
    thread = later(server, "no", "one", "two", "three")
    found = server.wait_for(subject=re.compile("^t"), count=2, timeout=30)
    thread.join()
    assert [message.subject for message in found] == ["two", "three"]


def test_anything_else_can_be_waited_for(server: Server) -> None:
    thread = later(server, "x")
    inbox = server.users["anna"].inbox
    assert server.wait_until(lambda: inbox.messages, timeout=30)[0].subject == "x"
    thread.join()
    with pytest.raises(WaitTimeout, match=r"^after 0 s an answer is 0$"):
        server.wait_until(lambda: 0, what="an answer", timeout=0)


def test_an_error_shows_what_is_there_nearest_first(server: Server) -> None:
    anna, ben = server.users["anna"], server.users["ben"]
    anna.deliver(subject="Invoice 2", flags=[r"\Seen"])
    anna.create_mailbox("Work").add(subject="Invoice 1", sender="Z <z@x.example>")
    ben.deliver(subject="lunch")
    send(server, to="x@elsewhere.example")
    with pytest.raises(WaitTimeout) as caught:
        server.wait_for(
            subject="Invoice 1", to="anna@example.org", mailbox="INBOX", sender="z@x.example",
            timeout=0,
        )  # fmt: skip
    assert str(caught.value) == (
        "after 0 s there is no mail with mailbox 'INBOX', subject 'Invoice 1',"
        " sender 'z@x.example', to 'anna@example.org'; nearest of what is there:\n"
        "  Work of anna, UID 1: mailbox: Work\n"
        "  INBOX of anna, UID 1: subject: 'Invoice 2'; sender: sender@example.net\n"
        "  INBOX of ben, UID 1: subject: 'lunch'; sender: sender@example.net;"
        " to: ben@example.org\n"
        "  outbox[0]: mailbox: None; subject: 'Hello'; sender: me@x.example;"
        " to: x@elsewhere.example"
    )
    with pytest.raises(WaitTimeout, match=r"UID 1: flags: \\Seen\n"):
        server.wait_for(subject="Invoice 2", flags=["k"], timeout=0)
    with pytest.raises(WaitTimeout, match=r"there are 1 of 2 messages with subject 'lunch'; nea"):
        server.wait_for(subject="lunch", count=2, timeout=0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"user": "ana"}, "user 'ana' (no user 'ana'; did you mean anna?); nearest of"),
        ({"user": "x", "mailbox": "y"}, "user 'x', mailbox 'y' (no user 'x'); nearest of"),
        ({"mailbox": "Wrok"}, "(no mailbox 'Wrok'; did you mean Work?); nearest of"),
        ({"mailbox": "Shared/Taem"}, "(no mailbox 'Shared/Taem'; did you mean Shared/Team?)"),
        ({"user": "ben", "mailbox": "Work"}, "(no mailbox 'Work' of ben); nearest of"),
        ({"user": "anna", "mailbox": "inbx"}, "(no mailbox 'inbx' of anna; did you mean INBOX?)"),
        ({"user": "ben", "mailbox": "inbox"}, "user 'ben', mailbox 'inbox'; nearest of"),
        ({"mailbox": "Shared/Team"}, "mailbox 'Shared/Team'; nearest of"),
    ],
)
def test_a_name_that_is_nowhere_is_said(asked: Conditions, said: str, server: Server) -> None:
    server.users["anna"].create_mailbox("Work")
    server.users["anna"].deliver(subject="Hello")
    server.create_shared_mailbox("Shared/Team")
    with pytest.raises(WaitTimeout) as caught:
        server.wait_for(**asked, timeout=0)
    assert said in str(caught.value)


def test_a_user_may_be_made_while_he_is_waited_for(server: Server) -> None:
    def work() -> None:
        server.wait_until(lambda: server._world.engine._watchers, timeout=30)
        server.add_user("zoe").deliver(subject="Hello")

    thread = threading.Thread(target=work)
    thread.start()
    assert server.wait_for(user="zoe", timeout=30).subject == "Hello"
    thread.join()


def test_an_error_is_short(server: Server) -> None:
    with pytest.raises(WaitTimeout, match=r"no mail with anything; there is no mail at all$"):
        server.wait_for(timeout=0)
    for number in range(9):
        server.users["anna"].deliver(subject=f"{number}")
    with pytest.raises(WaitTimeout) as caught:
        server.wait_for(user="ben", timeout=0)
    assert len(str(caught.value).splitlines()) == 7
    assert str(caught.value).endswith("  and 4 more")


def test_words_are_checked(server: Server) -> None:
    with pytest.raises(TypeError, match="no condition 'subjekt'; there are subject, sender"):
        server.wait_for(subjekt="x")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="several names"):
        server.wait_for(flags=r"\Seen")
    with pytest.raises(ValueError, match="count is 0; there is nothing to wait for"):
        server.wait_for(count=0)


def test_asyncio_waits_without_stopping(server: Server) -> None:
    async def wait() -> list[str | None]:
        thread = later(server, "one", "two")
        both = await asyncio.gather(
            server.aio.wait_for(subject="two", timeout=30),
            server.aio.wait_until(lambda: server.users["anna"].inbox.messages, timeout=30),
        )
        with pytest.raises(WaitTimeout, match="no mail with user 'ben'"):
            await server.aio.wait_for(user="ben", timeout=0)
        with pytest.raises(RuntimeError, match=r"the asyncio loop that runs here: .* server\.aio"):
            server.wait_for()
        thread.join()
        return [both[0].subject, both[1][0].subject]

    assert asyncio.run(wait()) == ["two", "one"]
    assert not server._world.engine._watchers


def test_trio_waits_by_its_own_clock() -> None:
    async def main() -> float:
        async with open_server() as server, trio.open_nursery() as nursery:
            anna = server.add_user("anna")

            async def deliver() -> None:
                await trio.sleep(60)
                anna.deliver(subject="late")

            nursery.start_soon(deliver)
            assert (await server.aio.wait_for(subject="late", timeout=61)).subject == "late"
            with pytest.raises(WaitTimeout):
                await server.aio.wait_for(subject="never", timeout=100)
            with pytest.raises(RuntimeError, match="the trio loop that runs here"):
                server.wait_for()
            return trio.current_time()

    clock = trio.testing.MockClock(autojump_threshold=0)
    start = clock.current_time()
    assert trio.run(main, clock=clock) == start + 160


def test_trio_waits_for_a_server_in_another_thread(server: Server) -> None:
    async def main() -> str | None:
        thread = later(server, "x")
        found = await server.aio.wait_for(subject="x", timeout=30)
        await trio.to_thread.run_sync(thread.join)
        return found.subject

    assert trio.run(main) == "x"


END = {
    "reset": (Server.reset, "the server was reset"),
    "close": (Server.close, "the server was closed"),
}


@pytest.mark.parametrize("how", END)
def test_who_waits_is_told_that_the_server_ends(server: Server, how: str) -> None:
    end, why = END[how]
    said: list[str] = []

    def wait(what: Callable[[], object]) -> None:
        with pytest.raises(RuntimeError) as caught:
            what()
        said.append(str(caught.value))

    waits: list[Callable[[], object]] = [
        lambda: server.wait_for(subject="x", timeout=600),
        lambda: server.wait_until(lambda: None, what="a miracle", timeout=600),
        lambda: asyncio.run(in_asyncio()),
        lambda: trio.run(in_trio),
    ]

    async def in_asyncio() -> None:
        await server.aio.wait_for(user="ben", timeout=600)

    async def in_trio() -> None:
        await server.aio.wait_for(user="ben", count=2, timeout=600)

    threads = [threading.Thread(target=wait, args=[each]) for each in waits]
    watchers = server._world.engine._watchers
    for thread in threads:
        thread.start()
    while len(watchers) < len(threads):
        server.advance(0)  # no news to any of them
    end(server)
    for thread in threads:
        thread.join()
    assert sorted(said) == [
        f"a miracle can't be waited for any more: {why}",
        f"mail with subject 'x' can't be waited for any more: {why}",
        f"mail with user 'ben' can't be waited for any more: {why}",
        f"mail with user 'ben' can't be waited for any more: {why}",
    ]
    assert not watchers


def test_what_is_there_is_found_after_the_end(server: Server) -> None:
    server.users["anna"].deliver(subject="x")
    server.close()
    assert server.wait_for(subject="x").uid == 1
    with pytest.raises(RuntimeError, match=r"subject 'y' can't be waited for any more: .* closed"):
        server.wait_for(subject="y", timeout=600)


async def test_its_own_loop_is_told_of_the_end() -> None:
    async with open_server() as server, trio.open_nursery() as nursery:

        async def wait(why: str) -> None:
            with pytest.raises(RuntimeError, match=why):
                await server.aio.wait_for(timeout=600)

        nursery.start_soon(wait, "the server was reset")
        await trio.testing.wait_all_tasks_blocked()
        await server.aio.reset()
        nursery.start_soon(wait, "the server was closed")
        await trio.testing.wait_all_tasks_blocked()
        await server.aclose()


def test_who_waits_is_told_that_the_thread_was_stopped() -> None:
    thread = ServerThread()
    with start_server(thread=thread) as server:
        end = threading.Thread(target=thread.stop)
        end.start()
        with pytest.raises(RuntimeError, match="can't be waited for any more: the server was cl"):
            server.wait_for(subject="x", timeout=30)
        end.join()
        assert repr(server) == "<Server, 0 users, closed>"


def test_a_fork_leaves_without_the_thread_it_has_not() -> None:
    program = (
        "import os, signal, mockmail\n"
        "with mockmail.start_server('demo') as server:\n"
        "    server.imap.port\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        signal.alarm(20)\n"
        "if child:\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_condition_is_not_awaited(server: Server) -> None:
    async def over() -> bool:
        return False

    said = "a condition is looked at, and not awaited: over is async; expected a function"
    with pytest.raises(TypeError, match=said):
        server.wait_until(over)
    with pytest.raises(TypeError, match=said):
        asyncio.run(server.aio.wait_until(over))  # type: ignore[arg-type]  # told so at run time
    with pytest.raises(TypeError, match="the app's word is async"):
        server.wait_until(lambda: server.aio.wait_for(subject="x"), what="the app's word")


def test_an_error_of_the_condition_comes_out(server: Server) -> None:
    def fail() -> None:
        raise TimeoutError("mine")

    async def in_asyncio() -> None:
        await server.aio.wait_until(fail)

    with pytest.raises(TimeoutError, match="mine"):
        server.wait_until(fail)
    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(in_asyncio())


def test_who_waits_hears_of_what_a_slow_reader_held_up(server: Server) -> None:
    anna = server.users["anna"]
    anna.deliver(b"Subject: x\r\n\r\n" + b"z" * 2_000_000)
    engine = server._world.engine
    connection = engine.connect("imap")
    for line in (b"LOGIN anna secret", b"SELECT INBOX", b"FETCH 1 BODY.PEEK[]", b"STORE 1 FLAGS k"):
        engine.receive(connection, b"x " + line + b"\r\n")
    (message,) = anna.inbox.messages
    assert message.flags == set()
    told: list[object] = []
    with engine.watch(lambda: told.append(set(message.flags))):
        while engine.take(connection) is not None:
            pass
    assert {"k"} in told
