"""What LIST says of a mailbox, whichever command asks for it."""

from collections.abc import Callable, Iterable

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.rows import Listed, ListReturn
from mockmail.imap.session import Session
from mockmail.store import names
from mockmail.wire.response import Response


def unasked(session: Session) -> dict[bytes, ListReturn]:
    """The return options that come with every LIST, by name."""
    rows = session.catalogue.list_returns.values()
    return {row.name: row.parse(session, Cursor(b"")) for row in rows if row.always}


class Listing:
    """All mailboxes that a user sees, each with its attributes."""

    def __init__(self, session: Session, returns: Iterable[ListReturn]) -> None:
        self._session = session
        self.returns = tuple(returns)
        self.listed = Listed(session.account, session.store.visible(session.account))
        self._attribute_of = [
            each.attributes(self.listed) for each in self.returns if each.attributes
        ]

    def response(self, name: str, *info: bytes, missing: bytes = b"\\NonExistent") -> Response:
        """``* LIST (attributes) delimiter name [info]``; `missing` tells of a name that is none."""
        mailbox = self.listed.mailboxes.get(name)
        attributes = [missing] if mailbox is None else []
        if mailbox is not None and mailbox.no_inferiors:
            attributes.append(b"\\Noinferiors")
        attributes += [text for each in self._attribute_of if (text := each(name)) is not None]
        shown = b"(" + b" ".join(attributes) + b")"
        delimiter = b'"%b"' % names.delimiter(name).encode("ascii")
        return reply.untagged(b"LIST", shown, delimiter, self._session.quoted(name), *info)


def children(listed: Listed) -> Callable[[str], bytes]:
    """``\\HasChildren`` or ``\\HasNoChildren`` (RFC 3348; RFC 5258 section 4)."""
    parents = {superior for name in listed.mailboxes for superior in names.superiors(name)}
    return lambda name: b"\\HasChildren" if name in parents else b"\\HasNoChildren"
