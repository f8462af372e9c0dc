"""What SMTP, submission and LMTP have beyond RFC 821's commands, one family per file."""
