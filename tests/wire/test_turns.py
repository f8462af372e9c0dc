"""Reading in a generator: it waits until what it wants is there, or never comes."""

import pytest

from mockmail.wire.acts import Wait, Woke
from mockmail.wire.turns import Gone, TimedOut, read

WAIT = Wait(timeout=5)


def test_what_is_there_is_not_waited_for() -> None:
    with pytest.raises(StopIteration) as end:
        next(read(lambda: b"", WAIT))
    assert end.value.value == b""


def test_waits_for_input_until_it_is_enough() -> None:
    values = iter([None, None, b"line"])
    reading = read(lambda: next(values), WAIT)
    assert next(reading) is WAIT
    assert reading.send(Woke.INPUT) is WAIT
    with pytest.raises(StopIteration) as end:
        reading.send(Woke.CHANGE)
    assert end.value.value == b"line"


@pytest.mark.parametrize(("woke", "error"), [(Woke.EOF, Gone), (Woke.TIMEOUT, TimedOut)])
def test_what_never_comes(woke: Woke, error: type[Exception]) -> None:
    reading = read(lambda: None, WAIT)
    next(reading)
    with pytest.raises(error):
        reading.send(woke)
