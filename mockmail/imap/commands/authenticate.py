"""AUTHENTICATE (RFC 9051 section 6.2.2): a SASL exchange in BASE64 lines.

``"AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)``, where the
initial response is SASL-IR's (RFC 4959).
"""

from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.rows import Answer, Seqs, State, command
from mockmail.imap.session import Session, refusal
from mockmail.sasl.exchange import Cancelled, negotiate
from mockmail.sasl.mechanism import AuthenticationFailed, Malformed
from mockmail.wire.acts import Heard, Say
from mockmail.wire.buffer import TooLong
from mockmail.wire.points import Point
from mockmail.wire.turns import Reading, read


@dataclass(frozen=True, slots=True)
class AuthenticateCommand:
    mechanism: bytes
    initial: bytes | None
    """BASE64, or ``=`` for an empty one; None if it was left out."""


def parse(session: Session, cursor: Cursor) -> AuthenticateCommand:
    cursor.space()
    mechanism = cursor.word("a SASL mechanism")
    initial = None
    if session.catalogue.initial_response and cursor.skip(b" "):
        initial = cursor.atom("BASE64, or =")
    return AuthenticateCommand(mechanism, initial)


def handle(session: Session, c: AuthenticateCommand) -> Answer:
    row = session.catalogue.mechanisms.get(c.mechanism)
    if row is None:
        raise No("There is no such SASL mechanism", b"CANNOT")
    exchange = row.mechanism(session.realm)
    try:
        user = yield from negotiate(exchange, c.initial, lambda each: _answer(session, each))
    except Cancelled:
        raise Bad("AUTHENTICATE was cancelled") from None
    except Malformed as error:
        raise Bad(str(error)) from None
    except AuthenticationFailed as error:
        raise refusal(error) from None
    session.log_in(user)
    return Done(b"Logged in", b"CAPABILITY " + session.capabilities())


def _answer(session: Session, challenge: bytes) -> Reading[bytes]:
    """Ask, and read the client's next line."""
    yield Say(reply.continuation(challenge), Point.CONTINUATION)
    limit = session.settings.unauthenticated
    try:
        line = yield from read(lambda: session.buffer.line(limit), session.wait)
    except TooLong:
        raise Bad("The answer is too long") from None
    yield Heard(line + b"\r\n")
    return line


ROWS = (command(b"AUTHENTICATE", (State.NOT_AUTHENTICATED,), Seqs.NONE, parse, handle),)
