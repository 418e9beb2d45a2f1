"""What a school must keep: the first requirement, its calculation, and changes that two people agree on."""

from datetime import timedelta
from typing import Any

import pytest

from shared.funds import minimum_money, minimum_requirements, minimum_rules
from shared.funds.store import minimums, requirements
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import NOW, POLICY, SCHOOL
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried", "registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    """A school with 200 yuan in its minimum balance, where 100 are required."""
    tables.put_in_memory(__name__, lambda: (steps.register(), steps.pay_minimum(20_000)))


def set_anew(required_fen: int = 16_000, *, number: int = 2, **options: Any) -> None:
    minimum_requirements.set_anew(
        institution_id=SCHOOL,
        number=number,
        formula=builders.a_formula(required_fen),
        reason="近三个月收费增加",
        proposed_by="officer",
        approved_by="supervisor",
        now=NOW,
        **options,
    )


class TestFirst:
    def test_is_set_with_the_registration(self) -> None:
        [first] = requirements.list_of(SCHOOL, limit=9, cursor=None).rows

        assert (first.number, first.required_fen, first.proposed_by) == (1, 10_000, "seed")
        assert minimums.get(SCHOOL).required_fen == 10_000


class TestCalculate:
    def test_takes_the_receipts_that_were_counted_by_days(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.count_all()

        found = minimum_requirements.calculate(
            institution_id=SCHOOL, size="small", policy=POLICY, now=NOW + timedelta(days=30)
        )

        assert found == requirements.find_calculation(SCHOOL)
        assert (found.formula.receipts_fen, found.formula.last_month) == (1000, "2026-09")
        assert found.formula.required_fen == 5_000_000

    def test_changes_nothing_that_is_required(self) -> None:
        minimum_requirements.calculate(institution_id=SCHOOL, size="large", policy=POLICY, now=NOW)

        assert minimums.get(SCHOOL).required_fen == 10_000


class TestSetAnew:
    def test_is_in_force_at_once_and_keeps_the_history(self) -> None:
        set_anew(16_000)

        assert minimums.get(SCHOOL).required_fen == 16_000
        second, first = requirements.list_of(SCHOOL, limit=9, cursor=None).rows
        assert (first.required_fen, second.required_fen, second.after_version) == (10_000, 16_000, 1)
        assert (second.proposed_by, second.approved_by, second.reason) == ("officer", "supervisor", "近三个月收费增加")
        steps.count_all()
        assert steps.violations() == {}

    def test_from_a_proposal_that_is_older_than_the_one_in_force_is_refused(self) -> None:
        set_anew(16_000)
        before = tables.dump_memory()

        with pytest.raises(minimum_requirements.RequirementMovedOn):
            set_anew(9_000)
        assert tables.dump_memory() == before

    def test_two_at_once_are_one(self) -> None:
        with (
            just_before("TransactWriteItems", lambda: set_anew(16_000)),
            pytest.raises(minimum_requirements.RequirementMovedOn),
        ):
            set_anew(9_000)

        assert minimums.get(SCHOOL).required_fen == 16_000

    def test_commits_with_its_approval_or_not_at_all(self) -> None:
        with pytest.raises(builders.AnExample):
            set_anew(also=[steps.a_part_that_fails(builders.AnExample())])

        assert minimums.get(SCHOOL).required_fen == 10_000

    def test_killed_before_it_is_written_changes_nothing(self) -> None:
        with killed_before("TransactWriteItems", call=1):
            set_anew()

        assert minimums.get(SCHOOL).required_fen == 10_000

    def test_raised_in_the_moment_of_a_withdrawal_stops_it(self) -> None:
        withdrawal = steps.ask_to_withdraw(10_000)

        with (
            just_before("TransactWriteItems", lambda: set_anew(10_001)),
            pytest.raises(minimum_rules.BelowRequirement),
        ):
            minimum_money.hold(withdrawal_id=withdrawal.withdrawal_id, now=NOW)

        assert minimums.get(SCHOOL).balance_fen == 20_000

    def test_raised_in_the_moment_after_a_withdrawal_leaves_it_be(self) -> None:
        withdrawal = steps.ask_to_withdraw(10_000)

        def hold() -> None:
            minimum_money.hold(withdrawal_id=withdrawal.withdrawal_id, now=NOW)

        with just_before("TransactWriteItems", hold):
            set_anew(10_001)

        found = minimums.get(SCHOOL)
        assert (found.balance_fen, found.required_fen, found.pending_fen) == (10_000, Fen(10_001), 10_000)
        steps.count_all()
        assert steps.violations() == {}
