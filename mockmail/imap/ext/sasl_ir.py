"""SASL-IR (RFC 4959): ``"AUTHENTICATE" SP auth-type [SP (base64 / "=")]``."""

from mockmail.imap.rows import CapabilityRow, Extension, State

EXTENSION = Extension(
    "SASL-IR",
    capabilities=(CapabilityRow(b"SASL-IR", lambda s: s.state is State.NOT_AUTHENTICATED),),
    initial_response=True,
)
