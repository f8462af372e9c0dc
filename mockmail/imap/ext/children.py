"""CHILDREN (RFC 3348): whether it has children stands in each mailbox's LIST response."""

from mockmail.imap.listing import children
from mockmail.imap.rows import CapabilityRow, Extension, ListReturn, ListReturnRow

EXTENSION = Extension(
    "CHILDREN",
    capabilities=(CapabilityRow(b"CHILDREN", lambda session: True),),
    list_returns=(
        ListReturnRow(b"CHILDREN", lambda session, cursor: ListReturn(children), always=True),
    ),
)
