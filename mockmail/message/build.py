"""Messages made from parts a test cares about.

Dates and ids are given, never drawn here: they come from the world's clock and
chance.
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mockmail.message.message import Message

_POLICY = SMTP.clone(utf8=False)


def text_message(
    *, subject: str, text: str, sender: str, to: str, date: datetime, message_id: str
) -> Message:
    """A text/plain message with these fields; `text` in US-ASCII where it can, else UTF-8."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id
    mail.set_content(text if text.endswith("\n") else text + "\n")
    return Message(mail.as_bytes())


def from_email(mail: EmailMessage) -> Message:
    """The message of the standard library as it would go over SMTP."""
    return Message(mail.as_bytes(policy=_POLICY))
