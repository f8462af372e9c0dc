"""Extensions that are little more than a keyword: PIPELINING, ENHANCEDSTATUSCODES, SIZE, BODY's."""

from dataclasses import replace
from typing import Literal, cast

from mockmail.delivery.envelope import Envelope
from mockmail.smtp import syntax
from mockmail.smtp.reply import Refused
from mockmail.smtp.rows import Extension, KeywordRow, MailParameter, keyword
from mockmail.smtp.session import Session


def _size(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    size = syntax.number(value, "SIZE")
    most = session.settings.message
    if size > most:
        raise Refused(552, "5.3.4", f"A message has at most {most} octets")
    return replace(envelope, size=size)


def _body(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    chosen = syntax.choice("BODY", value, session.catalogue.bodies)
    return replace(envelope, body=cast(Literal["7BIT", "8BITMIME", "BINARYMIME"], chosen))


PIPELINING = Extension("PIPELINING", rfc=2920, keywords=(keyword("PIPELINING"),))
SIZE = Extension(
    "SIZE",
    rfc=1870,
    keywords=(KeywordRow(lambda session: f"SIZE {session.settings.message}"),),
    mail=(MailParameter(b"SIZE", "SIZE=octets", _size),),
)
EIGHTBITMIME = Extension(
    "8BITMIME",
    rfc=6152,
    keywords=(keyword("8BITMIME"),),
    mail=(MailParameter(b"BODY", "BODY=7BIT|8BITMIME|BINARYMIME", _body),),
    bodies=("7BIT", "8BITMIME"),
)
ENHANCEDSTATUSCODES = Extension(
    "ENHANCEDSTATUSCODES", rfc=2034, keywords=(keyword("ENHANCEDSTATUSCODES"),), statuses=True
)
