"""Money that leaves a minimum balance by a withdrawal of ours: held above what is required, paid once or given back."""

from typing import Any

import pytest

from events import facts
from shared.funds import minimum_model, minimum_money, minimum_rules, minimum_withdrawals, model
from shared.funds.posting import ReferenceReused
from shared.funds.store import minimums, withdrawals
from shared.kernel import errors
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import MINIMUM_NO, NOW, SCHOOL
from tests.tables import just_before, killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("hurried", "deposited")


@pytest.fixture
def deposited(in_memory: Any) -> None:
    """A school with 200 yuan in its minimum balance, where 100 are required."""
    tables.put_in_memory(__name__, lambda: (steps.register(), steps.pay_minimum(20_000)))


def hold(withdrawal: minimum_model.Withdrawal, **options: Any) -> model.Posting:
    return minimum_money.hold(withdrawal_id=withdrawal.withdrawal_id, now=NOW, **options)


def settle(withdrawal: minimum_model.Withdrawal, **changes: Any) -> model.Posting:
    return minimum_money.settle(fact=builders.a_withdrawal_paid(withdrawal, **changes), now=NOW)


def void(withdrawal: minimum_model.Withdrawal, **changes: Any) -> model.Posting:
    return minimum_money.void(fact=builders.a_withdrawal_failed(withdrawal, **changes), now=NOW)


def legs(posting: model.Posting) -> dict[str, int]:
    return {state.value: amount for state, amount in posting.entry.legs.items()}


def books_hold() -> None:
    steps.count_all()
    assert steps.violations() == {}


class TestHold:
    def test_holds_it_back_until_the_bank_answers(self) -> None:
        withdrawal = steps.ask_to_withdraw(4000)

        posting = hold(withdrawal)

        assert legs(posting) == {"minimum_balance": -4000, "minimum_pending": 4000}
        assert posting.entry.figures == {
            "balance_before_fen": 20_000,
            "balance_after_fen": 16_000,
            "required_fen": 10_000,
        }
        found = minimums.get(SCHOOL)
        assert (found.balance_fen, found.pending, found.asked) == (16_000, {withdrawal.withdrawal_id: 4000}, 0)
        books_hold()

    def test_takes_all_that_is_beyond_the_requirement_and_not_a_fen_more(self) -> None:
        withdrawal = steps.ask_to_withdraw(10_000)
        hold(withdrawal)

        assert minimums.get(SCHOOL).balance_fen == 10_000

    def test_is_refused_when_money_has_left_meanwhile(self) -> None:
        withdrawal = steps.ask_to_withdraw(10_000)
        steps.lose_minimum(1)
        before = tables.dump_memory()

        with pytest.raises(minimum_rules.BelowRequirement) as refused:
            hold(withdrawal)

        assert refused.value.figures == {"balance": "¥199.99", "required": "¥100.00", "free": "¥99.99"}
        assert tables.dump_memory() == before

    def test_is_decided_again_when_money_leaves_in_the_same_moment(self) -> None:
        withdrawal = steps.ask_to_withdraw(10_000)

        with (
            just_before("TransactWriteItems", lambda: steps.lose_minimum(1)),
            pytest.raises(minimum_rules.BelowRequirement),
        ):
            hold(withdrawal)

        assert minimums.get(SCHOOL).balance_fen == 19_999

    def test_is_refused_once_it_is_held(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        before = tables.dump_memory()

        with pytest.raises(minimum_rules.WithdrawalMovedOn, match="held"):
            hold(withdrawal)
        assert tables.dump_memory() == before

    @pytest.mark.parametrize("end", ["refuse", "cancel"])
    def test_never_meets_a_request_that_has_ended_in_the_same_moment(self, end: str) -> None:
        withdrawal = steps.ask_to_withdraw()
        of: dict[str, Any] = {"withdrawal_id": withdrawal.withdrawal_id, "now": NOW}
        ends = {
            "refuse": lambda: minimum_withdrawals.refuse(**of, reason="材料不全"),
            "cancel": lambda: minimum_withdrawals.cancel(**of, institution_id=SCHOOL),
        }

        with (
            just_before("TransactWriteItems", ends[end]),
            pytest.raises(minimum_rules.WithdrawalMovedOn),
        ):
            hold(withdrawal)

        assert minimums.get(SCHOOL).pending == {}

    def test_commits_with_its_approval_or_not_at_all(self) -> None:
        withdrawal = steps.ask_to_withdraw()
        approval = steps.a_part_that_fails(builders.AnExample())

        with pytest.raises(builders.AnExample):
            hold(withdrawal, also=[approval])
        assert minimums.get(SCHOOL).pending == {}

    def test_whose_answer_is_lost_has_happened_once(self) -> None:
        withdrawal = steps.ask_to_withdraw()

        with lost_answers("TransactWriteItems"), pytest.raises((minimum_rules.WithdrawalMovedOn, errors.Unavailable)):
            hold(withdrawal)

        assert minimums.get(SCHOOL).pending_fen == 4000
        books_hold()

    def test_of_no_such_withdrawal_is_missing(self) -> None:
        for withdrawal_id in ("wdl_nonsense", withdrawals.id_of(SCHOOL, 9)):
            with pytest.raises(withdrawals.UnknownWithdrawal):
                minimum_money.hold(withdrawal_id=withdrawal_id, now=NOW)


class TestSettle:
    def test_takes_it_outside(self) -> None:
        withdrawal = steps.a_held_withdrawal()

        posting = settle(withdrawal)

        assert legs(posting) == {"minimum_pending": -4000, "outside": 4000}
        found = withdrawals.get(withdrawal.withdrawal_id)
        assert (found.status, found.bank_reference, found.ended_at) == ("paid", "BKW00001", NOW)
        assert (minimums.get(SCHOOL).balance_fen, minimums.get(SCHOOL).pending) == (16_000, {})
        books_hold()

    def test_twice_is_once_and_another_body_is_refused(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        settle(withdrawal)
        before = tables.dump_memory()

        assert settle(withdrawal).duplicate
        assert tables.dump_memory() == before
        with pytest.raises(ReferenceReused):
            settle(withdrawal, amount_fen=Fen(4001))

    def test_of_what_is_not_held_is_refused(self) -> None:
        withdrawal = steps.ask_to_withdraw()

        with pytest.raises(minimum_money.WithdrawalOver):
            settle(withdrawal)

    def test_under_a_second_reference_is_refused(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        settle(withdrawal)

        with pytest.raises(minimum_money.WithdrawalOver):
            settle(withdrawal, bank_reference="BKW00002")

    @pytest.mark.parametrize("changes", [{"amount_fen": Fen(3999)}, {"account_no": "8000000011"}])
    def test_of_another_amount_or_account_is_refused(self, changes: dict[str, Any]) -> None:
        withdrawal = steps.a_held_withdrawal()

        with pytest.raises(minimum_money.WithdrawalMismatch):
            settle(withdrawal, **changes)
        assert minimums.get(SCHOOL).pending_fen == 4000

    def test_before_anyone_has_noted_that_it_is_held_stays_paid(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        settle(withdrawal)

        withdrawals.mark_held(withdrawal.withdrawal_id)

        assert withdrawals.get(withdrawal.withdrawal_id).status == "paid"

    def test_killed_before_it_is_written_is_told_again(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        with killed_before("TransactWriteItems", call=1):
            settle(withdrawal)

        assert not settle(withdrawal).duplicate
        books_hold()


class TestVoid:
    def test_gives_it_back_to_be_asked_for_anew(self) -> None:
        withdrawal = steps.a_held_withdrawal()

        posting = void(withdrawal)

        assert legs(posting) == {"minimum_pending": -4000, "minimum_balance": 4000}
        assert minimums.get(SCHOOL).balance_fen == 20_000
        found = withdrawals.get(withdrawal.withdrawal_id)
        assert (found.status, found.failure) == ("failed", "收款账户状态异常")
        assert steps.ask_to_withdraw().number == 2
        books_hold()

    def test_twice_is_once(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        void(withdrawal)
        before = tables.dump_memory()

        assert void(withdrawal).duplicate
        assert tables.dump_memory() == before

    def test_and_paid_exclude_one_another(self) -> None:
        withdrawal = steps.a_held_withdrawal()
        with just_before("TransactWriteItems", lambda: settle(withdrawal)), pytest.raises(minimum_money.WithdrawalOver):
            void(withdrawal)
        books_hold()

    def test_of_no_such_withdrawal_is_missing(self) -> None:
        fact = facts.MinimumWithdrawalFailed("wdl_0", MINIMUM_NO, Fen(1), "", NOW)
        with pytest.raises(withdrawals.UnknownWithdrawal):
            minimum_money.void(fact=fact, now=NOW)
