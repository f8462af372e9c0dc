"""Generated inputs for all protocols: ``python tests/inputs_run.py COUNT SEED [--jobs N]``.

What came of the last run is in inputs_run.txt. The same numbers and the same
version of Python make the same inputs, however many processes play them. Where one
does what none may, its world is named: ``--world N`` plays that one alone.
"""

import argparse
import faulthandler
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from inputs.playing import INPUTS, KEPT, Failed, Tally

HUNG = 300
"""Seconds after which what a process does is shown, and the process ended."""
STEP = 2_000
"""Inputs that a process is given at once."""


def played(seed: int, inputs: int, first: int) -> Tally:
    """So many inputs, in worlds from that number on."""
    faulthandler.dump_traceback_later(HUNG, exit=True)
    tally = Tally(seed)
    tally.play(inputs, first)
    faulthandler.cancel_dump_traceback_later()
    return tally


def run(count: int, seed: int, jobs: int) -> Tally:
    """All of them."""
    whole = Tally(seed)
    steps = range(0, count, STEP)
    sizes = [min(STEP, count - start) for start in steps]
    with ProcessPoolExecutor(jobs) as pool:
        firsts = [start // INPUTS for start in steps]
        for tally in pool.map(partial(played, seed), sizes, firsts):
            whole.add(tally)
            print(f"{whole.outcomes.total():,}", file=sys.stderr, flush=True)
    return whole


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--world", type=int, help="only this one")
    asked = parser.parse_args()
    try:
        if asked.world is None:
            tally = run(asked.count, asked.seed, asked.jobs)
        else:
            tally = played(asked.seed, INPUTS, asked.world)
    except Failed as failure:
        print(failure)
        return 1
    print(f"seed {asked.seed}, Python {sys.version.split()[0]}")
    print(f"{tally.outcomes.total():,} inputs in {tally.worlds:,} worlds: none ended a session")
    print("without an answer or a clean close, kept more than the limits, or touched another's")
    print(f"at most {tally.kept:,} octets were kept of one session, of {KEPT:,} allowed")
    print(f"digest of all that was said: {tally.digest}")
    for line in tally.lines():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
