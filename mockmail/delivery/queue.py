"""Mail that waits for its time: until it may go, until the next attempt, until it is too late.

A job's time is on both scales of the clock (`mockmail.clock`): it comes when stamps
have reached it by `advance`, or when as much has been waited.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heappop, heappush

from mockmail.clock import Clock
from mockmail.delivery.envelope import Recipient
from mockmail.delivery.sent import Sent


@dataclass(slots=True)
class Job:
    """A message on its way to recipients. Times are seconds since the epoch."""

    sent: Sent
    """With the envelope as it came."""
    left: tuple[Recipient, ...]
    """Those who have not got it yet."""
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

    @property
    def is_lmtp(self) -> bool:
        """Whether its client has a queue of its own, and hears of its recipients at once."""
        return self.sent.envelope.protocol.startswith("LMTP")


class Queue:
    """The jobs of one world."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[int, Job] = {}
        self._put = 0
        self._by_due: list[tuple[float, int]] = []
        self._by_wait: list[tuple[float, int]] = []
        """Heaps of times and numbers; of jobs that have been taken, too."""

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        """Those that are due first come first."""
        return iter(sorted(self._jobs.values(), key=lambda job: job.due))

    def put(self, job: Job, due: float, now: float) -> None:
        """Keep a job until `due`; `now` is when that was decided."""
        job.due, job.waits_until = due, self._clock.waited + (due - now)
        self._put += 1
        self._add(self._put, job)

    def _add(self, number: int, job: Job) -> None:
        self._jobs[number] = job
        heappush(self._by_due, (job.due, number))
        heappush(self._by_wait, (job.waits_until, number))

    def take(self) -> Job | None:
        """The job whose time has come first, if there is one; it is not kept any more."""
        for heap, now in (
            (self._by_due, self._clock.advanced),
            (self._by_wait, self._clock.waited),
        ):
            soonest = self._soonest(heap)
            if soonest is not None and soonest <= now:
                return self._jobs.pop(heappop(heap)[1])
        return None

    def _soonest(self, heap: list[tuple[float, int]]) -> float | None:
        while heap and heap[0][1] not in self._jobs:
            heappop(heap)
        return heap[0][0] if heap else None

    def next_stamp(self) -> float | None:
        """The next job's time, in seconds since the epoch."""
        return self._soonest(self._by_due)

    def next_wait(self) -> float | None:
        """The next job's time on the clock's scale of waits."""
        return self._soonest(self._by_wait)

    def fork(self, clock: Clock) -> "Queue":
        """The same jobs for another world, whose time is the same."""
        twin = Queue(clock)
        twin._put = self._put
        for number, job in self._jobs.items():
            twin._add(number, replace(job, waits_until=clock.waited + (job.due - clock.advanced)))
        return twin
