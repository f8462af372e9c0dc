"""LOGOUT (RFC 9051 section 6.1.3)."""

from mockmail.imap import reply
from mockmail.imap.reply import Done
from mockmail.imap.rows import ANY_STATE, Answer, Seqs, State, command, no_arguments
from mockmail.imap.session import Session


def handle(session: Session, _: None) -> Answer:
    session.close_view()
    session.state = State.LOGOUT
    yield reply.status(b"BYE", b"Logging out")
    return Done(b"LOGOUT completed")


ROWS = (command(b"LOGOUT", ANY_STATE, Seqs.NONE, no_arguments, handle),)
