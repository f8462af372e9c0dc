"""Virtual time: stamps move by `advance` only, waits also with a driver."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mockmail.clock import EPOCH, Clock


def test_time_stands_still_until_it_is_advanced() -> None:
    clock = Clock()
    assert (clock.now, clock.waited, clock.advanced) == (EPOCH, 0.0, 0.0)
    clock.advance(90)
    clock.advance(0)
    assert (clock.now, clock.waited, clock.advanced) == (EPOCH + timedelta(seconds=90), 90.0, 90.0)


def test_stamps_are_whole_seconds_and_no_part_of_one_is_lost() -> None:
    clock = Clock()
    clock.advance(0.6)
    assert clock.now == EPOCH
    assert clock.waited == pytest.approx(0.6)
    clock.advance(0.6)
    assert clock.now == EPOCH + timedelta(seconds=1)


def test_the_epoch_is_the_scenario_s() -> None:
    epoch = datetime(1999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-7)))
    clock = Clock(epoch)
    clock.advance(1)
    assert clock.now.isoformat() == "2000-01-01T00:00:00-07:00"
    assert EPOCH.tzinfo is UTC


def test_a_driver_moves_waits_and_no_stamps() -> None:
    seconds = 1000.0
    clock = Clock(driver=lambda: seconds)
    before = clock.waited
    seconds += 25
    assert clock.waited - before == 25
    assert clock.now == EPOCH
    clock.advance(5)
    assert clock.waited - before == 30
    assert clock.now == EPOCH + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (-1, "time can't go back"),
        (float("-inf"), "time can't go back"),
        (float("nan"), "time can't go back"),
        (float("inf"), "time ends before that"),
        (1e12, "time ends before that"),
    ],
)
def test_time_goes_on_and_not_beyond_its_end(seconds: float, why: str) -> None:
    clock = Clock()
    clock.advance(2)
    with pytest.raises(ValueError, match=why):
        clock.advance(seconds)
    assert clock.waited == 2
    assert clock.now == EPOCH + timedelta(seconds=2)


def test_waits_may_pass_quicker_than_the_driver_says() -> None:
    clock = Clock(driver=lambda: 10.0)
    clock.rate = 60.0
    clock.advance(5)
    assert clock.waited == 605
    assert clock.now == EPOCH + timedelta(seconds=5)


def test_a_new_driver_goes_on_where_the_last_one_was() -> None:
    clock = Clock()
    clock.advance(5)
    seconds = 1000.0
    clock.driver = lambda: seconds
    assert clock.waited == 5
    clock.rate = 2.0
    seconds += 10
    assert clock.waited == 25
    other = 7.0
    clock.driver = lambda: other
    assert clock.waited == 25
    other += 1
    assert clock.waited == 27
    clock.advance(1)
    assert clock.waited == 28
    clock.driver = None
    assert clock.waited == 6
