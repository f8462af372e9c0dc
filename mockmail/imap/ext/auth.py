"""AUTH=…: SASL mechanisms, as IMAP offers them."""

from mockmail.imap.rows import BEFORE_LOGIN, CapabilityRow, Extension, MechanismRow
from mockmail.sasl.cram_md5 import cram_md5
from mockmail.sasl.login import login
from mockmail.sasl.mechanism import Mechanism
from mockmail.sasl.plain import plain


def _auth(name: str, rfc: int | None, mechanism: Mechanism, *, default: bool = False) -> Extension:
    return Extension(
        f"AUTH={name}",
        rfc,
        default,
        capabilities=(CapabilityRow(f"AUTH={name}".encode(), BEFORE_LOGIN),),
        mechanisms=(MechanismRow(name.encode(), mechanism),),
    )


PLAIN = _auth("PLAIN", 4616, plain, default=True)
LOGIN = _auth("LOGIN", None, login)
CRAM_MD5 = _auth("CRAM-MD5", 2195, cram_md5)
