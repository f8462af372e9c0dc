"""Each dialogue of each protocol, whole and octet by octet, with the same answers."""

from pathlib import Path

import pytest

from harness import dialogues, play, text_lines
from worlds import DIALOGUE_WORLDS

HERE = Path(__file__).parent
ALL = [
    (protocol, title, text)
    for protocol in DIALOGUE_WORLDS
    for title, text in dialogues(HERE / protocol / "dialogues.txt")
]


@pytest.mark.parametrize(
    ("protocol", "text"), [(p, text) for p, _, text in ALL], ids=[f"{p}: {t}" for p, t, _ in ALL]
)
def test_dialogue(protocol: str, text: str) -> None:
    make = DIALOGUE_WORLDS[protocol]
    whole, single = make(), make()
    play(whole, text)
    play(single, text, octets=True)
    assert list(text_lines(single)) == list(text_lines(whole))
