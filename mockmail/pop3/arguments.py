"""What stands behind a keyword (RFC 1939 section 3)."""

import sys

from mockmail.pop3.reply import Err

_DIGITS = len(str(sys.maxsize)) - 1


def none(argument: bytes) -> None:
    """`Err` if there is one."""
    if argument.strip():
        raise Err("No argument is expected")


def text(argument: bytes, what: str) -> str:
    """A name or a password, in UTF-8."""
    if not argument:
        raise Err(f"Expected {what}")
    try:
        return argument.decode("utf-8")
    except UnicodeDecodeError:
        raise Err(f"{what} is not UTF-8") from None


def number(argument: bytes, what: str = "a message number") -> int:
    """A number; one that is too long to be converted is as good as infinite."""
    if not argument.isdigit():
        raise Err(f"Expected {what}")
    digits = argument.lstrip(b"0") or b"0"
    return int(digits) if len(digits) <= _DIGITS else sys.maxsize
