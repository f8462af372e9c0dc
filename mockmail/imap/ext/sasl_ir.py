"""SASL-IR (RFC 4959): ``"AUTHENTICATE" SP auth-type [SP (base64 / "=")]``."""

from mockmail.imap.rows import BEFORE_LOGIN, CapabilityRow, Extension

EXTENSION = Extension(
    "SASL-IR",
    rfc=4959,
    capabilities=(CapabilityRow(b"SASL-IR", BEFORE_LOGIN),),
    initial_response=True,
)
