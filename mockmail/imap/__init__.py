"""IMAP4rev1 (RFC 3501): a session as a generator of acts over a store."""
