"""COPY and UID COPY (RFC 3501 section 6.4.7): ``"COPY" SP sequence-set SP mailbox``."""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import Answer, Arrival, Seqs, message_command
from mockmail.imap.session import Session
from mockmail.numset import SeqSet, UidSet
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class CopyCommand:
    ids: SeqSet | UidSet
    mailbox: str


def parse(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> CopyCommand:
    cursor.space()
    return CopyCommand(ids, cursor.mailbox())


def handle(session: Session, c: CopyCommand) -> Answer:
    selection = session.selected.select(c.ids)
    target = session.target(c.mailbox)
    if not selection.complete and isinstance(c.ids, SeqSet):
        # All or nothing (RFC 3501 section 6.4.7), so nothing (RFC 2180 section 4.4.1).
        raise No("Some of the messages no longer exist", b"EXPUNGEISSUED")
    with session.adding() as tx:
        copied = [
            tx.append(target, entry.message, entry.flags, entry.internaldate)
            for entry in selection.entries
        ]
    yield COMMITTED
    sources = tuple(entry.uid for entry in selection.entries)
    arrival = Arrival(target, tuple(entry.uid for entry in copied), sources)
    return Done(b"COPY completed", session.catalogue.arrival_code(arrival))


ROWS = message_command(b"COPY", Seqs.USES | Seqs.BREAKS, parse, handle)
