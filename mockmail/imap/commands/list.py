"""LIST and LSUB (RFC 3501 sections 6.3.8, 6.3.9): ``"LIST" SP mailbox SP list-mailbox``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mockmail.imap import quote, reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done
from mockmail.imap.session import LOGGED_IN, Answer, Seqs, Session, command
from mockmail.store import names
from mockmail.store.names import DELIMITER

MAX_PATTERN = 1000
"""Characters in a pattern."""


@dataclass(frozen=True, slots=True)
class ListCommand:
    reference: str
    pattern: str


def parse(session: Session, cursor: Cursor) -> ListCommand:
    cursor.space()
    reference = cursor.mailbox()
    cursor.space()
    pattern = cursor.list_mailbox()
    if len(reference) + len(pattern) > MAX_PATTERN:
        raise Bad(f"A pattern has at most {MAX_PATTERN} characters")
    return ListCommand(reference, pattern)


def handle(session: Session, c: ListCommand) -> Answer:
    delimiter = quote.quoted(DELIMITER.encode())
    if not c.pattern:
        # The hierarchy's delimiter and the root of the reference are asked for.
        yield reply.untagged(b"LIST", b"(\\Noselect)", delimiter, b'""')
        return Done(b"LIST completed")
    pattern = names.canonical(c.reference + c.pattern)
    existing = session.account.mailboxes
    for name in all_names(existing):
        if matches(pattern, name):
            attributes = b"()" if name in existing else b"(\\Noselect)"
            yield reply.untagged(b"LIST", attributes, delimiter, quote.mailbox(name))
    return Done(b"LIST completed")


def handle_lsub(session: Session, c: ListCommand) -> Answer:
    """The subscribed names, whether there are such mailboxes or not."""
    delimiter = quote.quoted(DELIMITER.encode())
    pattern = names.canonical(c.reference + c.pattern)
    subscribed, existing = session.account.subscriptions, session.account.mailboxes
    shown: dict[str, None] = {}
    for name in subscribed:
        if matches(pattern, name):
            shown[name] = None
        elif pattern.endswith("%"):
            # The level is shown in place of what is subscribed below it.
            shown |= {above: None for above in names.superiors(name) if matches(pattern, above)}
    for name in sorted(shown, key=_place):
        here = name in subscribed and name in existing
        attributes = b"()" if here else b"(\\Noselect)"
        yield reply.untagged(b"LSUB", attributes, delimiter, quote.mailbox(name))
    return Done(b"LSUB completed")


def _place(name: str) -> tuple[bool, str]:
    return name != "INBOX", name


def all_names(existing: Iterable[str]) -> Iterator[str]:
    """The mailboxes and the levels above them that are none, INBOX first, then by name."""
    known = set(existing)
    for name in existing:
        known.update(names.superiors(name))
    return iter(sorted(known, key=_place))


def matches(pattern: str, name: str) -> bool:
    """Whether a LIST pattern matches: ``*`` is anything, ``%`` anything without a delimiter.

    The time is at most proportional to the pattern's length times the name's:
    all places of the pattern are followed at once.
    """
    # Wildcards side by side match what one of them matches.
    pattern = _WILDCARDS.sub(lambda run: "*" if "*" in run[0] else "%", pattern)
    places = _with_empty_wildcards(pattern, {0})
    for char in name:
        after = set()
        for place in places:
            wanted = pattern[place : place + 1]
            if wanted == "*" or (wanted == "%" and char != DELIMITER):
                after.add(place)
            elif wanted == char:
                after.add(place + 1)
        places = _with_empty_wildcards(pattern, after)
        if not places:
            return False
    return len(pattern) in places


_WILDCARDS = re.compile(r"[*%]+")


def _with_empty_wildcards(pattern: str, places: set[int]) -> set[int]:
    """The places, and those behind a wildcard that matches nothing."""
    return places | {place + 1 for place in places if pattern[place : place + 1] in _BOTH}


_BOTH = ("*", "%")


ROWS = (
    command(b"LIST", LOGGED_IN, Seqs.NONE, parse, handle),
    command(b"LSUB", LOGGED_IN, Seqs.NONE, parse, handle_lsub),
)
