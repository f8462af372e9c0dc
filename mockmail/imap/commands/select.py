"""SELECT and EXAMINE (RFC 3501 sections 6.3.1 and 6.3.2).

``"SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"]`` (RFC 4466 section 2.1)
"""

from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, AfterOpen, Answer, Seqs, command, modifiers
from mockmail.imap.session import Session


@dataclass(frozen=True, slots=True)
class SelectCommand:
    mailbox: str
    parameters: tuple[AfterOpen, ...]


def parse(session: Session, cursor: Cursor) -> SelectCommand:
    cursor.space()
    mailbox = cursor.mailbox()
    rows = session.catalogue.select_parameters
    parameters: tuple[AfterOpen, ...] = ()
    if cursor.skip(b" "):
        parameters = modifiers(
            cursor, rows, "a SELECT parameter", lambda row: row.parse(session, cursor)
        )
    return SelectCommand(mailbox, parameters)


def _open(session: Session, c: SelectCommand, *, read_only: bool) -> Answer:
    # The mailbox selected before is left even if this fails (RFC 3501 section 6.3.1).
    if session.view is not None and session.catalogue.tells_closed:
        yield reply.status(b"OK", b"The mailbox is closed", b"CLOSED")
    session.close_view()
    mailbox = session.mailbox(c.mailbox)
    if mailbox is None:
        raise No("There is no such mailbox", b"NONEXISTENT")
    if mailbox.damaged:
        raise No("The mailbox is damaged", b"CORRUPTION")
    session.store.opened(mailbox)
    view = session.open_view(c.mailbox, mailbox, read_only=read_only)
    tellings = view.tellings
    yield from tellings.keywords(view)
    yield from tellings.arrived(view)
    yield from tellings.recent(view)
    yield from tellings.unseen(view)
    yield reply.status(b"OK", b"UIDs are valid", b"UIDVALIDITY %d" % mailbox.uidvalidity)
    if not mailbox.sticky:
        yield reply.status(b"NO", b"UIDs are not kept", b"UIDNOTSTICKY")
    yield reply.status(b"OK", b"The next UID", b"UIDNEXT %d" % mailbox.uidnext)
    for after_open in (*session.catalogue.after_open, *c.parameters):
        yield from after_open(session, view)
    code = b"READ-ONLY" if view.read_only or view.fixed else b"READ-WRITE"
    return Done(b"%b completed" % (b"EXAMINE" if read_only else b"SELECT"), code)


def select(session: Session, c: SelectCommand) -> Answer:
    return (yield from _open(session, c, read_only=False))


def examine(session: Session, c: SelectCommand) -> Answer:
    return (yield from _open(session, c, read_only=True))


ROWS = (
    command(b"SELECT", LOGGED_IN, Seqs.BREAKS, parse, select),
    command(b"EXAMINE", LOGGED_IN, Seqs.BREAKS, parse, examine),
)
