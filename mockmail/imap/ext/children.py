"""CHILDREN (RFC 3348): ``\\HasChildren`` or ``\\HasNoChildren`` in each LIST response."""

from collections.abc import Callable

from mockmail.imap.rows import CapabilityRow, Extension, ListReturn, ListReturnRow
from mockmail.store import names
from mockmail.store.store import User


def _children(user: User) -> Callable[[str], bytes]:
    parents = {superior for name in user.mailboxes for superior in names.superiors(name)}
    return lambda name: b"\\HasChildren" if name in parents else b"\\HasNoChildren"


EXTENSION = Extension(
    "CHILDREN",
    capabilities=(CapabilityRow(b"CHILDREN", lambda session: True),),
    list_returns=(
        ListReturnRow(b"CHILDREN", lambda session, cursor: ListReturn(_children), always=True),
    ),
)
