"""Sessions that race for one message: their commands in each order, and how each order ends.

Each order runs on a fork of the world as it is when the race begins, so no order
sees another, and the server under test sees none of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import factorial, prod

from mockmail.client.client import Entry
from mockmail.client.drivers import ImapClient
from mockmail.client.imap_answer import ImapAnswer
from mockmail.client.link import Link
from mockmail.client.opening import check_enable, find_user
from mockmail.client.outcome import Kept, Outcome, Place, Race, Told
from mockmail.near import choice, near
from mockmail.store.journal import Entry as Stored
from mockmail.store.names import canonical
from mockmail.store.store import Store
from mockmail.world.arguments import check_arguments
from mockmail.world.world import World

MAX_ORDERS = 1_000
"""Orders in which one race is run."""

_COMMAND = re.compile(r"(?i:UID )?[^ ]*")
_AWAITING_MORE = re.compile(r"(?i:IDLE)\b|.*\{\d+\+?\}\Z", re.DOTALL)
"""What is followed by a line that is no command."""
_MARK = re.compile(r"\{([A-Za-z_]\w*)\}")

State = Mapping[str, Mapping[int, Stored]]


class Conflict:
    """A message that several sessions of its user have selected; from `Server.conflict`."""

    def __init__(
        self,
        world: World,
        *,
        user: str | None,
        uid: int | None,
        mailbox: str,
        sessions: int,
        enable: str | None,
    ) -> None:
        check_arguments(
            user=(user, str | None),
            uid=(uid, int | None),
            mailbox=(mailbox, str),
            sessions=(sessions, int),
            enable=(enable, str | None),
        )
        if not 1 <= sessions <= 26:
            raise ValueError(f"there can be 1 to 26 sessions, not {sessions}")
        self._world = world
        self._sessions = sessions
        with world.engine.turn():
            account = find_user(world, user)
            check_enable(world, enable)
            self._mailbox = canonical(mailbox)
            self._entry = Entry(account.name, account.password, enable, self._mailbox)
            self._uid = _find_uid(world.store, account.name, self._mailbox, uid)

    def race(self, *commands: str | Sequence[str]) -> Race:
        r"""Run the commands in each order: the first session's (A), the second's (B), and so on.

        ``race(r"STORE 1 FLAGS (\Seen)", r"UID STORE {uid} +FLAGS (\Flagged)")``: any
        line that a client may send, or several, which keep their own order; after IDLE, the
        DONE that ends it. ``{uid}``,
        ``{number}`` and ``{modseq}`` are those of the message when the race begins.
        Sessions without commands look on. After the race each that can says NOOP, to
        hear the news. ``ValueError`` for more commands than sessions, for more than 1,000 orders,
        for another word in braces, for a command that IMAP here doesn't have, and if the
        message has gone.
        """
        lines = [_lines(each) for each in commands]
        if not any(lines):
            raise ValueError("a race needs commands")
        if len(lines) > self._sessions:
            raise ValueError(f"commands for {len(lines)} sessions, and there are {self._sessions}")
        orders = factorial(sum(map(len, lines))) // prod(factorial(len(each)) for each in lines)
        if orders > MAX_ORDERS:
            raise ValueError(f"that would be {orders:,} orders; at most {MAX_ORDERS:,} are run")
        with self._world.engine.turn():
            start = self._world.fork(rules=False)
        login, mailbox = self._entry.user, self._mailbox
        _find_uid(start.store, login, mailbox, self._uid)
        before = _state(start.store, login)
        uids = [*before[mailbox]]
        message = before[mailbox][self._uid]
        place = Place(mailbox, self._uid, uids.index(self._uid) + 1, uids[-1], len(uids))
        marks = {"uid": place.uid, "number": place.number, "modseq": message.modseq}
        lines = [[_filled(line, marks) for line in each] for each in lines]
        known = [name.decode() for name in start.catalogue.commands]
        for each in lines:
            _check_commands(each, known)
        return Race(
            user=login,
            mailbox=mailbox,
            message=Kept(self._uid, message.flags.names, message.modseq),
            outcomes=[
                self._play(start.fork(), order, lines, before, place)
                for order in _orders([len(each) for each in lines])
            ],
        )

    def _play(
        self,
        world: World,
        order: Sequence[int],
        lines: Sequence[Sequence[str]],
        before: State,
        place: Place,
    ) -> Outcome:
        # As over TLS, so that a server can't refuse to let them in for want of it; nobody
        # else acts there, so what is not said at once never will be.
        links = [Link(world.engine, "imap", tls=True) for _ in range(self._sessions)]
        clients = [ImapClient(link, timeout=0) for link in links]
        for client in clients:
            client.enter(self._entry)
        steps: list[tuple[str, str, ImapAnswer]] = []
        left = [iter(each) for each in lines]
        for at in order:
            line = next(left[at])
            client = clients[at]
            answer = client.more(line) if client.wants_more else client.send(line)
            steps.append((client.session, line, answer))
        told = {
            client.session: Told(
                tuple(answer for session, _, answer in steps if session == client.session),
                client.told() if client.wants_more or client.closed else client.noop(),
            )
            for client in clients
        }
        world.check()
        after = _state(world.store, self._entry.user)
        truth = {self._mailbox: ()} | {
            name: kept
            for name, entries in after.items()
            if (kept := tuple(self._concerned(name, before.get(name, {}), entries)))
        }
        return Outcome(
            steps=steps,
            told=told,
            truth=truth,
            place=place,
            transcript=world.transcript,
        )

    def _concerned(
        self, name: str, before: Mapping[int, Stored], after: Mapping[int, Stored]
    ) -> Iterator[Kept]:
        """The message itself, and what is new or has changed."""
        for uid, entry in after.items():
            if before.get(uid) is not entry or (name == self._mailbox and uid == self._uid):
                yield Kept(uid, entry.flags.names, entry.modseq)

    def __repr__(self) -> str:
        return f"<Conflict about UID {self._uid} in {self._entry.user}'s {self._mailbox}>"


def _lines(given: str | Sequence[str]) -> list[str]:
    """The commands of one session."""
    lines: object = [given] if isinstance(given, str | bytes) else given
    if not isinstance(lines, Sequence) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"expected a command, or several, as text; found {given!r}")
    if not all(lines):
        raise ValueError("a command can't be empty")
    return [*lines]


def _filled(line: str, marks: Mapping[str, int]) -> str:
    """The command with what its marks stand for; ``{5}`` and its like are literals."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in marks:
            raise ValueError(f"in {line!r}: {choice(found[0], [f'{{{name}}}' for name in marks])}")
        return str(marks[found[1]])

    return _MARK.sub(value, line)


def _check_commands(lines: Sequence[str], known: Sequence[str]) -> None:
    """``ValueError`` for a line that is none of those commands."""
    for before, line in zip(["", *lines], lines, strict=False):
        found = _COMMAND.match(line)
        assert found is not None
        if found[0].upper() not in known and not _AWAITING_MORE.match(before):
            raise ValueError(f"in {line!r}: no command {found[0]!r}{near(found[0], known)}")


def _state(store: Store, login: str) -> State:
    boxes = store.visible(store.users[login])
    return {name: {entry.uid: entry for entry in box} for name, box in boxes.items()}


def _find_uid(store: Store, login: str, mailbox: str, uid: int | None) -> int:
    """The UID, or that of the only message; ``ValueError`` says which there are."""
    box = store.mailbox(store.users[login], mailbox)
    if box is None:
        names = [box.name for box in store.visible(store.users[login]).values()]
        raise ValueError(f"{login} has no mailbox {mailbox!r}{near(mailbox, names)}")
    shown = ", ".join(map(str, box.uids[:10])) + ", …" * (len(box.uids) > 10)
    there_are = f"there are {shown}" if shown else "there is none"
    if uid is None:
        if len(box.uids) != 1:
            raise ValueError(f"which message of {login}'s {mailbox}? by UID, {there_are}")
        return box.uids[0]
    if uid not in box.entries:
        raise ValueError(f"no UID {uid!r} in {login}'s {mailbox}; {there_are}")
    return uid


def _orders(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Each order of so many commands of each session, those that begin with the first one first."""
    if not any(counts):
        yield ()
    for at, count in enumerate(counts):
        if count:
            rest = [*counts[:at], count - 1, *counts[at + 1 :]]
            for order in _orders(rest):
                yield (at, *order)
