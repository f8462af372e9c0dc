"""Names of mailboxes: hierarchy and INBOX (RFC 9051 section 5.1).

Names are text here, whatever a protocol makes of them on the wire. INBOX is one
name in any case; the rest is case-sensitive.
"""

from collections.abc import Iterator

DELIMITER = "/"
MAX_NAME = 1000
"""Characters in a mailbox name."""


def canonical(name: str) -> str:
    """The name as the store spells it: INBOX, and the INBOX above an inferior, in capitals."""
    head, delimiter, rest = name.partition(DELIMITER)
    return "INBOX" + delimiter + rest if head.upper() == "INBOX" else name


def superiors(name: str) -> Iterator[str]:
    """The names above `name`, the topmost first: ``a``, ``a/b`` for ``a/b/c``."""
    at = name.find(DELIMITER)
    while at >= 0:
        yield name[:at]
        at = name.find(DELIMITER, at + 1)


def problem(name: str) -> str | None:
    """Why no mailbox can be called `name`, or None."""
    if not name:
        return "A mailbox name can't be empty"
    if len(name) > MAX_NAME:
        return f"A mailbox name has at most {MAX_NAME} characters"
    if any(part == "" for part in name.split(DELIMITER)):
        return f"No empty level between {DELIMITER!r} in a mailbox name"
    if any(char < " " or char == "\x7f" for char in name):
        return "No control characters in a mailbox name"
    if "*" in name or "%" in name:
        return "'*' and '%' are wildcards of LIST"
    return None
