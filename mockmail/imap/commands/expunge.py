"""EXPUNGE (RFC 9051 section 6.4.3): the view tells which messages went."""

from mockmail.imap.reply import Done
from mockmail.imap.rows import Answer, Seqs, State, command, no_arguments
from mockmail.imap.session import Session
from mockmail.wire.acts import COMMITTED


def handle(session: Session, _: None) -> Answer:
    view = session.selected
    view.must_be_changeable()
    with session.store.transaction(session.name) as tx:
        deleted = sorted(view.mailbox.deleted)
        gone = tx.expunge(view.mailbox, deleted)
    yield COMMITTED
    code = session.catalogue.departure_code(session, view, gone)
    return Done(b"EXPUNGE completed", code)


ROWS = (command(b"EXPUNGE", (State.SELECTED,), Seqs.BREAKS, no_arguments, handle),)
