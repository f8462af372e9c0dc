"""What mockmail's SMTP consists of: every extension and its rows, in order.

A new command or extension is one file and one line here.
"""

from functools import lru_cache

from mockmail.smtp import commands
from mockmail.smtp.ext import asking, auth, chunking, dsn, keywords, limits, starttls, timing, utf8
from mockmail.smtp.rows import Catalogue, Role
from mockmail.switches import switched

SMTP = commands.BASE
EXTENSIONS = (
    SMTP,
    commands.EHLO,
    keywords.PIPELINING,
    keywords.SIZE,
    keywords.EIGHTBITMIME,
    keywords.ENHANCEDSTATUSCODES,
    starttls.STARTTLS,
    auth.AUTH,
    auth.PLAIN,
    auth.LOGIN,
    auth.CRAM_MD5,
    dsn.EXTENSION,
    utf8.EXTENSION,
    chunking.CHUNKING,
    chunking.BINARYMIME,
    timing.DELIVERBY,
    timing.FUTURERELEASE,
    timing.MT_PRIORITY,
    starttls.REQUIRETLS,
    limits.EXTENSION,
    asking.VRFY,
    asking.EXPN,
    asking.HELP,
)
"""All there is, in the order in which keywords are shown."""


@lru_cache(maxsize=64)
def catalogues(changes: str = "") -> dict[Role, Catalogue]:
    """What a server speaks in each role after `changes` of what all speak: ``"+LIMITS -DSN"``.

    ``ValueError`` for an unknown name; see `mockmail.switches.switched`.
    """
    on = switched(EXTENSIONS, changes)
    return {role: Catalogue(on, role) for role in Role}
