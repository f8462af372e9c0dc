"""What STATUS says of a mailbox, whichever command asks for it."""

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import StatusItemRow
from mockmail.imap.session import Session
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Response


def status_items(session: Session, cursor: Cursor) -> tuple[StatusItemRow, ...]:
    """``SP "(" status-att *(SP status-att) ")"``."""
    cursor.space()
    rows = session.catalogue.status_items
    return tuple(cursor.list_of(lambda: cursor.row(rows, "a STATUS item")))


def status_response(
    session: Session, name: str, mailbox: Mailbox, items: tuple[StatusItemRow, ...]
) -> Response:
    """``* STATUS mailbox (item value …)``."""
    values = b" ".join(row.name + b" " + row.value(mailbox) for row in items)
    return reply.untagged(b"STATUS", session.quoted(name), b"(" + values + b")")
