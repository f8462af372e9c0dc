"""IMAP4rev2 (RFC 9051): what changes for a client that enables it (its appendices A and E).

UTF-8 in mailbox names, ESEARCH for SEARCH, LIST in the answer to SELECT, a UID
in every FETCH; no UNSEEN, no RECENT and no ``\\Recent``. What else is new in it
are extensions of their own here. What it took away from RFC 3501 (CHECK, LSUB,
RFC822, SEARCH NEW …) is still answered, for IMAP4rev1 is still offered.
"""

from collections.abc import Sequence
from dataclasses import replace

from mockmail.imap.listing import Listing, unasked
from mockmail.imap.rows import CapabilityRow, Extension, StatusItemRow
from mockmail.imap.session import Session
from mockmail.imap.view import Tellings, View
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Response

NAME = b"IMAP4rev2"


def _tellings(before: Tellings, mailbox: Mailbox) -> Tellings:
    return replace(
        before,
        flags={**before.by_uid, **before.flags},
        unseen=lambda view: [],
        recent=lambda view: [],
        shows_recent=False,
    )


def _enable(session: Session) -> Sequence[Response]:
    session.utf8 = True
    session.search_returns = (b"ALL",)
    session.tell_by(_tellings)
    return ()


def _list(session: Session, view: View) -> list[Response]:
    """``* LIST (attributes) "/" INBOX`` (section 6.3.2)."""
    if NAME not in session.enabled:
        return []
    return [Listing(session, unasked(session).values()).response(view.name)]


EXTENSION = Extension(
    "IMAP4rev2",
    rfc=9051,
    requires=(
        "ENABLE",
        "ESEARCH",
        "SEARCHRES",
        "NAMESPACE",
        "UNSELECT",
        "UIDPLUS",
        "IDLE",
        "SASL-IR",
        "LIST-EXTENDED",
        "LIST-STATUS",
        "MOVE",
        "BINARY",
        "STATUS=SIZE",
    ),
    capabilities=(CapabilityRow(NAME, enable=_enable),),
    after_open=(_list,),
    tells_closed=True,
    status_items=(StatusItemRow(b"DELETED", lambda mailbox: b"%d" % len(mailbox.deleted)),),
)
