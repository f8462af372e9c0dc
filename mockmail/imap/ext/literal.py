"""LITERAL+ and LITERAL- (RFC 7888): literals that wait for no ``+``. Never both."""

from mockmail.imap.rows import CapabilityRow, Extension

SMALL = 4096
"""Octets of a literal under LITERAL- (section 5)."""
ANY = 2**63
"""The session's limits are what is left."""


def _extension(name: str, largest: int) -> Extension:
    capability = CapabilityRow(name.encode(), lambda session: True)
    return Extension(name, capabilities=(capability,), nonsync_literal=largest)


LITERAL_PLUS = _extension("LITERAL+", ANY)
LITERAL_MINUS = _extension("LITERAL-", SMALL)
