"""SMTP beside aiosmtpd: messages taken, over one connection and over one for each."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from . import contest
from .contest import PATIENCE, Operation
from .peers import SmtpPeer, letter, smtp_peers
from .rows import Row, Scale
from .sockets import Caller
from .stopwatch import seconds
from .worlds import raw

ENVELOPE = (b"MAIL FROM:<ben@example.net>\r\n", b"RCPT TO:<anna@example.org>\r\n", b"DATA\r\n")
DOT = b".\r\n"
REFUSED = re.compile(rb"^[45]", re.MULTILINE)
VARIETY = 50
"""Different messages, sent in turn."""


def _replies(caller: Caller, data: bytes, count: int) -> None:
    """Send something; read so many lines."""
    if data:
        caller.write(data)
    while count > 0:
        said = caller.read()
        assert not REFUSED.search(said), said
        count -= said.count(b"\n")
    assert count == 0, "more was said than was asked for"


def _greet(caller: Caller) -> None:
    _replies(caller, b"", 1)
    caller.until(b"EHLO client.example.net\r\n", b"250 HELP\r\n", b"250 ENHANCEDSTATUSCODES\r\n")


def _one(caller: Caller, message: bytes) -> None:
    for line in ENVELOPE:
        _replies(caller, line, 1)
    _replies(caller, message + DOT, 1)


def _awaited(port: int, messages: list[bytes]) -> None:
    """Each command is sent after the reply to the one before."""
    with Caller(port, PATIENCE) as caller:
        _greet(caller)
        for message in messages:
            _one(caller, message)


def _pipelined(port: int, messages: list[bytes]) -> None:
    """Each message goes out together with the next one's envelope (RFC 2920 section 3.1)."""
    envelope = b"".join(ENVELOPE)
    with Caller(port, PATIENCE) as caller:
        _greet(caller)
        _replies(caller, envelope, 3)
        for message, _ in pairwise(messages):
            _replies(caller, message + DOT + envelope, 4)
        _replies(caller, messages[-1] + DOT, 1)


def _connected(port: int, messages: list[bytes]) -> None:
    """A connection for each message."""
    for message in messages:
        with Caller(port, PATIENCE) as caller:
            _greet(caller)
            _one(caller, message)
            _replies(caller, b"QUIT\r\n", 1)


Way = Callable[[int, list[bytes]], None]


def _operation(name: str, way: Way, made: Callable[[int], bytes]) -> Operation:
    variety = [made(number) for number in range(1, VARIETY + 1)]
    assert not any(b"\r\n." in message for message in variety), "nothing is stuffed here"

    def runs(peer: SmtpPeer, count: int, times: int) -> Iterator[float]:
        messages = (variety * (count // VARIETY + 1))[:count]
        for _ in range(times):
            yield seconds(lambda: way(peer.smtp, messages)) / count

    return Operation(name, runs)


WAYS: dict[str, Way] = {
    "one connection, each command awaited": _awaited,
    "one connection, pipelined": _pipelined,
    "a connection for each": _connected,
}
MESSAGES: dict[str, Callable[[int], bytes]] = {
    "short messages": raw,
    "of 5.6 KiB": letter,
}


def measured(scale: Scale) -> contest.Measured:
    """All of them, mockmail's times first."""
    operations = [
        _operation(f"deliveries {size}, {way}", WAYS[way], MESSAGES[size])
        for size in MESSAGES
        for way in WAYS
    ]
    with smtp_peers(PATIENCE) as having:
        yield from contest.measured(operations, having, scale)


def rows(scale: Scale) -> Iterator[Row]:
    yield from contest.rows(measured(scale), scale.small)
