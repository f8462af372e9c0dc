"""The benchmarks: mockmail beside something that does no more than it must.

In the repository's root::

    python -m tests.bench                  # all of it, a minute or two
    python -m tests.bench noop growth      # some groups
    python -m tests.bench --quick          # does everything run? the numbers say nothing

It prints a Markdown table. All numbers are of one run, in which both sides take
turns, and medians of several rounds; what can be compared between machines is
the ratios. Nothing depends on them: no test fails for a time.
"""

import argparse
import os
import platform
import sys
from pathlib import Path

# Modules that the tests share, as pytest finds them.
sys.path.insert(0, str(Path(__file__).parents[1]))

from .groups import GROUPS
from .rows import FULL, HEAD, QUICK


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("group", nargs="*", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.group if name not in GROUPS]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}")
    cores = len(os.sched_getaffinity(0))
    print(f"Python {platform.python_version()}, {platform.system()}, {cores} cores\n\n{HEAD}")
    for name in arguments.group or GROUPS:
        for row in GROUPS[name](QUICK if arguments.quick else FULL):
            print(row, flush=True)


main()
