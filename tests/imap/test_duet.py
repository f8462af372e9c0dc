"""Dovecot's second opinion on whole dialogues of several clients: tests/duet.py.

A line of duets.txt is followed by ``~ why`` if the two answer differently, with
the sentence that decides it; all others must be answered alike.
"""

import os
from pathlib import Path

import pytest

from duet import Duet
from duet_walk import play, scripts
from harness import dialogues

DUETS = dialogues(Path(__file__).parent / "duets.txt")
WALK = int(os.environ.get("MOCKMAIL_OPINIONS", "600"))
"""Lines that are made up."""
SEED = 2


@pytest.mark.program("dovecot")
@pytest.mark.parametrize("text", [text for _, text in DUETS], ids=[title for title, _ in DUETS])
def test_written(text: str) -> None:
    duet = Duet()
    lines = text.strip().splitlines()
    unexpected = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("~"):
            continue
        different = duet.say(line)
        if not after.startswith("~"):
            unexpected += map(str, different)
        elif not different:
            unexpected.append(f"{line}\n  no difference, though {after[2:]}")
    duet.close()
    assert not unexpected, "\n".join(unexpected)


@pytest.mark.program("dovecot")
def test_made_up() -> None:
    for lines in scripts(WALK, SEED):
        number, different = play(lines)
        assert not different, "\n".join((*lines[:number], *map(str, different)))
