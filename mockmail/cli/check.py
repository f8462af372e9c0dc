"""``mockmail check FILE...``: whether scenarios are as they must be."""

import sys
from argparse import ArgumentParser, Namespace

from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.load import load


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a scenario file, or a shipped scenario's name"
    )


def run(chosen: Namespace) -> int:
    """A line for each file: what is in it on stdout, or the mistake on stderr."""
    good = True
    for file in chosen.files:
        try:
            world = load(file).world()
        except ScenarioError as mistake:
            print(mistake, file=sys.stderr)
            good = False
            continue
        users = world.store.users.values()
        boxes = [box for user in users for box in user.mailboxes.values()]
        boxes += world.store.shared.values()
        counts = {
            "user": len(users),
            "mailbox": len(boxes),
            "message": sum(map(len, boxes)),
            "rule": len(list(world.rules)),
        }
        print(
            f"{file}: ok ({', '.join(_counted(number, each) for each, number in counts.items())})"
        )
    return 0 if good else 1


def _counted(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}{'es' if noun.endswith('x') else 's'}"
