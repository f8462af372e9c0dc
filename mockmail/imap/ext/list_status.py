"""LIST-STATUS (RFC 5819): each mailbox of a LIST with its STATUS."""

from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import CapabilityRow, Extension, ListReturn, ListReturnRow
from mockmail.imap.session import Session
from mockmail.imap.status import status_items, status_response


def _status(session: Session, cursor: Cursor) -> ListReturn:
    items = status_items(session, cursor)
    return ListReturn(after=lambda name, mailbox: [status_response(session, name, mailbox, items)])


EXTENSION = Extension(
    "LIST-STATUS",
    rfc=5819,
    requires=("LIST-EXTENDED",),
    capabilities=(CapabilityRow(b"LIST-STATUS"),),
    list_returns=(ListReturnRow(b"STATUS", _status),),
)
