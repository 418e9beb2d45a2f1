"""Every schedule that goes through the schools, with one that came under supervision in the middle of a month, one that
is licensed and has no accounts, and one without accounts that is in the directory although it shouldn't be.
"""

from datetime import timedelta

import pytest

from functions.schedules import (
    calculate_minimum_requirements,
    check_minimum_balances,
    credit_interest,
    expect_statements,
    open_inspections,
    pay_minimum_withdrawals,
    pay_out,
    watch_certificates,
)
from infra.local.bank_simulator import Bank
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.funds import usecases
from shared.institutions import store
from shared.institutions.store.rows import DIRECTORY, DirectoryRow
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.reconciliation.model import BreakState
from shared.reconciliation.store import breaks
from tests import builders, openings, steps
from tests.builders import an_id
from tests.edge.doors import Clock
from tests.openings import NEW, approve, propose
from tests.openings import bank as asked_bank
from tests.schedules.running import run

__all__ = ["asked_bank"]

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
OPENED = builders.NOW + timedelta(days=14)  # on the 15th, 10:00


@pytest.fixture(autouse=True)
def numbers(in_memory: object, asked_bank: Bank, at: Clock) -> dict[str, str]:
    """The three schools; the accounts of the one that is supervised."""
    school = openings.license_school()
    openings.license_school(6)
    odd = openings.license_school(7)
    line = DirectoryRow(DIRECTORY, f"{odd.short_name}#{odd.institution_id}", institution_id=odd.institution_id)
    transaction.commit([transaction.put(line)])
    openings.ask()
    at.now = OPENED
    opened = asked_bank.open_accounts_for(school.name)
    assert approve(propose(opened)).status == 303
    return opened


def deposit(numbers: dict[str, str], fen: int, at: Clock) -> None:
    """The minimum balance is paid in."""
    fact = builders.a_deposit(
        fen, bank_reference="BKMIN", account_no=numbers["minimum_balance_account_no"], booked_at=at.now
    )
    account = usecases.MinimumBalanceAccount(fact.account_no, NEW)
    usecases.post_deposit(fact=fact, account=account, now=at.now)
    steps.count_all()


def missing() -> list[tuple[str, int]]:
    found = breaks.list_breaks(BreakState.OPEN, limit=50, cursor=None).rows
    return sorted((one.finding.account_no, one.finding.day.day) for one in found)


class TestExpectStatements:
    def test_the_days_from_the_opening_on_are_expected_and_none_before(
        self, numbers: dict[str, str], at: Clock
    ) -> None:
        assert run(expect_statements.expect_statements)["missing"] == 0  # of the day before
        at.now = OPENED + timedelta(days=3)

        assert run(expect_statements.expect_statements)["missing"] == 6
        assert missing() == sorted((number, day) for number in numbers.values() for day in (15, 16, 17))


class TestMinimumBalances:
    def test_is_checked_from_the_day_of_the_opening_on(self, numbers: dict[str, str], at: Clock) -> None:
        deposit(numbers, 10_000_000, at)
        at.now = OPENED + timedelta(days=2)

        assert run(check_minimum_balances.check_minimum_balances)["short"] == 0
        today = clock.business_day(at.now)
        days = funds.list_minimum_days(NEW, first=today.replace(day=1), last=today)
        assert [(one.day.day, one.lowest_fen, one.average_fen) for one in days] == [
            (15, 10_000_000, 10_000_000),
            (16, 10_000_000, 10_000_000),
        ]

    def test_nothing_paid_in_is_short_and_bars_when_it_is_overdue(self, at: Clock) -> None:
        at.now = OPENED + timedelta(days=1)
        assert run(check_minimum_balances.check_minimum_balances)["short"] == 1
        assert store.get(NEW).may_sell_on(clock.business_day(at.now))
        at.now = OPENED + timedelta(days=40)

        assert run(check_minimum_balances.check_minimum_balances)["escalated"] == 1
        assert not store.get(NEW).may_sell_on(clock.business_day(at.now))

    def test_the_first_calculation_comes_to_the_first_requirement(self, at: Clock) -> None:
        at.now = OPENED + timedelta(days=16)

        told = run(calculate_minimum_requirements.calculate_minimum_requirements)
        assert told == {"calculated": 1, "different": 0}


class TestTheOthers:
    def test_find_nothing_to_do_for_it_yet_and_nothing_ever_without_accounts(self, at: Clock) -> None:
        assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}
        assert run(credit_interest.credit_interest)["waiting"] == 0
        assert set(run(pay_minimum_withdrawals.pay_minimum_withdrawals).values()) == {0}
        assert run(watch_certificates.watch_certificates)["ending"] == 0

    def test_it_is_inspected_in_the_next_year(self, at: Clock) -> None:
        at.now = OPENED + timedelta(days=170)

        assert run(open_inspections.open_inspections)["opened"] >= 1
        assert store.get(InstitutionId(an_id("ins", 6))).accounts.opened is False
