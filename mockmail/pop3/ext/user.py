"""USER and PASS (RFC 1939 section 7), and RPOP in the place of PASS (RFC 1225)."""

from mockmail.pop3 import arguments
from mockmail.pop3.reply import Err, ok
from mockmail.pop3.rows import BEFORE_LOGIN, Answer, CapabilityRow, CommandRow, Extension
from mockmail.pop3.session import Session, refusal
from mockmail.sasl.mechanism import AuthenticationFailed, check_password, let_in


def user(session: Session, argument: bytes) -> Answer:
    yield from ()
    name = arguments.text(argument, "a name")
    if not session.plaintext:
        raise Err("Passwords need TLS here", "AUTH")
    # Whoever it is: who exists is nobody's business (RFC 1939 section 7, USER).
    session.claimed = name
    return ok(b"Send the password")


def _named(session: Session) -> str:
    if not session.named:
        raise Err("USER comes first")
    return session.named


def password(session: Session, argument: bytes) -> Answer:
    yield from ()
    name = _named(session)
    # The rest of the line is the password, spaces and all (RFC 1939 section 7, PASS).
    secret = arguments.text(argument, "a password")
    try:
        return session.log_in(check_password(session.realm, name, secret))
    except AuthenticationFailed as error:
        raise refusal(error) from None


def rpop(session: Session, argument: bytes) -> Answer:
    """The client's machine is trusted, and the user of the same name on it."""
    yield from ()
    name = _named(session)
    remote = arguments.text(argument, "a user of your machine")
    try:
        return session.log_in(let_in(session.realm, name, lambda _: name == remote))
    except AuthenticationFailed as error:
        raise refusal(error) from None


USER = Extension(
    "USER",
    rfc=1939,
    commands=(CommandRow(b"USER", BEFORE_LOGIN, user), CommandRow(b"PASS", BEFORE_LOGIN, password)),
    capabilities=(CapabilityRow(b"USER", lambda session: b"USER" if session.plaintext else None),),
)
RPOP = Extension(
    "RPOP",
    rfc=1225,
    default=False,
    requires=("USER",),
    commands=(CommandRow(b"RPOP", BEFORE_LOGIN, rpop),),
)
