"""Sealing the days that are over: only what is known to be complete, once, and said when it isn't."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.schedules import seal_day, sweep
from functions.streams import keep_totals
from shared.funds import seal_invariants, seals
from shared.funds.store import books, entries, sweeps
from shared.funds.store import seals as store
from tests import steps
from tests.builders import ENROLMENT, NOW
from tests.edge.conftest import SEAL_KEY
from tests.edge.doors import Clock
from tests.schedules.running import run

pytestmark = pytest.mark.usefixtures("hurried")

TODAY, A_DAY = date(2026, 9, 1), timedelta(days=1)
KEYS = [seals.public_key(SEAL_KEY)]


@pytest.fixture(autouse=True)
def paid(in_memory: Any) -> None:
    """A deposit of today that is in its journal."""
    steps.register()
    steps.open_account(paid_fen=1000)
    steps.count_all()


class TestSealDay:
    def test_seals_what_is_over_after_the_nightly_sweep(self, at: Clock) -> None:
        at.pass_by(days=2)
        run(sweep.sweep)

        assert run(seal_day.seal_day) == {"sealed": 2, "entries": 1, "put_off": 0}
        assert [store.get(TODAY).count, store.get(TODAY + A_DAY).count] == [1, 0]
        assert seal_invariants.verify(books.read(), KEYS) == []

    def test_twice_seals_once(self, at: Clock) -> None:
        at.pass_by(days=1)
        run(sweep.sweep)
        run(seal_day.seal_day)

        assert run(seal_day.seal_day) == {"sealed": 0, "entries": 0, "put_off": 0}

    def test_puts_off_what_no_sweep_has_made_complete(self, at: Clock, caplog: pytest.LogCaptureFixture) -> None:
        at.pass_by(days=1)

        assert run(seal_day.seal_day) == {"sealed": 0, "entries": 0, "put_off": 1}

        run(sweep.sweep)
        at.pass_by(days=2)
        assert run(seal_day.seal_day) == {"sealed": 1, "entries": 1, "put_off": 2}
        assert [line.getMessage() for line in caplog.records].count("put_off") == 2

    def test_a_sweep_of_the_day_itself_makes_nothing_complete(self, at: Clock) -> None:
        sweeps.keep({}, now=NOW)
        at.pass_by(days=1)

        assert run(seal_day.seal_day)["sealed"] == 0

    def test_has_what_a_stream_lost_and_the_sweep_found(self, at: Clock) -> None:
        steps.pay(ENROLMENT, 50, reference="BK-LOST")  # no stream brings it
        at.pass_by(days=1)
        run(sweep.sweep)

        assert run(seal_day.seal_day) == {"sealed": 1, "entries": 2, "put_off": 0}
        keep_totals.count(list(entries.scan()))
        assert seal_invariants.verify(books.read(), KEYS) == []

    def test_seals_nothing_where_nothing_was_booked_yet(self, at: Clock, in_memory: Any) -> None:
        for row in entries.EntryRow.scan():
            row.delete()
        at.pass_by(days=1)
        sweeps.keep({}, now=at())

        assert run(seal_day.seal_day) == {"sealed": 0, "entries": 0, "put_off": 0}
