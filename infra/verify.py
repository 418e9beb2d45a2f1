"""Walks every entry and every day's seal, and names what was altered, is missing, was put in or moved.

    python -m infra.verify [--state .hui/district]      a local district that isn't running
    python -m infra.verify --aws                        the tables that the environment names (FUNDS_TABLE, AWS_REGION),
                                                        with the public keys in SEAL_PUBLIC_KEYS
    python -m infra.verify --public-key                 the public half of the key in SEAL_KEY

The exit status is 0 when nothing is found, 1 when something is.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from functions.edge.settings import settings
from infra.local import engine, surroundings, trouble
from shared.funds import seal_invariants, seals
from shared.funds.store import books
from shared.funds.store.books import Books

STATE = Path(".hui/district")  # where make run keeps its own


class NoDistrict(trouble.Trouble):
    zh = "{state} 里没有本地演示区的数据，请先执行 make run 或 make demo"
    en = "there is no district in {state}; start one with make run or make demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, and say it, a line for each break."""
    options = _options(arguments)
    if options.public_key:
        sys.stdout.write(f"{seals.public_key(settings().seal_key)}\n")
        return 0
    try:
        if options.aws:
            return _say(books.read(), settings().seal_public_keys)
        return _of_state(options.state)
    except trouble.Trouble as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def lines(found: Books, keys: Sequence[str]) -> tuple[list[str], str]:
    """What was found, and the sentence that sums it up."""
    broken = seal_invariants.verify(found, keys)
    days = f"{len(found.seals)} 天留痕 sealed days"
    return broken, f"{len(found.entries)} 笔分录 entries · {days} · {len(broken)} 处不符 breaks"


def _say(found: Books, keys: Sequence[str]) -> int:
    broken, sum_up = lines(found, keys)
    for line in broken:
        sys.stdout.write(f"✗ {line}\n")
    sys.stdout.write(f"{'✗' if broken else '✓'} {sum_up}\n")
    return 1 if broken else 0


def _of_state(state: Path) -> int:
    """A district at rest: its engine is started for as long as it takes."""
    if not (state / "engine").exists():
        raise NoDistrict(state=state)
    with surroundings.held(state):
        keys = surroundings.keys(state / "keys.json")
        os.environ.update(engine.CREDENTIALS)
        with (
            engine.running(port=trouble.free_ports(1), state_dir=state / "engine") as url,
            surroundings.connected(url),
        ):
            return _say(books.read(), [seals.public_key(keys.seal)])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, default=STATE, help="where the local district is kept (%(default)s)")
    parser.add_argument("--aws", action="store_true", help="the tables that the environment names")
    parser.add_argument("--public-key", action="store_true", help="the public half of SEAL_KEY, and nothing else")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
