"""Plays every dialogue and the faults, and prints transcripts; run by test_twice.py."""

from pathlib import Path

from harness import Client, dialogues, inbox, play, text_lines
from mockmail.world.effects import Cut, Expunge
from mockmail.world.rule import Match, Rule, When
from worlds import DIALOGUE_WORLDS

TESTS = Path(__file__).parents[1]


def play_all() -> None:
    """All dialogues of all protocols."""
    for protocol, make in DIALOGUE_WORLDS.items():
        for title, text in dialogues(TESTS / protocol / "dialogues.txt"):
            world = make()
            play(world, text)
            print(protocol, title)
            print("\n".join(text_lines(world)))


def play_faults() -> None:
    """A cut and a second actor, over many flags and keywords."""
    world = inbox(20)
    world.rules.add(
        Rule(
            When(point="data", command="FETCH", response=Match(kind="FETCH", number=7)),
            Cut(offset=5, inside="literal"),
        )
    )
    world.rules.add(Rule(When(point="committed", command="STORE"), Expunge(user="anna", uid=3)))
    first, second = Client(world).open(), Client(world).open()
    keywords = " ".join(f"$k{number}" for number in range(30))
    first.command(f"STORE 1:5 +FLAGS ({keywords} \\Seen)")
    second.command("STORE 2:4 +FLAGS (zebra Apple $MDNSent)")
    second.command("NOOP")
    second.command("CREATE z/y/x")
    second.command('LIST "" *')
    first.command("FETCH 1:9 (FLAGS BODY[])")
    assert first.ended == "reset"
    print("\n".join(text_lines(world)))
