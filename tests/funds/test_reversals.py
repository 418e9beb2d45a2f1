"""The bank takes a deposit back, whatever became of its money."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from events import facts
from shared.approvals.model import Kind
from shared.funds import model, refund_money, reversals, rules, suspense, usecases
from shared.funds.model import EnrolmentStatus, State
from shared.funds.posting import ReferenceReused
from shared.funds.store import accounts, entries, minimums, returns, totals
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.tables import conflicts, just_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
PAID = f"BK{ENROLMENT[-6:]}-1000"


def reverse(original: str = PAID, amount_fen: int = 1000, **changes: Any) -> model.Posting:
    fact = builders.a_reversal(amount_fen, original_reference=original, **changes)
    return reversals.reverse(fact=fact, now=NOW)


def account(number: int = 1) -> model.EnrolmentAccount:
    return accounts.get(EnrolmentId(an_id("enr", number)))


def stands(number: int = 1) -> tuple[str, int, int, int]:
    """An enrolment's status; what it has paid, holds and has released."""
    one = account(number)
    return one.status.value, one.paid_fen, one.held_fen, one.released_fen


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> None:
    before = tables.dump_memory()
    with pytest.raises(refusal):
        act()
    assert tables.dump_memory() == before


def books_hold() -> None:
    steps.count_all()
    assert steps.violations() == {}


def in_state(state: State) -> int:
    return totals.get(SCHOOL).by_state.get(state, 0)


@pytest.fixture(autouse=True)
def school(in_memory: Any) -> None:
    """A school with a class of which some seats are taken."""
    steps.register()
    steps.enrol(steps.put_on_sale(), 9)


class TestBeforeLessons:
    def test_takes_back_what_is_held_and_leaves_arrears(self) -> None:
        steps.open_account(paid_fen=1000)

        posting = reverse()

        assert posting.entry.legs == {"outside": 1000, "held": -1000}
        assert (stands(), account().due_fen) == (("in_arrears", 0, 0, 0), 1000)
        books_hold()

    def test_of_one_of_two_deposits_leaves_the_other(self) -> None:
        steps.open_account()
        steps.pay(ENROLMENT, 400, reference="BK1")
        steps.pay(ENROLMENT, 600, reference="BK2")

        reverse("BK1", 400)

        assert (stands(), account().due_fen) == (("in_arrears", 600, 600, 0), 400)
        assert rules.brought(entries.list_of_bank(account().bank_references)) == {"BK2": 600}
        books_hold()

    def test_of_an_enrolment_not_paid_yet_lets_it_wait_on(self) -> None:
        steps.open_account(paid_fen=400)

        reverse(f"BK{ENROLMENT[-6:]}-400", 400)

        assert stands() == ("awaiting_deposit", 0, 0, 0)
        books_hold()

    def test_in_arrears_takes_deposits_again_and_is_active_when_paid(self) -> None:
        steps.open_account(paid_fen=1000)
        reverse()

        steps.pay(ENROLMENT, 999, reference="BK8")
        assert account().status is EnrolmentStatus.IN_ARREARS
        steps.pay(ENROLMENT, 2, reference="BK9")

        assert stands() == ("active", 1000, 1000, 0)
        assert suspense.get_deposit("BK9").left_fen == 1
        books_hold()

    def test_in_arrears_releases_nothing(self) -> None:
        steps.open_account(paid_fen=1000)
        reverse()

        refuses(rules.InArrears, steps.release)

    def test_in_arrears_what_is_held_can_be_refunded_and_nothing_of_the_reversed(self) -> None:
        steps.open_account()
        steps.pay(ENROLMENT, 400, reference="BK1")
        steps.pay(ENROLMENT, 600, reference="BK2")
        reverse("BK2", 600)

        refund = steps.a_held_refund()

        assert [(one.deposit_reference, one.amount_fen) for one in refund_money.payments(refund)] == [("BK1", 400)]
        books_hold()


class TestAfterLessons:
    def test_takes_the_rest_from_the_schools_payable(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.release(1)
        steps.release(2)

        assert reverse().entry.legs == {"outside": 1000, "held": -334, "payable": -666}
        assert (stands(), account().lessons_released) == (("in_arrears", 0, 0, 0), 2)
        books_hold()
        assert in_state(State.PAYABLE) == 0

    def test_after_the_payout_the_next_ones_are_smaller(self) -> None:
        payout = steps.a_built_payout()
        steps.settle(payout)
        steps.open_account(2, paid_fen=1000)

        reverse()
        for lesson in (1, 2, 3):
            steps.release(lesson, enrolment=2)
        steps.open_account(3, paid_fen=1000)
        steps.release(1, enrolment=3)
        steps.count_all()

        assert in_state(State.PAYABLE) == 333
        built = steps.build_payout()
        assert built is not None
        assert built.amount_fen == 333
        books_hold()

    def test_while_nothing_else_is_released_no_payout_is_built(self) -> None:
        steps.settle(steps.a_built_payout())
        reverse()
        steps.count_all()

        assert in_state(State.PAYABLE) == -1000
        assert steps.build_payout() is None
        books_hold()

    def test_of_a_completed_one_paid_again_is_the_schools_again(self) -> None:
        steps.settle(steps.a_built_payout())
        reverse()
        assert stands() == ("in_arrears", 0, 0, 0)

        steps.pay(ENROLMENT, 400, reference="BK8")
        assert stands() == ("in_arrears", 400, 0, 400)
        steps.pay(ENROLMENT, 600, reference="BK9")

        assert stands() == ("completed", 1000, 0, 1000)
        books_hold()
        assert in_state(State.PAYABLE) == 0

    def test_paid_again_pays_what_was_taken_back_first_and_holds_the_rest(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.release(1)
        steps.release(2)
        reverse()

        posting = steps.pay(ENROLMENT, 1000, reference="BK9")

        assert posting.entry.legs == {"outside": -1000, "held": 334, "payable": 666}
        assert stands() == ("active", 1000, 334, 666)
        steps.release(3)
        assert stands() == ("completed", 1000, 0, 1000)
        books_hold()

    def test_a_second_reversal_takes_that_back_too(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.release(1)
        reverse()
        steps.pay(ENROLMENT, 1000, reference="BK9")

        reverse("BK9", bank_reference="BKV000002")

        assert stands() == ("in_arrears", 0, 0, 0)
        books_hold()


class TestOfSuspense:
    def test_takes_what_is_left_there(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.pay(ENROLMENT, 700, reference="BK2")

        assert reverse("BK2", 700).entry.legs == {"outside": 700, "suspense": -700}
        assert (suspense.get_deposit("BK2").left_fen, stands()) == (0, ("active", 1000, 1000, 0))
        books_hold()

    def test_of_an_excess_takes_both_parts(self) -> None:
        steps.open_account()
        steps.pay(ENROLMENT, 1200, reference="BK2")

        reverse("BK2", 1200)

        assert stands() == ("in_arrears", 0, 0, 0)
        assert suspense.get_deposit("BK2").left_fen == 0
        books_hold()

    def test_after_expiry(self) -> None:
        steps.pay(account(9).enrolment_id, 500, reference="BK2")
        steps.expire(9, now=NOW + timedelta(days=4))

        reverse("BK2", 500)

        assert (suspense.get_deposit("BK2").left_fen, stands(9)) == (0, ("expired", 0, 0, 0))
        books_hold()

    def test_of_a_split_one_takes_each_share(self) -> None:
        steps.open_account(1)
        steps.open_account(2)
        names = " ".join(an_id("enr", number).removeprefix("enr_") for number in (1, 2))
        fact = builders.a_deposit(2100, remittance=names, bank_reference="BK2")
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.release(1, enrolment=2)

        reverse("BK2", 2100)

        assert [stands(1), stands(2)] == [("in_arrears", 0, 0, 0), ("in_arrears", 0, 0, 0)]
        assert suspense.get_deposit("BK2").left_fen == 0
        books_hold()
        assert (in_state(State.PAYABLE), in_state(State.SUSPENSE)) == (0, 0)

    def test_of_what_was_returned_is_missing(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.pay(ENROLMENT, 700, reference="BK2")
        approval = steps.approval(Kind.SUSPENSE_RETURN, "BK2")
        suspense.hold_return(reference="BK2", amount_fen=Fen(700), approval=approval, now=NOW)

        posting = reverse("BK2", 700)

        assert posting.entry.figures == {"missing_fen": 700}
        assert suspense.get_deposit("BK2").left_fen == -700
        [held] = returns.list_waiting()
        suspense.void_return(fact=builders.a_refund_failed(held.payment), now=NOW)
        assert suspense.get_deposit("BK2").left_fen == 0
        books_hold()

    def test_stops_what_was_to_be_done_with_it(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.pay(ENROLMENT, 700, reference="BK2")
        steps.open_account(2)
        approval = steps.approval(Kind.SUSPENSE_ALLOCATION, "BK2")
        told: dict[str, Any] = {"reference": "BK2", "enrolment_id": account(2).enrolment_id, "amount_fen": Fen(700)}

        with just_before("TransactWriteItems", lambda: reverse("BK2", 700)), pytest.raises(suspense.DepositReversed):
            suspense.allocate(**told, approval=approval, now=NOW)

        assert stands(2) == ("awaiting_deposit", 0, 0, 0)
        books_hold()

    def test_sees_what_was_allocated_in_the_same_moment(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.pay(ENROLMENT, 700, reference="BK2")
        steps.open_account(2)
        approval = steps.approval(Kind.SUSPENSE_ALLOCATION, "BK2")
        told: dict[str, Any] = {"reference": "BK2", "enrolment_id": account(2).enrolment_id, "amount_fen": Fen(700)}

        with just_before("TransactWriteItems", lambda: suspense.allocate(**told, approval=approval, now=NOW)):
            reverse("BK2", 700)

        assert stands(2) == ("awaiting_deposit", 0, 0, 0)
        assert suspense.get_deposit("BK2").left_fen == 0
        books_hold()


class TestDuringARefund:
    def test_of_what_is_on_its_way_back_is_missing_until_that_fails(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.release(1)
        refund = steps.a_held_refund()

        posting = reverse()

        assert posting.entry.legs == {"outside": 1000, "payable": -333, "suspense": -667}
        assert (account().missing_fen, account().status) == (667, EnrolmentStatus.REFUNDING)
        books_hold()
        [payment] = refund_money.payments(refund)
        failed = refund_money.void(fact=builders.a_refund_failed(payment), now=NOW)
        assert failed.entry.legs == {"refund_pending": -667, "suspense": 667}
        assert (account().missing_fen, stands()) == (0, ("refunded", 0, 0, 0))
        books_hold()

    def test_of_what_was_refunded_stays_missing(self) -> None:
        steps.open_account(paid_fen=1000)
        [payment] = refund_money.payments(steps.a_held_refund())
        refund_money.settle(fact=builders.a_refund_paid(payment), now=NOW)

        reverse()

        assert (account().missing_fen, stands()) == (1000, ("refunded", 1000, 0, 0))
        books_hold()
        assert in_state(State.SUSPENSE) == -1000

    def test_a_lesson_whose_share_is_gone_stays_due(self) -> None:
        steps.open_account(paid_fen=1000)
        steps.a_held_refund(taught=(an_id("ses"),))
        reverse()

        refuses(rules.InArrears, steps.release)


class TestAnyReversal:
    def test_twice_is_once(self) -> None:
        steps.open_account(paid_fen=1000)
        reverse()
        before = tables.dump_memory()

        assert reverse().duplicate
        assert tables.dump_memory() == before

    def test_whose_answer_was_lost_is_found_booked(self) -> None:
        steps.open_account(paid_fen=1000)
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            reverse()

        assert reverse().duplicate
        books_hold()

    def test_under_another_reference_is_refused(self) -> None:
        steps.open_account(paid_fen=1000)
        reverse()

        refuses(reversals.AlreadyReversed, lambda: reverse(bank_reference="BKV000009"))

    def test_of_two_at_once_one_is_booked(self) -> None:
        steps.open_account(paid_fen=1000)
        other = lambda: reverse(bank_reference="BKV000009")  # noqa: E731
        with just_before("TransactWriteItems", other), pytest.raises(reversals.AlreadyReversed):
            reverse()
        books_hold()

    @pytest.mark.parametrize("changes", [{"amount_fen": Fen(999)}, {"account_no": "8000000099"}])
    def test_of_a_part_or_of_another_account_is_refused(self, changes: dict[str, Any]) -> None:
        steps.open_account(paid_fen=1000)

        refuses(reversals.ReversalMismatch, lambda: reverse(**{"amount_fen": 1000, **changes}))

    def test_of_what_is_not_booked_is_refused(self) -> None:
        refuses(reversals.UnknownOriginal, lambda: reverse("BK999999"))

    def test_of_what_is_no_deposit_is_refused(self) -> None:
        usecases.post_withdrawal(fact=builders.a_withdrawal(5), account=builders.a_tuition_account(), now=NOW)

        refuses(reversals.UnknownOriginal, lambda: reverse("BK000901", 5))

    def test_under_a_reference_that_is_booked_is_a_conflict(self) -> None:
        steps.open_account(paid_fen=1000)

        with pytest.raises(ReferenceReused):
            reverse(bank_reference=PAID)

    def test_on_busy_items_is_tried_again(self) -> None:
        steps.open_account(paid_fen=1000)
        with conflicts("TransactWriteItems", times=3):
            reverse()
        assert stands() == ("in_arrears", 0, 0, 0)

    def test_that_a_release_overtakes_takes_it_from_the_school(self) -> None:
        steps.open_account(paid_fen=1000)
        with just_before("TransactWriteItems", steps.release):
            reverse()

        assert (stands(), account().lessons_released) == (("in_arrears", 0, 0, 0), 1)
        books_hold()

    def test_of_a_minimum_balance_deposit(self) -> None:
        fact = builders.a_deposit(20_000, bank_reference="BKM", account_no=builders.MINIMUM_NO)
        usecases.post_deposit(fact=fact, account=builders.a_minimum_account(), now=NOW)

        posting = reverse("BKM", 20_000, account_no=builders.MINIMUM_NO)

        assert posting.entry.legs == {"outside": 20_000, "minimum_balance": -20_000}
        assert minimums.get(SCHOOL).balance_fen == 0
        books_hold()


def test_a_reversal_says_what_the_bank_said() -> None:
    assert isinstance(builders.a_reversal(1), facts.DepositReversed)
