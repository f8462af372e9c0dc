"""The seams hold: an extension made of rows alone, one for each seam, and no handler touched."""

from dataclasses import replace

import pytest

from harness import Client, inbox
from mockmail import SmtpSettings
from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.message.message import Message
from mockmail.sasl.mechanism import Exchange, Realm
from mockmail.smtp.catalog import EXTENSIONS, SMTP, catalogues
from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import (
    Answer,
    Catalogue,
    CommandRow,
    Extension,
    KeywordRow,
    MailParameter,
    MechanismRow,
    RcptParameter,
    Role,
)
from mockmail.smtp.session import Session
from mockmail.world.world import World

HELLO = {Role.SMTP: b"EHLO me", Role.SUBMISSION: b"EHLO me", Role.LMTP: b"LHLO me"}


def x_news(session: Session, argument: bytes) -> Answer:
    yield from ()
    if argument:
        raise Refused(504, "5.5.4", "No news of that")
    return reply(250, "2.0.0", "one", "two")


def _mail(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    session.notice = reply(250, "2.1.0", "Read all about it")
    return replace(envelope, envid=(value or b"").decode())


def _rcpt(session: Session, recipient: Recipient, value: bytes | None) -> Recipient:
    return replace(recipient, original="x-news;all")


def _anybody(realm: Realm) -> Exchange:
    name = yield b"who?"
    return realm.store.users[name.decode()]


def _not_from_eve(session: Session, envelope: Envelope) -> None:
    if envelope.sender.startswith("eve@"):
        raise Refused(550, "5.7.1", "No news from there")


def _not_after_dinner(session: Session) -> None:
    if session.transaction().envid == "dinner":
        raise Refused(450, "4.7.1", "No news after dinner")


def _by_its_header(envelope: Envelope, message: Message) -> Envelope:
    return replace(envelope, envid=message.field("X-News") or "")


NEWS = Extension(
    "X-NEWS",
    rfc=None,
    commands=(CommandRow(b"XNEWS", "XNEWS", x_news, free=True),),
    keywords=(KeywordRow(lambda s: f"X-NEWS {s.client}" if s.user else None),),
    mail=(MailParameter(b"X-NEWS", "X-NEWS=edition", _mail),),
    rcpt=(RcptParameter(b"X-ALL", "X-ALL", _rcpt),),
    mechanisms=(MechanismRow(b"X-ANYBODY", _anybody),),
    bodies=("11BIT",),
    checks=(_not_from_eve,),
    data_checks=(_not_after_dinner,),
    headers=(_by_its_header,),
)


def said(client: Client, line: bytes) -> list[bytes]:
    client.send(line + b"\r\n")
    return client.said().splitlines()


def with_news(role: Role, *, also: str = "") -> Client:
    world = inbox()
    world.smtp_catalogues = {role: Catalogue((*catalogues(also)[role].extensions, NEWS), role)}
    client = Client(world, role.value)
    client.said()
    return client


@pytest.mark.parametrize("role", Role)
def test_rows_are_all_it_takes(role: Role) -> None:
    client = with_news(role)
    assert said(client, b"XNEWS") == [b"250-2.0.0 one", b"250 2.0.0 two"]
    assert said(client, b"xnews x") == [b"504 5.5.4 No news of that"]
    assert not any(b"X-NEWS" in line for line in said(client, HELLO[role]))
    assert said(client, b"AUTH X-ANYBODY") == [b"334 d2hvPw=="]
    assert said(client, b"YW5uYQ==") == [b"235 2.7.0 Authentication succeeded"]
    assert b"250 X-NEWS me" in said(client, HELLO[role])
    assert said(client, b"MAIL FROM:<eve@far.example>") == [b"550 5.7.1 No news from there"]
    assert said(client, b"MAIL FROM:<a@far.example> BODY=11BIT X-NEWS=dinner") == [
        b"250 2.1.0 Read all about it"
    ]
    assert said(client, b"RCPT TO:<anna@example.org> X-ALL") == [b"250 2.1.5 Recipient ok"]
    assert said(client, b"DATA") == [b"450 4.7.1 No news after dinner"]
    assert said(client, b"RSET") == [b"250 2.0.0 Reset"]
    assert said(client, b"MAIL FROM:<a@far.example>") == [b"250 2.1.0 Sender ok"]
    assert said(client, b"RCPT TO:<anna@example.org>") == [b"250 2.1.5 Recipient ok"]
    assert said(client, b"DATA")[0].startswith(b"354 ")
    assert said(client, b"X-News: lunch\r\n.")[0].startswith(b"250 ")
    assert client.world.delivery.log[-1].message.envelope.envid == "lunch"
    assert said(client, b"HELP XNEWS") == [b"214 2.0.0 XNEWS"]
    assert said(client, b"HELP RCPT")[0].endswith(b" [X-ALL]")


def test_without_them_nothing_of_it_is_left() -> None:
    client = Client(inbox(), "smtp")
    client.said()
    assert said(client, b"XNEWS") == [b"500 5.5.2 Unknown command"]
    said(client, b"EHLO me")
    assert said(client, b"MAIL FROM:<eve@far.example> X-NEWS=1")[0].startswith(b"555 ")
    assert said(client, b"MAIL FROM:<eve@far.example>") == [b"250 2.1.0 Sender ok"]


@pytest.mark.parametrize("role", Role)
def test_nothing_of_the_base_needs_an_extension(role: Role) -> None:
    off = " ".join(f"-{e.name}" for e in EXTENSIONS if e is not SMTP)
    world = inbox(world=World(smtp=SmtpSettings(capabilities=off, auth_required=False)))
    assert world.smtp_catalogues[role].extensions == (SMTP,)
    client = Client(world, role.value)
    client.said()
    word = "LHLO" if role is Role.LMTP else "HELO"
    assert said(client, f"{word} me".encode())[0].startswith(b"250 mail.example.org")
    assert said(client, b"MAIL FROM:<a@far.example> SIZE=1") == [
        b"555 Unknown parameter SIZE",
    ]
    assert said(client, b"MAIL FROM:<a@far.example>") == [b"250 Sender ok"]
    assert said(client, b"RCPT TO:<anna@example.org>") == [b"250 Recipient ok"]
    assert said(client, b"RSET") == [b"250 Reset"]
    assert said(client, b"MAIL FROM:<a@far.example>") == [b"250 Sender ok"]
    assert said(client, b"RCPT TO:<anna@example.org>") == [b"250 Recipient ok"]
    assert said(client, b"DATA")[0].startswith(b"354 ")
    assert said(client, b".")[0].startswith(b"250 ")
    assert said(client, b"NOOP") == [b"250 OK"]
    assert said(client, b"QUIT") == [b"221 mail.example.org says goodbye"]
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == 1
    world.check()
