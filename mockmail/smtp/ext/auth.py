"""AUTH (RFC 4954): a SASL exchange, with an initial response or without one."""

from mockmail.delivery.envelope import Envelope
from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.exchange import Cancelled, TooEarly, negotiate
from mockmail.sasl.login import login
from mockmail.sasl.mechanism import (
    AuthenticationFailed,
    AuthorizationFailed,
    Disabled,
    Expired,
    LockedOut,
    Malformed,
    Mechanism,
    TooMany,
)
from mockmail.sasl.plain import plain
from mockmail.smtp import syntax
from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import (
    Answer,
    CommandRow,
    Extension,
    KeywordRow,
    MailParameter,
    MechanismRow,
)
from mockmail.smtp.session import BARE_LF, Session
from mockmail.wire.acts import Heard
from mockmail.wire.buffer import TooLong
from mockmail.wire.turns import Reading, read


def auth(session: Session, argument: bytes) -> Answer:
    """``AUTH mechanism [initial-response]`` (section 4)."""
    if not session.greeted or not session.extended:
        raise Refused(503, "5.5.1", f"{session.hello} comes first")
    if session.user is not None:
        raise Refused(503, "5.5.1", "You are authenticated already")
    if session.envelope is not None:
        raise Refused(503, "5.5.1", "There is a mail transaction")
    name, space, initial = argument.partition(b" ")
    row = _mechanism_row(session, name.upper())
    try:
        session.user = yield from negotiate(
            row.mechanism(session.realm),
            initial.strip(b" ") if space else None,
            lambda challenge: _ask(session, challenge),
        )
    except Cancelled:
        raise Refused(501, "5.7.0", "AUTH was cancelled") from None
    except Malformed as error:
        status = "5.7.0" if isinstance(error, TooEarly) else "5.5.2"
        raise Refused(501, status, str(error)) from None
    except AuthenticationFailed as error:
        # 421 says that the connection is closed (RFC 5321 section 3.8).
        session.finished = isinstance(error, TooMany)
        raise refusal(error) from None
    return reply(235, "2.7.0", "Authentication succeeded")


def _mechanism_row(session: Session, name: bytes) -> MechanismRow:
    if not name:
        raise Refused(501, "5.5.4", "Expected a mechanism")
    row = session.catalogue.mechanisms.get(name)
    if row is None:
        raise Refused(504, "5.5.4", "There is no such SASL mechanism")
    if row not in session.mechanisms():
        raise Refused(538, "5.7.11", "That mechanism needs TLS here")
    if name.decode() in session.settings.weak.upper().split():
        raise Refused(534, "5.7.9", "That mechanism is too weak")
    return row


def _ask(session: Session, challenge: bytes) -> Reading[bytes]:
    """Say a challenge, and read the client's next line."""
    yield from session.ask(334, challenge.decode("ascii"))
    limit = session.settings.answer
    try:
        line = yield from read(lambda: session.buffer.line(limit), session.wait)
    except TooLong:
        raise Refused(500, "5.5.6", f"An answer has at most {limit} octets") from None
    yield Heard(line + b"\r\n")
    if session.buffer.bare and session.settings.line_ends == "refuse":
        raise Refused(500, "5.5.2", BARE_LF)
    return line


def refusal(error: AuthenticationFailed) -> Refused:
    """What a client is told that was not let in (section 6; RFC 5248 for 525)."""
    match error:
        case AuthorizationFailed():
            return Refused(535, "5.7.8", "You may not act for that user")
        case Disabled():
            return Refused(525, "5.7.13", "This account is disabled")
        case Expired():
            return Refused(535, "5.7.8", "The password has expired")
        case LockedOut():
            text = f"Too many wrong passwords; wait for {error.seconds} seconds"
            return Refused(454, "4.7.0", text)
        case TooMany():
            return Refused(421, "4.7.0", "Too many simultaneous connections")
        case _:
            return Refused(535, "5.7.8", "Wrong user name or password")


def _shown(session: Session) -> str | None:
    names = [row.name.decode() for row in session.mechanisms()]
    return " ".join(("AUTH", *names)) if names and session.user is None else None


def _submitter(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    """``AUTH=mailbox``: looked at, and not believed (section 5)."""
    said = syntax.xtext("AUTH", value, any_case=True)
    if said != "<>" and not syntax.MAILBOX.fullmatch(said.encode()):
        raise Refused(501, "5.5.4", "AUTH is an address or <>")
    return envelope


def _mechanism(
    name: str,
    rfc: int | None,
    mechanism: Mechanism,
    *,
    default: bool = True,
    plaintext: bool = True,
) -> Extension:
    row = MechanismRow(name.encode(), mechanism, plaintext)
    return Extension(f"AUTH={name}", rfc, default, requires=("AUTH",), mechanisms=(row,))


AUTH = Extension(
    "AUTH",
    rfc=4954,
    commands=(CommandRow(b"AUTH", "AUTH mechanism [initial-response]", auth, free=True),),
    keywords=(KeywordRow(_shown),),
    mail=(MailParameter(b"AUTH", "AUTH=address", _submitter),),
)
PLAIN = _mechanism("PLAIN", 4616, plain)
LOGIN = _mechanism("LOGIN", None, login)
CRAM_MD5 = _mechanism("CRAM-MD5", 2195, cram_md5, default=False, plaintext=False)
