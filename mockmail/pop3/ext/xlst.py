"""XTND XLST: one header field of each message. No RFC has it; old servers and clients do."""

from mockmail.pop3 import arguments, reply
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import AFTER_LOGIN, Answer, CommandRow, Extension
from mockmail.pop3.session import Session
from mockmail.store.journal import Entry


def xlst(session: Session, argument: bytes) -> Answer:
    """``XTND XLST field [msg]``: the number and the field, of those that have it."""
    yield from ()
    name, space, one = argument.partition(b" ")
    if not name:
        raise Err("Expected the name of a header field")
    wanted = name.rstrip(b":").lower()
    there = session.drop.remaining()
    entries = [(number, entry) for number, entry in there if session.refused(entry) is None]
    if space:
        number = arguments.number(one)
        entries = [(number, session.content(number))]
    lines = [line for number, entry in entries for line in _field(number, entry, wanted)]
    return reply.lines(b"Header fields follow", lines)


def _field(number: int, entry: Entry, wanted: bytes) -> list[bytes]:
    """The lines of the first field of that name."""
    message = entry.message
    for name, start, _, end in message.fields:
        if name == wanted:
            text = message.wire[start:end].replace(b"\r\n", b"\n").rstrip(b"\n")
            return (b"%d %b" % (number, text)).split(b"\n")
    return []


EXTENSION = Extension(
    "XLST",
    rfc=None,
    default=False,
    commands=(CommandRow(b"XTND XLST", AFTER_LOGIN, xlst),),
)
