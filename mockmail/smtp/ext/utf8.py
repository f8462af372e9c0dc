"""SMTPUTF8 (RFC 6531): addresses and headers in UTF-8."""

from dataclasses import replace

from mockmail.delivery.envelope import Envelope
from mockmail.smtp import syntax
from mockmail.smtp.rows import Extension, MailParameter, keyword
from mockmail.smtp.session import Session


def _utf8(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    syntax.bare("SMTPUTF8", value)
    return replace(envelope, utf8=True)


EXTENSION = Extension(
    "SMTPUTF8",
    rfc=6531,
    requires=("8BITMIME",),
    keywords=(keyword("SMTPUTF8"),),
    mail=(MailParameter(b"SMTPUTF8", "SMTPUTF8", _utf8),),
    utf8=True,
)
