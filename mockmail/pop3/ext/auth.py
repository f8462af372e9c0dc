"""AUTH (RFC 5034): a SASL exchange, with an initial response or without one."""

from mockmail.pop3 import reply
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import (
    BEFORE_LOGIN,
    Answer,
    CapabilityRow,
    CommandRow,
    Extension,
    MechanismRow,
)
from mockmail.pop3.session import BARE_LF, Session, refusal
from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.exchange import Cancelled, negotiate
from mockmail.sasl.login import login
from mockmail.sasl.mechanism import AuthenticationFailed, Malformed, Mechanism
from mockmail.sasl.plain import plain
from mockmail.wire.acts import Heard, Say
from mockmail.wire.buffer import TooLong
from mockmail.wire.points import Point
from mockmail.wire.turns import Reading, read


def auth(session: Session, argument: bytes) -> Answer:
    """``AUTH mechanism [initial-response]``; without a word, the list of mechanisms."""
    offered = {row.name: row for row in session.mechanisms()}
    name, space, initial = argument.partition(b" ")
    if not name:
        return reply.lines(b"Mechanisms follow", list(offered))
    if space and not session.settings.initial_response:
        raise Err("AUTH takes a mechanism and no more")
    row = offered.get(name.upper())
    if row is None:
        raise Err("There is no such SASL mechanism")
    try:
        user = yield from negotiate(
            row.mechanism(session.realm),
            initial if space else None,
            lambda challenge: _ask(session, challenge),
        )
    except Cancelled:
        raise Err("AUTH was cancelled") from None
    except Malformed as error:
        raise Err(str(error)) from None
    except AuthenticationFailed as error:
        raise refusal(error) from None
    return session.log_in(user)


def _ask(session: Session, challenge: bytes) -> Reading[bytes]:
    """Say a challenge, and read the client's next line."""
    yield Say(reply.challenge(challenge), Point.CONTINUATION)
    limit = session.settings.answer
    try:
        line = yield from read(lambda: session.buffer.line(limit), session.wait)
    except TooLong:
        raise Err("The answer is too long") from None
    yield Heard(line + b"\r\n")
    if session.buffer.bare and session.settings.line_ends == "refuse":
        raise Err(BARE_LF)
    return line


def _sasl(session: Session) -> bytes | None:
    names = [row.name for row in session.mechanisms()]
    return b" ".join((b"SASL", *names)) if names else None


def _mechanism(
    name: str,
    rfc: int | None,
    mechanism: Mechanism,
    *,
    default: bool = False,
    plaintext: bool = False,
) -> Extension:
    row = MechanismRow(name.encode(), mechanism, plaintext)
    return Extension(f"AUTH={name}", rfc, default, requires=("SASL",), mechanisms=(row,))


SASL = Extension(
    "SASL",
    rfc=5034,
    commands=(CommandRow(b"AUTH", BEFORE_LOGIN, auth),),
    capabilities=(CapabilityRow(b"SASL", _sasl),),
)
PLAIN = _mechanism("PLAIN", 4616, plain, default=True, plaintext=True)
LOGIN = _mechanism("LOGIN", None, login, plaintext=True)
CRAM_MD5 = _mechanism("CRAM-MD5", 2195, cram_md5)
