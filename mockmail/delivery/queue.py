"""Mail that waits for its time: until it may go, until the next attempt, until it is too late.

A job's time is on both scales of the clock (`mockmail.clock`): it comes when stamps
have reached it by `advance`, or when as much has been waited.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mockmail.clock import Clock
from mockmail.delivery.envelope import Envelope
from mockmail.delivery.sent import Sent


@dataclass(slots=True)
class Job:
    """A message on its way to recipients. Times are seconds since the epoch."""

    sent: Sent
    """With the envelope as it came."""
    envelope: Envelope
    """With those who have not got it yet."""
    origin: str
    """Who brought it."""
    arrived: datetime
    started: float
    """When it could go for the first time."""
    next_attempt: float
    attempts: int = 0
    held: bool = False
    """It must not go yet."""
    warned_at: float | None = None
    """When its sender was told that it is delayed."""
    late: bool = False
    """Its sender knows that it missed its deadline (RFC 2852, by-mode N)."""
    due: float = 0.0
    """When it must be looked at again."""
    waits_until: float = 0.0
    """The same on the clock's scale of waits."""
    number: int = 0

    @property
    def is_lmtp(self) -> bool:
        """Whether its client has a queue of its own, and hears of everything at once."""
        return self.envelope.protocol.startswith("LMTP")


class Queue:
    """The jobs of one world."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: list[Job] = []
        self._put = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Job, due: float, now: float) -> None:
        """Keep a job until `due`; `now` is when that was decided."""
        job.due, job.waits_until = due, self._clock.waited + (due - now)
        self._put += 1
        job.number = self._put
        self._jobs.append(job)

    def take(self) -> Job | None:
        """The job whose time has come first, if there is one; it is not kept any more."""
        clock = self._clock
        ripe = [
            job
            for job in self._jobs
            if job.due <= clock.advanced or job.waits_until <= clock.waited
        ]
        if not ripe:
            return None
        first = min(ripe, key=lambda job: (job.due, job.number))
        self._jobs.remove(first)
        return first

    def next_stamp(self) -> float | None:
        """The next job's time, in seconds since the epoch."""
        return min((job.due for job in self._jobs), default=None)

    def next_wait(self) -> float | None:
        """The next job's time on the clock's scale of waits."""
        return min((job.waits_until for job in self._jobs), default=None)

    def fork(self, clock: Clock) -> "Queue":
        """The same jobs for another world, whose time is the same."""
        twin = Queue(clock)
        twin._put = self._put
        twin._jobs = [
            replace(job, waits_until=clock.waited + (job.due - clock.advanced))
            for job in self._jobs
        ]
        return twin
