"""The benchmarks: mockmail beside something that does no more than it must.

In the repository's root::

    python -m tests.bench                  # all of it, a minute or two
    python -m tests.bench noop growth      # some groups
    python -m tests.bench --quick          # does everything run? the numbers say nothing
    python -m tests.bench --beside 1000 100000 --rounds 2   # other servers, as tables
    python -m tests.bench popping --beside 20000            # some of them

It prints a Markdown table. All numbers are of one run, in which both sides take
turns, and medians of several rounds (beside other servers the least of them); what
can be compared between machines is the ratios. Nothing depends on them: no test fails for a time.
"""

import argparse
import os
import platform
import sys
from dataclasses import replace
from pathlib import Path

# Modules that the tests share, as pytest finds them.
sys.path.insert(0, str(Path(__file__).parents[1]))

from .contest import table
from .groups import BESIDE, GROUPS
from .rows import FULL, HEAD, QUICK


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("group", nargs="*", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round")
    parser.add_argument(
        "--beside",
        nargs="+",
        type=int,
        metavar="COUNT",
        help="tables of the groups with other servers, for mailboxes of so many messages",
    )
    parser.add_argument("--rounds", type=int, default=3, help="of --beside; 3 by default")
    arguments = parser.parse_args()
    known = BESIDE if arguments.beside else GROUPS
    unknown = [name for name in arguments.group if name not in known]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}")
    cores = len(os.sched_getaffinity(0))
    print(f"Python {platform.python_version()}, {platform.system()}, {cores} cores\n")
    if arguments.beside:
        for count in arguments.beside:
            scale = replace(FULL, small=count, few_rounds=arguments.rounds)
            for name in arguments.group or BESIDE:
                for line in table(BESIDE[name](scale), count):
                    print(line, flush=True)
                print(f"\nLoad: {', '.join(f'{load:.1f}' for load in os.getloadavg())}\n")
        return
    print(HEAD)
    for name in arguments.group or GROUPS:
        for row in GROUPS[name](QUICK if arguments.quick else FULL):
            print(row, flush=True)


main()
