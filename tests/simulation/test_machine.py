"""Anything happens in any order, with trouble: `make simulate` lives a million steps of it; `make check`, 50,000."""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator

import pytest

from functions.schedules import pay_out
from shared.dynamo import transaction
from shared.funds import model, posting, rules
from shared.institutions import store as institutions
from tests.simulation import district, machine


@pytest.fixture
def prepared() -> Iterator[None]:
    """The simulation in the place of all that is outside."""
    with district.prepared():
        yield


STEPS = int(os.environ.get("SIMULATION_STEPS", "10000"))  # make check asks for 50,000


def test_every_invariant_holds_after_each_step() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--steps", str(STEPS)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    *_, made, verdict = done.stdout.strip().replace("\r", "\n").splitlines()
    assert int(made.split(" ")[0].replace(",", "")) >= STEPS
    assert verdict == "every invariant held after every step"


@pytest.mark.usefixtures("prepared")
class TestSomethingOdd:
    def test_a_school_is_frozen_thawed_and_frozen_again_without_a_pause(self) -> None:
        ledger = machine.Ledger()
        for _ in range(3):
            ledger.something_odd(1, 0, None)

        assert len(ledger.frozen) == 1


@pytest.mark.usefixtures("prepared")
class TestALedgerWithAFault:
    """Each of these is found out: the simulation can fail."""

    def is_found_out(self, *, says: str) -> None:
        with pytest.raises((AssertionError, ExceptionGroup)) as found:
            machine.live(histories=300, seed=5, shrink=False)
        assert says in "".join(traceback.format_exception(found.value))

    def test_that_strands_the_last_fen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        share = rules.lesson_share
        monkeypatch.setattr(rules, "lesson_share", lambda account: min(share(account), rules.equal_share(account)))

        self.is_found_out(says="'no_fen_stranded': ['enr_")

    def test_that_releases_in_spite_of_a_freeze(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def open_latch(institution_id: str, *, spread_by: str) -> transaction.Part:
            row = institutions.LatchRow(f"latch#{institution_id}#00", "latch")
            return transaction.check(row, institutions.LatchRow.pk.exists(), refused=institutions.ReleasesStopped())

        monkeypatch.setattr(institutions, "releasing_latch", open_latch)

        self.is_found_out(says="let money go while it was frozen")

    def test_that_never_sends_a_payout_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pay_out, "unfinished", list)

        self.is_found_out(says="never comes to rest")

    def test_that_takes_another_amount_for_a_repeat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting, "repeat", lambda posted, *_: model.Posting(True, posted))

        self.is_found_out(says="refused")
