"""POP3 beside Dovecot's."""

from collections.abc import Callable, Iterator

from . import contest
from .contest import PATIENCE, Operation
from .peers import Pop3Peer, pop3_peers
from .rows import Row, Scale
from .sockets import Caller
from .stopwatch import seconds

PIPELINED = 100
"""Commands that are sent without waiting; more, and both sides might wait for the other."""
END = b"\r\n.\r\n"


def _single(caller: Caller, command: bytes) -> None:
    """A command with an answer of one line."""
    caller.until(command, b"\r\n")


def _multi(caller: Caller, command: bytes) -> None:
    caller.until(command, END)


def _asked(command: bytes) -> Operation:
    """The same command again and again, over all messages."""

    def runs(peer: Pop3Peer, count: int, times: int) -> Iterator[float]:
        with peer.pop3() as caller:
            _single(caller, b"NOOP\r\n")
            for _ in range(times):
                yield seconds(lambda: _multi(caller, command + b"\r\n")) / count

    return Operation(f"{command.decode()}, all", runs)


def _each(caller: Caller, count: int) -> None:
    for number in range(1, count + 1):
        _multi(caller, b"RETR %d\r\n" % number)


def _batches(caller: Caller, count: int) -> None:
    for start in range(1, count + 1, PIPELINED):
        numbers = range(start, min(start + PIPELINED, count + 1))
        retrieve = b"".join(b"RETR %d\r\n" % number for number in numbers)
        caller.until(retrieve + b"NOOP\r\n", END + b"+OK\r\n")


def _retrieved(way: Callable[[Caller, int], None]) -> Callable[..., Iterator[float]]:
    """All messages, one way or the other, in a session for each time."""

    def runs(peer: Pop3Peer, count: int, times: int) -> Iterator[float]:
        for _ in range(times):
            with peer.pop3() as caller:
                _single(caller, b"NOOP\r\n")
                yield seconds(lambda: way(caller, count)) / count
                _single(caller, b"QUIT\r\n")

    return runs


OPERATIONS = (
    _asked(b"LIST"),
    _asked(b"UIDL"),
    Operation("RETR, each awaited", _retrieved(_each)),
    Operation(f"RETR, {PIPELINED} at a time", _retrieved(_batches)),
)


def measured(scale: Scale) -> contest.Measured:
    """All of them, mockmail's times first."""
    with pop3_peers(scale.small, PATIENCE) as having:
        yield from contest.measured(OPERATIONS, having, scale)


def rows(scale: Scale) -> Iterator[Row]:
    yield from contest.rows(measured(scale), scale.small)
