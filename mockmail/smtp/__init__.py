"""SMTP (RFC 5321): mail comes in, and goes to mailboxes or the outbox."""
