"""MULTIAPPEND (RFC 3502): several messages in one APPEND, all of them or none."""

from mockmail.imap.rows import CapabilityRow, Extension

EXTENSION = Extension(
    "MULTIAPPEND",
    rfc=3502,
    capabilities=(CapabilityRow(b"MULTIAPPEND"),),
    multiappend=True,
)
