"""A long walk of the model in test_model.py: ``python tests/imap/long_walk.py STEPS SEED``.

What came of the last one is in long_walk.txt. The same numbers, the same version
of hypothesis and the same tests make the same walk.
"""

import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from test_model import Sessions  # noqa: E402

from harness import WORLDS  # noqa: E402

STEPS_IN_A_WORLD = 50


class Walk(Sessions):
    """The model's walk, counted."""

    steps = 0
    worlds = 0
    commands: ClassVar[Counter[str]] = Counter()

    def ask(self, who: int, text: str) -> tuple[str, list[str]]:
        words = text.split()
        self.commands[" ".join(words[: 2 if words[0] == "UID" else 1])] += 1
        return super().ask(who, text)

    @invariant()
    def count(self) -> None:
        Walk.steps += 1

    def teardown(self) -> None:
        super().teardown()
        WORLDS.clear()  # or they are all kept
        Walk.worlds += 1


def main() -> None:
    steps, seed = int(sys.argv[1]), int(sys.argv[2])
    hypothesis.seed(seed)(Walk)
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=steps // STEPS_IN_A_WORLD,
            stateful_step_count=STEPS_IN_A_WORLD,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"seed {seed}, hypothesis {version('hypothesis')}, Python {sys.version.split()[0]}")
    print(f"{Walk.steps:,} steps in {Walk.worlds:,} worlds: nothing differed from the model")
    for name, number in Walk.commands.most_common():
        print(f"{number:9,} {name}")


if __name__ == "__main__":
    main()
