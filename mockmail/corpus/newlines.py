"""Line ends of messages in files.

A message's lines end in CRLF (RFC 5322 section 2.1), those of files on Unix in
LF. Written as ``lf``, each line end of a message is an LF: a bare CR or LF in it
can't be told from a CRLF then, and is one when it is read. Written as ``crlf``,
the bytes are those that are stored, whatever they are, and read with ``keep``
they are the same again.
"""

from typing import Literal

from mockmail.message.message import with_crlf

Read = Literal["crlf", "keep"]
"""What becomes of the line ends in a file: each a CRLF, or as they are."""
Written = Literal["lf", "crlf"]


def written(raw: bytes, newlines: Written) -> bytes:
    """The bytes of a message as they stand in a file."""
    return with_crlf(raw).replace(b"\r\n", b"\n") if newlines == "lf" else raw
