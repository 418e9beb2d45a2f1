"""A storm of so many seconds, with the figures: python -m tests.storm [--seconds 120] [--threads 20] [--seed 1]"""

import argparse
import os
import sys

from functions.edge import wiring
from infra import tables
from infra.local import engine, trouble
from shared.dynamo import rows
from tests.builders import NOW
from tests.edge.conftest import SETTINGS
from tests.storm import storm


def main() -> int:
    """The exit status is 0 when the ledger has what the bank has, to the fen, and every invariant holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--threads", type=int, default=storm.THREADS)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    os.environ.update(engine.CREDENTIALS | SETTINGS)
    wiring.use(clock=lambda: NOW)
    said = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the functions' log
    with engine.running(port=trouble.free_ports(1)) as url:
        rows.connect(url)
        tables.create_all(engine.clients(url).dynamodb)
        found = storm.live(url, seconds=told.seconds, threads=told.threads, seed=told.seed)
    sys.stdout.flush()
    os.dup2(said, 1)
    sys.stdout.write(f"done {dict(found.done)}\nrefused {dict(found.refused)}\n")
    sys.stdout.write(f"{found.entries} entries; ledger {found.ledger_fen} fen, bank {found.bank_fen} fen\n")
    sys.stdout.write(f"violations {found.violations}; bugs {found.bugs[:5]}\n")
    return 0 if found.ledger_fen == found.bank_fen and not found.violations and not found.bugs else 1


if __name__ == "__main__":
    sys.exit(main())
