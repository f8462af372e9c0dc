"""LITERAL+ and LITERAL- (RFC 7888): literals that wait for no ``+``. Never both."""

from mockmail.imap.rows import CapabilityRow, Extension

SMALL = 4096
"""Octets of a literal under LITERAL- (section 5)."""
ANY = 2**63
"""The session's limits are what is left."""


LITERAL_PLUS = Extension(
    "LITERAL+",
    rfc=7888,
    excludes=("LITERAL-",),
    capabilities=(CapabilityRow(b"LITERAL+"),),
    nonsync_literal=ANY,
)
LITERAL_MINUS = Extension(
    "LITERAL-",
    rfc=7888,
    default=False,
    excludes=("LITERAL+",),
    capabilities=(CapabilityRow(b"LITERAL-"),),
    nonsync_literal=SMALL,
)
