"""What becomes of mail: it goes to the world's users, or to servers elsewhere.

Nothing leaves the machine: what a far server would have taken is kept in the outbox.
Far servers know all that SMTP can ask of them but reports on success, so those are made
here (RFC 3461 section 5.2.2). What can't be delivered now waits in the queue; what can't
be at all goes back as a report, unless it came by LMTP: its client is told at once, and
has a queue of its own (RFC 2033 section 1).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.delivery.attempt import Routes
from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.delivery.filing import file_sent
from mockmail.delivery.outcome import SUCCESSES, Outcome
from mockmail.delivery.queue import Job, Queue
from mockmail.delivery.queued import Queued
from mockmail.delivery.remote import Remotes
from mockmail.delivery.report import Occasion, report
from mockmail.delivery.sent import Sent
from mockmail.delivery.settings import DeliverySettings
from mockmail.delivery.status import DeliveryStatus
from mockmail.delivery.verdict import ACCEPTED, Verdict
from mockmail.message.message import Message
from mockmail.store.store import Store

ORIGIN = "delivery"
"""Who brings a report."""
_DOUBLINGS = 64
"""Of an interval: by then it has reached any number of seconds that time has."""
_LAST = datetime.max.replace(microsecond=0, tzinfo=UTC)
_NEVER = frozenset({"NEVER"})
_TOO_LATE = Verdict(554, "5.4.7", "Delivery time expired")
_LATE = Verdict(454, "4.4.7", "Delivery time expired")


class Delivery:
    """The mail of one world on its way."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chance: Chance,
        domains: tuple[str, ...],
        settings: DeliverySettings | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.domains = store.directory.domains = domains
        """Local domains, lower-cased; the first one is the servers' own."""
        self.host = f"mail.{domains[0]}"
        """How the servers call themselves."""
        self.settings = settings or DeliverySettings()
        self.remotes = Remotes()
        self.queue = Queue(clock)
        self.outbox: list[Sent] = []
        self.log: list[DeliveryStatus] = []
        self.on_queued: Callable[[], None] = lambda: None
        """Called when the queue's next time may have come nearer."""
        self.on_note: Callable[[str], None] = lambda text: None
        """Told what happens to mail; the transcript listens here."""
        self._chance = chance

    def take_over(self, other: "Delivery") -> None:
        """Have what another world has on its way, behind it and before it."""
        self.host = other.host
        self.remotes = other.remotes.fork()
        self.queue = other.queue.fork(self.clock)
        self.outbox += other.outbox
        self.log += other.log

    def is_local(self, place: str) -> bool:
        """Whether an address, or a domain, is this world's."""
        return self._routes().is_local(place)

    def verify(self, address: str, *, relays: bool = True) -> Verdict:
        """What RCPT is told of an address.

        A far server is not asked before the message is there. Without `relays` its
        addresses are as good as unknown.
        """
        return self._routes().verify(address, relays=relays)

    def expand(self, name: str) -> list[str]:
        """The members of a list, for EXPN. ``KeyError`` if there is none of that name."""
        return self.store.directory.expand(name)

    def accept(self, envelope: Envelope, message: Message, origin: str) -> tuple[Verdict, ...]:
        """Take a message for its recipients.

        What became of each of them so far, in the envelope's order: LMTP says it. SMTP
        takes the message whatever it is, and the sender hears of it by a report.
        """
        now = self.clock.advanced
        job = Job(Sent(envelope, message), envelope.recipients, origin, self.clock.now, now, now)
        if envelope.release is not None and envelope.release > self.clock.now:
            job.held = True
            job.started = job.next_attempt = self._seconds(envelope.release)
            self._note(f"held until {envelope.release:%Y-%m-%d %H:%M:%S} (by {origin})")
            self._keep(job, now)
            return (ACCEPTED,) * len(envelope.recipients)
        return self._go_on(job, now)

    def waiting(self) -> tuple[Queued, ...]:
        """What is in the queue; what is due first comes first."""
        return tuple(
            Queued(
                job.sent,
                tuple(each.address for each in job.left),
                self._stamp(job.due),
                job.attempts,
            )
            for job in self.queue
        )

    def next_stamp(self) -> float | None:
        """When something is due, in seconds since the epoch."""
        return self.queue.next_stamp()

    def next_wait(self) -> float | None:
        """The same on the clock's scale of waits."""
        return self.queue.next_wait()

    def run(self) -> None:
        """Do what is due by now."""
        while (job := self.queue.take()) is not None:
            # Where it was waited for, stamps may not have come so far.
            self._go_on(job, max(self.clock.advanced, job.due))

    def _routes(self) -> Routes:
        return Routes(self.store, self.clock, self.settings, self.remotes)

    def _go_on(self, job: Job, now: float) -> tuple[Verdict, ...]:
        """Do with a job what it is time for."""
        if job.attempts == 0 and job.sent.envelope.user and self.settings.file_sent:
            self._note(file_sent(self.store, job.sent.envelope.user, job.sent, self.clock.now))
        by = job.sent.envelope.deliver_by
        passed = by is not None and self._seconds(by.at) <= now
        if by is not None and passed and by.mode == "R":
            late = [Outcome(each, "failed", _TOO_LATE) for each in job.left]
            self._told(job, late, now)
            return (_TOO_LATE,) * len(late)
        verdicts: tuple[Verdict, ...] = ()
        if min(job.next_attempt, self._end(job)) <= now:
            verdicts = self._attempt(job, now)
        if passed and not job.late and job.left:
            job.late = True
            late = [Outcome(each, "delayed", _LATE) for each in job.left]
            self._told(job, late, now)
        if job.left:
            self._keep(job, now)
        return verdicts

    def _attempt(self, job: Job, now: float) -> tuple[Verdict, ...]:
        """Try all that are left of its recipients, and leave those to be tried again."""
        envelope, message = job.sent.envelope, job.sent.message
        made = self._routes().attempt(envelope, job.left, message, job.origin)
        relayed = tuple(made.relayed)
        if relayed == envelope.recipients:
            self.outbox.append(job.sent)
        elif relayed:
            self.outbox.append(Sent(replace(envelope, recipients=relayed), message))
        if job.attempts == 0 and job.is_lmtp:
            # Where mail goes on to several addresses, its client hears of no other.
            for first, *_ in made.outcomes:
                first.answered = True
        outcomes = [each for several in made.outcomes for each in several]
        left = [each for each in outcomes if each.action == "delayed" and not each.answered]
        if left and now >= job.started + self.settings.give_up:
            for each in left:
                each.action = "failed"
            left = []
        job.left = tuple(each.recipient for each in left)
        job.next_attempt = now + self._interval(job.attempts)
        job.attempts += 1
        self._told(job, outcomes, now)
        for members in made.lists:
            self.accept(members, message, job.origin)
        return tuple(_verdict(several) for several in made.outcomes)

    def _told(self, job: Job, outcomes: Sequence[Outcome], now: float) -> None:
        """Write outcomes into the log, and tell the sender what he wants to know."""
        by_action: dict[str, list[Outcome]] = {"failed": [], "delayed": [], "done": []}
        for each in outcomes:
            if each.is_wanted(job.sent.envelope) and self._is_time_for(each, job, now):
                group = "done" if each.action in SUCCESSES else each.action
                by_action[group].append(each)
        reports = []
        told: dict[int, Sent] = {}
        for wanted in filter(None, by_action.values()):
            sent = self._report(job, wanted)
            reports.append(sent)
            told.update((id(each), sent) for each in wanted)
        for each in outcomes:
            self._log(job, each, told.get(id(each)))
        self.store.version += 1
        for sent in reports:
            self.accept(sent.envelope, sent.message, ORIGIN)

    def _is_time_for(self, outcome: Outcome, job: Job, now: float) -> bool:
        """Whether the sender is to be told now, if he wants to be told at all."""
        if outcome.action in SUCCESSES:
            return True
        if outcome.answered:
            return False
        if outcome.action == "failed" or outcome.verdict is _LATE:
            return True
        after = self.settings.warn_after
        if job.warned_at is None and after is not None and now - job.started >= after:
            job.warned_at = now
        return job.warned_at == now

    def _report(self, job: Job, outcomes: Sequence[Outcome]) -> Sent:
        envelope = job.sent.envelope
        delayed = outcomes[0].action == "delayed"
        occasion = Occasion(
            envelope,
            job.sent.message,
            job.arrived,
            self.clock.now,
            self.host,
            retried_until=self._stamp(self._end(job)) if delayed else None,
        )
        # It is never answered itself (RFC 3461 section 6.1).
        recipient = Recipient(envelope.sender, notify=_NEVER)
        message = report(occasion, outcomes, self._chance)
        onward = Envelope(
            "",
            (recipient,),
            body="8BITMIME",
            utf8=envelope.utf8,
            require_tls=envelope.require_tls,  # RFC 8689 section 5
        )
        return Sent(onward, message)

    def _log(self, job: Job, outcome: Outcome, report: Sent | None) -> None:
        recipient, verdict = outcome.recipient, outcome.verdict
        self.log.append(
            DeliveryStatus(
                job.sent,
                recipient.address,
                outcome.action,
                verdict.code,
                verdict.status,
                verdict.text,
                self.clock.now,
                recipient.original.partition(";")[2],
                outcome.user,
                outcome.mailbox,
                report,
            )
        )
        if outcome.user is None:  # what is put into a mailbox is told by the store
            said = f"{verdict.code} {verdict.status} {verdict.text}"
            self._note(f"{outcome.action}: {recipient.address}, {said} (by {job.origin})")

    def _interval(self, attempts: int) -> float:
        """From one attempt to the next, where so many went before."""
        doublings = min(attempts, _DOUBLINGS)
        return min(self.settings.retry * 2.0**doublings, self.settings.retry_most)

    def _keep(self, job: Job, now: float) -> None:
        due = min(job.next_attempt, self._end(job))
        by = job.sent.envelope.deliver_by
        if by is not None and not job.late and not job.held:
            due = min(due, self._seconds(by.at))
        job.held = False
        self.queue.put(job, due, now)
        self.on_queued()

    def _end(self, job: Job) -> float:
        """When it is given up, if it is not delivered before."""
        end = job.started + self.settings.give_up
        by = job.sent.envelope.deliver_by
        return min(end, self._seconds(by.at)) if by is not None and by.mode == "R" else end

    def _seconds(self, when: datetime) -> float:
        return (when - self.clock.epoch).total_seconds()

    def _stamp(self, seconds: float) -> datetime:
        try:
            return self.clock.epoch + timedelta(seconds=int(seconds))
        except OverflowError:
            return _LAST

    def _note(self, text: str) -> None:
        self.on_note(text)


def _verdict(outcomes: Iterable[Outcome]) -> Verdict:
    """The first: where mail went on to several addresses, that it did."""
    return next(iter(outcomes)).verdict
