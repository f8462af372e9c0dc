"""STARTTLS (RFC 9051 section 6.2.1), and LOGINDISABLED: no passwords without TLS (section 6.2.3)."""

from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.rows import (
    Answer,
    CapabilityRow,
    Extension,
    Seqs,
    Shown,
    State,
    command,
    no_arguments,
)
from mockmail.imap.session import Session
from mockmail.wire.acts import NOT_OFFERED, Switch


def handle(session: Session, _: None) -> Answer:
    yield from ()
    if session.tls:
        raise Bad("TLS is on already")
    if not session.offers_tls():
        raise No(NOT_OFFERED, b"UNAVAILABLE")
    session.tls = True
    # Nothing that was said without protection holds any more.
    session.client_id = {}
    return Done(b"Begin TLS negotiation now", then=Switch("tls", session.wait.timeout))


def _before_tls(session: Session) -> bool:
    return not session.tls and session.state is State.NOT_AUTHENTICATED


_OFFERED = Shown(
    "before login, without TLS, once the test has asked for server.ca",
    lambda session: session.offers_tls() and _before_tls(session),
)


EXTENSION = Extension(
    "STARTTLS",
    rfc=9051,
    commands=(command(b"STARTTLS", (State.NOT_AUTHENTICATED,), Seqs.NONE, no_arguments, handle),),
    capabilities=(CapabilityRow(b"STARTTLS", _OFFERED),),
)
LOGINDISABLED = Extension(
    "LOGINDISABLED",
    rfc=9051,
    default=False,
    capabilities=(
        CapabilityRow(b"LOGINDISABLED", Shown("before login, without TLS", _before_tls)),
    ),
    login_needs_tls=True,
)
