"""POP3's extensions, one family a file: rows only."""
