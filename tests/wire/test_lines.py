"""The conversation of a protocol of lines, with a protocol made up for the purpose."""

from collections.abc import Iterator

import pytest

from mockmail.wire.acts import TURN, Act, At, Begin, Close, Heard, Say, Switch, Talk, Wait, Woke
from mockmail.wire.buffer import Buffer
from mockmail.wire.lines import Manners, Steps, converse, final
from mockmail.wire.points import Point
from mockmail.wire.response import Piece, Response


def _style(response: Response) -> list[Piece]:
    return [*response.items, b"\r\n"]


def said(text: bytes) -> Response:
    return Response(b"", None, [text], _style)


class Shouting:
    """Answers each line in capitals."""

    def __init__(self) -> None:
        self.buffer = Buffer()
        self.finished = False
        self.wait = Wait(timeout=9)
        self.tls = False
        self.switch: Switch | None = None

    def command(self, line: bytes) -> Steps:
        yield Begin(line)
        if line == b"crash":
            raise ZeroDivisionError
        self.finished = line == b"quit"
        yield from final(said(line.upper()))


def shout(
    timed_out: bytes | None = b"time is up", bare_lf: Response | None = None
) -> tuple[Shouting, Talk, list[Exception]]:
    session = Shouting()
    reports: list[Exception] = []
    manners = Manners(
        greeting=said(b"hello"),
        max_line=8,
        too_long=said(b"too long"),
        timed_out=None if timed_out is None else said(timed_out),
        bug=said(b"a bug"),
        bare_lf=bare_lf,
    )
    return session, converse(session, manners, session.command, reports.append), reports


def acts(talk: Talk, woke: Woke | None) -> Iterator[Act | Response]:
    """What the session asks for until it waits or ends."""
    try:
        act = talk.send(woke)
        while not isinstance(act, Wait):
            yield act
            act = talk.send(None)
    except StopIteration:
        return


def spoken(talk: Talk, woke: Woke | None = Woke.INPUT) -> list[tuple[str, bytes]]:
    """What is said until the session waits, and at which points."""
    return [
        (act.point.word, b"".join(p for p in act.response.pieces() if isinstance(p, bytes)))
        for act in acts(talk, woke)
        if isinstance(act, Say)
    ]


def test_each_act_in_its_order() -> None:
    session, talk, _ = shout()
    connect, greeting = acts(talk, None)
    assert isinstance(connect, At)
    assert connect.point is Point.CONNECT
    assert isinstance(greeting, Say)
    assert greeting.point is Point.GREETING
    session.buffer.feed(b"quit\r\n")
    heard, begin, answer, turn, close = acts(talk, Woke.INPUT)
    assert isinstance(heard, Heard)
    assert heard.data == b"quit\r\n"
    assert isinstance(begin, Begin)
    assert begin.command == b"quit"
    assert isinstance(answer, Say)
    assert answer.point is Point.BEFORE_OK
    assert turn is TURN
    assert close == Close("fin")
    assert list(acts(talk, None)) == []


def test_several_lines_are_answered_in_turn() -> None:
    session, talk, _ = shout()
    session.buffer.feed(b"a\r\nb\nqu")
    assert spoken(talk, None) == [
        ("greeting", b"hello\r\n"),
        ("before-ok", b"A\r\n"),
        ("before-ok", b"B\r\n"),
    ]
    session.buffer.feed(b"it\r\nc\r\n")
    # What comes behind the last command is not looked at.
    assert spoken(talk) == [("before-ok", b"QUIT\r\n")]
    assert session.buffer.line(9) == b"c"


def test_a_line_that_is_too_long_is_answered_once() -> None:
    session, talk, _ = shout()
    spoken(talk, None)
    session.buffer.feed(b"123456789")
    assert spoken(talk) == []
    session.buffer.feed(b"0" * 1_000 + b"\r\na\r\n")
    assert spoken(talk) == [("before-ok", b"too long\r\n"), ("before-ok", b"A\r\n")]


def test_a_bug_is_reported_and_the_conversation_goes_on() -> None:
    session, talk, reports = shout()
    session.buffer.feed(b"crash\r\na\r\n")
    assert spoken(talk, None)[1:] == [("before-ok", b"a bug\r\n"), ("before-ok", b"A\r\n")]
    assert [type(report) for report in reports] == [ZeroDivisionError]


def test_a_line_that_ends_with_lf_alone_is_done_or_answered() -> None:
    said_to = []
    for answer in (None, said(b"CRLF, please")):
        session, talk, _ = shout(bare_lf=answer)
        spoken(talk, None)
        session.buffer.feed(b"a\nb\r\n\nquit\nc\r\n")
        said_to.append([text for _, text in spoken(talk)])
    please = b"CRLF, please\r\n"
    assert said_to == [
        [b"A\r\n", b"B\r\n", b"\r\n", b"QUIT\r\n"],
        [please, b"B\r\n", please, please, b"C\r\n"],
    ]


def test_the_client_leaves() -> None:
    session, talk, reports = shout()
    spoken(talk, None)
    session.buffer.feed(b"half a li")
    assert list(acts(talk, Woke.EOF)) == []
    assert reports == []


@pytest.mark.parametrize("text", [b"time is up", None])
def test_silence(text: bytes | None) -> None:
    _, talk, _ = shout(text)
    spoken(talk, None)
    timer, close = acts(talk, Woke.TIMEOUT)
    assert close == Close("fin")
    assert isinstance(timer, At if text is None else Say)
    assert timer.point is Point.TIMER
