"""Messages made from parts a test cares about.

Dates and ids are given, never drawn here: they come from the world's clock and
chance.
"""

import quopri
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, getaddresses

from mockmail.message.message import Message, with_crlf

SENDER = "sender@example.net"
"""Who a message is from where nobody is named."""
_POLICY = SMTP.clone(utf8=False)
_MAX_LINE = 998  # octets, RFC 5322 section 2.1.1


def text_message(
    *, subject: str, text: str, sender: str, to: str, date: datetime, message_id: str
) -> Message:
    """A text/plain message with these fields; `text` in US-ASCII where it can, else UTF-8.

    `sender` and `to` stand in their fields as they are given, right or not.
    ``ValueError`` for a line end in a field.
    """
    for value in (sender, to, subject, message_id):
        if "\r" in value or "\n" in value:
            raise ValueError(f"there is a line end in {value!r}")
    if not text.endswith("\n"):
        text += "\n"
    body = with_crlf(text.encode("utf-8"))
    plain = text.isascii() and all(len(line) <= _MAX_LINE for line in body.split(b"\r\n"))
    fields = (
        ("From", _addresses(sender)),
        ("To", _addresses(to)),
        ("Subject", _words(subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'text/plain; charset="{"us-ascii" if plain else "utf-8"}"'),
        ("Content-Transfer-Encoding", "7bit" if plain else "quoted-printable"),
    )
    header = "".join(f"{name}: {value}\r\n" for name, value in fields)
    if not plain:
        body = with_crlf(quopri.encodestring(body.replace(b"\r\n", b"\n")))
    return Message(f"{header}\r\n".encode() + body)


def _words(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8").encode(linesep="\r\n")


def _addresses(value: str) -> str:
    """The addresses, names outside US-ASCII as encoded words (RFC 2047 section 5).

    An address outside US-ASCII has no other form than UTF-8 (RFC 6532).
    """
    if value.isascii():
        return value
    try:
        return ", ".join(map(formataddr, getaddresses([value])))
    except UnicodeEncodeError:
        return value


def from_email(mail: EmailMessage) -> Message:
    """The message of the standard library as it would go over SMTP."""
    return Message(mail.as_bytes(policy=_POLICY))
