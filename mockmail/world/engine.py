"""The engine: bytes of a connection go in, what to send comes out; no I/O, no loop.

Each input runs to completion: all responses it causes, in all sessions, are in
their outboxes before any other input is looked at. Whoever drives the engine (a
socket, a memory stream, a test) calls `connect`, `receive` and `tick`, and sends
what it takes out::

    connection = engine.connect("imap")
    engine.receive(connection, b"a NOOP\\r\\n")
    while (item := engine.take(connection)) is not None: ...

When it takes out a `Switch`, it puts that layer between, and calls `switched`
once both ends have agreed on it.
"""

import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.store.store import Store
from mockmail.wire.acts import Close, Switch, Talk, Turn, Wait, Woke
from mockmail.wire.buffer import Buffer
from mockmail.wire.chunks import Chunk, Item, Outbox
from mockmail.world.moment import Pause
from mockmail.world.rule import Rules
from mockmail.world.stage import HELD_AT, Person, Stage
from mockmail.world.transcript import Transcript
from mockmail.world.words import RuleError

SETTLING = 1_000
"""Rounds of telling that one input may cause; more means that rules chase one another."""


class Retired(RuntimeError):
    """The world can't be used any more; the text says why."""


def letters(number: int) -> str:
    """A, B, … Z, AA, AB, … for 1, 2, …"""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = string.ascii_uppercase[rest] + name
    return name


class Connection:
    """One client's connection as the engine sees it."""

    def __init__(
        self,
        number: int,
        protocol: str,
        record: Callable[["Connection", Chunk], None],
        *,
        tls: bool = False,
    ) -> None:
        self.number = number
        self.name = letters(number)
        self.protocol = protocol
        self.tls = tls
        """Whether it is TLS from the start."""
        self.out = Outbox(lambda chunk: record(self, chunk))
        self.buffer = Buffer()
        self.person: Person | None = None
        self.stage: Stage | None = None
        self.waiting: Wait | Turn | Switch | Pause | None = None
        """What the session waits for; None once the conversation is over."""
        self.deadline: float | None = None
        self.eof = False
        self.dropped = 0
        """Octets that came before the layer that is being switched to, and were thrown away."""
        self.seen = -1
        """The store's version when the session last went on."""
        self.notify: Callable[[], None] = lambda: None
        """Called when there is something to send that no input of this connection caused."""

    @property
    def held(self) -> bool:
        """Whether the next command waits for the client to read."""
        return type(self.waiting) is Turn

    @property
    def open(self) -> bool:
        """Whether the session goes on."""
        return self.waiting is not None


class Agenda(Protocol):
    """What happens at its time and is no session's doing."""

    def next_stamp(self) -> float | None:
        """When something is due, in seconds since the epoch; None for never."""

    def next_wait(self) -> float | None:
        """The same on the clock's scale of waits."""

    def run(self) -> None:
        """Do what is due by now, on either scale."""


class Engine:
    """Runs the sessions of one world."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        chance: Chance,
        rules: Rules,
        transcript: Transcript,
        agenda: Agenda,
        converse: Callable[[Connection], tuple[Person, Talk]],
        report: Callable[[Exception], None],
    ) -> None:
        self.store = store
        self.clock = clock
        self._chance = chance
        self.rules = rules
        self.transcript = transcript
        self.connections: dict[int, Connection] = {}
        """The open ones by number, in the order in which they came."""
        self.on_deadline: Callable[[], None] = lambda: None
        """Called when the next deadline may have come nearer."""
        self.on_advance: Callable[[], None] = lambda: None
        """Called when the time of stamps has moved on."""
        self._watchers: dict[object, Callable[[], object]] = {}
        """Called after whatever has happened, by whoever made it happen."""
        self.ended = ""
        """Why nothing more will come from outside; empty while something may."""
        self.retired = ""
        """Why the world can't be used any more; empty while it can."""
        self._agenda = agenda
        self._converse = converse
        self._report = report
        self._next_number = 1
        self._settled = store.version
        self._soonest: float | None = None
        # A world may be looked at from a test's thread while its loop runs in another.
        self._lock = transcript.lock = threading.RLock()

    def connect(self, protocol: str, *, tls: bool = False) -> Connection:
        """A new client; its greeting is in the outbox, or with `tls` a `Switch`."""
        with self._lock:
            connection = Connection(self._next_number, protocol, self._record, tls=tls)
            self._next_number += 1
            person, talk = self._converse(connection)
            connection.person = person
            connection.stage = Stage(
                talk,
                person,
                protocol,
                store=self.store,
                clock=self.clock,
                chance=self._chance,
                rules=self.rules,
                transcript=self.transcript,
                out=connection.out,
                report=self._report,
            )
            self.connections[connection.number] = connection
            self._run(connection, None)
            self._settle()
            self._happened()
            return connection

    def receive(self, connection: Connection, data: bytes) -> None:
        """Bytes from a client; ``b""`` when it has closed its side."""
        with self._lock:
            if connection.waiting is None:
                return
            if isinstance(connection.waiting, Switch):
                if data:
                    connection.dropped += len(data)
                else:
                    self.lost(connection)
                return
            if data:
                connection.buffer.feed(data)
            else:
                connection.eof = True
                if isinstance(connection.waiting, Pause):
                    self.lost(connection)
                    return
            if type(connection.waiting) is Wait:
                self._run(connection, Woke.INPUT if data else Woke.EOF)
            if self._settled != self.store.version:
                self._settle()
            if self._watchers:
                self._happened()

    def switched(self, connection: Connection) -> None:
        """Both ends have agreed on the layer: the session goes on, through it."""
        with self._lock:
            if isinstance(connection.waiting, Switch):
                self._note(connection, "TLS from here on")
                self._run(connection, None)
                self._settle()
                self._happened()

    def take(self, connection: Connection) -> Item | None:
        """The next thing to send or to do; what a full outbox has held back goes on."""
        with self._lock:
            out = connection.out
            item = out.take()
            waiting = connection.waiting
            if out.octets <= HELD_AT:
                woke = Woke.CHANGE if self._missed(connection) else None
                if woke is not None or type(waiting) is Turn:
                    self._run(connection, woke)
                    self._settle()
                    self._happened()
            return out.take() if item is None else item

    def _missed(self, connection: Connection) -> bool:
        """Whether the session waits for a change, and there was one."""
        waiting = connection.waiting
        return type(waiting) is Wait and waiting.change and connection.seen != self.store.version

    def lost(self, connection: Connection, why: str = "") -> None:
        """The connection broke: the session ends where it is."""
        with self._lock:
            if connection.waiting is not None and connection.stage is not None:
                if isinstance(connection.waiting, Switch):
                    self._note(connection, f"no TLS: {why or 'the connection was closed'}")
                elif why:
                    self._note(connection, why)
                connection.stage.end(Close("fin"))
                self._over(connection)
                self._settle()
                self._happened()

    def sessions(self, login: str, protocol: str) -> int:
        """How many sessions a user has over a protocol."""
        return sum(each.protocol == protocol for each in self._of(login))

    def _of(self, login: str) -> list[Connection]:
        return [
            each
            for each in self.connections.values()
            if each.person is not None and each.person.user_name == login
        ]

    def shut_out(self, login: str) -> None:
        """End a user's sessions, with what their protocols say of it."""
        with self._lock:
            for connection in self._of(login):
                if type(connection.waiting) is Wait:
                    self._run(connection, Woke.SHUT)
                elif connection.stage is not None:  # in the middle of something
                    connection.stage.end(Close("fin"))
                    self._over(connection)
                connection.notify()
            self._settle()
            self._happened()

    def next_deadline(self) -> float | None:
        """When `tick` should be called, on the clock's scale of waits; None for never."""
        with self._lock:
            deadlines = [c.deadline for c in self.connections.values()]
            deadlines.append(self._agenda.next_wait())
            self._soonest = min((d for d in deadlines if d is not None), default=None)
            return self._soonest

    def tick(self) -> None:
        """Do what is due, and wake the sessions whose deadline has passed."""
        with self._lock:
            self._keep_to_agenda()
            now = self.clock.waited
            for connection in list(self.connections.values()):
                if connection.deadline is not None and connection.deadline <= now:
                    if isinstance(connection.waiting, Switch):
                        self.lost(connection, "the client took too long")
                    elif isinstance(connection.waiting, Pause):
                        self._run(connection, None)
                        if self._missed(connection):  # while it stood still
                            self._run(connection, Woke.CHANGE)
                    else:
                        self._run(connection, Woke.TIMEOUT)
                    connection.notify()
            self._settle()
            self._happened()

    def advance(self, seconds: float) -> None:
        """Move the world's time on, and let happen what is due."""
        with self._lock:
            end = self.clock.after(seconds)
            # What is due on the way happens at its own time.
            while (due := self._agenda.next_stamp()) is not None and due <= end:
                self.clock.advanced = max(due, self.clock.advanced)
                self._keep_to_agenda()
            self.clock.advanced = end
            self.on_advance()
            self.tick()
            self.on_deadline()

    def _keep_to_agenda(self) -> None:
        try:
            self._agenda.run()
        except Exception as bug:
            self._report(bug)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Look at the world, or change it, between two inputs; the sessions hear of it after.

        `Retired` if the world was.
        """
        with self._lock:
            if self.retired:
                raise Retired(self.retired)
            try:
                yield
            finally:
                if self._settled != self.store.version:
                    self._settle()
                    self._happened()

    def _happened(self) -> None:
        for watcher in tuple(self._watchers.values()):
            watcher()

    @contextmanager
    def watch(self, happened: Callable[[], object]) -> Iterator[None]:
        """Have a function called after whatever happens; it must not wait."""
        key = object()
        with self._lock:
            self._watchers[key] = happened
        try:
            yield
        finally:
            with self._lock:
                del self._watchers[key]

    def end(self, why: str, *, retired: str = "") -> None:
        """Nothing more will come from outside, and with `retired` the world can't be used."""
        with self._lock:
            self.ended, self.retired = why, retired
            self._happened()

    def _record(self, connection: Connection, chunk: Chunk) -> None:
        self.transcript.sent(connection.name, connection.protocol, chunk)

    def _note(self, connection: Connection, text: str) -> None:
        """A line in the transcript, with what had to be thrown away before a switch."""
        dropped, connection.dropped = connection.dropped, 0
        if dropped:
            text += f"; {dropped} octets that came before it were dropped"
        self.transcript.note(connection.name, connection.protocol, text)

    def _run(self, connection: Connection, woke: Woke | None) -> None:
        stage = connection.stage
        assert stage is not None
        out = connection.out
        before, self.transcript.speaking = self.transcript.speaking, out
        if not isinstance(connection.waiting, Pause):
            connection.seen = self.store.version
        waiting = stage.run(woke)
        if connection.eof and type(waiting) is Wait:
            waiting = stage.run(Woke.EOF)
        self.transcript.speaking = before
        out.seal()
        connection.waiting = waiting
        if isinstance(waiting, Switch):
            connection.dropped = connection.buffer.clear()
        if waiting is None:
            self._over(connection)
        elif woke is Woke.CHANGE and not isinstance(waiting, Pause):
            pass  # only the client's own words put the deadline off (RFC 9051 section 5.4)
        elif (seconds := _limit(waiting)) is not None:
            connection.deadline = self.clock.waited + seconds
            if self._soonest is None or connection.deadline < self._soonest:
                self._soonest = connection.deadline
                self.on_deadline()
        else:
            connection.deadline = None

    def _over(self, connection: Connection) -> None:
        connection.waiting = None
        connection.deadline = None
        self.connections.pop(connection.number, None)

    def _settle(self) -> None:
        """Wake whoever waits for a change, in the order of arrival, until nothing changes."""
        for _ in range(SETTLING):
            if self._settled == self.store.version:
                return
            self._settled = self.store.version
            for connection in list(self.connections.values()):
                if self._missed(connection) and connection.out.octets <= HELD_AT:
                    had = connection.out.octets
                    self._run(connection, Woke.CHANGE)
                    if connection.out.octets != had or connection.waiting is None:
                        connection.notify()
        self._report(RuleError(f"after {SETTLING} rounds of telling the store still changes"))


def _limit(waiting: Wait | Turn | Switch | Pause) -> float | None:
    """After how many seconds that ends, whatever happens; None for never."""
    match waiting:
        case Turn():
            return None
        case Pause(seconds):
            return seconds
        case _:
            return waiting.timeout
