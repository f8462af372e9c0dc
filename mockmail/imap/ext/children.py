"""CHILDREN (RFC 3348): whether it has children stands in each mailbox's LIST response."""

from mockmail.imap.listing import children
from mockmail.imap.rows import CapabilityRow, Extension, ListReturn, ListReturnRow

EXTENSION = Extension(
    "CHILDREN",
    rfc=3348,
    capabilities=(CapabilityRow(b"CHILDREN"),),
    list_returns=(
        ListReturnRow(b"CHILDREN", lambda session, cursor: ListReturn(children), always=True),
    ),
)
