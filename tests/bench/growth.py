"""What commands on one message cost in a large mailbox and in a small one, on the bare engine."""

from collections.abc import Callable, Iterator

from mockmail.scenario.scenario import Scenario

from .rows import Row, Scale
from .stopwatch import interleaved, seconds
from .worlds import LOGIN, SEEN, SELECT, Talker, raw, scenario, settled


class Mailroom:
    """Two sessions in a mailbox of so many messages; each method measures one command of one."""

    def __init__(self, base: Scenario, count: int) -> None:
        self._base = base
        self._me = settled(base.world())
        self._other = settled(self._me.world)
        self._uid = count // 2
        self._sign = b"+"

    def _store(self, talker: Talker) -> float:
        self._sign = b"-" if self._sign == b"+" else b"+"
        command = b"a UID STORE %d %bFLAGS (\\Flagged)\r\n" % (self._uid, self._sign)
        return seconds(lambda: talker.done(command))

    def _told(self) -> None:
        self._me.done(b"a NOOP\r\n")
        self._other.done(b"a NOOP\r\n")

    def select(self) -> float:
        return seconds(lambda: self._me.done(SELECT))

    def first_select(self) -> float:
        """In a world where everything is ``\\Recent`` still."""
        talker = Talker(self._base.world(), LOGIN)
        return seconds(lambda: talker.done(SELECT))

    def first_store(self) -> float:
        """A fork copies what holds its messages before its first write."""
        return self._store(settled(self._base.world()))

    def fetch(self) -> float:
        command = b"a UID FETCH %d (FLAGS)\r\n" % self._uid
        return seconds(lambda: self._me.done(command))

    def store(self) -> float:
        self._told()
        return self._store(self._me)

    def noop_after_store(self) -> float:
        self._told()
        self._store(self._other)
        return seconds(lambda: self._me.done(b"a NOOP\r\n"))

    def _delete(self) -> None:
        self._uid += 1
        self._me.done(b"a UID STORE %d +FLAGS (\\Deleted)\r\n" % self._uid)

    def _delete_and_append(self) -> None:
        """The mailbox keeps its size."""
        self._delete()
        self._append(self._me)
        self._told()

    def expunge(self) -> float:
        self._delete_and_append()
        taken = seconds(lambda: self._me.done(b"a EXPUNGE\r\n"))
        self._uid += 1
        return taken

    def noop_after_expunge(self) -> float:
        self._delete_and_append()
        self._me.done(b"a EXPUNGE\r\n")
        taken = seconds(lambda: self._other.done(b"a NOOP\r\n"))
        self._uid += 1
        return taken

    def _append(self, talker: Talker) -> float:
        message = raw(1)
        talker.ask(b"a APPEND INBOX {%d}\r\n" % len(message))
        return seconds(lambda: talker.done(message + b"\r\n"))

    def append(self) -> float:
        self._told()
        return self._append(self._me)

    def noop_after_append(self) -> float:
        self._told()
        self._append(self._other)
        return seconds(lambda: self._me.done(b"a NOOP\r\n"))


Operation = Callable[[Mailroom], float]
SETTLED: tuple[tuple[str, Operation], ...] = (
    ("SELECT", Mailroom.select),
    ("UID FETCH one", Mailroom.fetch),
    ("UID STORE one", Mailroom.store),
    ("NOOP after a STORE by another session", Mailroom.noop_after_store),
    ("EXPUNGE one", Mailroom.expunge),
    ("NOOP after an EXPUNGE by another session", Mailroom.noop_after_expunge),
    ("APPEND one", Mailroom.append),
    ("NOOP after an APPEND by another session", Mailroom.noop_after_append),
)
FRESH: tuple[tuple[str, Operation], ...] = (
    ("SELECT in a fresh world, all \\Recent", Mailroom.first_select),
    ("UID STORE one, a fork's first write", Mailroom.first_store),
)


def rows(scale: Scale) -> Iterator[Row]:
    """Each command in the large mailbox, compared with the small one."""
    few, many = scale.small, scale.large
    mixed = Mailroom(scenario(many), many), Mailroom(scenario(few), few)
    for name, operation in SETTLED:
        yield _row(name, operation, *mixed, scale.many_rounds, scale)
    for name, operation in FRESH:
        yield _row(name, operation, *mixed, scale.rounds, scale)
    seen = Mailroom(scenario(many, 0, SEEN), many), Mailroom(scenario(few, 0, SEEN), few)
    yield _row("SELECT, nothing unseen", Mailroom.select, *seen, scale.rounds, scale)


def _row(
    name: str, operation: Operation, large: Mailroom, small: Mailroom, rounds: int, scale: Scale
) -> Row:
    a, b = interleaved(lambda: operation(large), lambda: operation(small), rounds)
    return Row(f"{name}, in {scale.large:,} messages, engine", a, b, f"in {scale.small:,}")
