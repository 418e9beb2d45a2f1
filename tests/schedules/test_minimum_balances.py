"""The nightly check of all minimum balances, and the monthly calculation of what they must be."""

from typing import Any

import pytest

from functions.schedules import calculate_minimum_requirements, check_minimum_balances
from shared.alerts import store as alerts
from shared.funds.store import minimums, requirements
from shared.institutions import store as institutions
from shared.institutions.model import BarKind
from shared.kernel import clock
from tests import steps, tables
from tests.builders import SCHOOL
from tests.edge.doors import Clock
from tests.institutions.test_usecases import may_sell
from tests.schedules.running import run

pytestmark = pytest.mark.usefixtures("hurried", "short")


@pytest.fixture
def short(in_memory: Any) -> None:
    """A school that is short, and another that has and must keep nothing."""

    def put() -> None:
        steps.register(1)
        steps.register(2, required_fen=0)
        steps.pay_minimum(9_000)
        steps.count_all()

    tables.put_in_memory(__name__, put)


def check() -> dict[str, int]:
    return run(check_minimum_balances.check_minimum_balances)


class TestCheckMinimumBalances:
    def test_finds_who_is_short(self, at: Clock) -> None:
        at.pass_by(days=1)

        assert check() == {"checked": 2, "short": 1, "escalated": 0}
        assert minimums.get(SCHOOL).short_since is not None

    def test_escalates_what_is_not_made_up_in_time_once(self, at: Clock) -> None:
        at.pass_by(days=1)
        check()
        at.pass_by(days=14)

        assert check() == {"checked": 2, "short": 1, "escalated": 1}
        assert check() == {"checked": 2, "short": 1, "escalated": 0}
        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule, alert.severity) == ("minimum_overdue", "red")
        assert alert.figures == {"short_fen": 1_000, "since": "2026-09-01", "due_on": "2026-09-15"}

    def test_what_is_overdue_bars_the_school_from_selling_until_it_is_made_up(self, at: Clock) -> None:
        at.pass_by(days=1)
        check()
        assert institutions.get(SCHOOL).bars == ()
        at.pass_by(days=14)
        check()
        check()

        [bar] = institutions.get(SCHOOL).bars
        assert bar.kind is BarKind.MINIMUM_OVERDUE
        assert not any(may_sell(on=clock.business_day(at.now)))

        steps.pay_minimum(1_000, reference="BKM00002", now=at.now)
        steps.count_all()
        for _ in range(2):  # the day of the payment was short still
            at.pass_by(days=1)
            check()
        assert institutions.get(SCHOOL).bars == ()
        assert all(may_sell(on=clock.business_day(at.now)))

    def test_puts_off_a_school_whose_totals_are_behind(self, at: Clock) -> None:
        at.pass_by(days=1)
        steps.pay_minimum(1, reference="BKM00002")

        assert check() == {"checked": 1, "short": 0, "escalated": 0}


class TestCalculateMinimumRequirements:
    def test_is_kept_for_every_school(self) -> None:
        told = run(calculate_minimum_requirements.calculate_minimum_requirements)

        assert told == {"calculated": 2, "different": 2}
        found = requirements.find_calculation(SCHOOL)
        assert found is not None
        assert (found.formula.required_fen, found.formula.first_month) == (5_000_000, "2026-06")
        assert minimums.get(SCHOOL).required_fen == 10_000
