"""APOP (RFC 1939 section 7): the password proves itself by a digest of the greeting's timestamp.

There is no capability of that name: clients see the timestamp (RFC 2449 section 6).
"""

import re
from hashlib import md5

from mockmail.pop3 import arguments
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import BEFORE_LOGIN, Answer, CommandRow, Extension
from mockmail.pop3.session import Session, refusal
from mockmail.sasl.mechanism import AuthenticationFailed, let_in

_DIGEST = re.compile(r"[0-9a-f]{32}")


def timestamp(session: Session) -> bytes:
    session.challenge = session.realm.message_id()
    return session.challenge


def apop(session: Session, argument: bytes) -> Answer:
    yield from ()
    name, space, digest = arguments.text(argument, "a name and a digest").rpartition(" ")
    if not space or not _DIGEST.fullmatch(digest):
        raise Err("Expected a name and a digest")

    def knows(password: str) -> bool:
        text = session.challenge + password.encode()
        return md5(text, usedforsecurity=False).hexdigest() == digest

    try:
        return session.log_in(let_in(session.realm, name, knows))
    except AuthenticationFailed as error:
        raise refusal(error) from None


EXTENSION = Extension(
    "APOP", rfc=1939, commands=(CommandRow(b"APOP", BEFORE_LOGIN, apop),), greeting=timestamp
)
