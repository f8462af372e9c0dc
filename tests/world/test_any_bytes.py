"""No input ends the server: any bytes give answers or a clean close, from every state.

Hypothesis draws the bytes, half of them from the protocols' own words so that
they get past the first look.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.world.world import World

WORDS = {
    "imap": [
        *b'a b * + ( ) [ ] < > { } " \\ % , : 1 0 4294967295 {3} {0} {9999999999} {3+} \r \n'.split(
            b" "
        ),
        *b"STARTTLS LOGIN AUTHENTICATE PLAIN SELECT EXAMINE INBOX NOOP CHECK IDLE DONE LIST STATUS".split(),
        *b"FETCH STORE SEARCH COPY UID EXPUNGE CLOSE APPEND CREATE DELETE LOGOUT anna apple".split(),
        *b"FLAGS +FLAGS -FLAGS.SILENT BODY[] BODY.PEEK[HEADER.FIELDS (TO)]<0.9> RFC822".split(),
        *b"NOT OR ALL SEEN KEYWORD $Work \\Seen \\Deleted (MESSAGES) 1:* *:5 MIME &AAA- &".split(),
        b"\r\n",
        b"\r\n",
        b" ",
        b" ",
        b"\0",
        b"\xff",
    ],
    "pop3": [
        *b"STLS USER PASS anna apple STAT LIST UIDL RETR TOP DELE NOOP RSET CAPA QUIT 1 2 3 -1 0".split(),
        b"\r\n",
        b"\r\n",
        b"\n",
        b" ",
        b" ",
        b"\0",
        b"\xff",
    ],
    "smtp": [
        *b"EHLO HELO MAIL FROM:<> FROM:<a@b> RCPT TO:<anna@example.org> TO:<x@y> DATA".split(),
        *b"STARTTLS RSET NOOP VRFY HELP QUIT SIZE=9 BODY=8BITMIME < > . .. x".split(),
        b"\r\n",
        b"\r\n",
        b"\r\n.\r\n",
        b"\n.\n",
        b" ",
        b" ",
        b"\0",
        b"\xff",
    ],
}
OPENINGS = {
    "imap": [b"", b"x LOGIN anna apple\r\n", b"x LOGIN anna apple\r\ny SELECT INBOX\r\n"],
    "pop3": [b"", b"USER anna\r\nPASS apple\r\n"],
    "smtp": [
        b"",
        b"EHLO x\r\n",
        b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@example.org>\r\n",
    ],
}


def streams(protocol: str) -> st.SearchStrategy[bytes]:
    words = st.lists(st.sampled_from(WORDS[protocol]), max_size=40).map(b"".join)
    spaced = st.lists(st.sampled_from(WORDS[protocol]), max_size=40).map(b" ".join)
    return st.one_of(words, spaced, st.binary(max_size=200))


def speak(world: World, protocol: str, opening: bytes, data: bytes) -> Client:
    client = Client(world, protocol)
    client.shadow = None  # what a client does wrong is not the shadow's affair
    client.send(opening)
    client.send(data)
    return client


@pytest.mark.parametrize(
    ("protocol", "opening"),
    [(protocol, opening) for protocol, all_ in OPENINGS.items() for opening in all_],
)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_bytes_are_answered(protocol: str, opening: bytes, data: st.DataObject) -> None:
    world = inbox(3)
    world.offers_tls = True
    client = speak(world, protocol, opening, data.draw(streams(protocol)))
    assert not world.failures
    # Whatever it was, the next one is served.
    other = Client(world, protocol)
    assert other.connection.open
    client.close()
    assert not client.connection.open
    assert client.ended in (None, "fin")
    world.check()


@pytest.mark.parametrize("protocol", OPENINGS)
def test_a_line_without_an_end_takes_no_memory(protocol: str) -> None:
    world = inbox()
    client = speak(world, protocol, b"", b"")
    for _ in range(200):
        client.send(b"x" * 65_536)
    assert len(client.connection.buffer) <= 131_072
    client.send(b"\r\nNOOP\r\n")
    assert client.connection.open
