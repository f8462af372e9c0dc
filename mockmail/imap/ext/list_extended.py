"""LIST-EXTENDED (RFC 5258): what LIST selects, and what it returns."""

from collections.abc import Callable

from mockmail.imap.listing import children
from mockmail.imap.rows import (
    CapabilityRow,
    Extension,
    Listed,
    ListReturn,
    ListReturnRow,
    ListSelectRow,
)


def _subscribed(listed: Listed) -> Callable[[str], bytes | None]:
    subscriptions = listed.user.subscriptions
    return lambda name: b"\\Subscribed" if name in subscriptions else None


EXTENSION = Extension(
    "LIST-EXTENDED",
    rfc=5258,
    capabilities=(CapabilityRow(b"LIST-EXTENDED"),),
    list_selects=(
        ListSelectRow(
            b"SUBSCRIBED",
            lambda listed: listed.user.subscriptions,
            base=True,
            returns=(b"SUBSCRIBED",),
        ),
        ListSelectRow(b"REMOTE"),  # all mailboxes are here
        ListSelectRow(b"RECURSIVEMATCH", recursive=True),
    ),
    list_returns=(
        ListReturnRow(b"SUBSCRIBED", lambda session, cursor: ListReturn(_subscribed)),
        ListReturnRow(b"CHILDREN", lambda session, cursor: ListReturn(children)),
    ),
    list_options=True,
)
