"""How a race ended: values for assertions, and a table for people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mockmail.client.answer import shown
from mockmail.client.imap_answer import ImapAnswer
from mockmail.numset import Uid, UidSet
from mockmail.world.transcript import Transcript

_STORE = re.compile(
    r"(UID )?STORE (\S+) (?:\([^)]*\) )?([+-]?)FLAGS(?:\.SILENT)? \(?([^)]*)\)?", re.IGNORECASE
)


class Kept(NamedTuple):
    """A message as it is stored."""

    uid: int
    flags: tuple[str, ...]
    modseq: int

    def __str__(self) -> str:
        return f"UID {self.uid} ({' '.join(self.flags)}) modseq {self.modseq}"


class Place(NamedTuple):
    """Where the message was when the race began."""

    mailbox: str
    uid: int
    number: int
    last_uid: int
    exists: int


class Told(NamedTuple):
    """What one session was told."""

    answers: tuple[ImapAnswer, ...]
    """To each of its commands."""
    news: ImapAnswer
    """When all was over."""

    @property
    def answer(self) -> ImapAnswer:
        """To its last command."""
        return self.answers[-1]


class Outcome:
    """How one order of a race ended."""

    def __init__(
        self,
        *,
        steps: Sequence[tuple[str, str, ImapAnswer]],
        told: Mapping[str, Told],
        truth: Mapping[str, tuple[Kept, ...]],
        place: Place,
        transcript: Transcript,
    ) -> None:
        self.order = tuple(session for session, _, _ in steps)
        """The sessions in their order: ``("A", "B")``."""
        self.told = told
        """What each session was told: ``told["A"].answer``, ``.answers`` and ``.news``."""
        self.truth = truth
        """What is stored in the end, by mailbox: the message, and what is new or has changed.

        Each has `uid`, `flags` and `modseq`.
        """
        self.transcript = transcript
        """All that was said in this order."""
        self._steps = steps
        self._place = place

    @property
    def flags(self) -> tuple[str, ...] | None:
        """The message's flags in the end; None if it isn't in its mailbox any more."""
        there = self.truth[self._place.mailbox]
        found = [kept.flags for kept in there if kept.uid == self._place.uid]
        return found[0] if found else None

    @property
    def end(self) -> Mapping[str, Mapping[int, tuple[str, ...]]]:
        """What other orders may share: the flags by mailbox and UID, whatever the mod-sequences."""
        return {
            name: {kept.uid: kept.flags for kept in there}
            for name, there in self.truth.items()
            if there
        }

    @property
    def lost(self) -> Mapping[str, tuple[str, ...]]:
        r"""The lost updates, by session: ``{"A": ("+\Seen",)}``.

        The server has told the session OK, and in the end the message, which is still
        there, has not the flag that it gave, or still has the one that it took.
        """
        if self.flags is None:
            return {}
        have = {flag.lower() for flag in self.flags}
        wanted: dict[str, dict[str, bool]] = {}
        for session, line, answer in self._steps:
            wanted.setdefault(session, {}).update(self._wanted(line, answer))
        lost = {
            session: tuple(
                f"{'+' if wish else '-'}{flag}"
                for flag, wish in wishes.items()
                if wish != (flag.lower() in have)
            )
            for session, wishes in wanted.items()
        }
        return {session: flags for session, flags in lost.items() if flags}

    def _wanted(self, line: str, answer: ImapAnswer) -> dict[str, bool]:
        """What a STORE that was done has made of the message's flags."""
        found = _STORE.fullmatch(line)
        if found is None or not answer.ok:
            return {}
        by_uid, ids, sign, flags = found.groups()
        place = self._place
        number, last = (place.uid, place.last_uid) if by_uid else (place.number, place.exists)
        code, _, modified = (answer.code or "").partition(" ")
        if not _holds(ids, number, last) or (code == "MODIFIED" and _holds(modified, number, last)):
            return {}
        return dict.fromkeys(flags.split(), sign != "-")

    def __str__(self) -> str:
        return "\n".join(self._rows())

    def _rows(self) -> Iterator[str]:
        yield ", then ".join(self.order)
        news = [(session, "(news)", told.news) for session, told in self.told.items()]
        rows = [*self._steps, *news]
        width = max(len(line) for _, line, _ in rows)
        for session, line, answer in rows:
            said = [*map(shown, answer.untagged)]
            if line != "(news)":
                said.append(str(answer))
            first, *more = said or ["nothing"]
            yield f"  {session}  {line:<{width}}  {first}"
            for each in more:
                yield f"     {'':<{width}}  {each}"
        for name, there in self.truth.items():
            yield f"  =  {name}: {', '.join(map(str, there)) or 'no such message'}"
        for session, flags in self.lost.items():
            yield f"  !  lost update: {' '.join(flags)} of {session}"

    def __repr__(self) -> str:
        return f"<Outcome of {', then '.join(self.order)}: {self.truth}>"


class Race:
    """How a race ended in each order; ``str()`` of it is a table.

    Iterating gives the outcomes: that of the order in which the commands were given
    is the first.
    """

    def __init__(
        self, *, user: str, mailbox: str, message: Kept, outcomes: Sequence[Outcome]
    ) -> None:
        self.outcomes = tuple(outcomes)
        self._title = f"{message}, in {user}'s {mailbox}"

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    @property
    def differ(self) -> bool:
        """Whether the orders end differently."""
        return any(outcome.end != self.outcomes[0].end for outcome in self.outcomes)

    @property
    def lost(self) -> bool:
        """Whether an update is lost in any order, and nobody was told; see `Outcome.lost`."""
        return any(outcome.lost for outcome in self.outcomes)

    def __str__(self) -> str:
        ends = "The orders end differently" if self.differ else "All orders end alike"
        lost = ", and updates are lost" if self.lost else ""
        return "\n\n".join([self._title, *map(str, self.outcomes), f"{ends}{lost}."])

    def __repr__(self) -> str:
        return f"<Race of {len(self.outcomes)} orders about {self._title}>"


def _holds(ids: str, number: int, last: int) -> bool:
    """Whether a set that a client or a server named has this number."""
    try:
        return Uid(number) in UidSet.parse(ids.encode()).resolve(last)
    except ValueError:
        return False
