"""The dialogues of dialogues.txt, whole and octet by octet, with the same answers."""

from pathlib import Path

import pytest

from harness import dialogues, inbox, play, text_lines

DIALOGUES = dialogues(Path(__file__).with_name("dialogues.txt"))


@pytest.mark.parametrize("text", [text for _, text in DIALOGUES], ids=[t for t, _ in DIALOGUES])
def test_dialogue(text: str) -> None:
    whole, single = inbox(5), inbox(5)
    play(whole, text)
    play(single, text, octets=True)
    assert list(text_lines(single)) == list(text_lines(whole))
