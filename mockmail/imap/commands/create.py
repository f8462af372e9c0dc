"""CREATE (RFC 9051 section 6.3.4; parameters: RFC 4466 section 2.2).

``"CREATE" SP mailbox [SP "(" create-param *(SP create-param) ")"]``
"""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, CreateParameter, Seqs, command, modifiers
from mockmail.imap.session import Session
from mockmail.store.names import DELIMITER
from mockmail.store.refusal import MailboxExists, NotPermitted, Refused
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class CreateCommand:
    mailbox: str
    parameters: tuple[CreateParameter, ...] = ()


def parse(session: Session, cursor: Cursor) -> CreateCommand:
    cursor.space()
    mailbox = cursor.mailbox()
    parameters: tuple[CreateParameter, ...] = ()
    rows = session.catalogue.create_parameters
    if rows and cursor.skip(b" "):
        parameters = modifiers(cursor, rows, "a CREATE parameter", lambda row: row.parse(cursor))
    return CreateCommand(mailbox, parameters)


def handle(session: Session, c: CreateCommand) -> Answer:
    session.may_change()
    # All are asked before anything is made (RFC 6154 section 3).
    settings = [parameter() for parameter in c.parameters]
    try:
        # A delimiter at the end says that inferiors will follow; it is not part of the name.
        mailbox = session.store.create(session.account, c.mailbox.removesuffix(DELIMITER))
    except MailboxExists as error:
        raise No(str(error), b"ALREADYEXISTS") from None
    except NotPermitted as error:
        raise No(str(error), b"NOPERM") from None
    except Refused as error:
        raise No(str(error), b"CANNOT") from None
    for setting in settings:
        setting(mailbox)
    yield COMMITTED
    return Done(b"CREATE completed")


ROWS = (command(b"CREATE", LOGGED_IN, Seqs.NONE, parse, handle),)
