"""CAPABILITY (RFC 9051 section 6.1.1)."""

from mockmail.imap import reply
from mockmail.imap.reply import Done
from mockmail.imap.rows import ANY_STATE, Answer, Seqs, command, no_arguments
from mockmail.imap.session import Session


def handle(session: Session, _: None) -> Answer:
    yield reply.untagged(b"CAPABILITY", session.capabilities())
    return Done(b"CAPABILITY completed")


ROWS = (command(b"CAPABILITY", ANY_STATE, Seqs.NONE, no_arguments, handle),)
