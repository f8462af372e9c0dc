"""SASL mechanisms (RFC 4422), one family per file: challenge out, answer in."""
