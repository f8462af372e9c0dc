"""What mockmail's IMAP consists of: every extension and its rows, in order.

A new command or extension is one file and one line here.
"""

from functools import lru_cache

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
    auth,
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
from mockmail.imap.rows import CapabilityRow, Catalogue, Extension
from mockmail.imap.search import basic as search_basic
from mockmail.imap.search import sizes_and_dates, text
from mockmail.switches import switched

IMAP4REV1 = Extension(
    "IMAP4rev1",
    rfc=3501,
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
    capabilities=(CapabilityRow(b"IMAP4rev1"),),
    fetch_items=(*basic.ITEMS, *structure.ITEMS, *section.ITEMS),
    status_items=status.ITEMS,
    search_keys=(*search_basic.KEYS, *sizes_and_dates.KEYS, *text.KEYS),
)
EXTENSIONS = (
    IMAP4REV1,
    imap4rev2.EXTENSION,
    literal.LITERAL_PLUS,
    literal.LITERAL_MINUS,
    sasl_ir.EXTENSION,
    starttls.EXTENSION,
    starttls.LOGINDISABLED,
    auth.PLAIN,
    auth.LOGIN,
    auth.CRAM_MD5,
    id.EXTENSION,
    enable.EXTENSION,
    idle.EXTENSION,
    unselect.EXTENSION,
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
    binary.EXTENSION,
    preview.EXTENSION,
)
"""All there is, in the order in which capabilities are shown."""


@lru_cache(maxsize=64)
def catalogue(changes: str = "") -> Catalogue:
    """What a server speaks after `changes` of what all speak: ``"+LITERAL- -MOVE"``.

    ``ValueError`` for an unknown name; see `mockmail.switches.switched`.
    """
    return Catalogue(switched(EXTENSIONS, changes))
