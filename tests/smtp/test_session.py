"""SMTP sessions where a dialogue can't say it: octets, limits, time, the outbox."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.smtp.catalog import SMTP
from mockmail.smtp.rows import Answer, Catalogue, CommandRow, Extension, Role
from mockmail.smtp.session import Session
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.journal import Entry
from mockmail.wire.dot import stuff
from mockmail.world.effects import Cut
from mockmail.world.rule import Rule, When
from mockmail.world.world import Broken, World

ENVELOPE = b"EHLO me\r\nMAIL FROM:<carol@far.example>\r\nRCPT TO:<anna@example.org>\r\n"
TIMEOUT = SmtpSettings().timeout
TRACE = (
    b"Return-Path: <carol@far.example>\r\n"
    b"Received: from me\r\n"
    b"\tby mail.example.org with ESMTP id A1\r\n"
    b"\tfor <anna@example.org>;\r\n"
    b"\tMon, 01 Jan 2024 00:00:00 +0000\r\n"
)


def connected(world: World | None = None, *, octets: bool = False) -> Client:
    client = Client(world or inbox(), "smtp", octets=octets)
    client.said()
    return client


def keeping() -> World:
    return inbox(world=World(smtp=SmtpSettings(line_ends="keep")))


def answers(client: Client, data: bytes) -> list[bytes]:
    """The reply codes to these octets."""
    client.send(data)
    return re.findall(rb"^(\d{3}) ", client.said(), re.MULTILINE)


def delivered(client: Client) -> list[Entry]:
    return list(client.world.store.users["anna"].mailboxes["INBOX"])


# What is stored

texts = st.lists(
    st.sampled_from([b".", b"..", b"\r\n", b"\r\n.", b"\n", b"\r", b"a", b"\0", b"\xfc", b"A: b"]),
    max_size=8,
).map(b"".join)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(texts, st.booleans())
def test_what_is_stored_is_what_was_sent(text: bytes, octets: bool) -> None:
    submitted = text + b"\r\n" if text else b""
    client = connected(keeping(), octets=octets)
    assert answers(client, ENVELOPE + b"DATA\r\n") == [b"250", b"250", b"250", b"354"]
    assert answers(client, stuff(submitted) + b".\r\nNOOP\r\n") == [b"250", b"250"]
    (entry,) = delivered(client)
    assert entry.message.submitted == submitted
    assert entry.message.raw == TRACE + submitted
    assert entry.flags.names == ()
    assert entry.internaldate == client.world.clock.now
    client.world.check()


# Only CRLF "." CRLF ends it (RFC 5321 sections 4.1.1.4 and 2.3.8).
@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n"]
)
def test_nothing_else_ends_a_message(end: bytes, octets: bool) -> None:
    client = connected(keeping(), octets=octets)
    text = b"Subject: x\r\n\r\nbody" + end + b"MAIL FROM:<eve@far.example>\r\n"
    answers(client, ENVELOPE + b"DATA\r\n")
    assert answers(client, text) == []
    assert answers(client, b".\r\n") == [b"250"]
    (entry,) = delivered(client)
    assert entry.message.submitted is not None
    assert b"eve@far.example" in entry.message.submitted
    assert b"body" + end.replace(b"\r\n.", b"\r\n") in entry.message.submitted


def test_the_trace_is_the_same_each_time_and_tells_the_world_s_time() -> None:
    raws = []
    for _ in range(2):
        client = connected()
        client.world.engine.advance(60)
        answers(client, ENVELOPE + b"DATA\r\nSubject: x\r\n.\r\n")
        raws.append(delivered(client)[0].message.raw)
    assert raws[0] == raws[1]
    assert b"\tMon, 01 Jan 2024 00:01:00 +0000\r\n" in raws[0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"client.example", b"client.example"),
        (b"[IPv6:::1]", b"[IPv6:::1]"),
        (b"two words", b"two?words"),
        (b"\xfc\0\x7f", b"???"),
        (b"x" * 1_000, b"x" * 255),
    ],
)
def test_a_client_s_name_can_t_add_fields(name: bytes, shown: bytes) -> None:
    client = connected()
    answers(client, ENVELOPE.replace(b"EHLO me", b"EHLO " + name) + b"DATA\r\n.\r\n")
    (entry,) = delivered(client)
    assert b"\r\nReceived: from " + shown + b"\r\n" in entry.message.raw
    assert [name for name, _, _, _ in entry.message.fields] == [b"return-path", b"received"]


def test_one_message_for_all_recipients() -> None:
    world = inbox()
    ben = world.store.add_user("ben", "banana", ["ben@example.org", "b@example.org"])
    client = connected(world)
    more = b"RCPT TO:<b@example.org>\r\nRCPT TO:<anna@example.org>\r\nRCPT TO:<ben@example.org>\r\n"
    assert answers(client, ENVELOPE + more + b"DATA\r\n.\r\n")[-1] == b"250"
    (for_anna,) = delivered(client)
    (for_ben,) = ben.mailboxes["INBOX"]
    assert for_anna.message is for_ben.message


# The outbox


def test_mail_for_elsewhere_is_kept() -> None:
    client = connected()
    elsewhere = b"RCPT TO:<x@far.example>\r\nRCPT TO:<Y@other.example>\r\n"
    data = b"DATA\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n..dot\r\n.\r\n"
    assert answers(client, ENVELOPE + elsewhere + data)[-1] == b"250"
    (sent,) = client.world.delivery.outbox
    assert sent.sender == "carol@far.example"
    assert sent.recipients == ("x@far.example", "Y@other.example")
    assert sent.subject == "Grüße"
    assert sent.raw == b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.dot\r\n"
    assert len(delivered(client)) == 1


def test_local_mail_leaves_nothing_in_the_outbox() -> None:
    client = connected()
    assert answers(client, ENVELOPE + b"DATA\r\n.\r\n")[-1] == b"250"
    assert client.world.delivery.outbox == []


def test_an_empty_message_is_empty_in_the_outbox() -> None:
    client = connected()
    envelope = ENVELOPE.replace(b"anna@example.org", b"x@far.example")
    assert answers(client, envelope + b"DATA\r\n.\r\n")[-1] == b"250"
    (sent,) = client.world.delivery.outbox
    # `Sent.raw`: "as it was submitted, without the trace fields".
    assert sent.raw == b""


def test_other_domains_of_the_world_are_local() -> None:
    world = inbox(world=World(domains=["Example.ORG", "second.example"]))
    anna = world.store.users["anna"]
    world.store.directory.give(anna, [*anna.addresses, "anna@second.example"])
    client = connected(world)
    start = b"EHLO me\r\nMAIL FROM:<>\r\n"
    assert answers(client, start)[-1] == b"250"
    assert answers(client, b"RCPT TO:<nobody@second.example>\r\n") == [b"550"]
    assert answers(client, b"RCPT TO:<anna@SECOND.example>\r\nDATA\r\n.\r\n")[-1] == b"250"
    assert len(delivered(client)) == 1


# Limits


@pytest.mark.parametrize("octets", [False, True])
def test_too_many_recipients(octets: bool) -> None:
    client = connected(inbox(world=World(smtp=SmtpSettings(recipients=2))), octets=octets)
    rcpt = b"RCPT TO:<x@far.example>\r\n"
    assert answers(client, ENVELOPE + rcpt)[-2:] == [b"250", b"250"]
    client.send(rcpt)
    assert client.said().startswith(b"452 4.5.3 ")
    # RFC 5321 section 4.5.3.1.10: those before it are served.
    assert answers(client, b"DATA\r\n.\r\n") == [b"354", b"250"]
    assert len(client.world.delivery.outbox) == 1


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("size", [98, 99, 100, 101, 102, 103, 1_000])
def test_a_message_of_the_limit_and_more(size: int, octets: bool) -> None:
    client = connected(inbox(world=World(smtp=SmtpSettings(message=100))), octets=octets)
    # RFC 1870 section 5: with its CRLFs, without the dot's line.
    message = b"x" * (size - 2) + b"\r\n"
    answers(client, ENVELOPE + b"DATA\r\n")
    code = b"250" if size <= 100 else b"552"
    assert answers(client, message + b".\r\n") == [code]
    # After it the session has no mail transaction and goes on.
    assert answers(client, b"DATA\r\n") == [b"503"]
    assert answers(client, ENVELOPE + b"DATA\r\n.\r\n")[-2:] == [b"354", b"250"]
    client.world.check()


@pytest.mark.parametrize("octets", [False, True])
def test_long_lines(octets: bool) -> None:
    client = connected(octets=octets)
    # RFC 5321 section 4.5.3.1.4: 512 octets with the CRLF must be taken.
    assert answers(client, b"NOOP " + b"x" * 505 + b"\r\n") == [b"250"]
    for _ in range(2):
        assert answers(client, b"NOOP " + b"x" * 5_000 + b"\r\n") == [b"500"]
        assert answers(client, b"NOOP\r\n") == [b"250"]


def test_lines_of_a_message_may_be_longer_than_commands() -> None:
    client = connected()
    assert answers(client, ENVELOPE + b"DATA\r\n" + b"x" * 5_000 + b"\r\n.\r\n")[-1] == b"250"


# Replies

ECHOED = [
    b"MAIL FROM:<a@far.example> \xfc=1",
    b"MAIL FROM:<a@far.example> \x01=1",
    b"MAIL FROM:<a@far.example> \x00",
    b"MAIL FROM:<a@far.example> \x7f",
    b'RCPT TO:<"\x7f"@example.org>',
    b"EHLO \xfc\x00\x7f",
    b"HELO \xfc\x00\x7f",
    b"VRFY \xfc",
    b"HELP \x01",
    b"\xfc\x00",
]


# RFC 5321 section 4.2: textstring = 1*(%d09 / %d32-126)
@pytest.mark.parametrize("line", ECHOED)
def test_replies_are_printable_us_ascii(line: bytes) -> None:
    client = connected()
    answers(client, b"EHLO me\r\n")
    if line.startswith(b"RCPT"):
        answers(client, b"MAIL FROM:<>\r\n")
    client.send(line + b"\r\n")
    assert re.fullmatch(rb"(\d{3}[ -][\t -~]+\r\n)+", client.said())


# RFC 5321 section 4.5.3.1.5: at most 512 octets with the CRLF.
@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<a@far.example> " + b"X" * 1_000,
        b"RCPT TO:<" + b"x" * 1_000 + b"@example.org>",
        b"EHLO " + b"x" * 1_000,
        b"X" * 2_000,
    ],
    ids=["MAIL", "RCPT", "EHLO", "unknown"],
)
def test_reply_lines_are_short(line: bytes) -> None:
    client = connected()
    answers(client, b"EHLO me\r\n")
    if line.startswith(b"RCPT"):
        answers(client, b"MAIL FROM:<>\r\n")
    client.send(line + b"\r\n")
    assert max(map(len, client.said().splitlines(keepends=True))) <= 512


# Pipelining and time


def test_pipelined_commands_are_answered_in_turn() -> None:
    script = ENVELOPE + b"RCPT TO:<nobody@example.org>\r\nDATA\r\nSubject: x\r\n.\r\nNO\r\nQUIT\r\n"
    one_by_one = connected()
    for line in script.splitlines(keepends=True):
        one_by_one.send(line)
    at_once, octets = connected(), connected(octets=True)
    at_once.send(script)
    octets.send(script)
    said = one_by_one.said()
    codes = re.findall(rb"^(\d{3}) ", said, re.MULTILINE)
    assert codes == b"250 250 250 550 354 250 500 221".split()
    assert at_once.said() == said
    assert octets.said() == said
    for client in (one_by_one, at_once, octets):
        assert client.ended == "fin"
        assert len(delivered(client)) == 1


@pytest.mark.parametrize(
    "start", [b"", b"EHLO me\r\n", ENVELOPE, ENVELOPE + b"DATA\r\nSubject: half\r\n", b"NO"]
)
def test_silence_ends_in_421(start: bytes) -> None:
    client = connected()
    client.send(start)
    client.said()
    client.world.engine.advance(TIMEOUT - 1)
    assert client.connection.open
    client.world.engine.advance(2)
    assert re.fullmatch(rb"421 4\.4\.2 [ -~]+\r\n", client.said())
    assert client.ended == "fin"
    assert delivered(client) == []
    client.world.check()


def test_each_word_starts_the_time_anew() -> None:
    client = connected()
    answers(client, ENVELOPE + b"DATA\r\n")
    for _ in range(3):
        client.world.engine.advance(TIMEOUT - 1)
        assert answers(client, b"line\r\n") == []
    assert answers(client, b".\r\n") == [b"250"]


# Any octets

words = st.sampled_from(
    [b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP", b"VRFY", b"HELP", b"me", b"."]
    + [b"FROM:<>", b"FROM:<a@b>", b"TO:<anna@example.org>", b"TO:<x@y>", b"SIZE=1", b"BODY=7BIT"]
)
lines = st.one_of(st.lists(words, max_size=3).map(b" ".join), st.binary(max_size=12))


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.sampled_from([b"", b"EHLO me\r\n", ENVELOPE]), st.lists(lines, max_size=8))
def test_any_octets_are_answered(start: bytes, script: list[bytes]) -> None:
    client = connected()
    client.send(start)
    for line in script:
        client.send(line + b"\r\n")
    said = client.said()
    assert all(re.match(rb"\d{3}[ -]", line) for line in said.splitlines())
    assert client.ended is None
    client.world.check()


# Points: CONTINUATION is the 354, COMMITTED lies between storing and the last reply


@pytest.mark.parametrize(
    ("point", "said", "stored"),
    [
        ("received", b"", 0),
        ("continuation", b"", 0),
        ("committed", b"354", 1),
        ("before-ok", b"354", 1),
        ("after-ok", b"354 250", 1),
    ],
)
def test_a_connection_that_breaks_at_a_point(point: str, said: bytes, stored: int) -> None:
    client = connected()
    rule = Rule(When(point=point, protocol="smtp", command="DATA"), Cut())
    client.world.rules.add(rule)
    answers(client, ENVELOPE)
    assert answers(client, b"DATA\r\n.\r\n") == said.split()
    assert client.ended == "reset"
    assert len(delivered(client)) == stored
    client.world.check()


# Laws and bugs of ours


def _crash(session: Session, argument: bytes) -> Answer:
    yield from ()
    raise ZeroDivisionError


def test_a_bug_is_answered_and_reported() -> None:
    world = inbox()
    crash = Extension("CRASH", None, commands=(CommandRow(b"CRASH", "CRASH", _crash),))
    world.smtp_catalogues = {Role.SMTP: Catalogue((SMTP, crash), Role.SMTP)}
    client = connected(world)
    assert answers(client, b"CRASH\r\nNOOP\r\n") == [b"451", b"250"]
    with pytest.raises(Broken, match="ZeroDivisionError"):
        client.world.check()


def test_recipients_without_a_sender_break_a_law() -> None:
    client = connected()
    answers(client, ENVELOPE)
    client.world.check()
    session = client.connection.person
    assert isinstance(session, Session)
    session.envelope, envelope = None, session.envelope
    with pytest.raises(Broken, match="session A: no sender"):
        client.world.check()
    session.envelope = envelope
    client.world.check()


def test_a_command_ends_with_crlf_unless_another_end_is_allowed() -> None:
    lines = b"NOOP\nNOOP\r\nEHLO me\n\nQUIT\nNOOP\r\n"
    assert answers(connected(), lines) == [b"500", b"250", b"500", b"500", b"500", b"250"]
    lenient = connected(inbox(world=World(smtp=SmtpSettings(line_ends="lenient"))))
    assert answers(lenient, b"NOOP\nEHLO me\nQUIT\n") == [b"250", b"250", b"221"]


def test_an_answer_to_a_challenge_ends_with_crlf_too() -> None:
    client = connected()
    lines = b"EHLO me\r\nAUTH PLAIN\r\nAGFubmEAYXBwbGU=\nAUTH PLAIN\r\nAGFubmEAYXBwbGU=\r\n"
    assert answers(client, lines) == [b"250", b"334", b"500", b"334", b"235"]
