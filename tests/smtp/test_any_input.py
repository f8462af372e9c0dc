"""Whatever a client says to SMTP, submission or LMTP, it is answered, as often as it must be."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail import SmtpSettings
from mockmail.smtp.catalog import EXTENSIONS, SMTP
from mockmail.smtp.rows import Role
from mockmail.smtp.session import Session
from mockmail.smtp.settings import LineEnds
from mockmail.world.world import World

EVERYTHING = " ".join(f"+{extension.name}" for extension in EXTENSIONS if extension is not SMTP)
# RFC 5321 section 4.2: textstring = 1*(%d09 / %d32-126); and 4.5.3.1.5: 512 octets at most.
REPLY = rb"(?:(\d{3})-[\t -~]{0,506}\r\n)*(\d{3}) [\t -~]{0,506}\r\n"
REPLIES = re.compile(b"(?:" + REPLY + b")*")
ONE = re.compile(REPLY)

keywords = st.sampled_from(
    b"EHLO HELO LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT AUTH STARTTLS mail data".split()
)
words = st.one_of(
    st.sampled_from(
        b"me FROM:<> FROM:<a@b.example> TO:<anna@example.org> TO:<ben@example.org> TO:<postmaster>"
        b" TO:<x@far.example> TO:<> FROM: SIZE=1 SIZE=99999999999999999999 SIZE= BODY=8BITMIME"
        b" BODY=BINARYMIME SMTPUTF8 RET=FULL ENVID=+41 ENVID=+4 NOTIFY=NEVER NOTIFY=SUCCESS,DELAY"
        b" ORCPT=rfc822;a ORCPT=utf-8;\\x{FFFFFF} BY=60;R BY=-999999999;N HOLDFOR=60 HOLDUNTIL=x"
        b" HOLDUNTIL=9999-12-31T23:59:59Z MT-PRIORITY=3 REQUIRETLS AUTH=<> PLAIN LOGIN CRAM-MD5 ="
        b" AGFubmEAYXBwbGU= YW5uYQ== 0 1 5 LAST anna team\xc3\xa9".split()
    ),
    st.binary(max_size=6),
    st.just(b"x" * 300),
)
sentences = st.one_of(
    st.tuples(keywords, st.lists(words, max_size=3)).map(
        lambda pair: b" ".join((pair[0], *pair[1]))
    ),
    st.sampled_from(
        [b"EHLO me", b"LHLO me", b"MAIL FROM:<a@b.example>", b"RCPT TO:<anna@example.org>", b"DATA"]
        + [b"AUTH PLAIN AGFubmEAYXBwbGU=", b"RSET", b".", b"*", b"", b" ", b"\0", b"\r", b"x" * 99]
    ),
    st.binary(max_size=20),
).map(lambda line: line.replace(b"\n", b""))
roles = st.sampled_from(list(Role))


def connected(role: Role, *, octets: bool = False, line_ends: LineEnds = "refuse") -> Client:
    chosen = SmtpSettings(
        capabilities=EVERYTHING, message=60, line=400, verify=True, line_ends=line_ends
    )
    world = inbox(world=World(smtp=chosen))
    world.store.add_user("ben", "banana").disabled = True
    client = Client(world, role.value, octets=octets)
    client.said()
    return client


@settings(deadline=None, derandomize=True, max_examples=400)
@given(roles, st.lists(sentences, max_size=14))
def test_all_that_is_said_are_replies(role: Role, script: list[bytes]) -> None:
    client = connected(role)
    for line in script:
        if client.ended:
            break
        client.send(line + b"\r\n")
        said = client.said()
        assert REPLIES.fullmatch(said), (line, said)
        codes = {code for pair in ONE.findall(said) for code in pair if code}
        assert not codes & {b"451", b"000"}, (line, said)
    client.world.check()
    assert client.ended in (None, "fin")


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    roles,
    st.lists(sentences, max_size=10),
    st.sampled_from([b"\r\n", b"\n"]),
    st.sampled_from(["refuse", "keep", "lenient"]),
)
def test_the_cuts_between_octets_don_t_matter(
    role: Role, script: list[bytes], end: bytes, line_ends: LineEnds
) -> None:
    data = b"".join(line + end for line in script)
    at_once = connected(role, line_ends=line_ends)
    single = connected(role, octets=True, line_ends=line_ends)
    at_once.send(data)
    single.send(data)
    assert single.said() == at_once.said()
    assert single.ended == at_once.ended
    for client in (at_once, single):
        client.close()
        assert not client.connection.open
        client.world.check()


@settings(deadline=None, derandomize=True, max_examples=150)
@given(roles, st.binary(max_size=80))
def test_pipelined_garbage(role: Role, data: bytes) -> None:
    client = connected(role)
    client.send(data)
    client.said()
    # It still listens: what was left of a line is a line of its own now.
    client.send(b"\r\nNOOP\r\n")
    assert client.said().endswith(b"250 2.0.0 OK\r\n")
    client.world.check()


@pytest.mark.parametrize("octets", [1, 399, 400, 401, 100_000])
@pytest.mark.parametrize("role", Role)
def test_a_line_of_any_length(role: Role, octets: int) -> None:
    client = connected(role)
    client.send(b"x" * octets + b"\r\nNOOP\r\n")
    first, second, rest = client.said().split(b"\r\n")
    long = b"500 5.5.2 A command line has at most 400 octets"
    assert first == (b"500 5.5.2 Unknown command" if octets <= 400 else long)
    assert (second, rest) == (b"250 2.0.0 OK", b"")


ENVELOPE = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@example.org>\r\n"


# RFC 5321 section 4.1.1.4: whatever is sent and never ended, so much is kept of it.
@pytest.mark.parametrize("line_ends", ["refuse", "keep", "lenient"])
@pytest.mark.parametrize("start", [b"DATA\r\n", b"BDAT 999999999\r\n", b"", b"AUTH LOGIN\r\n"])
def test_no_input_takes_memory_without_limit(start: bytes, line_ends: LineEnds) -> None:
    client = connected(Role.SMTP, line_ends=line_ends)
    client.send((ENVELOPE if start[:1] in b"DB" else b"EHLO me\r\n") + start)
    for piece in (b"x" * 10_000, b"\r" * 10_000, b"." * 10_000):
        for _ in range(5):
            client.send(piece)
            session = client.connection.person
            assert isinstance(session, Session)
            assert len(client.connection.buffer) <= 12_288 + 2
            assert len(session.chunks or b"") <= 60
    client.close()
    client.world.check()
