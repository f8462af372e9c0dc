"""TOP and UIDL (RFC 1939 section 7), and LAST, which RFC 1225 had."""

from mockmail.pop3 import arguments, reply
from mockmail.pop3.maildrop import as_sent
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import AFTER_LOGIN, Answer, CommandRow, Extension, tag
from mockmail.pop3.session import Session


def top(session: Session, argument: bytes) -> Answer:
    yield from ()
    number, space, count = argument.partition(b" ")
    if not space:
        raise Err("Expected a message number and a number of lines")
    at = arguments.number(number)
    lines = arguments.number(count, "a number of lines")
    entry = session.content(at)
    data = as_sent(entry)
    end = entry.message.header_size
    for _ in range(lines):
        newline = data.find(b"\n", end)
        if newline < 0:
            break
        end = newline + 1
    data = data[:end][: session.settings.top]
    return reply.message(b"Top of message follows", data, entry.uid)


def uidl(session: Session, argument: bytes) -> Answer:
    yield from ()
    drop = session.drop
    if argument:
        number = arguments.number(argument)
        return reply.ok(b"%d %b" % (number, drop.unique_id(drop.entry(number))))
    rows = [b"%d %b" % (number, drop.unique_id(entry)) for number, entry in drop.remaining()]
    return reply.lines(b"Unique ids follow", rows)


def last(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    return reply.ok(b"%d" % session.drop.last)


TOP = Extension(
    "TOP", rfc=1939, commands=(CommandRow(b"TOP", AFTER_LOGIN, top),), capabilities=(tag(b"TOP"),)
)
UIDL = Extension(
    "UIDL",
    rfc=1939,
    commands=(CommandRow(b"UIDL", AFTER_LOGIN, uidl),),
    capabilities=(tag(b"UIDL"),),
)
LAST = Extension(
    "LAST", rfc=1225, default=False, commands=(CommandRow(b"LAST", AFTER_LOGIN, last),)
)
