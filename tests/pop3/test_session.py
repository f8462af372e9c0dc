"""POP3 sessions where a dialogue can't say it: time, cuts, and any octets."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import PASSWORD, Client, inbox
from mockmail.message.message import Message
from mockmail.pop3.rows import Answer, CommandRow, State
from mockmail.pop3.session import Session
from mockmail.pop3.settings import Pop3Settings
from mockmail.store.flags import NO_FLAGS
from mockmail.wire.buffer import Buffer
from mockmail.wire.dot import unstuff
from mockmail.world.effects import Cut
from mockmail.world.rule import Match, Rule, When
from mockmail.world.world import Broken, World

AUTOLOGOUT = Pop3Settings().autologout
LOGIN = b"USER anna\r\nPASS %b\r\n" % PASSWORD.encode()


def connected(world: World, *, login: bool = True) -> Client:
    client = Client(world, "pop3")
    if login:
        client.send(LOGIN)
    client.said()
    return client


def answer(client: Client, line: bytes) -> bytes:
    client.send(line + b"\r\n")
    return client.said()


def with_messages(*messages: Message) -> World:
    world = inbox()
    with world.store.transaction("seed") as tx:
        for message in messages:
            box = world.store.users["anna"].mailboxes["INBOX"]
            tx.append(box, message, NO_FLAGS, world.clock.now)
    return world


# Time


def test_autologout_deletes_nothing_and_says_nothing() -> None:
    world = inbox(2)
    client = connected(world)
    answer(client, b"DELE 1")
    world.engine.advance(AUTOLOGOUT + 1)
    assert client.said() == b""
    assert client.ended == "fin"
    # RFC 1939 section 3: no UPDATE state.
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == 2
    # And the maildrop is free again.
    again = connected(world, login=False)
    again.send(LOGIN)
    assert again.said().endswith(b"+OK 2 messages\r\n")
    world.check()


def test_each_word_starts_the_time_anew() -> None:
    world = inbox(1)
    client = connected(world)
    for _ in range(3):
        world.engine.advance(AUTOLOGOUT - 1)
        assert answer(client, b"NOOP") == b"+OK\r\n"
    world.engine.advance(AUTOLOGOUT - 1)
    assert client.connection.open
    world.engine.advance(1)
    assert not client.connection.open


def test_silence_at_the_greeting() -> None:
    world = inbox()
    client = connected(world, login=False)
    world.engine.advance(601)
    assert client.said() == b""
    assert client.ended == "fin"


# Lines


def test_pipelined_commands_are_answered_in_turn() -> None:
    script = [*LOGIN.splitlines(), b"STAT", b"LIST", b"RETR 1", b"NO", b"DELE 2", b"UIDL", b"QUIT"]
    one_by_one = Client(inbox(3), "pop3")
    for line in script:
        one_by_one.send(line + b"\r\n")
    at_once = Client(inbox(3), "pop3")
    at_once.send(b"".join(line + b"\r\n" for line in script))
    octets = Client(inbox(3), "pop3", octets=True)
    octets.send(b"".join(line + b"\r\n" for line in script))
    said = one_by_one.said()
    assert at_once.said() == said
    assert octets.said() == said
    for client in (one_by_one, at_once, octets):
        assert client.ended == "fin"
        assert len(client.world.store.users["anna"].mailboxes["INBOX"]) == 2


@pytest.mark.parametrize("octets", [False, True])
def test_long_lines(octets: bool) -> None:
    client = Client(inbox(), "pop3", octets=octets)
    client.said()
    # RFC 2449 section 4: 255 octets with the CRLF must be taken.
    assert answer(client, b"USER " + b"x" * (253 - len("USER "))) == b"+OK Send the password\r\n"
    for _ in range(2):
        too_long = answer(client, b"USER " + b"x" * 5_000)
        assert re.fullmatch(rb"-ERR [^\r\n]+\r\n", too_long)
        assert answer(client, b"USER anna") == b"+OK Send the password\r\n"
    client.world.check()


def test_after_quit_nothing_is_heard() -> None:
    client = connected(inbox(1))
    assert answer(client, b"QUIT\r\nNOOP") == b"+OK Goodbye\r\n"
    assert client.ended == "fin"
    client.send(b"NOOP\r\n")
    assert client.said() == b""


# Messages

texts = st.lists(
    st.sampled_from([b".", b"..", b"\r\n", b"\r\n.", b"\n", b"a", b"\0", b"A: b\r\n"]), max_size=8
).map(b"".join)


def block_of(said: bytes) -> tuple[bytes, bytes]:
    """The status line of a multi-line reply, and what a client makes of the rest."""
    status, _, rest = said.partition(b"\r\n")
    buffer = Buffer()
    buffer.feed(rest)
    block = buffer.dot_block(10_000)
    assert block is not None, f"no end: {said!r}"
    assert len(buffer) == 0
    return status, unstuff(block)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(texts, st.booleans())
def test_a_message_arrives_as_it_is_stored(raw: bytes, keep: bool) -> None:
    message = Message(raw, newlines="keep" if keep else "crlf")
    client = connected(with_messages(message))
    status, data = block_of(answer(client, b"RETR 1"))
    wire = message.raw.replace(b"\0", b"\x80")
    assert data == (wire if wire.endswith(b"\r\n") else wire + b"\r\n")
    # RFC 1939 section 11: sizes count what is sent, before stuffing.
    assert status == b"+OK %d octets" % len(data)
    assert answer(client, b"LIST 1") == b"+OK 1 %d\r\n" % len(data)
    assert answer(client, b"STAT") == b"+OK 1 %d\r\n" % len(data)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(texts, st.integers(0, 5))
def test_top_is_the_header_and_so_many_lines(body: bytes, count: int) -> None:
    header = b"Subject: x\r\n.y: z\r\n\r\n"
    message = Message(header + body)
    client = connected(with_messages(message))
    _, data = block_of(answer(client, b"TOP 1 %d" % count))
    sent = message.wire if message.wire.endswith(b"\r\n") else message.wire + b"\r\n"
    lines = sent.removeprefix(header).splitlines(keepends=True)
    assert data == header + b"".join(lines[:count])


@pytest.mark.parametrize("raw", [b"A: b\n\nbody\n", b"A: b\n\n", b"\n", b"A: b\nC: d"])
@pytest.mark.parametrize("command", [b"RETR 1", b"TOP 1 0", b"TOP 1 1"])
def test_bare_line_feeds_don_t_hide_the_end(raw: bytes, command: bytes) -> None:
    # RFC 1939 section 3: a multi-line response ends in CRLF "." CRLF.
    client = connected(with_messages(Message(raw, newlines="keep")))
    assert answer(client, command).endswith(b"\r\n.\r\n")


# Any octets

words = st.sampled_from(
    b"USER PASS STAT LIST UIDL RETR TOP DELE RSET NOOP CAPA APOP anna apple ben 1 2 3 0".split()
)
lines = st.one_of(
    st.lists(words, max_size=4).map(b" ".join),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.booleans(), st.lists(lines, max_size=8))
def test_any_lines_get_an_answer_each(login: bool, script: list[bytes]) -> None:
    world = inbox(2)
    client = connected(world, login=login)
    for line in script:
        said = answer(client, line)
        status, _, rest = said.partition(b"\r\n")
        # RFC 1939 section 3: up to 512 octets with the CRLF.
        assert re.fullmatch(rb"(\+OK|-ERR)( [\t -~]*)?", status)
        assert len(status) <= 510
        assert rest == b"" or rest.endswith(b".\r\n")
    assert client.ended is None
    world.check()


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.binary(max_size=60))
def test_any_octets_are_taken(data: bytes) -> None:
    world = inbox(1)
    client = connected(world)
    client.send(data)
    client.close()
    assert not client.connection.open
    world.check()


# Points: COMMITTED lies between the deletions and the reply to QUIT


@pytest.mark.parametrize(
    ("point", "command", "said", "left"),
    [
        ("received", "QUIT", b"", 2),
        ("committed", "QUIT", b"", 1),
        ("before-ok", "QUIT", b"", 1),
        ("after-ok", "QUIT", b"+OK Goodbye\r\n", 1),
        ("data", "LIST", b"", 2),
        ("before-ok", "NOOP", b"", 2),
        ("after-ok", "NOOP", b"+OK\r\n", 2),
    ],
)
def test_a_connection_that_breaks_at_a_point(
    point: str, command: str, said: bytes, left: int
) -> None:
    world = inbox(2)
    when = When(point=point, protocol="pop3", command=command, user="anna")
    world.rules.add(Rule(when, Cut()))
    client = connected(world)
    answer(client, b"DELE 1")
    client.send(command.encode() + b"\r\n")
    assert client.said() == said
    assert client.ended == "reset"
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == left
    assert world.store.users["anna"].maildrop_lock == 0
    world.check()


def test_a_cut_inside_a_message_counts_what_is_sent() -> None:
    world = with_messages(Message(b".a: b\r\n\r\nbody\r\n"))
    when = When(point="data", command="RETR", response=Match(kind="+OK", uid=1))
    world.rules.add(Rule(when, Cut(offset=4, inside="literal", how="fin")))
    client = connected(world)
    assert answer(client, b"RETR 1") == b"+OK 15 octets\r\n..a:"
    assert client.ended == "fin"
    world.check()


@pytest.mark.parametrize(
    ("point", "command", "said", "sent"),
    [
        ("received", "XTND XMIT", b"", 0),
        ("continuation", "XTND XMIT", b"", 0),
        ("committed", "XTND XMIT", b"+OK Send the message; end with a dot on a line\r\n", 1),
        ("before-ok", "XTND XMIT", b"+OK Send the message; end with a dot on a line\r\n", 1),
    ],
)
def test_a_connection_that_breaks_while_mail_is_sent(
    point: str, command: str, said: bytes, sent: int
) -> None:
    world = inbox(world=World(pop3=Pop3Settings(capabilities="+XMIT")))
    world.rules.add(Rule(When(point=point, command=command), Cut()))
    client = connected(world)
    client.send(b"XTND XMIT\r\nTo: ben@example.net\r\n\r\nx\r\n.\r\n")
    assert (client.said(), client.ended) == (said, "reset")
    assert len(world.delivery.outbox) == sent
    for each in world.delivery.outbox:
        assert (each.sender, each.recipients) == ("anna@example.org", ("ben@example.net",))
        assert each.raw == b"To: ben@example.net\r\n\r\nx\r\n"
    world.check()


def test_a_challenge_that_never_comes() -> None:
    world = inbox(1)
    when = When(point="continuation", command="AUTH", response=Match(kind="+"))
    world.rules.add(Rule(when, Cut(how="fin")))
    client = connected(world, login=False)
    assert answer(client, b"AUTH PLAIN") == b""
    assert client.ended == "fin"
    world.check()


# Bugs of ours


def _crash(session: Session, argument: bytes) -> Answer:
    yield from ()
    raise ZeroDivisionError


def test_a_bug_is_answered_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    row = CommandRow(b"CRASH", tuple(State), _crash)
    world = inbox(1)
    monkeypatch.setitem(world.pop3_catalogue.commands, b"CRASH", row)
    client = connected(world)
    assert answer(client, b"CRASH").startswith(b"-ERR [SYS/TEMP] ")
    assert answer(client, b"STAT") == b"+OK 1 32\r\n"
    with pytest.raises(Broken, match="ZeroDivisionError"):
        client.world.check()


def _sessions(world: World) -> Iterator[Session]:
    for connection in world.engine.connections.values():
        assert isinstance(connection.person, Session)
        yield connection.person


def test_a_maildrop_without_its_lock_breaks_a_law() -> None:
    world = inbox(1)
    connected(world, login=False)
    connected(world)
    for session in _sessions(world):
        session.check()
    anna = world.store.users["anna"]
    anna.maildrop_lock, lock = 0, anna.maildrop_lock
    with pytest.raises(Broken, match="session B: lock without maildrop"):
        world.check()
    anna.maildrop_lock = lock
    world.check()
