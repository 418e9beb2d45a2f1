"""Lives random histories of the ledger until so many steps are made, on every core; each step is checked.

make simulate                          a million steps, with the seeds from 1 on: about 2,500 steps a seed
python -m tests.simulation --steps 20000 --seed 7 --cores 1

Each seed stands alone, so a run can be shared out over machines: --steps 500000 --seed 1, --steps 500000 --seed 1001.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Iterator
from multiprocessing import Pool

from tests.simulation import district, machine

_AT_ONCE = 50  # histories


def _live(seed: int) -> tuple[int, int, str]:
    """The seed, the steps that were made, and what was found (nothing: "")."""
    before = machine.Ledger.steps_made
    try:
        with district.prepared():
            machine.live(histories=_AT_ONCE, seed=seed)
    except BaseException:
        return seed, machine.Ledger.steps_made - before, traceback.format_exc()
    return seed, machine.Ledger.steps_made - before, ""


def main() -> int:
    """Make the steps, tell how far it is; the exit status is 0 when every invariant held after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=None)
    options = parser.parse_args()
    started, made = time.monotonic(), 0
    seeds = range(options.seed, options.seed + options.steps // (_AT_ONCE * 40) + 1)  # a history has about 50 steps
    with Pool(options.cores, maxtasksperchild=10) as workers:
        for seed, steps, found in _until(options.steps, workers.imap(_live, seeds)):
            made += steps
            if found:
                sys.stdout.write(f"\n{found}\nseed {seed}: an invariant doesn't hold\n")
                return 1
            sys.stdout.write(f"\r{made:,} steps, seeds {options.seed} to {seed}, {time.monotonic() - started:.0f} s")
            sys.stdout.flush()
    sys.stdout.write("\nevery invariant held after every step\n")
    return 0


def _until(steps: int, results: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    made = 0
    for result in results:
        made += result[1]
        yield result
        if made >= steps:
            return


if __name__ == "__main__":
    sys.exit(main())
