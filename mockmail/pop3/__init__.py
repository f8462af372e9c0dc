"""POP3 (RFC 1939): a maildrop as it was at login, deletions at QUIT."""
