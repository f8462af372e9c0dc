"""XTND BBOARDS and XTND ARCHIVE (RFC 1082): the mailboxes that all users have.

A discussion group is called what its mailbox is called behind the namespace; its
archive is the mailbox ``Archive`` below it. Its maxima is the highest UID that
was given in it.
"""

from collections.abc import Iterator

from mockmail.pop3 import arguments, reply
from mockmail.pop3.maildrop import Group
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import AFTER_LOGIN, Answer, CommandRow, Extension
from mockmail.pop3.session import Session
from mockmail.store import names
from mockmail.store.mailbox import Mailbox

ARCHIVE = "archive"


def _words(session: Session) -> Iterator[tuple[str, Mailbox]]:
    """Names that can stand in a command line, and their mailboxes."""
    for full, mailbox in {**session.store.shared, **session.account.news}.items():
        name = full.removeprefix(names.SHARED).removeprefix(names.NEWS)
        if name.isascii() and " " not in name:
            yield name, mailbox


def _groups(session: Session) -> dict[str, tuple[str, Mailbox]]:
    """By name in lower case: the name, and the mailbox."""
    found: dict[str, tuple[str, Mailbox]] = {}
    for name, mailbox in _words(session):
        found.setdefault(name.lower(), (name, mailbox))
    return found


def _is_archive(name: str) -> bool:
    return name.replace(".", names.DELIMITER).endswith(names.DELIMITER + ARCHIVE)


def _listing(name: str, mailbox: Mailbox) -> bytes:
    return f"{name} {mailbox.uidnext - 1}".encode()


def bboards(session: Session, argument: bytes) -> Answer:
    if not argument:
        yield from ()
        boards = [pair for low, pair in _groups(session).items() if not _is_archive(low)]
        return reply.lines(b"XTND", [_listing(*pair) for pair in boards])
    return (yield from _enter(session, argument, ("",)))


def archive(session: Session, argument: bytes) -> Answer:
    below = (names.DELIMITER + ARCHIVE, "." + ARCHIVE)
    return (yield from _enter(session, argument, below))


def _enter(session: Session, argument: bytes, behind: tuple[str, ...]) -> Answer:
    """Close the maildrop, then open that of a group; `Err` leaves the client without one."""
    wanted = arguments.text(argument, "the name of a discussion group").lower()
    user = session.account
    yield from session.leave()
    session.maildrop = Group(session.store, user, Mailbox("", 1, None), session.settings)
    groups = _groups(session)
    pair = groups.get(wanted)
    mailbox = next((groups[wanted + end][1] for end in behind if wanted + end in groups), None)
    if pair is None or mailbox is None:
        raise Err("There is no such discussion group")
    session.open(user, mailbox, Group)
    return reply.lines(b"XTND", [_listing(pair[0], mailbox)])


EXTENSION = Extension(
    "BBOARDS",
    rfc=1082,
    default=False,
    commands=(
        CommandRow(b"XTND BBOARDS", AFTER_LOGIN, bboards),
        CommandRow(b"XTND ARCHIVE", AFTER_LOGIN, archive),
    ),
)
