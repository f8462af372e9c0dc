"""APPEND (RFC 3501 section 6.3.11).

``"APPEND" SP mailbox 1*([SP flag-list] [SP date-time] SP (literal / literal8))``;
more than one message only with MULTIAPPEND (RFC 3502).
"""

from dataclasses import dataclass
from datetime import datetime

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, Arrival, Seqs, command
from mockmail.imap.session import Session
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS, Flags
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class AppendMessage:
    flags: Flags
    date: datetime | None
    message: Message


@dataclass(frozen=True, slots=True)
class AppendCommand:
    mailbox: str
    messages: tuple[AppendMessage, ...]


def parse(session: Session, cursor: Cursor) -> AppendCommand:
    cursor.space()
    mailbox = cursor.mailbox()
    several = session.catalogue.multiappend
    messages = [_message(cursor, empty=not several)]
    while several and not cursor.at_end:
        messages.append(_message(cursor, empty=False))
    return AppendCommand(mailbox, tuple(messages))


def _message(cursor: Cursor, *, empty: bool) -> AppendMessage:
    cursor.space()
    flags = NO_FLAGS
    if cursor.peek(b"("):
        flags = cursor.flag_list()
        cursor.space()
    date = None
    if cursor.peek(b'"'):
        date = cursor.date_time()
        cursor.space()
    binary = cursor.skip(b"~")  # literal8 (RFC 3516 section 4.4)
    octets = cursor.literal()
    if not octets and not empty:
        raise No("The message is empty: nothing is appended")  # RFC 3502 section 6.3.11
    if b"\0" in octets and not binary:
        raise Bad("NUL can't stand in a literal")  # RFC 9051 section 9, CHAR8
    # Of binary data nothing may be lost, nor made into line ends (RFC 3516 section 4.4).
    message = Message(octets, newlines="keep" if binary else "crlf")
    return AppendMessage(flags, date, message)


def handle(session: Session, c: AppendCommand) -> Answer:
    mailbox = session.target(c.mailbox)
    now = session.clock.now
    with session.adding() as tx:
        entries = [
            tx.append(mailbox, each.message, each.flags, each.date or now) for each in c.messages
        ]
    yield COMMITTED
    arrival = Arrival(mailbox, tuple(entry.uid for entry in entries))
    return Done(b"APPEND completed", session.catalogue.arrival_code(arrival))


ROWS = (command(b"APPEND", LOGGED_IN, Seqs.BREAKS, parse, handle),)
