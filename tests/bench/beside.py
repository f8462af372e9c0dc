"""mockmail beside other IMAP servers."""

import re
import selectors
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import contest
from .contest import PATIENCE
from .peers import Peer, letter, peers
from .rows import Row, Scale
from .sockets import Caller
from .stopwatch import seconds

APPENDED = 100
LINE = 8_000
"""Octets of a command line, about, that every server reads."""


@dataclass(frozen=True, slots=True)
class Room:
    """A server with a fresh mailbox of so many messages."""

    peer: Peer
    count: int
    runs: int
    """How often a command is given: once cold, then warm."""

    def command(self, text: bytes) -> bytes:
        return b"a " + text.replace(b"BOX", self.peer.box) + b"\r\n"

    @contextmanager
    def client(self, *commands: bytes) -> Iterator[Caller]:
        """A client that has given these commands."""
        with self.peer.connect() as caller:
            for command in commands:
                caller.length(self.command(command))
            yield caller

    def seconds(self, caller: Caller, command: bytes) -> float:
        whole = self.command(command)
        return seconds(lambda: caller.length(whole))


Runs = Callable[[Room], Iterator[float]]
"""The times of several runs, the cold one first."""
SELECT = b"SELECT BOX"


def operation(
    name: str, runs: Runs, per: str = "message", needs: bytes = b"IMAP4rev1"
) -> contest.Operation:
    """One for the servers that have a capability."""

    def those_that_can(peer: Peer, count: int, times: int) -> Iterator[float]:
        room = Room(peer, count, times)
        with room.client() as caller:
            able = needs in caller.answer(b"a CAPABILITY\r\n").split()
        return runs(room) if able else iter(())

    return contest.Operation(name, those_that_can, per)


def _asked(text: bytes) -> contest.Operation:
    """The same command again and again, over all messages."""

    def runs(room: Room) -> Iterator[float]:
        with room.client(SELECT) as me:
            for _ in range(room.runs):
                yield room.seconds(me, text) / room.count

    return operation(text.decode(), runs)


def _select(room: Room) -> Iterator[float]:
    with room.client() as me:
        for _ in range(room.runs):
            yield room.seconds(me, SELECT)


def _store(silent: bytes) -> Runs:
    def runs(room: Room) -> Iterator[float]:
        with room.client(SELECT) as me:
            for run in range(room.runs):
                command = b"STORE 1:* %bFLAGS%b (\\Draft)" % (b"-" if run % 2 else b"+", silent)
                yield room.seconds(me, command) / room.count

    return runs


def _move(room: Room) -> Iterator[float]:
    boxes = (b"BOX", b"Other")
    with room.client() as me:
        for run in range(room.runs):
            here, there = boxes[run % 2], boxes[1 - run % 2]
            me.length(room.command(b"SELECT %b" % here))
            yield room.seconds(me, b"MOVE 1:* %b" % there) / room.count


def _numbers(of: range) -> Iterator[bytes]:
    """These numbers, in sets of which each fits into a line."""
    texts = b",".join(b"%d" % number for number in of)
    while texts:
        end = len(texts) if len(texts) <= LINE else texts.rindex(b",", 0, LINE)
        yield texts[:end]
        texts = texts[end + 1 :]


def _mark(room: Room, caller: Caller, of: range, flag: bytes) -> None:
    for numbers in _numbers(of):
        caller.length(room.command(b"STORE %b +FLAGS.SILENT (%b)" % (numbers, flag)))


def _halves(room: Room) -> Iterator[range]:
    """Every second message of those that are left, again and again."""
    left = room.count
    for _ in range(room.runs):
        half = range(2, left + 1, 2)
        if half:
            yield half
        left -= len(half)


def _expunge(room: Room) -> Iterator[float]:
    with room.client(SELECT) as me:
        for half in _halves(room):
            _mark(room, me, half, b"\\Deleted")
            yield room.seconds(me, b"EXPUNGE") / len(half)


def _append(room: Room) -> Iterator[float]:
    raw = letter(1)
    command = b"APPEND BOX {%d+}\r\n%b" % (len(raw), raw)
    with room.client(SELECT) as me:
        for _ in range(room.runs):
            yield seconds(lambda: room.seconds(me, command), APPENDED)


def _told(idler: Caller, worker: Caller, command: bytes, word: bytes, times: int) -> float:
    """How long after a command the idler is told what it has done: a word, so many times."""
    tail = b""
    answer = b""

    def wait() -> None:
        nonlocal tail, answer
        missing = times
        worker.write(command)
        while missing > 0:
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if key.data is idler:
                    text = tail + idler.read()
                    missing -= text.count(word)
                    tail = text[1 - len(word) :]
                else:
                    answer = (answer + worker.read())[-LINE:]

    idler.write(b"a IDLE\r\n")
    while b"+ " not in idler.read():
        pass
    with selectors.DefaultSelector() as selector:
        selector.register(idler, selectors.EVENT_READ, idler)
        selector.register(worker, selectors.EVENT_READ, worker)
        taken = seconds(wait)
    while b"\r\na OK " not in b"\r\n" + answer or not answer.endswith(b"\r\n"):
        answer = (answer + worker.read())[-LINE:]
    idler.length(b"DONE\r\n")
    return taken


def _told_append(room: Room) -> Iterator[float]:
    raw = letter(1)
    command = room.command(b"APPEND BOX {%d+}\r\n%b" % (len(raw), raw))
    with room.client(SELECT) as idler, room.client() as worker:
        for _ in range(room.runs):
            yield _told(idler, worker, command, b" EXISTS\r\n", 1)


def _told_store(room: Room) -> Iterator[float]:
    with room.client(SELECT) as idler, room.client(SELECT) as worker:
        for run in range(room.runs):
            sign = b"-" if run % 2 else b"+"
            command = room.command(b"STORE 1:* %bFLAGS.SILENT (\\Draft)" % sign)
            yield _told(idler, worker, command, b" FETCH (", room.count) / room.count


def _told_expunge(room: Room) -> Iterator[float]:
    with room.client(SELECT) as idler, room.client(SELECT) as worker:
        for half in _halves(room):
            _mark(room, worker, half, b"\\Deleted")
            idler.length(b"a NOOP\r\n")
            command = room.command(b"EXPUNGE")
            yield _told(idler, worker, command, b" EXPUNGE\r\n", len(half)) / len(half)


def _qresync(room: Room) -> Iterator[float]:
    """After one message in a hundred was flagged, and one in a hundred expunged."""
    enable = b"ENABLE QRESYNC"
    with room.client(enable) as me:
        answer = me.answer(room.command(SELECT))
        state = [
            re.search(word + rb" (\d+)", answer) for word in (b"UIDVALIDITY", b"HIGHESTMODSEQ")
        ]
        known = b" ".join(found[1] for found in state if found)
        _mark(room, me, range(1, room.count + 1, 100), b"\\Draft")
        _mark(room, me, range(2, room.count + 1, 100), b"\\Deleted")
        me.length(room.command(b"EXPUNGE"))
    again = b"%b (QRESYNC (%b))" % (SELECT, known)
    for _ in range(room.runs):
        with room.client(enable) as me:
            yield room.seconds(me, again)
    with room.client(enable) as me:
        answer = me.answer(room.command(again))
        assert b"VANISHED (EARLIER)" in answer, answer
        assert b" FETCH (" in answer, answer


OPERATIONS = (
    operation("SELECT", _select, ""),
    operation("SELECT with QRESYNC, 1 % flagged, 1 % expunged", _qresync, "", b"QRESYNC"),
    _asked(b"FETCH 1:* (FLAGS)"),
    _asked(b"FETCH 1:* (ENVELOPE)"),
    _asked(b"FETCH 1:* (BODYSTRUCTURE)"),
    _asked(b"FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])"),
    _asked(b"FETCH 1:* (BODY.PEEK[HEADER])"),
    _asked(b"FETCH 1:* (BODY.PEEK[])"),
    operation("STORE 1:* +FLAGS (\\Draft)", _store(b"")),
    operation("STORE 1:* +FLAGS.SILENT (\\Draft)", _store(b".SILENT")),
    _asked(b"SEARCH UNSEEN"),
    _asked(b"SEARCH SUBJECT nowhere"),
    _asked(b"SEARCH TEXT nowhere"),
    _asked(b"SEARCH SINCE 2-Jan-2030"),
    _asked(b"SEARCH SENTSINCE 2-Jan-2030"),
    _asked(b"COPY 1:* Other"),
    operation("MOVE 1:* Other", _move, needs=b"MOVE"),
    operation("EXPUNGE every second", _expunge),
    operation("APPEND one", _append),
    operation("IDLE, told of one APPEND", _told_append, "", b"IDLE"),
    operation("IDLE, told of a STORE of all", _told_store, needs=b"IDLE"),
    operation("IDLE, told of an EXPUNGE of every second", _told_expunge, needs=b"IDLE"),
)


def measured(scale: Scale) -> contest.Measured:
    """All of them, mockmail's times first."""
    with peers(scale.small, PATIENCE) as having:
        yield from contest.measured(OPERATIONS, having, scale)


def rows(scale: Scale) -> Iterator[Row]:
    yield from contest.rows(measured(scale), scale.small)
