"""STARTTLS (RFC 3207), and REQUIRETLS for messages that may not go without (RFC 8689)."""

from dataclasses import replace

from mockmail.delivery.envelope import Envelope
from mockmail.message.message import Message
from mockmail.smtp import syntax
from mockmail.smtp.reply import Refused, reply
from mockmail.smtp.rows import Answer, CommandRow, Extension, KeywordRow, MailParameter
from mockmail.smtp.session import Session
from mockmail.wire.acts import NOT_OFFERED, Switch


def starttls(session: Session, argument: bytes) -> Answer:
    yield from ()
    if argument:
        raise Refused(501, "5.5.4", "STARTTLS has no argument")
    if session.tls:
        raise Refused(503, "5.5.1", "TLS is on already")
    if not session.greeted or not session.extended:
        raise Refused(503, "5.5.1", f"{session.hello} comes first")
    if not session.offers_tls():
        raise Refused(454, "4.7.0", NOT_OFFERED)
    session.tls = True
    # Nothing that was said without protection holds any more (section 4.2).
    session.forget()
    session.switch = Switch("tls", session.wait.timeout)
    return reply(220, "2.0.0", "Ready to start TLS")


def _require_tls(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    syntax.bare("REQUIRETLS", value)
    if not session.tls:
        raise Refused(523, "5.7.10", "REQUIRETLS needs TLS")
    return replace(envelope, require_tls=True)


def _optional(envelope: Envelope, message: Message) -> Envelope:
    """REQUIRETLS goes before the field (RFC 8689 section 4.1)."""
    said = (message.field("TLS-Required") or "").strip().lower() == "no"
    return replace(envelope, tls_optional=said and not envelope.require_tls)


STARTTLS = Extension(
    "STARTTLS",
    rfc=3207,
    commands=(CommandRow(b"STARTTLS", "STARTTLS", starttls, free=True),),
    keywords=(KeywordRow(lambda s: "STARTTLS" if s.offers_tls() and not s.tls else None),),
)
REQUIRETLS = Extension(
    "REQUIRETLS",
    rfc=8689,
    default=False,
    keywords=(KeywordRow(lambda session: "REQUIRETLS" if session.tls else None),),
    mail=(MailParameter(b"REQUIRETLS", "REQUIRETLS", _require_tls),),
    headers=(_optional,),
)
