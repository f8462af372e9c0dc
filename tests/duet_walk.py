"""Random well-formed commands of several clients for a duet: ``python tests/duet_walk.py STEPS SEED``.

Each session makes a NOOP before its command, so that both servers have told it
all there is; what they may tell when is the model's affair (tests/imap/test_model.py).
Where the answers differ, the shortest script that still shows it is printed.
"""

import sys
from collections.abc import Iterator, Sequence
from random import Random  # noqa: TID251

from duet import Difference, Duet

NAMES = ("Work", "Work/Old", "Lists", "Gr&APwA3w-e")
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "\\Draft", "$Junk", "Todo")
ITEMS = (
    "FLAGS",
    "UID",
    "RFC822.SIZE",
    "INTERNALDATE",
    "ENVELOPE",
    "BODYSTRUCTURE",
    "BODY",
    "BODY.PEEK[]",
    "BODY.PEEK[HEADER]",
    "BODY.PEEK[TEXT]<0.5>",
    "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]",
    "BODY[TEXT]",
    "BODY.PEEK[1]",
)
KEYS = (
    "ALL",
    "SEEN",
    "UNSEEN",
    "FLAGGED",
    "UNFLAGGED",
    "DELETED",
    "UNDELETED",
    "ANSWERED",
    "DRAFT",
    "KEYWORD $Junk",
    "UNKEYWORD Todo",
    "SUBJECT minutes",
    "SUBJECT re",
    "FROM ben",
    "TO anna",
    "BODY noon",
    "TEXT nothing",
    "LARGER 150",
    "SMALLER 160",
    "SINCE 1-Jan-2024",
    "BEFORE 1-Feb-2024",
    "SENTON 1-Jan-2024",
    "HEADER Message-ID 2@",
)
SESSIONS = "ABC"
LARGE = 25
"""Messages of a mailbox to which nothing is added any more."""
SCRIPT = 60
"""Lines for one pair of servers; then there is a new one."""


class Writer:
    """Writes a script line by line, and follows what it does as far as it must."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._boxes = {"INBOX": 5}
        self._selected: dict[str, tuple[str, bool]] = {}
        self._dates = 0

    def lines(self) -> Iterator[str]:
        for name in SESSIONS:
            mode = self._random.choice(("", "", "ENABLE CONDSTORE", "ENABLE QRESYNC"))
            if mode:
                yield f"{name}: {mode}"
        while True:
            name = self._random.choice(SESSIONS)
            if name not in self._selected and self._random.random() < 0.7:
                text = self._select(name)
            elif name in self._selected and self._random.random() < 0.75:
                text = self._on_messages(name)
            else:
                text = self._on_mailboxes()
            if text:
                yield f"{name}: NOOP"
                yield f"{name}: {text}"

    def _select(self, name: str) -> str:
        box = self._random.choice(list(self._boxes))
        read_only = self._random.random() < 0.2
        self._selected[name] = box, read_only
        return f"{'EXAMINE' if read_only else 'SELECT'} {box}"

    def _set(self) -> str:
        # Numbers that there may not be are UIDs, or refused by both.
        ends = [self._random.choice((*"1234567", "*")) for _ in range(2)]
        first = f"{ends[0]}:{ends[1]}"
        return self._random.choice((ends[0], first, f"{ends[1]},{first}", "1:*"))

    def _some(self, among: Sequence[str], most: int) -> str:
        return " ".join(self._random.sample(among, self._random.randint(1, most)))

    def _key(self, depth: int = 2) -> str:
        draw = self._random.random()
        if depth and draw < 0.2:
            return f"NOT {self._key(depth - 1)}"
        if depth and draw < 0.4:
            return f"OR {self._key(depth - 1)} {self._key(depth - 1)}"
        if depth and draw < 0.5:
            return f"({self._key(depth - 1)} {self._key(depth - 1)})"
        if draw < 0.6:
            return f"UID {self._set()}"
        return self._random.choice(KEYS)

    def _on_messages(self, name: str) -> str:
        _, read_only = self._selected[name]
        uid = self._random.choice(("", "UID "))
        kind = self._random.randrange(12)
        if kind <= 2:
            return f"{uid}FETCH {self._set()} ({self._some(ITEMS, 3)})"
        if kind <= 4:
            returns = self._random.choice(
                ("", "", "RETURN () ", "RETURN (MIN MAX) ", "RETURN (COUNT ALL) ")
            )
            return f"{uid}SEARCH {returns}{self._key()}"
        if kind == 5 and self._boxes:
            target = self._random.choice(list(self._boxes))
            move = "COPY" if read_only or self._random.random() < 0.6 else "MOVE"
            if self._boxes[target] > LARGE:
                return ""
            self._boxes[target] += 5
            return f"{uid}{move} {self._set()} {target}"
        if kind == 6:
            del self._selected[name]
            return self._random.choice(("CLOSE", "UNSELECT"))
        if kind == 7:
            return self._select(name)
        if read_only:
            return "CHECK"
        if kind == 8:
            return self._random.choice(("EXPUNGE", f"UID EXPUNGE {self._set()}"))
        sign = self._random.choice(("", "+", "-"))
        silent = self._random.choice(("", "", ".SILENT"))
        return f"{uid}STORE {self._set()} {sign}FLAGS{silent} ({self._some(FLAGS, 3)})"

    def _on_mailboxes(self) -> str:
        kind = self._random.randrange(9)
        free = [n for n in NAMES if n not in self._boxes and _above(n) in ("", *self._boxes)]
        idle = [
            n
            for n in self._boxes
            if n != "INBOX"
            and not any(n == box for box, _ in self._selected.values())
            and not any(_above(other) == n for other in self._boxes)
        ]
        if kind == 0 and free:
            new = self._random.choice(free)
            self._boxes[new] = 0
            return f"CREATE {new}"
        if kind == 1 and idle:
            old = self._random.choice(idle)
            del self._boxes[old]
            return f"DELETE {old}"
        if kind == 2 and idle and free:
            old, new = self._random.choice(idle), self._random.choice(free)
            if _above(new) == old:
                return ""
            self._boxes[new] = self._boxes.pop(old)
            return f"RENAME {old} {new}"
        box = self._random.choice(list(self._boxes))
        if kind == 3:
            return f"{self._random.choice(('SUBSCRIBE', 'UNSUBSCRIBE'))} {box}"
        if kind == 4:
            pattern = self._random.choice(("*", "%", "W*", "Work/%", "L%", "*e"))
            return f'{self._random.choice(("LIST", "LSUB"))} "" {pattern}'
        if kind == 5:
            return f"STATUS {box} (MESSAGES UIDNEXT UNSEEN)"
        if self._boxes[box] > LARGE:
            return "NOOP"
        self._boxes[box] += 1
        self._dates += 1
        day = f"{self._dates % 28 + 1:02d}-Feb-2024"
        flags = self._random.choice(("", f"({self._some(FLAGS, 2)}) "))
        return f'APPEND {box} {flags}"{day} 00:00:00 +0000" <Subject: {self._dates}||text|>'


def _above(name: str) -> str:
    return name.rpartition("/")[0]


def play(lines: Sequence[str]) -> tuple[int, list[Difference]]:
    """How many lines were said when answers differed, and what they differed in."""
    duet = Duet()
    try:
        for number, line in enumerate(lines, 1):
            if different := duet.say(line):
                return number, different
    finally:
        duet.close()
    return len(lines), []


def scripts(steps: int, seed: int) -> Iterator[list[str]]:
    """Scripts with `steps` lines in all."""
    random = Random(seed)
    while steps > 0:
        lines = Writer(random).lines()
        yield [next(lines) for _ in range(min(SCRIPT, steps))]
        steps -= SCRIPT


def shortest(lines: list[str]) -> list[str]:
    """The lines without those that can be left out, one after another."""
    at = len(lines) - 1
    while at >= 0:
        shorter = lines[:at] + lines[at + 1 :]
        try:
            number, different = play(shorter)
        except AssertionError:
            different = []
        if different:
            lines = shorter[:number]
            at = min(at, len(lines))
        at -= 1
    return lines


def main() -> int:
    steps, seed = int(sys.argv[1]), int(sys.argv[2])
    for number, lines in enumerate(scripts(steps, seed), 1):
        said, different = play(lines)
        if different:
            print(f"script {number}:", *different, "", *shortest(lines[:said]), sep="\n")
            return 1
    print(f"{steps:,} lines in {number:,} scripts, seed {seed}: no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
