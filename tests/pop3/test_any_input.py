"""Whatever a client says to POP3, it is answered, or the connection is closed in an orderly way."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import PASSWORD, Client, inbox
from mockmail import Pop3Settings
from mockmail.pop3 import arguments
from mockmail.pop3.catalog import EXTENSIONS, POP3
from mockmail.pop3.reply import Err
from mockmail.world.world import World

EVERYTHING = " ".join(f"+{extension.name}" for extension in EXTENSIONS if extension is not POP3)
# RFC 1939 section 3: a status line has up to 512 octets with its CRLF.
SINGLE = re.compile(rb"(?:\+OK|-ERR)(?: [\t -~]{0,505})?\r\n")
CHALLENGE = re.compile(rb"\+ [A-Za-z0-9+/]*=*\r\n")
BLOCK = re.compile(rb"\+OK[^\r\n]*\r\n(?:(?!\.\r\n)[^\n]*\n)*\.\r\n", re.DOTALL)

keywords = st.sampled_from(
    b"USER PASS APOP AUTH CAPA STLS UTF8 LANG STAT LIST UIDL RETR TOP DELE RSET NOOP LAST RPOP"
    b" XTND QUIT user retr".split()
)
words = st.one_of(
    st.sampled_from(
        b"anna apple BBOARDS ARCHIVE XMIT XLST misc PLAIN LOGIN CRAM-MD5 Subject To: . * = 1 2 3 0"
        b" -1 01 +1 1.5 \xd9\xa1 4294967296 99999999999999999999999999 AGFubmEAYXBwbGU= YW5uYQ=="
        b" anna@example.org".split()
    ),
    st.binary(max_size=6),
    st.just(b"9" * 250),
    st.just(b"x" * 300),
)
sentences = st.one_of(
    st.tuples(keywords, st.lists(words, max_size=3)).map(
        lambda pair: b" ".join((pair[0], *pair[1]))
    ),
    st.sampled_from(
        [b"USER anna", b"PASS apple", b"AUTH PLAIN", b"AUTH LOGIN YW5uYQ==", b"XTND XMIT"]
        + [b".", b"*", b"To: anna@example.org", b"", b" ", b"\0", b"\r", b"RETR\t1", b"XTND  XMIT"]
    ),
    st.binary(max_size=20),
).map(lambda line: line.replace(b"\n", b""))


def furnished() -> World:
    choice = Pop3Settings(capabilities=EVERYTHING, message=60, line_ends="lenient")
    world = inbox(3, world=World(pop3=choice))
    world.store.create_shared("#news.misc")
    return world


def connected(*, login: bool, octets: bool = False) -> Client:
    client = Client(furnished(), "pop3", octets=octets)
    if login:
        client.send(b"USER anna\r\nPASS %b\r\n" % PASSWORD.encode())
    client.said()
    return client


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.booleans(), st.lists(sentences, max_size=10))
def test_each_line_gets_one_answer(login: bool, script: list[bytes]) -> None:
    client = connected(login=login)
    sending = False
    for line in script:
        client.send(line + b"\r\n")
        said = client.said()
        if sending:
            # A message goes on up to its dot.
            sending = line != b"."
            assert (said == b"") == sending
        elif client.ended:
            assert line.rstrip().upper() == b"QUIT"
            assert client.ended == "fin"
            break
        else:
            sending = said.startswith(b"+OK Send the message")
        forms = (SINGLE, CHALLENGE, BLOCK)
        assert sending or any(form.fullmatch(said) for form in forms), (line, said)
    client.world.check()


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.booleans(), st.lists(sentences, max_size=10), st.sampled_from([b"\r\n", b"\n"]))
def test_the_cuts_between_octets_don_t_matter(login: bool, script: list[bytes], end: bytes) -> None:
    data = b"".join(line + end for line in script)
    at_once, single = connected(login=login), connected(login=login, octets=True)
    at_once.send(data)
    single.send(data)
    assert single.said() == at_once.said()
    assert single.ended == at_once.ended
    for client in (at_once, single):
        client.close()
        assert not client.connection.open
        client.world.check()


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.booleans(), st.binary(max_size=80))
def test_pipelined_garbage(login: bool, data: bytes) -> None:
    client = connected(login=login)
    lines = data.count(b"\n")
    client.send(data)
    assert client.said().count(b"\r\n") >= lines
    if client.ended is None:
        # It still listens: what was left of a line is a line of its own now.
        client.send(b"\r\nNOOP\r\n")
        assert client.said().endswith(b"+OK\r\n" if login else b" state\r\n")
    client.world.check()


@pytest.mark.parametrize("octets", [1, 254, 255, 256, 257, 100_000])
def test_a_line_of_any_length(octets: int) -> None:
    client = connected(login=True)
    client.send(b"x" * octets + b"\r\nNOOP\r\n")
    first, second, rest = client.said().split(b"\r\n")
    assert first == (
        b"-ERR Unknown command" if octets <= 255 else b"-ERR A command line has at most 255 octets"
    )
    assert (second, rest) == (b"+OK", b"")


def test_a_challenge_that_is_empty_keeps_its_space() -> None:
    client = connected(login=False)
    client.send(b"AUTH PLAIN\r\n")
    assert client.said() == b"+ \r\n"  # RFC 5034 section 4
    client.send(b"AGFubmEA\r\nYXBwbGU=\r\n")
    wrong, unknown, rest = client.said().split(b"\r\n")
    assert wrong.startswith(b"-ERR [AUTH]")
    assert (unknown, rest) == (b"-ERR Unknown command", b"")


def test_an_answer_to_a_challenge_is_only_waited_for_so_long() -> None:
    client = connected(login=False)
    client.send(b"AUTH PLAIN\r\n")
    client.said()
    client.world.engine.advance(601)
    assert (client.said(), client.ended) == (b"", "fin")


def test_a_client_that_leaves_inside_a_message_sends_nothing() -> None:
    client = connected(login=True)
    client.send(b"XTND XMIT\r\nTo: anna@example.org\r\n\r\nx\r\n")
    client.close()
    assert len(client.world.store.users["anna"].mailboxes["INBOX"]) == 3
    assert client.world.store.users["anna"].maildrop_lock == 0
    client.world.check()


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.one_of(st.integers(0, 10**40).map(lambda n: b"%d" % n), st.binary(max_size=5)))
def test_numbers(argument: bytes) -> None:
    if re.fullmatch(rb"[0-9]+", argument):
        # What is beyond any maildrop need not be told apart.
        assert min(arguments.number(argument), 10**17) == min(int(argument), 10**17)
    else:
        with pytest.raises(Err):
            arguments.number(argument)
