"""DELETE (RFC 9051 section 6.3.5): ``"DELETE" SP mailbox``."""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, Seqs, command
from mockmail.imap.session import Session
from mockmail.store.names import DELIMITER, canonical
from mockmail.store.refusal import NoMailbox, NotPermitted, Refused
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class DeleteCommand:
    mailbox: str


def parse(session: Session, cursor: Cursor) -> DeleteCommand:
    cursor.space()
    return DeleteCommand(cursor.mailbox())


def handle(session: Session, c: DeleteCommand) -> Answer:
    session.may_change()
    session.may_go(c.mailbox)
    if not session.settings.delete_superiors:
        below = canonical(c.mailbox) + DELIMITER
        if any(name.startswith(below) for name in session.account.mailboxes):
            raise No("There are mailboxes below it", b"HASCHILDREN")
    try:
        session.store.delete(session.account, c.mailbox)
    except NoMailbox as error:
        raise No(str(error), b"NONEXISTENT") from None
    except NotPermitted as error:
        raise No(str(error), b"NOPERM") from None
    except Refused as error:
        raise No(str(error), b"CANNOT") from None
    yield COMMITTED
    return Done(b"DELETE completed")


ROWS = (command(b"DELETE", LOGGED_IN, Seqs.NONE, parse, handle),)
