"""AUTHENTICATE (RFC 9051 section 6.2.2): a SASL exchange in BASE64 lines.

``"AUTHENTICATE" SP auth-type *(CRLF base64)``
"""

import base64
import binascii
from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.session import Answer, Seqs, Session, State, command
from mockmail.sasl.mechanism import AuthenticationFailed, Malformed
from mockmail.wire.acts import Heard, Say
from mockmail.wire.buffer import TooLong
from mockmail.wire.points import Point
from mockmail.wire.turns import read


@dataclass(frozen=True, slots=True)
class AuthenticateCommand:
    mechanism: bytes


def parse(session: Session, cursor: Cursor) -> AuthenticateCommand:
    cursor.space()
    return AuthenticateCommand(cursor.word("a SASL mechanism"))


def handle(session: Session, c: AuthenticateCommand) -> Answer:
    row = session.catalogue.mechanisms.get(c.mechanism)
    if row is None:
        raise No("There is no such SASL mechanism", b"CANNOT")
    exchange = row.mechanism(session.store)
    challenge = next(exchange)
    while True:
        question = reply.continuation(base64.b64encode(challenge))
        yield Say(question, Point.CONTINUATION)
        try:
            line = yield from read(
                lambda: session.buffer.line(session.limits.unauthenticated), session.wait
            )
        except TooLong:
            raise Bad("The answer is too long") from None
        yield Heard(line + b"\r\n")
        if line == b"*":
            raise Bad("AUTHENTICATE was cancelled")
        try:
            challenge = exchange.send(base64.b64decode(line, validate=True))
        except StopIteration as end:
            session.log_in(end.value)
            return Done(b"Logged in", b"CAPABILITY " + session.capabilities())
        except binascii.Error:
            raise Bad("The answer is not BASE64") from None
        except Malformed as error:
            raise Bad(str(error)) from None
        except AuthenticationFailed:
            raise No("Wrong user name or password", b"AUTHENTICATIONFAILED") from None


ROWS = (command(b"AUTHENTICATE", (State.NOT_AUTHENTICATED,), Seqs.NONE, parse, handle),)
