"""CAPA (RFC 2449), and the capabilities that are no more than a line of it."""

from mockmail.pop3 import arguments, reply
from mockmail.pop3.rows import ANY_STATE, Answer, CapabilityRow, CommandRow, Extension, State, tag
from mockmail.pop3.session import Session


def capa(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    early = session.state is State.AUTHORIZATION
    late = session.settings.shown_late.upper().split() if early else ()
    rows = [row for row in session.catalogue.capabilities if row.tag.decode() not in late]
    lines = [line for row in rows if (line := row.line(session)) is not None]
    return reply.lines(b"Capability list follows", lines)


def _expire(session: Session) -> bytes:
    """EXPIRE (section 6.7)."""
    days = session.settings.expire
    return b"EXPIRE NEVER" if days is None else b"EXPIRE %d" % days


def _login_delay(session: Session) -> bytes | None:
    """LOGIN-DELAY (section 6.5)."""
    delay = session.settings.login_delay
    return b"LOGIN-DELAY %d" % delay if delay else None


CAPA = Extension("CAPA", rfc=2449, commands=(CommandRow(b"CAPA", ANY_STATE, capa),))
RESP_CODES = Extension(
    "RESP-CODES",
    rfc=2449,
    capabilities=(tag(b"RESP-CODES"),),
    codes=("IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM"),
)
AUTH_RESP_CODE = Extension(
    "AUTH-RESP-CODE",
    rfc=3206,
    requires=("RESP-CODES",),
    capabilities=(tag(b"AUTH-RESP-CODE"),),
    codes=("AUTH",),
)
PIPELINING = Extension("PIPELINING", rfc=2449, capabilities=(tag(b"PIPELINING"),))
EXPIRE = Extension("EXPIRE", rfc=2449, capabilities=(CapabilityRow(b"EXPIRE", _expire),))
LOGIN_DELAY = Extension(
    "LOGIN-DELAY", rfc=2449, capabilities=(CapabilityRow(b"LOGIN-DELAY", _login_delay),)
)
IMPLEMENTATION = Extension(
    "IMPLEMENTATION",
    rfc=2449,
    capabilities=(CapabilityRow(b"IMPLEMENTATION", lambda session: b"IMPLEMENTATION mockmail"),),
)
