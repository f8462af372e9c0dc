"""MOVE and UID MOVE (RFC 6851): ``"MOVE" SP sequence-set SP mailbox``."""

from dataclasses import dataclass

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import Answer, Arrival, CapabilityRow, Extension, Seqs, message_command
from mockmail.imap.session import Session
from mockmail.numset import SeqSet, UidSet
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class MoveCommand:
    ids: SeqSet | UidSet
    mailbox: str


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> MoveCommand:
    cursor.space()
    return MoveCommand(ids, cursor.mailbox())


def handle(session: Session, c: MoveCommand) -> Answer:
    view = session.selected
    selection = view.select(c.ids)
    target = session.target(c.mailbox)
    view.must_be_changeable()
    if not selection.complete and isinstance(c.ids, SeqSet):
        # As COPY has it: all or nothing (RFC 2180 section 4.4.1).
        raise No("Some of the messages no longer exist", b"EXPUNGEISSUED")
    sources = [entry.uid for entry in selection.entries]
    with session.adding() as tx:
        moved = [
            tx.append(target, entry.message, entry.flags, entry.internaldate)
            for entry in selection.entries
        ]
        gone = tx.expunge(view.mailbox, sources)
    yield COMMITTED
    arrival = Arrival(target, tuple(entry.uid for entry in moved), tuple(sources))
    code = session.catalogue.arrival_code(arrival)
    if code is not None:
        # Before the EXPUNGEs, which take the numbers away (RFC 6851 section 4.3).
        yield reply.status(b"OK", b"Moved", code)
    return Done(b"MOVE completed", session.catalogue.departure_code(session, view, gone))


EXTENSION = Extension(
    "MOVE",
    rfc=6851,
    commands=message_command(b"MOVE", Seqs.USES | Seqs.BREAKS, parse, handle),
    capabilities=(CapabilityRow(b"MOVE"),),
)
