"""CREATE (RFC 9051 section 6.3.4): ``"CREATE" SP mailbox``."""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.session import LOGGED_IN, Answer, Seqs, Session, command
from mockmail.store.names import DELIMITER
from mockmail.store.store import MailboxExists, Refused
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class CreateCommand:
    mailbox: str


def parse(session: Session, cursor: Cursor) -> CreateCommand:
    cursor.space()
    return CreateCommand(cursor.mailbox())


def handle(session: Session, c: CreateCommand) -> Answer:
    try:
        # A delimiter at the end says that inferiors will follow; it is not part of the name.
        session.store.create(session.account, c.mailbox.removesuffix(DELIMITER))
    except MailboxExists as error:
        raise No(str(error), b"ALREADYEXISTS") from None
    except Refused as error:
        raise No(str(error), b"CANNOT") from None
    yield COMMITTED
    return Done(b"CREATE completed")


ROWS = (command(b"CREATE", LOGGED_IN, Seqs.NONE, parse, handle),)
