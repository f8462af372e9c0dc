"""Names of mailboxes: hierarchy, namespaces and INBOX (RFC 9051 section 5.1).

Names are text here, whatever a protocol makes of them on the wire. INBOX is one
name in any case; the rest is case-sensitive.
"""

import re
from collections.abc import Iterator

DELIMITER = "/"
# Of Unicode's line separators, too (RFC 5198 section 2).
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
MAX_NAME = 1000
"""Characters in a mailbox name."""

# Namespaces beside a user's own (RFC 9051 section 5.1.2): prefixes of their names.
OTHERS = "Users/"
SHARED = "Shared/"
NEWS = "#news."
"""In it levels are divided by a dot, as in names of newsgroups."""


def delimiter(name: str) -> str:
    """What divides the levels of `name`."""
    return "." if name.startswith(NEWS) else DELIMITER


def canonical(name: str) -> str:
    """The name as the store spells it: INBOX, and the INBOX above an inferior, in capitals."""
    head, delimiter, rest = name.partition(DELIMITER)
    return "INBOX" + delimiter + rest if head.upper() == "INBOX" else name


def superiors(name: str) -> Iterator[str]:
    """The names above `name`, the topmost first: ``a``, ``a/b`` for ``a/b/c``."""
    divider = delimiter(name)
    at = name.find(divider, len(NEWS) if name.startswith(NEWS) else 0)
    while at >= 0:
        yield name[:at]
        at = name.find(divider, at + 1)


def problem(name: str) -> str | None:
    """Why no mailbox can be called `name`, or None."""
    if not name:
        return "A mailbox name can't be empty"
    if len(name) > MAX_NAME:
        return f"A mailbox name has at most {MAX_NAME} characters"
    if any(part == "" for part in name.split(delimiter(name))):
        return f"No empty level between {delimiter(name)!r} in a mailbox name"
    if _CONTROL.search(name):
        return "No control characters in a mailbox name"
    if "*" in name or "%" in name:
        return "'*' and '%' are wildcards of LIST"
    return None
