"""STATUS (RFC 3501 section 6.3.10).

``"STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"``
"""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, Seqs, StatusItemRow, command
from mockmail.imap.session import Session
from mockmail.imap.status import status_items, status_response
from mockmail.store.mailbox import Mailbox
from mockmail.store.names import canonical


@dataclass(frozen=True, slots=True)
class StatusCommand:
    mailbox: str
    items: tuple[StatusItemRow, ...]


def parse(session: Session, cursor: Cursor) -> StatusCommand:
    cursor.space()
    return StatusCommand(cursor.mailbox(), status_items(session, cursor))


def handle(session: Session, c: StatusCommand) -> Answer:
    mailbox = session.mailbox(c.mailbox)
    if mailbox is None:
        raise No("There is no such mailbox", b"NONEXISTENT")
    yield status_response(session, canonical(c.mailbox), mailbox, c.items)
    return Done(b"STATUS completed")


def _unseen(mailbox: Mailbox) -> bytes:
    return b"%d" % sum(not entry.flags.seen for entry in mailbox)


def _recent(mailbox: Mailbox) -> bytes:
    return b"%d" % sum(uid >= mailbox.first_recent for uid in mailbox.uids)


ITEMS = (
    StatusItemRow(b"MESSAGES", lambda mailbox: b"%d" % len(mailbox)),
    StatusItemRow(b"RECENT", _recent),
    StatusItemRow(b"UIDNEXT", lambda mailbox: b"%d" % mailbox.uidnext),
    StatusItemRow(b"UIDVALIDITY", lambda mailbox: b"%d" % mailbox.uidvalidity),
    StatusItemRow(b"UNSEEN", _unseen),
)
ROWS = (command(b"STATUS", LOGGED_IN, Seqs.NONE, parse, handle),)
