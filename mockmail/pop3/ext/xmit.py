"""XTND XMIT: mail sent through POP3. No RFC has it; old servers and clients do.

Its recipients are those that its header names, as for ``sendmail -t``; Bcc is
taken out.
"""

from collections.abc import Iterator
from dataclasses import replace
from email.utils import format_datetime

from mockmail.delivery.envelope import envelope
from mockmail.message.address import MISSING_DOMAIN, MISSING_MAILBOX, address_list
from mockmail.message.header import unfold
from mockmail.message.message import Message
from mockmail.pop3 import arguments, reply
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import AFTER_LOGIN, Answer, CommandRow, Extension
from mockmail.pop3.session import Session
from mockmail.wire.acts import COMMITTED, Heard, Say
from mockmail.wire.buffer import TooLong
from mockmail.wire.dot import unstuff
from mockmail.wire.points import Point
from mockmail.wire.turns import read

_RECIPIENTS = (b"to", b"cc", b"bcc")


def xmit(session: Session, argument: bytes) -> Answer:
    arguments.none(argument)
    limit = session.settings.message
    yield Say(reply.ok(b"Send the message; end with a dot on a line"), Point.CONTINUATION)
    try:
        block = yield from read(lambda: session.buffer.dot_block(limit), session.wait)
    except TooLong:
        raise Err(f"A message has at most {limit} octets") from None
    yield Heard(block + b".\r\n")
    submitted = unstuff(block)
    given = Message(submitted)
    delivery = session.delivery
    recipients = tuple(dict.fromkeys(_recipients(given, delivery.domains[0])))
    if not recipients:
        raise Err("The header names no recipient")
    user = session.account
    sender = user.addresses[0] if user.addresses else f"{user.name}@{delivery.domains[0]}"
    for address in recipients:
        verdict = delivery.verify(address)
        if not verdict.ok:
            raise Err(verdict.text)
    session.taken += 1
    message = Message(_trace(session) + _without_bcc(given), submitted=submitted)
    sent = replace(envelope(sender, *recipients), user=user.name, protocol="POP3")
    delivery.accept(sent, message, session.name)
    yield COMMITTED
    return reply.ok(b"The message was sent")


def _recipients(message: Message, domain: str) -> Iterator[str]:
    for name, _, value, end in message.fields:
        if name in _RECIPIENTS:
            for each in address_list(unfold(message.raw[value:end])):
                # A group's ends have no host.
                if each.host and each.mailbox and each.mailbox != MISSING_MAILBOX:
                    local = each.mailbox.decode("utf-8", "replace")
                    host = each.host.decode("utf-8", "replace")
                    yield f"{local}@{domain if each.host == MISSING_DOMAIN else host}"


def _without_bcc(message: Message) -> bytes:
    raw, at, kept = message.raw, 0, []
    for name, start, _, end in message.fields:
        if name == b"bcc":
            kept.append(raw[at:start])
            at = end
    return b"".join((*kept, raw[at:]))


def _trace(session: Session) -> bytes:
    """Received (RFC 5321 section 4.4)."""
    return (
        f"Received: by {session.host} with POP3 id {session.name}{session.taken};\r\n"
        f"\t{format_datetime(session.clock.now)}\r\n"
    ).encode()


EXTENSION = Extension(
    "XMIT",
    rfc=None,
    default=False,
    commands=(CommandRow(b"XTND XMIT", AFTER_LOGIN, xmit),),
)
