"""DSN (RFC 3461): which reports a sender wants; delivery makes them."""

import re
from dataclasses import replace
from typing import Literal, cast

from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.smtp import syntax
from mockmail.smtp.reply import Refused
from mockmail.smtp.rows import Extension, MailParameter, RcptParameter, keyword
from mockmail.smtp.session import Session

ENVID, ORCPT = 100, 500
"""Octets that they may have (sections 4.4 and 4.2)."""
_OCCASIONS = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_TYPE = re.compile(rb"[!#$%&'*+\-/0-9=?A-Z^_`a-z{|}~]+")
# EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"     ; RFC 6533 section 3
_EMBEDDED = re.compile(r"\\x\{([0-9A-F]{2,6})\}")


def _ret(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    chosen = syntax.choice("RET", value, ("FULL", "HDRS"))
    return replace(envelope, ret=cast(Literal["FULL", "HDRS"], chosen))


def _envid(session: Session, envelope: Envelope, value: bytes | None) -> Envelope:
    _at_most("ENVID", value, ENVID)
    return replace(envelope, envid=syntax.xtext("ENVID", value))


def _notify(session: Session, recipient: Recipient, value: bytes | None) -> Recipient:
    words = (value or b"").decode("ascii", "replace").upper().split(",")
    notify = frozenset(words)
    if notify != {"NEVER"} and (not notify <= _OCCASIONS or len(notify) < len(words)):
        raise Refused(501, "5.5.4", "NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY")
    return replace(recipient, notify=notify)


def _orcpt(session: Session, recipient: Recipient, value: bytes | None) -> Recipient:
    _at_most("ORCPT", value, ORCPT)
    kind, semicolon, address = (value or b"").partition(b";")
    if not semicolon or not _TYPE.fullmatch(kind):
        raise Refused(501, "5.5.4", "ORCPT is a type, a semicolon and an address")
    decoded = _unicode(address) if kind.lower() == b"utf-8" else syntax.xtext("ORCPT", address)
    return replace(recipient, original=f"{kind.decode()};{decoded}")


def _unicode(address: bytes) -> str:
    """An address of the type ``utf-8`` (RFC 6533 section 3)."""
    try:
        return _EMBEDDED.sub(lambda found: chr(int(found[1], 16)), address.decode("utf-8"))
    except ValueError:
        raise Refused(501, "5.5.4", "ORCPT is not UTF-8") from None


def _at_most(key: str, value: bytes | None, octets: int) -> None:
    if value is not None and len(value) > octets:
        raise Refused(501, "5.5.4", f"{key} has at most {octets} characters")


EXTENSION = Extension(
    "DSN",
    rfc=3461,
    keywords=(keyword("DSN"),),
    mail=(
        MailParameter(b"RET", "RET=FULL|HDRS", _ret),
        MailParameter(b"ENVID", "ENVID=xtext", _envid),
    ),
    rcpt=(
        RcptParameter(b"NOTIFY", "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY", _notify),
        RcptParameter(b"ORCPT", "ORCPT=type;xtext", _orcpt),
    ),
)
