"""Scripts that are made up, for a duet: ``python tests/duet_walk.py STEPS SEED``.

Where the answers differ, the shortest script that still shows it is printed.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random  # noqa: TID251

from duet import Duet
from duet_writer import Writer
from verdicts import Difference

SCRIPT = 60
"""Lines for one pair of servers; then there is a new one."""


def play(lines: Sequence[str]) -> tuple[int, list[Difference]]:
    """How many lines were said when answers differed, and what they differed in."""
    duet = Duet()
    try:
        for number, line in enumerate(lines, 1):
            if different := duet.say(line):
                return number, different
            if duet.parted:
                return number, []
    finally:
        duet.close()
    return len(lines), []


def scripts(steps: int, seed: int) -> Iterator[list[str]]:
    """Scripts with `steps` lines in all."""
    random = Random(seed)
    while steps > 0:
        writer = Writer(random)
        yield [*islice(writer.lines(), min(SCRIPT, steps)), *writer.last()]
        steps -= SCRIPT


def shortest(lines: list[str]) -> list[str]:
    """The lines without those that can be left out, one after another."""
    wanted = _first(play(lines)[1])
    at = len(lines) - 1
    while at >= 0:
        shorter = lines[:at] + lines[at + 1 :]
        try:
            number, different = play(shorter)
        except AssertionError:
            different = []
        if _first(different) == wanted:
            lines = shorter[:number]
            at = min(at, len(lines))
        at -= 1
    return lines


def _first(different: list[Difference]) -> tuple[str, object] | None:
    """The line that was answered differently, and what is different."""
    return (different[0].line, different[0].about[0]) if different else None


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
