"""SASL mechanisms (RFC 4422), one family per file: challenge out, answer in."""

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
"""The names of those there are (RFC 4422 section 3.1)."""
