"""SMTP sessions where a dialogue can't say it: octets, limits, time, the outbox."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.delivery.envelope import DeliverBy, Envelope, Recipient
from mockmail.delivery.remote import remote_reply
from mockmail.smtp.catalog import SMTP
from mockmail.smtp.reply import MAX_TEXT, reply, written
from mockmail.smtp.rows import Answer as Run
from mockmail.smtp.rows import Catalogue, CommandRow, Extension, Role
from mockmail.smtp.session import Session
from mockmail.smtp.settings import LineEnds, SmtpSettings
from mockmail.store.directory import Alias
from mockmail.store.journal import Entry
from mockmail.wire.dot import stuff
from mockmail.world.effects import Answer, Cut
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


# Chunks (RFC 3030)


@pytest.mark.parametrize("octets", [False, True])
def test_what_chunks_bring_is_stored_octet_by_octet(octets: bool) -> None:
    every = bytes(range(256)) * 2
    client = connected(octets=octets)
    binary = ENVELOPE.replace(b"example>", b"example> BODY=BINARYMIME", 1)
    client.send(
        binary + b"BDAT 200\r\n" + every[:200] + b"BDAT 0\r\nBDAT 312 LAST\r\n" + every[200:]
    )
    assert re.findall(rb"^(\d{3}) ", client.said(), re.MULTILINE)[-3:] == [b"250"] * 3
    (entry,) = delivered(client)
    assert entry.message.submitted == every
    assert entry.message.raw.endswith(b"+0000\r\n" + every)
    client.world.check()


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize(
    ("chunks", "codes"),
    [
        ([(100, True)], b"250"),
        ([(101, True)], b"552"),
        ([(50, False), (50, False), (0, True)], b"250 250 250"),
        # What comes behind the refusal is read, and belongs to no message (section 2).
        ([(50, False), (51, False), (10, True)], b"250 552 503"),
        ([(10_000_000, True)], b"552"),
    ],
)
def test_chunks_of_the_limit_and_more(
    chunks: list[tuple[int, bool]], codes: bytes, octets: bool
) -> None:
    client = connected(inbox(world=World(smtp=SmtpSettings(message=100))), octets=False)
    answers(client, ENVELOPE)
    client.octets = octets and sum(size for size, _ in chunks) < 1_000
    script = b"".join(
        b"BDAT %d%b\r\n%b" % (size, b" LAST" * last, b"\r\n" * (size // 2) + b"x" * (size % 2))
        for size, last in chunks
    )
    for at in range(0, len(script), 10_000):
        client.send(script[at : at + 10_000])
        assert len(client.connection.buffer) < 200
    assert re.findall(rb"^(\d{3}) ", client.said(), re.MULTILINE) == codes.split()
    assert answers(client, b"NOOP\r\n") == [b"250"]
    assert len(delivered(client)) == (codes.split()[-1] == b"250")
    client.world.check()


def test_a_chunk_that_never_ends_is_silence() -> None:
    client = connected()
    answers(client, ENVELOPE + b"BDAT 99999999999999999999 LAST\r\nabc")
    client.world.engine.advance(TIMEOUT + 1)
    assert client.said().startswith(b"421 4.4.2 ")
    assert delivered(client) == []


def test_a_chunk_is_no_command_where_a_rule_answers() -> None:
    client = connected()
    rule = Rule(When(point="received", command="BDAT"), Answer(status="451", code="4.3.0"))
    client.world.rules.add(rule)
    answers(client, ENVELOPE)
    assert answers(client, b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n") == [b"451", b"250"]
    client.world.check()


@pytest.mark.parametrize("ends", ["refuse", "lenient"])
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"BDAT 6 LAST\n", b"500"),
        (b"bdat 6\n", b"500"),
        (b"BDAT 6 " + b" " * 3_000 + b"LAST\r\n", b"500"),
        (b"BDAT 6 FIRST\r\n", b"501"),
    ],
)
def test_a_chunk_is_no_command_behind_a_line_that_is_not_done(
    line: bytes, code: bytes, ends: LineEnds
) -> None:
    client = connected(inbox(world=World(smtp=SmtpSettings(line_ends=ends))))
    answers(client, ENVELOPE)
    refused = ends == "refuse" or line[-2:] == b"\r\n"
    assert answers(client, line + b"QUIT\r\nNOOP\r\n") == [code if refused else b"250", b"250"]
    if refused:  # the message would lack it
        assert answers(client, b"BDAT 2 LAST\r\n\r\n") == [b"503"]
        assert delivered(client) == []
    client.world.check()


def test_many_empty_chunks_take_no_room() -> None:
    client = connected()
    answers(client, ENVELOPE)
    assert answers(client, b"BDAT 0\r\n" * 1_000) == [b"250"] * 1_000
    session = client.connection.person
    assert isinstance(session, Session)
    assert session.chunks == bytearray()


# TLS


@pytest.mark.parametrize("role", Role)
def test_starttls_forgets_all_that_was_said(role: Role) -> None:
    # RFC 3207 section 4.2.
    world = inbox(world=World(smtp=SmtpSettings(auth_required=True)))
    world.offers_tls = True
    client = Client(world, role.value)
    hello = b"LHLO me\r\n" if role is Role.LMTP else b"EHLO me\r\n"
    login = b"AUTH PLAIN AGFubmEAYXBwbGU=\r\n"
    client.send(hello + login + b"MAIL FROM:<anna@example.org>\r\nSTARTTLS\r\n")
    assert client.said().endswith(b"220 2.0.0 Ready to start TLS\r\n")
    assert answers(client, b"MAIL FROM:<anna@example.org>\r\n") == [b"530"]
    assert answers(client, login) == [b"503"]
    client.send(hello)
    assert b"STARTTLS" not in client.said()
    assert answers(client, b"MAIL FROM:<anna@example.org>\r\n") == [b"530"]
    assert answers(client, login + b"MAIL FROM:<anna@example.org>\r\n") == [b"235", b"250"]
    assert answers(client, b"STARTTLS\r\n") == [b"503"]
    client.world.check()


@pytest.mark.parametrize("letter", ["ü", "€", "𝄞", "aü"])
def test_a_long_reply_ends_with_a_whole_character(letter: str) -> None:
    (line,) = written(replace(reply(250, "2.1.5", letter * 500), utf8=True)).items
    assert isinstance(line, bytes)
    assert 0 <= MAX_TEXT - len(line) < 4
    assert line.decode() in f"2.1.5 {letter * 500}"


# What an envelope says


def test_all_that_mail_and_rcpt_say_is_in_the_envelope() -> None:
    everything = "+DELIVERBY +FUTURERELEASE +MT-PRIORITY +REQUIRETLS"
    world = inbox(world=World(smtp=SmtpSettings(capabilities=everything)))
    client = Client(world, "submission", tls=True)
    client.said()
    client.send(
        b"EHLO me\r\nAUTH PLAIN AGFubmEAYXBwbGU=\r\n"
        b"MAIL FROM:<anna@example.org> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb"
        b" BY=3600;RT HOLDFOR=60 MT-PRIORITY=-4 REQUIRETLS AUTH=<>\r\n"
        b"RCPT TO:<x@far.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;X+2B@far.example\r\n"
        b"RCPT TO:<y@far.example>\r\nDATA\r\n.\r\n"
    )
    assert re.findall(rb"^(\d{3}) ", client.said(), re.MULTILINE)[-5:] == [
        *(b"250", b"250", b"250", b"354", b"250"),
    ]
    now = world.clock.now
    world.engine.advance(60)
    (sent,) = world.delivery.outbox
    assert sent.envelope == Envelope(
        "anna@example.org",
        (
            Recipient("x@far.example", frozenset({"SUCCESS", "DELAY"}), "rfc822;X+@far.example"),
            Recipient("y@far.example"),
        ),
        ret="HDRS",
        envid="a+b",
        body="8BITMIME",
        utf8=True,
        release=now + timedelta(seconds=60),
        hold="for;60",
        deliver_by=DeliverBy(now + timedelta(seconds=3600), "R", trace=True),
        priority=-4,
        require_tls=True,
        size=100,
        user="anna",
        protocol="UTF8SMTPSA",
    )


@pytest.mark.parametrize(
    ("switched", "parameter", "field", "optional"),
    [
        ("+REQUIRETLS", b"", b"TLS-Required: No\r\n", True),
        ("+REQUIRETLS", b"", b"tls-required:\r\n no\r\n", True),
        ("+REQUIRETLS", b"", b"TLS-Required: Yes\r\n", False),
        ("+REQUIRETLS", b"", b"\r\nTLS-Required: No\r\n", False),
        ("+REQUIRETLS", b" REQUIRETLS", b"TLS-Required: No\r\n", False),
        ("", b"", b"TLS-Required: No\r\n", False),
    ],
)
def test_a_field_says_that_tls_is_not_required(
    switched: str, parameter: bytes, field: bytes, optional: bool
) -> None:
    world = inbox(world=World(smtp=SmtpSettings(capabilities=switched)))
    world.store.directory.add(Alias("team", ("x@far.example",), expands=True))
    client = Client(world, "smtp", tls=True)
    client.send(
        b"EHLO me\r\nMAIL FROM:<anna@example.org>%b\r\nRCPT TO:<x@far.example>\r\n"
        b"RCPT TO:<team@example.org>\r\nDATA\r\n%b.\r\n" % (parameter, field)
    )
    assert [sent.envelope.tls_optional for sent in world.delivery.outbox] == [optional] * 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"HOLDFOR=90", b"for;90"),
        (b"HOLDUNTIL=2024-01-01T00:01:30Z", b"until;2024-01-01T00:01:30Z"),
    ],
)
def test_a_report_says_how_release_was_asked_for(said: bytes, told: bytes) -> None:
    world = inbox(world=World(smtp=SmtpSettings(capabilities="+FUTURERELEASE")))
    world.delivery.remotes.set("far.example", remote_reply(550))
    client = Client(world, "submission")
    client.send(
        b"EHLO me\r\nAUTH PLAIN AGFubmEAYXBwbGU=\r\n"
        b"MAIL FROM:<anna@example.org> %b\r\nRCPT TO:<x@far.example>\r\nDATA\r\n.\r\n" % said
    )
    world.engine.advance(90)
    (report,) = delivered(client)
    assert b"\r\nFuture-Release-Request: %b\r\n" % told in report.message.raw


@pytest.mark.parametrize(
    ("port", "tls", "hello", "login", "utf8", "word"),
    [
        ("smtp", False, "HELO", False, False, "SMTP"),
        ("smtp", True, "HELO", False, False, "SMTP"),
        ("smtp", False, "EHLO", False, False, "ESMTP"),
        ("smtp", True, "EHLO", False, False, "ESMTPS"),
        ("smtp", False, "EHLO", True, False, "ESMTPA"),
        ("submission", True, "EHLO", True, False, "ESMTPSA"),
        ("lmtp", False, "LHLO", False, False, "LMTP"),
        ("lmtp", True, "LHLO", True, False, "LMTPSA"),
        ("smtp", False, "EHLO", False, True, "UTF8SMTP"),
        ("submission", True, "EHLO", True, True, "UTF8SMTPSA"),
        ("lmtp", False, "LHLO", True, True, "UTF8LMTPA"),
    ],
)
def test_how_a_message_came(
    port: str, tls: bool, hello: str, login: bool, utf8: bool, word: str
) -> None:
    # RFC 3848; RFC 6531 section 4.3.
    client = Client(inbox(), port, tls=tls)
    client.said()
    client.send(f"{hello} me\r\n".encode())
    if login:
        client.send(b"AUTH PLAIN AGFubmEAYXBwbGU=\r\n")
    client.send(b"MAIL FROM:<>%b\r\n" % (b" SMTPUTF8" * utf8))
    client.send(b"RCPT TO:<anna@example.org>\r\nDATA\r\n.\r\n")
    (entry,) = delivered(client)
    assert f"\tby mail.example.org with {word} id A1\r\n".encode() in entry.message.raw


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


def _crash(session: Session, argument: bytes) -> Run:
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
