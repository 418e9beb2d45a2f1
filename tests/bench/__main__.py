"""Measures what a movement of money costs in time, as ratios of one run: python -m tests.bench [--json FILE]"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from functions.edge import wiring
from infra.local import engine, trouble
from shared.dynamo import rows
from tests.bench import conflicting, whole
from tests.bench.whole import Measured
from tests.builders import NOW
from tests.edge.conftest import SETTINGS
from tests.memory.engine import Engine

ROUNDS, RELEASES, SCHOOLS = 200, 400, 200
TARGETS = {
    "release_over_raw": ("≤", 1.5),
    "deposit_over_raw": ("≤", 1.5),
    "history_10x": ("≤", 1.1),
    "one_school_over_200": ("≥", 0.9),
}


def measure(*, rounds: int, releases: int, schools: int) -> tuple[dict[str, float], dict[str, Measured]]:
    """The four ratios, and what the first three are made of."""
    with engine.running(port=trouble.free_ports(1)) as one, engine.running(port=trouble.free_ports(1)) as other:
        rows.connect(one)
        client = rows.connection().client
        details = {
            "release_over_raw": whole.releases(client, rounds=rounds),
            "deposit_over_raw": whole.deposits(client, rounds=rounds),
            "history_10x": whole.histories(client, (one, other), rounds=rounds),
        }
    ratios = {name: measured.ratio for name, measured in details.items()}
    ratios["one_school_over_200"] = round(_alone(1, releases) / _alone(schools, releases), 3)
    return ratios, details


def _alone(schools: int, releases: int) -> float:
    rows.connect(None)
    Engine().attach(rows.connection().client)
    return conflicting.commits_per_attempt(schools=schools, releases=releases)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and say it. The exit status says nothing of the ratios: a busy machine isn't a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the ratios here")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    os.environ.update(engine.CREDENTIALS | SETTINGS)
    wiring.use(clock=lambda: NOW)
    said = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the functions' log: it is written, and nobody reads it here
    ratios, details = measure(rounds=options.rounds, releases=RELEASES, schools=SCHOOLS)
    sys.stdout.flush()
    os.dup2(said, 1)
    for name, ratio in ratios.items():
        sign, target = TARGETS[name]
        met = ratio <= target if sign == "≤" else ratio >= target
        sys.stdout.write(f"{'✓' if met else '✗'} {name} {ratio} ({sign} {target}) {_told(details.get(name))}\n")
    if options.json:
        options.json.write_text(json.dumps(ratios, indent=1) + "\n", encoding="utf-8")
    return 0


def _told(measured: Measured | None) -> str:
    if measured is None:
        return f"{conflicting.LANES} at once"
    calls = f": {', '.join(measured.calls)}" if measured.calls else ""
    return f"{measured.ours_ms} ms against {measured.other_ms} ms{calls}"


if __name__ == "__main__":
    sys.exit(main())
