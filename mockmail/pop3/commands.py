"""The commands that each POP3 server has (RFC 1939 sections 4 to 6)."""

from mockmail.pop3 import arguments, reply
from mockmail.pop3.maildrop import as_sent
from mockmail.pop3.rows import AFTER_LOGIN, ANY_STATE, Answer, CommandRow
from mockmail.pop3.session import Session


def stat(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    sizes = [session.drop.size(entry) for _, entry in session.drop.remaining()]
    return reply.ok(b"%d %d" % (len(sizes), sum(sizes)))


def listing(session: Session, argument: bytes) -> Answer:
    yield from ()
    drop = session.drop
    if argument:
        number = arguments.number(argument)
        return reply.ok(drop.scan_listing(number, session.allowed(drop.entry(number))))
    rows = drop.scan_listings()
    return reply.lines(b"%d messages" % len(rows), rows)


def retr(session: Session, argument: bytes) -> Answer:
    yield from ()
    number = arguments.number(argument)
    entry = session.content(number)
    session.drop.retrieved[number] = None
    data = as_sent(entry)
    return reply.message(b"%d octets" % len(data), data, entry.uid)


def dele(session: Session, argument: bytes) -> Answer:
    yield from ()
    number = arguments.number(argument)
    session.drop.entry(number)
    session.drop.mark(number)
    return reply.ok(b"Message %d deleted" % number)


def noop(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    return reply.ok()


def rset(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    session.drop.reset()
    return reply.ok(b"%d messages" % sum(1 for _ in session.drop.remaining()))


def quit_(session: Session, argument: bytes) -> Answer:
    arguments.none(argument)
    session.finished = True
    yield from session.leave()
    return reply.ok(b"Goodbye")


ROWS = (
    CommandRow(b"STAT", AFTER_LOGIN, stat),
    CommandRow(b"LIST", AFTER_LOGIN, listing),
    CommandRow(b"RETR", AFTER_LOGIN, retr),
    CommandRow(b"DELE", AFTER_LOGIN, dele),
    CommandRow(b"NOOP", AFTER_LOGIN, noop),
    CommandRow(b"RSET", AFTER_LOGIN, rset),
    CommandRow(b"QUIT", ANY_STATE, quit_),
)
