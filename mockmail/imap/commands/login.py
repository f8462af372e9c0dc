"""LOGIN (RFC 9051 section 6.2.3): ``"LOGIN" SP userid SP password``."""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import Answer, Seqs, State, command
from mockmail.imap.session import Session, refusal
from mockmail.sasl.mechanism import AuthenticationFailed, check_password


@dataclass(frozen=True, slots=True)
class LoginCommand:
    user: str
    password: str


def parse(session: Session, cursor: Cursor) -> LoginCommand:
    cursor.space()
    user = cursor.text("a user name")
    cursor.space()
    return LoginCommand(user, cursor.text("a password"))


def handle(session: Session, c: LoginCommand) -> Answer:
    yield from ()
    if session.catalogue.login_needs_tls and not session.tls:
        raise No("LOGIN needs TLS here", b"PRIVACYREQUIRED")  # RFC 5530 section 3
    try:
        session.log_in(check_password(session.realm, c.user, c.password))
    except AuthenticationFailed as error:
        raise refusal(error) from None
    return Done(b"Logged in", b"CAPABILITY " + session.capabilities())


ROWS = (command(b"LOGIN", (State.NOT_AUTHENTICATED,), Seqs.NONE, parse, handle),)
