"""UIDPLUS (RFC 4315): UID EXPUNGE, and the UIDs of what was appended or copied."""

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done
from mockmail.imap.rows import Answer, Arrival, CapabilityRow, Extension, Seqs, State, command
from mockmail.imap.session import Session
from mockmail.numset import UidSet
from mockmail.wire.acts import COMMITTED


def arrival_code(arrival: Arrival) -> bytes | None:
    """``APPENDUID`` or ``COPYUID``; nothing of UIDs that don't last (section 3)."""
    if not arrival.mailbox.sticky:
        return None
    uids = bytes(UidSet.of(arrival.uids))
    if arrival.sources is None:
        return b"APPENDUID %d %b" % (arrival.mailbox.uidvalidity, uids)
    sources = bytes(UidSet.of(arrival.sources))
    return b"COPYUID %d %b %b" % (arrival.mailbox.uidvalidity, sources, uids)


def parse(session: Session, cursor: Cursor) -> UidSet:
    """``"UID" SP "EXPUNGE" SP sequence-set``."""
    cursor.space()
    return cursor.uid_set()


def expunge(session: Session, uids: UidSet) -> Answer:
    """Of the messages with these UIDs, remove those that are ``\\Deleted`` (section 2.1)."""
    view = session.selected
    view.must_be_changeable()
    chosen = view.select(uids).entries
    with session.store.transaction(session.name) as tx:
        deleted = [entry.uid for entry in chosen if entry.flags.deleted]
        gone = tx.expunge(view.mailbox, deleted)
    yield COMMITTED
    code = session.catalogue.departure_code(session, view, gone)
    return Done(b"UID EXPUNGE completed", code)


EXTENSION = Extension(
    "UIDPLUS",
    rfc=4315,
    commands=(command(b"UID EXPUNGE", (State.SELECTED,), Seqs.BREAKS, parse, expunge),),
    capabilities=(CapabilityRow(b"UIDPLUS"),),
    arrival_code=arrival_code,
)
