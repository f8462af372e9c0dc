"""SELECT and EXAMINE (RFC 3501 sections 6.3.1 and 6.3.2).

``"SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"]`` (RFC 4466 section 2.1)
"""

from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.session import LOGGED_IN, AfterOpen, Answer, Seqs, Session, command, named
from mockmail.imap.view import BASE_TELLINGS, View, keywords


@dataclass(frozen=True, slots=True)
class SelectCommand:
    mailbox: str
    parameters: tuple[AfterOpen, ...]


def parse(session: Session, cursor: Cursor) -> SelectCommand:
    def parameter() -> AfterOpen:
        rows = session.catalogue.select_parameters
        return named(cursor, rows, "a SELECT parameter").parse(cursor)

    cursor.space()
    mailbox = cursor.mailbox()
    parameters = cursor.list_of(parameter) if cursor.skip(b" ") else []
    return SelectCommand(mailbox, tuple(parameters))


def _open(session: Session, c: SelectCommand, *, read_only: bool) -> Answer:
    # The mailbox selected before is left even if this fails (RFC 3501 section 6.3.1).
    session.close_view()
    mailbox = session.account.mailbox(c.mailbox)
    if mailbox is None:
        raise No("There is no such mailbox", b"NONEXISTENT")
    view = View(
        mailbox,
        number=session.number,
        origin=session.name,
        read_only=read_only,
        tellings=BASE_TELLINGS,
    )
    session.open_view(view)
    yield from keywords(view)
    yield reply.untagged(b"EXISTS", number=len(view.uids))
    yield reply.untagged(b"RECENT", number=len(view.recent))
    unseen = mailbox.first_unseen()
    if unseen is not None:
        yield reply.status(b"OK", b"First unseen message", b"UNSEEN %d" % view.seq_of(unseen))
    yield reply.status(b"OK", b"UIDs are valid", b"UIDVALIDITY %d" % mailbox.uidvalidity)
    yield reply.status(b"OK", b"The next UID", b"UIDNEXT %d" % mailbox.uidnext)
    for after_open in (*session.catalogue.after_open, *c.parameters):
        yield from after_open(session, view)
    if read_only:
        return Done(b"EXAMINE completed", b"READ-ONLY")
    return Done(b"SELECT completed", b"READ-WRITE")


def select(session: Session, c: SelectCommand) -> Answer:
    return (yield from _open(session, c, read_only=False))


def examine(session: Session, c: SelectCommand) -> Answer:
    return (yield from _open(session, c, read_only=True))


ROWS = (
    command(b"SELECT", LOGGED_IN, Seqs.BREAKS, parse, select),
    command(b"EXAMINE", LOGGED_IN, Seqs.BREAKS, parse, examine),
)
