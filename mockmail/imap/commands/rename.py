"""RENAME (RFC 9051 section 6.3.6): ``"RENAME" SP mailbox SP mailbox``."""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, Seqs, command
from mockmail.imap.session import Session
from mockmail.store.names import DELIMITER
from mockmail.store.refusal import MailboxExists, NoMailbox, NotPermitted, Refused
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class RenameCommand:
    old: str
    new: str


def parse(session: Session, cursor: Cursor) -> RenameCommand:
    cursor.space()
    old = cursor.mailbox()
    cursor.space()
    return RenameCommand(old, cursor.mailbox())


def handle(session: Session, c: RenameCommand) -> Answer:
    session.may_change()
    old, new = c.old.removesuffix(DELIMITER), c.new.removesuffix(DELIMITER)
    session.may_go(old)
    try:
        session.store.rename(session.account, old, new, session.name)
    except NoMailbox as error:
        raise No(str(error), b"NONEXISTENT") from None
    except MailboxExists as error:
        raise No(str(error), b"ALREADYEXISTS") from None
    except NotPermitted as error:
        raise No(str(error), b"NOPERM") from None
    except Refused as error:
        raise No(str(error), b"CANNOT") from None
    yield COMMITTED
    return Done(b"RENAME completed")


ROWS = (command(b"RENAME", LOGGED_IN, Seqs.BREAKS, parse, handle),)
