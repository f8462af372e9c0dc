"""CLOSE (RFC 9051 section 6.4.1): expunge without a word, and leave the mailbox."""

from mockmail.imap.reply import Done
from mockmail.imap.rows import Answer, Seqs, State, command, no_arguments
from mockmail.imap.session import Session
from mockmail.wire.acts import COMMITTED


def handle(session: Session, _: None) -> Answer:
    view = session.selected
    if not (view.read_only or view.fixed):
        with session.store.transaction(session.name) as tx:
            deleted = sorted(view.mailbox.deleted)
            tx.expunge(view.mailbox, deleted)
        yield COMMITTED
    session.close_view()
    return Done(b"CLOSE completed")


ROWS = (command(b"CLOSE", (State.SELECTED,), Seqs.BREAKS, no_arguments, handle),)
