"""MULTIAPPEND (RFC 3502): several messages in one APPEND, all of them or none."""

from mockmail.imap.rows import CapabilityRow, Extension

EXTENSION = Extension(
    "MULTIAPPEND",
    capabilities=(CapabilityRow(b"MULTIAPPEND", lambda session: True),),
    multiappend=True,
)
