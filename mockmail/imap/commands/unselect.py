"""UNSELECT (RFC 3691): leave the mailbox, and expunge nothing."""

from mockmail.imap.reply import Done
from mockmail.imap.session import Answer, Seqs, Session, State, command, no_arguments


def handle(session: Session, _: None) -> Answer:
    yield from ()
    session.close_view()
    return Done(b"UNSELECT completed")


ROWS = (command(b"UNSELECT", (State.SELECTED,), Seqs.BREAKS, no_arguments, handle),)
