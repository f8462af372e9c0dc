"""ENABLE (RFC 5161): ``"ENABLE" 1*(SP capability)``; what is unknown is passed over."""

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done
from mockmail.imap.rows import Answer, CapabilityRow, Extension, Seqs, State, command
from mockmail.imap.session import Session


def parse(session: Session, cursor: Cursor) -> tuple[bytes, ...]:
    cursor.space()
    names = [cursor.word("a capability")]
    while cursor.skip(b" "):
        names.append(cursor.word("a capability"))
    return tuple(names)


def handle(session: Session, names: tuple[bytes, ...]) -> Answer:
    rows = {
        row.name.upper(): row for row in session.catalogue.capabilities if row.shown.test(session)
    }
    wanted = [rows[name] for name in dict.fromkeys(names) if name in rows]
    fresh = [row.name for row in wanted if row.enable and row.name not in session.enabled]
    said = [response for name in fresh for response in session.enable(name)]
    yield reply.untagged(b"ENABLED", *fresh)
    yield from said
    return Done(b"ENABLE completed")


EXTENSION = Extension(
    "ENABLE",
    rfc=5161,
    # Before a mailbox is selected (section 3.1).
    commands=(command(b"ENABLE", (State.AUTHENTICATED,), Seqs.NONE, parse, handle),),
    capabilities=(CapabilityRow(b"ENABLE"),),
)
