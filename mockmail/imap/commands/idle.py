"""IDLE (RFC 2177): tell each change as it happens, until DONE."""

from mockmail.imap import reply
from mockmail.imap.reply import Bad, Done
from mockmail.imap.rows import (
    LOGGED_IN,
    Answer,
    CapabilityRow,
    Extension,
    Seqs,
    command,
    no_arguments,
)
from mockmail.imap.session import Session
from mockmail.wire.acts import Heard, Say, Wait
from mockmail.wire.buffer import TooLong
from mockmail.wire.points import Point
from mockmail.wire.turns import go_on

# idle            = "IDLE" CRLF "DONE"
MAX_DONE = 1024


def handle(session: Session, _: None) -> Answer:
    yield Say(reply.continuation(b"idling"), Point.CONTINUATION)
    wait = Wait(timeout=session.settings.autologout, change=True)
    while True:
        for response in session.untold(expunges=True):
            yield Say(response, Point.UNSOLICITED)
        try:
            line = session.buffer.line(MAX_DONE)
        except TooLong:
            line = b""
        if line is not None:
            yield Heard(line + b"\r\n")
            if line.upper() == b"DONE":
                return Done(b"IDLE terminated")
            raise Bad("Expected DONE")
        go_on((yield wait))


ROWS = (command(b"IDLE", LOGGED_IN, Seqs.BREAKS, no_arguments, handle),)
EXTENSION = Extension("IDLE", rfc=2177, commands=ROWS, capabilities=(CapabilityRow(b"IDLE"),))
