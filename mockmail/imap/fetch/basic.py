"""FLAGS, UID, INTERNALDATE, RFC822.SIZE: a line of attributes."""

from mockmail.imap import quote
from mockmail.imap.rows import FetchItem, plain_item
from mockmail.imap.view import View, flags_item, uid_item
from mockmail.store.journal import Entry
from mockmail.wire.response import Piece


def _internaldate(view: View, entry: Entry) -> Piece:
    return b"INTERNALDATE " + quote.date_time(entry.internaldate)


def _size(view: View, entry: Entry) -> Piece:
    return b"RFC822.SIZE %d" % entry.message.size


ITEMS = (
    plain_item(FetchItem(b"FLAGS", flags_item)),
    plain_item(FetchItem(b"UID", uid_item)),
    plain_item(FetchItem(b"INTERNALDATE", _internaldate)),
    plain_item(FetchItem(b"RFC822.SIZE", _size)),
)
