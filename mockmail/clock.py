"""Virtual time.

There are two uses of time, and one clock for both:

*Stamps* (INTERNALDATE, Received, transcripts) start at an epoch that the
scenario names and move only when somebody says `advance`. They never depend on
how long a test took.

*Waits* (autologout, delays) are counted in seconds that a driver supplies: the
Trio loop of a test, or the loop of the server's thread. Without a driver they,
too, move by `advance` only.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""Where the stamps of a world start unless its scenario says otherwise."""


class Clock:
    """One world's time."""

    def __init__(
        self, epoch: datetime = EPOCH, *, driver: Callable[[], float] | None = None
    ) -> None:
        self.epoch = epoch
        self.advanced = 0.0
        """Seconds that were asked for by `advance`."""
        self.rate = 1.0
        """Seconds of waits that pass in one of the driver's."""
        self._driver = driver
        self._driven_from = 0.0

    @property
    def now(self) -> datetime:
        """The stamp of this moment, aware, to the second."""
        return self.epoch + timedelta(seconds=int(self.advanced))

    @property
    def driver(self) -> Callable[[], float] | None:
        """Who counts the seconds of waits; a new one goes on from where the last one left off."""
        return self._driver

    @driver.setter
    def driver(self, driver: Callable[[], float] | None) -> None:
        waited = 0.0 if self._driver is None else self.waited - self.advanced
        self._driver = driver
        self._driven_from = 0.0 if driver is None else driver() - waited / self.rate

    @property
    def waited(self) -> float:
        """Seconds on the scale of waits and deadlines; only differences mean anything."""
        driver = self._driver
        if driver is None:
            return self.advanced
        return (driver() - self._driven_from) * self.rate + self.advanced

    def advance(self, seconds: float) -> None:
        """Move both kinds of time on by `seconds`.

        ``ValueError`` if they are negative or lead beyond the year 9999.
        """
        self.advanced = self.after(seconds)

    def after(self, seconds: float) -> float:
        """What `advanced` would be after ``advance(seconds)``; ``ValueError`` as there."""
        if not seconds >= 0:
            raise ValueError(f"time can't go back: advance({seconds})")
        try:
            _ = self.epoch + timedelta(seconds=self.advanced + seconds)
        except OverflowError:
            raise ValueError(f"time ends before that: advance({seconds})") from None
        return self.advanced + seconds
