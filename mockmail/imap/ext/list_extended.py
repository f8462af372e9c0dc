"""LIST-EXTENDED (RFC 5258): what LIST selects, and what it returns."""

from collections.abc import Callable

from mockmail.imap.rows import CapabilityRow, Extension, ListReturn, ListReturnRow, ListSelectRow
from mockmail.store.store import User


def _subscribed(user: User) -> Callable[[str], bytes | None]:
    return lambda name: b"\\Subscribed" if name in user.subscriptions else None


EXTENSION = Extension(
    "LIST-EXTENDED",
    capabilities=(CapabilityRow(b"LIST-EXTENDED", lambda session: True),),
    list_selects=(
        ListSelectRow(
            b"SUBSCRIBED", lambda user: user.subscriptions, base=True, returns=(b"SUBSCRIBED",)
        ),
        ListSelectRow(b"REMOTE"),  # all mailboxes are here
        ListSelectRow(b"RECURSIVEMATCH", recursive=True),
    ),
    list_returns=(ListReturnRow(b"SUBSCRIBED", lambda session, cursor: ListReturn(_subscribed)),),
    list_options=True,
)
