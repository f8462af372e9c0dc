"""Generated inputs for all protocols: ``python tests/inputs_run.py COUNT SEED [WORLD]``.

What came of the last run is in inputs_run.txt. The same numbers and the same
version of Python make the same inputs. Where one does what none may, its world is
named: with that number as WORLD it is played alone.
"""

import faulthandler
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from inputs.playing import INPUTS, KEPT, Failed, Tally

HUNG = 120
"""Seconds after which a world is shown where it hangs."""
STEP = 10_000


def main() -> int:
    count, seed, *world = map(int, sys.argv[1:])
    tally = Tally(seed)
    done = 0
    try:
        if world:
            tally.play(INPUTS, world[0])
        while not world and done < count:
            faulthandler.dump_traceback_later(HUNG, exit=True)
            tally.play(min(STEP, count - done), done // INPUTS)
            done += STEP
            print(f"{done:,}", file=sys.stderr, flush=True)
    except Failed as failure:
        print(failure)
        return 1
    print(f"seed {seed}, Python {sys.version.split()[0]}")
    print(f"{tally.outcomes.total():,} inputs in {tally.worlds:,} worlds: none ended a session")
    print("without an answer or a clean close, kept more than the limits, or touched another's")
    print(f"at most {tally.kept:,} octets were kept of one session, of {KEPT:,} allowed")
    print(f"digest of all that was said: {tally.digest}")
    for line in tally.lines():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
