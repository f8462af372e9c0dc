"""STATUS=SIZE (RFC 8438): the octets of all messages in a mailbox."""

from mockmail.imap.rows import CapabilityRow, Extension, StatusItemRow
from mockmail.store.mailbox import Mailbox


def _size(mailbox: Mailbox) -> bytes:
    return b"%d" % sum(entry.message.size for entry in mailbox)


EXTENSION = Extension(
    "STATUS=SIZE",
    rfc=8438,
    capabilities=(CapabilityRow(b"STATUS=SIZE"),),
    status_items=(StatusItemRow(b"SIZE", _size),),
)
