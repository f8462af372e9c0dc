"""A session's conversation: one command at a time, and THE writer of tagged lines.

Read a command with its literals, find its row, check the state, let the row
read its arguments, begin it, run its handler, tell what the view has to tell,
end it with one tagged line (law 5). What a command does is in ``commands/``.
"""

import re
from collections.abc import Callable, Generator

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.grammar import LITERAL_AT_END, TAG
from mockmail.imap.reply import Bad, Done, Refusal
from mockmail.imap.rows import CommandRow, Seqs, State
from mockmail.imap.session import Session
from mockmail.wire.acts import TURN, Act, At, Begin, Close, Heard, Say, Switch, Talk, Woke
from mockmail.wire.buffer import TooLong
from mockmail.wire.points import Point
from mockmail.wire.response import Many, Response
from mockmail.wire.turns import Gone, Over, Reading, ShutOut, TimedOut, read


class _LineTooLong(Bad):
    """A line whose rest was thrown away; its tag is known."""

    def __init__(self, text: str, start: bytes) -> None:
        super().__init__(text)
        found = TAG.match(start)
        self.tag = found[0] if found else b"*"
        self.start = start


Telling = Generator[Act | Response | Many, Woke | None, None]

# command         = tag SP (command-any / command-auth / …) CRLF
# The name is one word, or two after UID.
_NAME = re.compile(rb"(?i:UID )?[A-Za-z0-9.\-]+")


def converse(session: Session, report: Callable[[Exception], None]) -> Talk:
    """The whole conversation, from the greeting on.

    `report` is told of an exception that is neither `No` nor `Bad`: a bug of
    ours, which the client hears of as ``NO [SERVERBUG]``.
    """
    try:
        yield At(Point.CONNECT)
        if session.tls:
            yield Switch("tls", session.wait.timeout)
        text = b"%b mockmail IMAP4rev1 server ready" % session.host.encode("ascii")
        code = b"CAPABILITY " + session.capabilities()
        yield Say(reply.status(b"OK", text, code), Point.GREETING)
        while session.state is not State.LOGOUT:
            yield from _one_command(session, report)
            yield TURN
        yield Close()
    except Gone:
        pass
    except TimedOut:
        yield Say(reply.status(b"BYE", b"Logged out for inactivity"), Point.TIMER)
        yield Close()
    except ShutOut:
        yield Say(reply.status(b"BYE", b"The server ends your sessions"), Point.CLOSE)
        yield Close()
    finally:
        session.close_view()


def _one_command(session: Session, report: Callable[[Exception], None]) -> Telling:
    tag = b"*"
    seqs = Seqs.NONE
    begun = False
    done: Done | Refusal
    try:
        line = yield from _line(session)
        found = TAG.match(line)
        yield Heard(line + b"\r\n", found and found[0])
        if found is None or line[found.end() : found.end() + 1] != b" ":
            # Without a tag there is nobody to answer: an untagged BAD (RFC 9051 section 7.1.3).
            raise Bad("Expected a tag and a space")
        tag = session.tag = found[0]
        if line.endswith(b"}"):
            line = yield from _with_literals(session, line)
        cursor = Cursor(line, found.end() + 1)
        if session.view is not None and session.catalogue.result_reference:
            cursor.found = session.view.found
        cursor.numbers = session.numbers
        cursor.utf8 = session.utf8
        cursor.nesting = session.settings.nesting
        row = _row(session, cursor)
        act = row.prepare(session, cursor)
        # UID SEARCH can name numbers, too: then it keeps them (RFC 7162 section 3.2.10.2).
        seqs = Seqs.USES if cursor.numbered and Seqs.USES not in row.seqs else row.seqs
        begun = True
        begin = Begin(row.name)
        yield begin
        done = (yield from act()) if begin.instead is None else reply.end(begin.instead)
    except Refusal as refusal:
        if isinstance(refusal, _LineTooLong) and tag == b"*":
            tag = refusal.tag
            yield Heard(refusal.start + b"...\r\n", tag if tag != b"*" else None)
        if not begun:
            yield Begin(b"")
        done = refusal
    except Over:
        raise
    except Exception as bug:
        report(bug)
        done = reply.No("A bug in mockmail: see the report", b"SERVERBUG")
    if begun:
        for response in session.untold(expunges=Seqs.BREAKS in seqs):
            yield Say(response, Point.UNSOLICITED)
    kind = b"OK" if isinstance(done, Done) else done.kind
    yield Say(reply.tagged(tag, kind, done.text, done.code), Point.BEFORE_OK)
    if isinstance(done, Done) and done.then is not None:
        yield done.then


def _line(session: Session) -> Reading[bytes]:
    before_login = session.state is State.NOT_AUTHENTICATED
    limit = session.settings.unauthenticated if before_login else session.settings.line
    try:
        return (yield from read(lambda: session.buffer.line(limit), session.wait))
    except TooLong as error:
        raise _LineTooLong(f"A command line has at most {limit} octets", error.start) from None


def _with_literals(session: Session, line: bytes) -> Reading[bytes]:
    """The rest of a command that goes on behind a literal (RFC 9051 section 4.3)."""
    found = LITERAL_AT_END.search(line)
    parts = [line]
    size = 0 if _is_append(line) else len(line)
    limit = _limit(session, line)
    while found is not None:
        octets = int(found[1])
        size += octets
        if found[2]:
            largest = session.catalogue.nonsync_literal
            if octets > largest or size > limit:
                # What is sent behind it can't be told from commands any more (RFC 7888 section 4).
                text = b"The literal is too big" if largest else b"LITERAL+ is off"
                yield Say(reply.status(b"BYE", text, b"TOOBIG" if largest else None), Point.CLOSE)
                yield Close()
                raise Gone
        elif size > limit:
            # No "+": the client must not send it (RFC 9051 section 4.3).
            problem = f"A command has at most {limit} octets here"
            raise reply.No(problem, b"TOOBIG") if _is_append(line) else Bad(problem)
        else:
            yield Say(reply.continuation(b"Ready for literal data"), Point.CONTINUATION)
        data = yield from read(lambda n=octets: session.buffer.exact(n), session.wait)  # type: ignore[misc]
        line = yield from _line(session)
        yield Heard(data + line + b"\r\n")
        parts += (b"\r\n", data, line)
        size += len(line)
        found = LITERAL_AT_END.search(line)
    return b"".join(parts)


def _limit(session: Session, line: bytes) -> int:
    if session.state is State.NOT_AUTHENTICATED:
        return session.settings.unauthenticated
    return session.settings.message if _is_append(line) else session.settings.command


def _is_append(line: bytes) -> bool:
    return line.partition(b" ")[2][:7].upper() == b"APPEND "


def _row(session: Session, cursor: Cursor) -> CommandRow:
    found = _NAME.match(cursor.data, cursor.at)
    if found is None:
        raise cursor.expected("a command")
    name = found[0].upper()
    row = session.catalogue.commands.get(name)
    if row is None:
        raise Bad(f"Unknown command {name.decode()}")
    if session.state not in row.states:
        raise Bad(f"{name.decode()} is not allowed in the {_STATES[session.state]} state")
    if Seqs.USES in row.seqs and not session.numbers:
        raise Bad(f"{name.decode()} is not allowed: only by UID", b"UIDREQUIRED")
    cursor.at = found.end()
    return row


_STATES = {
    State.NOT_AUTHENTICATED: "not authenticated",
    State.AUTHENTICATED: "authenticated",
    State.SELECTED: "selected",
    State.LOGOUT: "logout",
}
