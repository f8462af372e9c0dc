"""Dovecot's second opinion on whole dialogues of several clients: tests/duet.py.

A line of duets.txt is followed by ``~ why`` if the two answer differently in a way
that is met only there, with the sentence that decides it. Other differences are
among those of tests/verdicts.py.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

import dovecot
from duet import Duet
from duet_walk import play, scripts
from harness import dialogues
from verdicts import RIGHT

pytestmark = pytest.mark.program("dovecot")

DUETS = dialogues(Path(__file__).parent / "duets.txt")
WALK = int(os.environ.get("MOCKMAIL_OPINIONS", "600"))
"""Lines that are made up."""
SEED = 2


def unexpected(text: str, decided: Counter[str]) -> list[str]:
    """The differences of a duet that are not the expected ones; counts the decided."""
    found = []
    duet = Duet()
    lines = text.strip().splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("~"):
            continue
        try:
            different = duet.say(line)
        except AssertionError as problem:
            found.append(f"{line}\n  {problem}")
            break
        if not after.startswith("~"):
            found += map(str, different)
        elif not different:
            found.append(f"{line}\n  no difference, though {after[2:]}")
    duet.close()
    decided.update(duet.decided)
    return found


@pytest.fixture(scope="module")
def decided() -> Counter[str]:
    """How often each sentence decided something in the written duets."""
    return Counter()


@pytest.fixture(scope="module")
def played(decided: Counter[str]) -> dict[str, list[str]]:
    """What was unexpected in each written duet."""
    return {title: unexpected(text, decided) for title, text in DUETS}


@pytest.mark.parametrize("title", [title for title, _ in DUETS])
def test_written(title: str, played: dict[str, list[str]]) -> None:
    assert not played[title], "\n".join(played[title])


@pytest.mark.usefixtures("played")
def test_no_sentence_stands_there_for_nothing(decided: Counter[str]) -> None:
    assert decided.keys() == RIGHT.keys()


def test_made_up() -> None:
    for lines in scripts(WALK, SEED):
        number, different = play(lines)
        assert not different, "\n".join((*lines[:number], *map(str, different)))


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dovecot, "version", lambda: "2.4.1")
    with pytest.raises(AssertionError, match=r"this needs Dovecot 2\.3\.x, not '2\.4\.1'"):
        dovecot.Theirs(tmp_path)
