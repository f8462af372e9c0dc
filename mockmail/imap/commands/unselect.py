"""UNSELECT (RFC 3691): leave the mailbox, and expunge nothing."""

from mockmail.imap.reply import Done
from mockmail.imap.rows import Answer, CapabilityRow, Extension, Seqs, State, command, no_arguments
from mockmail.imap.session import Session


def handle(session: Session, _: None) -> Answer:
    yield from ()
    session.close_view()
    return Done(b"UNSELECT completed")


ROWS = (command(b"UNSELECT", (State.SELECTED,), Seqs.BREAKS, no_arguments, handle),)
EXTENSION = Extension(
    "UNSELECT", rfc=3691, commands=ROWS, capabilities=(CapabilityRow(b"UNSELECT"),)
)
