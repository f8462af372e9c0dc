"""The commands that each server has (RFC 5321 section 4.5.1; RFC 2033 section 4)."""

import re
from dataclasses import replace
from typing import Literal

from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.smtp import syntax
from mockmail.smtp.ends import block
from mockmail.smtp.reply import Refused, Reply, reply
from mockmail.smtp.rows import ESMTP, Answer, CommandRow, Extension, Role
from mockmail.smtp.session import Session
from mockmail.smtp.taking import refused_for_all, take, too_large
from mockmail.wire.acts import Heard
from mockmail.wire.buffer import TooLong

_LOCAL, _DOMAIN, _PATH = 64, 255, 256
"""Octets (RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3)."""


def helo(session: Session, argument: bytes) -> Answer:
    yield from ()
    greet(session, argument, "HELO")
    return reply(250, "", session.host)


def lhlo(session: Session, argument: bytes) -> Answer:
    yield from ()
    greet(session, argument, "LHLO")
    return extensions(session)


def ehlo(session: Session, argument: bytes) -> Answer:
    yield from ()
    greet(session, argument, "EHLO")
    return extensions(session)


def greet(session: Session, argument: bytes, word: Literal["HELO", "EHLO", "LHLO"]) -> None:
    """The client has said its name, and which protocol it speaks."""
    if not argument:
        raise Refused(501, "5.5.4", "Expected the name of your host")
    # What it says goes into the Received field, so it can be no more than a word.
    session.client = re.sub(rb"[^!-~]", b"?", argument).decode("ascii")[:255]
    session.greeted = word
    session.reset()


def extensions(session: Session) -> Reply:
    """What EHLO and LHLO are answered: the extensions of this moment (section 4.1.1.1)."""
    lines = (row.line(session) for row in session.catalogue.keywords)
    greeting = f"{session.host} greets {session.client}"
    return reply(250, "", greeting, *(line for line in lines if line is not None))


def mail(session: Session, argument: bytes) -> Answer:
    yield from ()
    if session.settings.hello and not session.greeted:
        raise Refused(503, "5.5.1", f"{session.hello} comes first")
    session.mails += 1
    limit = session.settings.messages
    if limit is not None and session.mails > limit:
        session.finished = True
        return reply(421, "4.7.0", f"{session.host} closes the connection: enough messages")
    sender, parameters = syntax.path(argument, b"FROM:")
    _short(session, sender, "5.1.7")
    if session.envelope is not None:
        raise Refused(503, "5.5.1", "There is a mail transaction already")
    envelope = _envelope(session, sender, parameters)
    # RFC 6531 section 3.5: 550 for a sender, 553 for a recipient.
    if not sender.isascii() and not envelope.utf8:
        raise Refused(550, "5.6.7", "Addresses are US-ASCII without SMTPUTF8")
    for check in session.catalogue.checks:
        check(session, envelope)
    _qualified(session, sender, "5.1.8")
    _may_send(session, sender)
    session.envelope = envelope
    return session.notice or reply(250, "2.1.0", "Sender ok")


def _envelope(session: Session, sender: str, parameters: syntax.Parameters) -> Envelope:
    envelope = Envelope(sender, ())
    session.notice = None
    for key, value in parameters:
        row = session.catalogue.mail.get(key) if session.extended else None
        if row is None:
            raise _unknown(key)
        envelope = row.read(session, envelope, value)
    return envelope


def _unknown(key: bytes) -> Refused:
    return Refused(555, "5.5.4", f"Unknown parameter {key.decode('ascii', 'replace')}")


def _short(session: Session, address: str, status: str) -> None:
    """What each server takes (RFC 5321 section 4.5.3.1), the angle brackets being of the path."""
    if session.settings.long_paths:
        return
    octets = address.encode()
    local, _, domain = octets.rpartition(b"@")
    if len(local) > _LOCAL or len(domain) > _DOMAIN or len(octets) + len("<>") > _PATH:
        raise Refused(501, status, "Path too long")


def _qualified(session: Session, address: str, status: str) -> None:
    """The submission port takes no domain without a dot but our own (RFC 6409 section 4.2)."""
    domain = address.rpartition("@")[2].lower()
    known = not domain or "." in domain or domain.startswith("[")
    if session.role is Role.SUBMISSION and not known and domain not in session.delivery.domains:
        raise Refused(554, status, f"The domain {domain} is not fully qualified")


def _may_send(session: Session, sender: str) -> None:
    """A user may send in his own name (RFC 6409 section 6.1)."""
    settings, user = session.settings, session.user
    if settings.own_sender and session.role is Role.SUBMISSION and user is not None and sender:
        route = session.delivery.store.directory.resolve(sender)
        if all(stop.login != user.name for stop in route.stops):
            raise Refused(550, "5.7.1", f"{sender} is not an address of yours")


def rcpt(session: Session, argument: bytes) -> Answer:
    yield from ()
    envelope = session.transaction()
    if session.chunks is not None:
        raise Refused(503, "5.5.1", "BDAT has begun")
    address, parameters = syntax.path(argument, b"TO:")
    if not address:
        raise Refused(501, "5.1.3", "A recipient can't be empty")
    _short(session, address, "5.1.3")
    recipient = Recipient(address)
    for key, value in parameters:
        row = session.catalogue.rcpt.get(key) if session.extended else None
        if row is None:
            raise _unknown(key)
        recipient = row.read(session, recipient, value)
    if not address.isascii() and not envelope.utf8:
        raise Refused(553, "5.6.7", "Addresses are US-ASCII without SMTPUTF8")
    delivery = session.delivery
    if "@" not in address:
        address += "@" + delivery.domains[0]  # RFC 5321 section 4.5.1: <Postmaster>
        recipient = replace(recipient, address=address)
    _qualified(session, address, "5.1.2")
    _within_limits(session, address)
    verdict = delivery.verify(address, relays=session.role is not Role.LMTP)
    if not verdict.ok:
        raise Refused(verdict.code, verdict.status, verdict.text)
    session.recipients.append(recipient)
    return reply(verdict.code, verdict.status, verdict.text)


def _within_limits(session: Session, address: str) -> None:
    settings = session.settings
    session.asked += 1
    if session.asked > settings.recipients:
        raise Refused(452, "4.5.3", f"At most {settings.recipients} recipients")
    domain = address.rpartition("@")[2].lower()
    most = settings.recipient_domains
    if most is not None and domain not in session.domains and len(session.domains) >= most:
        raise Refused(452, "4.5.3", f"At most {most} domains of recipients")
    if most is not None:
        session.domains[domain] = None


def data(session: Session, argument: bytes) -> Answer:
    if argument:
        raise Refused(501, "5.5.4", "DATA has no argument")
    session.transaction()
    for check in session.catalogue.data_checks:
        check(session)
    if not session.recipients:
        # RFC 2033 section 4.2: 503, where RFC 5321 section 3.3 has both.
        code = 503 if session.role is Role.LMTP else 554
        raise Refused(code, "5.5.1", "No valid recipients")
    yield from session.ask(354, "Go ahead; end with a dot on a line")
    try:
        stuffed, submitted = yield from block(session)
    except TooLong:
        return (yield from refused_for_all(session, too_large(session)))
    yield Heard(stuffed + b".\r\n")
    return (yield from take(session, submitted))


def rset(session: Session, argument: bytes) -> Answer:
    yield from ()
    if argument:
        raise Refused(501, "5.5.4", "RSET has no argument")
    session.reset()
    return reply(250, "2.0.0", "Reset")


def noop(session: Session, argument: bytes) -> Answer:
    yield from ()
    return reply(250, "2.0.0", "OK")


def quit_(session: Session, argument: bytes) -> Answer:
    yield from ()
    if argument:
        raise Refused(501, "5.5.4", "QUIT has no argument")
    session.finished = True
    return reply(221, "2.0.0", f"{session.host} says goodbye")


BASE = Extension(
    "SMTP",
    rfc=5321,
    commands=(
        CommandRow(b"HELO", "HELO host", helo, ESMTP, free=True),
        CommandRow(b"LHLO", "LHLO host", lhlo, (Role.LMTP,), free=True),
        CommandRow(b"MAIL", "MAIL FROM:<address>", mail),
        CommandRow(b"RCPT", "RCPT TO:<address>", rcpt),
        CommandRow(b"DATA", "DATA", data),
        CommandRow(b"RSET", "RSET", rset, free=True),
        CommandRow(b"NOOP", "NOOP", noop, free=True),
        CommandRow(b"QUIT", "QUIT", quit_, free=True),
    ),
)
EHLO = Extension(
    "EHLO", rfc=5321, roles=ESMTP, commands=(CommandRow(b"EHLO", "EHLO host", ehlo, free=True),)
)
