"""LIST and LSUB (RFC 3501 sections 6.3.8, 6.3.9; options: RFC 5258)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mockmail.imap import quote, reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.listing import Listing, unasked
from mockmail.imap.reply import Bad, Done
from mockmail.imap.rows import LOGGED_IN, Answer, ListReturn, ListSelectRow, Seqs, command
from mockmail.imap.session import Session
from mockmail.store import names


@dataclass(frozen=True, slots=True)
class ListCommand:
    patterns: tuple[str, ...]
    """Reference and name joined; one of them must match."""
    reference: str
    extended: bool
    """Whether it has anything that RFC 3501's LIST has not."""
    selects: tuple[ListSelectRow, ...] = ()
    returns: tuple[ListReturn, ...] = ()


@dataclass(frozen=True, slots=True)
class LsubCommand:
    pattern: str


def parse(session: Session, cursor: Cursor) -> ListCommand:
    """``"LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]``."""
    catalogue = session.catalogue
    selects: dict[bytes, ListSelectRow] = {}
    returns = unasked(session)
    cursor.space()
    extended = catalogue.list_options and cursor.peek(b"(")
    if extended:
        for select in cursor.list_of(
            lambda: cursor.row(catalogue.list_selects, "a selection option"), empty=True
        ):
            selects[select.name] = select
            for name in select.returns:
                returns[name] = catalogue.list_returns[name].parse(session, cursor)
        chosen = selects.values()
        if any(s.recursive for s in chosen) and not any(s.base for s in chosen):
            raise Bad("RECURSIVEMATCH needs SUBSCRIBED or its like")
        cursor.space()
    reference = cursor.mailbox()
    cursor.space()
    if catalogue.list_options and cursor.peek(b"("):
        extended = True
        patterns = cursor.list_of(cursor.list_mailbox)
    else:
        patterns = [cursor.list_mailbox()]
    if catalogue.list_options and cursor.skip(b" "):
        extended = True
        if cursor.word("RETURN") != b"RETURN":
            raise Bad("Expected RETURN behind the pattern")
        cursor.space()

        def option() -> None:
            row = cursor.row(catalogue.list_returns, "a return option")
            returns[row.name] = row.parse(session, cursor)

        cursor.list_of(option, empty=True)
    # An empty one asks for the delimiter, or is ignored (RFC 9051 section 6.3.9).
    joined = tuple(_joined(reference, pattern) for pattern in patterns if pattern)
    _limit(session, joined)
    return ListCommand(
        joined, reference, extended, tuple(selects.values()), tuple(returns.values())
    )


def parse_lsub(session: Session, cursor: Cursor) -> LsubCommand:
    """``"LSUB" SP mailbox SP list-mailbox``."""
    cursor.space()
    reference = cursor.mailbox()
    cursor.space()
    pattern = _joined(reference, cursor.list_mailbox())
    _limit(session, (pattern,))
    return LsubCommand(pattern)


def _limit(session: Session, patterns: Iterable[str]) -> None:
    limit = session.settings.pattern
    if sum(map(len, patterns)) > limit:
        raise Bad(f"Patterns have at most {limit} characters")


def _joined(reference: str, pattern: str) -> str:
    return names.canonical(reference + pattern)


def handle(session: Session, c: ListCommand) -> Answer:
    if not c.patterns and not c.extended:
        # The hierarchy's delimiter and the root of the reference are asked for.
        root = names.NEWS if c.reference.startswith(names.NEWS) else ""
        delimiter = quote.quoted(names.delimiter(root).encode())
        yield reply.untagged(b"LIST", b"(\\Noselect)", delimiter, quote.quoted(root.encode()))
        return Done(b"LIST completed")
    listing = Listing(session, c.returns)
    existing = listing.listed.mailboxes
    selecting = [select.names(listing.listed) for select in c.selects if select.names]
    if selecting:
        candidates = {**existing, **dict.fromkeys(session.account.subscriptions)}
        left = {name for name in candidates if all(name in each for each in selecting)}
    else:
        left = set(all_names(existing))
    matching = {name for name in left if _matches_any(c.patterns, name)}
    above: set[str] = set()
    if any(select.recursive for select in c.selects):
        above = {superior for name in left for superior in names.superiors(name)}
        # Not those below which something is told of anyway (RFC 5258 section 3.5).
        hidden = {superior for name in left - matching for superior in names.superiors(name)}
        matching |= {name for name in hidden if _matches_any(c.patterns, name)}
    children = b'("CHILDINFO" (%b))' % b" ".join(
        quote.quoted(select.name) for select in c.selects if select.base
    )
    for name in sorted(matching, key=_place):
        info = [children] if name in above else []
        yield listing.response(name, *info, missing=_MISSING[c.extended])
        # A name told of for those below it gets no STATUS (RFC 5819 section 3).
        if name in existing and name in left:
            for each in c.returns:
                yield from each.after(name, existing[name])
    return Done(b"LIST completed")


_MISSING = {False: b"\\Noselect", True: b"\\NonExistent"}


def _matches_any(patterns: Iterable[str], name: str) -> bool:
    # A wildcard at the start stays in the user's own namespace (RFC 9051 section 5.1.2.1).
    return any(
        matches(pattern, name) for pattern in patterns if pattern[:1] == "#" or name[:1] != "#"
    )


def handle_lsub(session: Session, c: LsubCommand) -> Answer:
    """The subscribed names, whether there are such mailboxes or not."""
    pattern = c.pattern
    subscribed = session.account.subscriptions
    shown: dict[str, None] = {}
    for name in subscribed:
        if matches(pattern, name):
            shown[name] = None
        elif pattern.endswith("%"):
            # The level is shown in place of what is subscribed below it.
            shown |= {above: None for above in names.superiors(name) if matches(pattern, above)}
    for name in sorted(shown, key=_place):
        # A client reads \Noselect as "not subscribed itself" (RFC 3501 section 6.3.9).
        attributes = b"()" if name in subscribed else b"(\\Noselect)"
        delimiter = quote.quoted(names.delimiter(name).encode())
        yield reply.untagged(b"LSUB", attributes, delimiter, session.quoted(name))
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
    delimiter = names.delimiter(name)
    for char in name:
        after = set()
        for place in places:
            wanted = pattern[place : place + 1]
            if wanted == "*" or (wanted == "%" and char != delimiter):
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
    command(b"LSUB", LOGGED_IN, Seqs.NONE, parse_lsub, handle_lsub),
)
