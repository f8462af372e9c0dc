"""STLS (RFC 2595 section 4): TLS from here on."""

from mockmail.pop3 import arguments
from mockmail.pop3.reply import Err, ok
from mockmail.pop3.rows import (
    BEFORE_LOGIN,
    Answer,
    CapabilityRow,
    CommandRow,
    Extension,
    State,
)
from mockmail.pop3.session import Session
from mockmail.wire.acts import NOT_OFFERED, Switch


def stls(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    if session.tls:
        raise Err("TLS is on already")
    if not session.offers_tls():
        raise Err(NOT_OFFERED, "SYS/PERM")  # RFC 3206 section 4
    session.tls = True
    # Nothing that was said without protection holds any more.
    session.utf8 = False
    session.switch = Switch("tls", session.wait.timeout)
    return ok(b"Begin TLS negotiation now")


def _shown(session: Session) -> bytes | None:
    """It says that the command is permitted in the current state."""
    permitted = session.state is State.AUTHORIZATION and session.offers_tls() and not session.tls
    return b"STLS" if permitted else None


EXTENSION = Extension(
    "STLS",
    rfc=2595,
    commands=(CommandRow(b"STLS", BEFORE_LOGIN, stls),),
    capabilities=(CapabilityRow(b"STLS", _shown),),
)
