"""The commands of POP3 (RFC 1939 sections 4 to 7), and CAPA (RFC 2449)."""

from mockmail.pop3 import reply
from mockmail.pop3.maildrop import as_sent, octets
from mockmail.pop3.reply import Err
from mockmail.pop3.session import ANY_STATE, Answer, CommandRow, Session, State
from mockmail.sasl.mechanism import AuthenticationFailed, check_password
from mockmail.wire.acts import COMMITTED, NOT_OFFERED, Switch

CAPABILITIES = (b"USER", b"TOP", b"UIDL", b"RESP-CODES", b"PIPELINING")


def _none(argument: bytes) -> None:
    if argument.strip():
        raise Err("No argument is expected")


def _text(argument: bytes, what: str) -> str:
    if not argument:
        raise Err(f"Expected {what}")
    try:
        return argument.decode("utf-8")
    except UnicodeDecodeError:
        raise Err(f"{what} is not UTF-8") from None


def _number(argument: bytes, what: str = "a message number") -> int:
    # Ten digits are more than any maildrop has, and no work to convert.
    if not argument.isdigit() or len(argument) > 10:
        raise Err(f"Expected {what}")
    return int(argument)


def capa(session: Session, argument: bytes) -> Answer:
    yield from ()
    _none(argument)
    capabilities = list(CAPABILITIES)
    if session.state is State.AUTHORIZATION and session.offers_tls() and not session.tls:
        capabilities.append(b"STLS")
    return reply.lines(b"Capability list follows", capabilities)


def stls(session: Session, argument: bytes) -> Answer:
    """STLS (RFC 2595 section 4)."""
    yield from ()
    _none(argument)
    if session.tls:
        raise Err("TLS is on already")
    if not session.offers_tls():
        raise Err(f"[SYS/PERM] {NOT_OFFERED}")  # RFC 3206 section 4
    session.tls = True
    # Nothing that was said without protection holds any more.
    session.claimed = ""
    session.switch = Switch("tls", session.wait.timeout)
    return reply.ok(b"Begin TLS negotiation now")


def user(session: Session, argument: bytes) -> Answer:
    yield from ()
    # Whoever it is: who exists is nobody's business (RFC 1939 section 7, USER).
    session.claimed = _text(argument, "a name")
    return reply.ok(b"Send the password")


def password(session: Session, argument: bytes) -> Answer:
    yield from ()
    if not session.claimed:
        raise Err("USER comes first")
    claimed, session.claimed = session.claimed, ""
    try:
        # The rest of the line is the password, spaces and all (RFC 1939 section 7, PASS).
        known = check_password(session.store, claimed, _text(argument, "a password"))
    except AuthenticationFailed:
        raise Err("Wrong user name or password") from None
    session.log_in(known)
    return reply.ok(b"%d messages" % len(session.drop.entries))


def stat(session: Session, argument: bytes) -> Answer:
    yield from ()
    _none(argument)
    sizes = [octets(entry) for _, entry in session.drop.remaining()]
    return reply.ok(b"%d %d" % (len(sizes), sum(sizes)))


def listing(session: Session, argument: bytes) -> Answer:
    yield from ()
    drop = session.drop
    if argument:
        number = _number(argument)
        return reply.ok(b"%d %d" % (number, octets(drop.entry(number))))
    rows = [b"%d %d" % (number, octets(entry)) for number, entry in drop.remaining()]
    return reply.lines(b"%d messages" % len(rows), rows)


def uidl(session: Session, argument: bytes) -> Answer:
    yield from ()
    drop = session.drop
    if argument:
        number = _number(argument)
        return reply.ok(b"%d %b" % (number, drop.unique_id(drop.entry(number))))
    rows = [b"%d %b" % (number, drop.unique_id(entry)) for number, entry in drop.remaining()]
    return reply.lines(b"Unique ids follow", rows)


def retr(session: Session, argument: bytes) -> Answer:
    yield from ()
    entry = session.drop.entry(_number(argument))
    data = as_sent(entry)
    return reply.message(b"%d octets" % len(data), data, entry.uid)


def top(session: Session, argument: bytes) -> Answer:
    yield from ()
    number, space, count = argument.partition(b" ")
    if not space:
        raise Err("Expected a message number and a number of lines")
    entry = session.drop.entry(_number(number))
    lines = _number(count, "a number of lines")
    data = as_sent(entry)
    end = entry.message.header_size
    for _ in range(lines):
        newline = data.find(b"\n", end)
        if newline < 0:
            break
        end = newline + 1
    return reply.message(b"Top of message follows", data[:end], entry.uid)


def dele(session: Session, argument: bytes) -> Answer:
    yield from ()
    number = _number(argument)
    session.drop.entry(number)
    session.drop.deleted.add(number)
    return reply.ok(b"Message %d deleted" % number)


def noop(session: Session, argument: bytes) -> Answer:
    yield from ()
    _none(argument)
    return reply.ok()


def rset(session: Session, argument: bytes) -> Answer:
    yield from ()
    _none(argument)
    session.drop.deleted.clear()
    return reply.ok(b"%d messages" % len(session.drop.entries))


def quit_(session: Session, argument: bytes) -> Answer:
    _none(argument)
    session.finished = True
    if session.maildrop is not None and session.maildrop.deleted:
        session.maildrop.commit(session.store, session.name)
        yield COMMITTED
    return reply.ok(b"Goodbye")


_BEFORE = (State.AUTHORIZATION,)
_AFTER = (State.TRANSACTION,)
COMMANDS = {
    row.name: row
    for row in (
        CommandRow(b"CAPA", ANY_STATE, capa),
        CommandRow(b"STLS", _BEFORE, stls),
        CommandRow(b"USER", _BEFORE, user),
        CommandRow(b"PASS", _BEFORE, password),
        CommandRow(b"STAT", _AFTER, stat),
        CommandRow(b"LIST", _AFTER, listing),
        CommandRow(b"UIDL", _AFTER, uidl),
        CommandRow(b"RETR", _AFTER, retr),
        CommandRow(b"TOP", _AFTER, top),
        CommandRow(b"DELE", _AFTER, dele),
        CommandRow(b"NOOP", _AFTER, noop),
        CommandRow(b"RSET", _AFTER, rset),
        CommandRow(b"QUIT", ANY_STATE, quit_),
    )
}
