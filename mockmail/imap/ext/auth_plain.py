"""AUTH=PLAIN (RFC 4616), the SASL mechanism, as IMAP offers it."""

from mockmail.imap.rows import BEFORE_LOGIN, CapabilityRow, Extension, MechanismRow
from mockmail.sasl.plain import plain

EXTENSION = Extension(
    "AUTH=PLAIN",
    rfc=4616,
    capabilities=(CapabilityRow(b"AUTH=PLAIN", BEFORE_LOGIN),),
    mechanisms=(MechanismRow(b"PLAIN", plain),),
)
