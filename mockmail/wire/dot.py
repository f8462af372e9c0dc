"""Byte-stuffing: how POP3 and SMTP send lines that a dot may begin.

RFC 1939 section 3, RFC 5321 section 4.5.2. A line ends with CRLF, nothing else does.
"""


def stuff(data: bytes) -> bytes:
    """The lines with a dot put before each that begins with one."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def unstuff(data: bytes) -> bytes:
    """The lines with the first dot taken from each that begins with one."""
    return data.replace(b"\r\n.", b"\r\n").removeprefix(b".")
