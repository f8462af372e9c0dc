"""The commands of SMTP (RFC 5321 section 4.1.1)."""

import re
from email.utils import format_datetime

from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.message.message import Message
from mockmail.smtp.reply import Refused, lines, reply
from mockmail.smtp.session import Answer, CommandRow, Session
from mockmail.wire.acts import COMMITTED, NOT_OFFERED, Heard, Say, Switch
from mockmail.wire.buffer import TooLong
from mockmail.wire.dot import unstuff
from mockmail.wire.points import Point
from mockmail.wire.turns import read

# Reverse-path  = Path / "<>"
# Path          = "<" [ A-d-l ":" ] Mailbox ">"      ; source routes are ignored
# Mailbox       = Local-part "@" ( Domain / address-literal )
# Local-part    = Dot-string / Quoted-string
_PATH = re.compile(
    rb"<(?:@[^:<>]*:)?"
    rb"((?:\"(?:[^\"\\\x00-\x1f]|\\[ -~])*\"|[^\"<>@\s\x00-\x1f\x7f]+)@[^<>@\s\x00-\x1f\x7f]+|)"
    rb">(?: |\Z)"
)
# RCPT alone knows it without a domain (RFC 5321 section 4.1.1.3).
_POSTMASTER = re.compile(rb"(?i)<(postmaster)>(?: |\Z)")


def ehlo(session: Session, argument: bytes) -> Answer:
    yield from ()
    _greeted(session, argument, extended=True)
    greeting = f"{session.host} greets {session.client}".encode()
    offered = [b"STARTTLS"] if session.offers_tls() and not session.tls else []
    size = b"SIZE %d" % session.settings.message
    words = [b"PIPELINING", size, b"8BITMIME", b"ENHANCEDSTATUSCODES", *offered]
    return lines(250, [greeting, *words])


def helo(session: Session, argument: bytes) -> Answer:
    yield from ()
    _greeted(session, argument, extended=False)
    return reply(250, "", session.host)


def _greeted(session: Session, argument: bytes, *, extended: bool) -> None:
    if not argument:
        raise Refused(501, "5.5.4", "Expected the name of your host")
    # What it says goes into the Received field, so it can be no more than a word.
    session.client = re.sub(rb"[^!-~]", b"?", argument).decode("ascii")[:255]
    session.extended = extended
    session.reset()


def starttls(session: Session, argument: bytes) -> Answer:
    """STARTTLS (RFC 3207 section 4)."""
    yield from ()
    if argument:
        raise Refused(501, "5.5.4", "STARTTLS has no argument")
    if session.tls:
        raise Refused(503, "5.5.1", "TLS is on already")
    if not session.extended:
        raise Refused(503, "5.5.1", "EHLO comes first")
    if not session.offers_tls():
        raise Refused(454, "4.7.0", NOT_OFFERED)
    session.tls = True
    # Nothing that was said without protection holds any more, EHLO included (section 4.2).
    session.client, session.extended = "", False
    session.reset()
    session.switch = Switch("tls", session.wait.timeout)
    return reply(220, "2.0.0", "Ready to start TLS")


def _path(session: Session, argument: bytes, word: bytes) -> tuple[str, list[bytes]]:
    """The path behind ``FROM:`` or ``TO:``, and the parameters behind it."""
    if not session.client:
        raise Refused(503, "5.5.1", "EHLO comes first")
    if argument[: len(word)].upper() != word:
        raise Refused(501, "5.5.4", f"Expected {word.decode()}<address>")
    rest = argument[len(word) :].lstrip(b" ")
    found = _PATH.match(rest) or (_POSTMASTER.match(rest) if word == b"TO:" else None)
    if found is None:
        raise Refused(501, "5.1.7" if word == b"FROM:" else "5.1.3", "That is not an address")
    try:
        return found[1].decode("ascii"), rest[found.end() :].split()
    except UnicodeDecodeError:
        raise Refused(553, "5.6.7", "Addresses are US-ASCII without SMTPUTF8") from None


def mail(session: Session, argument: bytes) -> Answer:
    yield from ()
    sender, parameters = _path(session, argument, b"FROM:")
    if session.sender is not None:
        raise Refused(503, "5.5.1", "There is a mail transaction already")
    keys = [parameter.partition(b"=")[0].upper() for parameter in parameters]
    if len(set(keys)) < len(keys):
        raise Refused(501, "5.5.4", "A parameter stands there twice")
    for parameter in parameters:
        key, _, value = parameter.partition(b"=")
        if not session.extended or key.upper() not in (b"SIZE", b"BODY"):
            raise Refused(555, "5.5.4", f"Unknown parameter {key.decode('ascii', 'replace')}")
        if key.upper() == b"SIZE":
            if not value.isdigit() or len(value) > 20:  # RFC 1870 section 5
                raise Refused(501, "5.5.4", "SIZE is a number of octets")
            if int(value) > session.settings.message:
                raise Refused(
                    552, "5.3.4", f"A message has at most {session.settings.message} octets"
                )
        elif value.upper() not in (b"7BIT", b"8BITMIME"):
            raise Refused(501, "5.5.4", "BODY is 7BIT or 8BITMIME")
    session.sender = sender
    return reply(250, "2.1.0", "Sender ok")


def rcpt(session: Session, argument: bytes) -> Answer:
    yield from ()
    address, parameters = _path(session, argument, b"TO:")
    if session.sender is None:
        raise Refused(503, "5.5.1", "MAIL comes first")
    if not address:
        raise Refused(501, "5.1.3", "A recipient can't be empty")
    if parameters:
        raise Refused(555, "5.5.4", "RCPT takes no parameters")
    if len(session.recipients) >= session.settings.recipients:
        raise Refused(452, "4.5.3", f"At most {session.settings.recipients} recipients")
    delivery = session.delivery
    if "@" not in address:
        address += "@" + delivery.domains[0]  # RFC 5321 section 4.5.1: <Postmaster>
    verdict = delivery.verify(address, session.sender)
    if not verdict.ok:
        raise Refused(verdict.code, verdict.status, verdict.text)
    session.recipients.append(Recipient(address))
    return reply(250, "2.1.5", "Recipient ok")


def data(session: Session, argument: bytes) -> Answer:
    if argument:
        raise Refused(501, "5.5.4", "DATA has no argument")
    if session.sender is None:
        raise Refused(503, "5.5.1", "MAIL comes first")
    if not session.recipients:
        raise Refused(554, "5.5.1", "No valid recipients")
    yield Say(reply(354, "", "Go ahead; end with a dot on a line"), Point.CONTINUATION)
    try:
        block = yield from read(
            lambda: session.buffer.dot_block(session.settings.message), session.wait
        )
    except TooLong:
        session.reset()
        raise Refused(
            552, "5.3.4", f"A message has at most {session.settings.message} octets"
        ) from None
    yield Heard(block + b".\r\n")
    session.taken += 1
    queue_id = f"{session.name}{session.taken}"
    submitted = unstuff(block)
    message = Message(_trace(session, queue_id) + submitted, submitted=submitted)
    envelope = Envelope(session.sender, tuple(session.recipients))
    session.delivery.accept(envelope, message, session.name)
    session.reset()
    yield COMMITTED
    return reply(250, "2.0.0", f"Accepted as {queue_id}")


def _trace(session: Session, queue_id: str) -> bytes:
    """Received (RFC 5321 section 4.4)."""
    with_ = "SMTP" if not session.extended else "ESMTPS" if session.tls else "ESMTP"  # RFC 3848
    return (
        f"Received: from {session.client}\r\n"
        f"\tby {session.host} with {with_} id {queue_id};\r\n"
        f"\t{format_datetime(session.clock.now)}\r\n"
    ).encode("ascii")


def rset(session: Session, argument: bytes) -> Answer:
    yield from ()
    session.reset()
    return reply(250, "2.0.0", "Reset")


def noop(session: Session, argument: bytes) -> Answer:
    yield from ()
    return reply(250, "2.0.0", "OK")


def vrfy(session: Session, argument: bytes) -> Answer:
    yield from ()
    if not argument:
        raise Refused(501, "5.5.4", "Expected a name")
    return reply(252, "2.0.0", "Send it mail to find out")  # RFC 5321 section 3.5.3


def help_(session: Session, argument: bytes) -> Answer:
    yield from ()
    return lines(214, [b"2.0.0 " + row.syntax.encode() for row in COMMANDS.values()])


def quit_(session: Session, argument: bytes) -> Answer:
    yield from ()
    session.finished = True
    return reply(221, "2.0.0", f"{session.host} says goodbye")


COMMANDS = {
    row.name: row
    for row in (
        CommandRow(b"EHLO", "EHLO host", ehlo),
        CommandRow(b"HELO", "HELO host", helo),
        CommandRow(b"STARTTLS", "STARTTLS", starttls),
        CommandRow(b"MAIL", "MAIL FROM:<address> [SIZE=octets] [BODY=7BIT|8BITMIME]", mail),
        CommandRow(b"RCPT", "RCPT TO:<address>", rcpt),
        CommandRow(b"DATA", "DATA", data),
        CommandRow(b"RSET", "RSET", rset),
        CommandRow(b"NOOP", "NOOP", noop),
        CommandRow(b"VRFY", "VRFY name", vrfy),
        CommandRow(b"HELP", "HELP", help_),
        CommandRow(b"QUIT", "QUIT", quit_),
    )
}
