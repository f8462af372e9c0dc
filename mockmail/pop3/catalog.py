"""What mockmail's POP3 consists of: every extension and its rows, in order.

A new command or extension is one file and one line here.
"""

from functools import lru_cache

from mockmail.pop3 import commands
from mockmail.pop3.ext import apop, auth, bboards, capa, optional, stls, user, utf8, xlst, xmit
from mockmail.pop3.rows import Catalogue, Extension
from mockmail.switches import switched

POP3 = Extension("POP3", rfc=1939, commands=commands.ROWS)
EXTENSIONS = (
    POP3,
    capa.CAPA,
    user.USER,
    apop.EXTENSION,
    auth.SASL,
    auth.PLAIN,
    auth.LOGIN,
    auth.CRAM_MD5,
    optional.TOP,
    optional.UIDL,
    capa.RESP_CODES,
    capa.AUTH_RESP_CODE,
    capa.PIPELINING,
    capa.EXPIRE,
    capa.LOGIN_DELAY,
    stls.EXTENSION,
    utf8.UTF8,
    utf8.LANG,
    capa.IMPLEMENTATION,
    optional.LAST,
    user.RPOP,
    bboards.EXTENSION,
    xmit.EXTENSION,
    xlst.EXTENSION,
)
"""All there is, in the order in which capabilities are shown."""


@lru_cache(maxsize=64)
def catalogue(changes: str = "") -> Catalogue:
    """What a server speaks after `changes` of what all speak: ``"+LAST -TOP"``.

    ``ValueError`` for an unknown name; see `mockmail.switches.switched`.
    """
    return Catalogue(switched(EXTENSIONS, changes))
