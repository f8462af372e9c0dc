"""What mockmail's IMAP consists of: every extension and its rows, in order.

A new command or extension is one file and one line here.
"""

from mockmail.imap.commands import (
    append,
    authenticate,
    capability,
    close,
    copy,
    create,
    delete,
    expunge,
    fetch,
    idle,
    list,
    login,
    logout,
    noop,
    rename,
    search,
    select,
    status,
    store,
    subscribe,
    unselect,
)
from mockmail.imap.ext import (
    children,
    condstore,
    enable,
    esearch,
    id,
    imap4rev2,
    list_extended,
    list_status,
    literal,
    move,
    multiappend,
    namespace,
    qresync,
    sasl_ir,
    searchres,
    special_use,
    starttls,
    status_size,
    uidonly,
    uidplus,
)
from mockmail.imap.fetch import basic, binary, preview, section, structure
from mockmail.imap.rows import CapabilityRow, Catalogue, Extension, MechanismRow, State
from mockmail.imap.search import basic as search_basic
from mockmail.imap.search import sizes_and_dates, text
from mockmail.imap.session import Session
from mockmail.sasl.plain import plain


def _always(session: Session) -> bool:
    return True


def _before_login(session: Session) -> bool:
    return session.state is State.NOT_AUTHENTICATED


IMAP4REV1 = Extension(
    "IMAP4rev1",
    commands=(
        *capability.ROWS,
        *noop.ROWS,
        *logout.ROWS,
        *login.ROWS,
        *authenticate.ROWS,
        *select.ROWS,
        *create.ROWS,
        *delete.ROWS,
        *rename.ROWS,
        *subscribe.ROWS,
        *list.ROWS,
        *status.ROWS,
        *append.ROWS,
        *close.ROWS,
        *expunge.ROWS,
        *search.ROWS,
        *fetch.ROWS,
        *store.ROWS,
        *copy.ROWS,
    ),
    capabilities=(CapabilityRow(b"IMAP4rev1", _always),),
    fetch_items=(*basic.ITEMS, *structure.ITEMS, *section.ITEMS),
    status_items=status.ITEMS,
    search_keys=(*search_basic.KEYS, *sizes_and_dates.KEYS, *text.KEYS),
)
AUTH_PLAIN = Extension(
    "AUTH=PLAIN",
    capabilities=(CapabilityRow(b"AUTH=PLAIN", _before_login),),
    mechanisms=(MechanismRow(b"PLAIN", plain),),
)
IDLE = Extension("IDLE", commands=idle.ROWS, capabilities=(CapabilityRow(b"IDLE", _always),))

UNSELECT = Extension(
    "UNSELECT", commands=unselect.ROWS, capabilities=(CapabilityRow(b"UNSELECT", _always),)
)
BINARY = Extension(
    "BINARY", capabilities=(CapabilityRow(b"BINARY", _always),), fetch_items=binary.ITEMS
)
PREVIEW = Extension(
    "PREVIEW", capabilities=(CapabilityRow(b"PREVIEW", _always),), fetch_items=preview.ITEMS
)

EXTENSIONS = (
    IMAP4REV1,
    imap4rev2.EXTENSION,
    literal.LITERAL_PLUS,
    sasl_ir.EXTENSION,
    starttls.EXTENSION,
    AUTH_PLAIN,
    id.EXTENSION,
    enable.EXTENSION,
    IDLE,
    UNSELECT,
    namespace.EXTENSION,
    uidplus.EXTENSION,
    move.EXTENSION,
    multiappend.EXTENSION,
    esearch.EXTENSION,
    searchres.EXTENSION,
    condstore.EXTENSION,
    qresync.EXTENSION,
    uidonly.EXTENSION,
    list_extended.EXTENSION,
    children.EXTENSION,
    list_status.EXTENSION,
    special_use.EXTENSION,
    special_use.CREATE,
    status_size.EXTENSION,
    BINARY,
    PREVIEW,
)
DEFAULT = Catalogue(EXTENSIONS)
"""All of it; one object for all sessions."""
