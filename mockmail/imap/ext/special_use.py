"""SPECIAL-USE and CREATE-SPECIAL-USE (RFC 6154): what a mailbox is for.

``create-param =/ "USE" SP "(" [use-attr *(SP use-attr)] ")"``;
``use-attr = "\\All" / "\\Archive" / … / "\\" atom``.
"""

from collections.abc import Callable, Container

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import No
from mockmail.imap.rows import (
    CapabilityRow,
    CreateParameter,
    CreateParameterRow,
    Extension,
    Listed,
    ListReturn,
    ListReturnRow,
    ListSelectRow,
)
from mockmail.store.mailbox import SPECIAL_USES, Mailbox

VIRTUAL = ("\\All", "\\Flagged")
"""Present messages of other mailboxes (section 2), which a new mailbox doesn't."""

_CREATABLE = {use.lower(): use for use in SPECIAL_USES if use not in VIRTUAL}


def _special(listed: Listed) -> Container[str]:
    return {name for name, mailbox in listed.mailboxes.items() if mailbox.special_use}


def _uses(listed: Listed) -> Callable[[str], bytes | None]:
    def uses(name: str) -> bytes | None:
        mailbox = listed.mailboxes.get(name)
        if mailbox is None or not mailbox.special_use:
            return None
        return " ".join(mailbox.special_use).encode("ascii")

    return uses


def _use(cursor: Cursor) -> CreateParameter:
    def attribute() -> str:
        cursor.expect(b"\\")
        return "\\" + cursor.atom("a special use").decode("ascii")

    cursor.space()
    wanted = dict.fromkeys(cursor.list_of(attribute, empty=True))

    def check() -> Callable[[Mailbox], None]:
        for use in wanted:
            if use.lower() not in _CREATABLE:
                raise No(f"No mailbox can be created for {use}", b"USEATTR")
        uses = tuple(dict.fromkeys(_CREATABLE[use.lower()] for use in wanted))

        def give(mailbox: Mailbox) -> None:
            mailbox.special_use = uses

        return give

    return check


EXTENSION = Extension(
    "SPECIAL-USE",
    rfc=6154,
    capabilities=(CapabilityRow(b"SPECIAL-USE"),),
    list_selects=(ListSelectRow(b"SPECIAL-USE", _special, returns=(b"SPECIAL-USE",)),),
    list_returns=(
        # Plain LIST may show them, too (section 2).
        ListReturnRow(b"SPECIAL-USE", lambda session, cursor: ListReturn(_uses), always=True),
    ),
)
CREATE = Extension(
    "CREATE-SPECIAL-USE",
    rfc=6154,
    requires=("SPECIAL-USE",),
    capabilities=(CapabilityRow(b"CREATE-SPECIAL-USE"),),
    create_parameters=(CreateParameterRow(b"USE", _use),),
)
