"""NOOP and CHECK (RFC 3501 sections 6.1.2 and 6.4.1): a time to be told things."""

from mockmail.imap.reply import Done
from mockmail.imap.rows import ANY_STATE, Answer, Seqs, State, command, no_arguments
from mockmail.imap.session import Session


def noop(session: Session, _: None) -> Answer:
    yield from ()
    return Done(b"NOOP completed")


def check(session: Session, _: None) -> Answer:
    yield from ()
    return Done(b"CHECK completed")


ROWS = (
    command(b"NOOP", ANY_STATE, Seqs.BREAKS, no_arguments, noop),
    command(b"CHECK", (State.SELECTED,), Seqs.BREAKS, no_arguments, check),
)
