"""Where a message ends that DATA brings."""

import re

from mockmail.smtp.session import Session
from mockmail.wire.dot import unstuff
from mockmail.wire.turns import Reading, read

_LENIENT_END = re.compile(rb"(?:\A|(?<=\n))\.\r?\n")
_LENIENT_DOT = re.compile(rb"(?:\A|(?<=\n))\.")


def block(session: Session) -> Reading[tuple[bytes, bytes]]:
    """A message as it came, without its last line, and the same without the stuffed dots.

    CRLF "." CRLF ends it (RFC 5321 section 4.1.1.4), and with ``line_ends="lenient"``
    LF "." LF and their mixtures, by which mail is smuggled past servers that know
    only the one end to servers that know the others. `TooLong` after its end.
    """
    limit = session.settings.message
    buffer = session.buffer
    if session.settings.line_ends != "lenient":
        stuffed = yield from read(lambda: buffer.dot_block(limit), session.wait)
        return stuffed, unstuff(stuffed)
    stuffed = yield from read(lambda: buffer.before(_LENIENT_END, limit), session.wait)
    return stuffed, _LENIENT_DOT.sub(b"", stuffed)
