"""Byte-stuffing: how POP3 and SMTP send lines that a dot may begin.

RFC 1939 section 3, RFC 5321 section 4.5.2.
"""

import re

_LINE_DOT = re.compile(rb"(?:\A|(?<=\r\n))\.")


def stuff(data: bytes) -> bytes:
    """The lines with a dot put before each that begins with one."""
    return _LINE_DOT.sub(b"..", data) if b"." in data else data


def unstuff(data: bytes) -> bytes:
    """The lines with the first dot taken from each that begins with one."""
    return _LINE_DOT.sub(b"", data) if b"." in data else data
