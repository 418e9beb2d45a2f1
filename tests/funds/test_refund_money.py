"""What a refund does to money: held back, paid to where it came from, or given back. And what races with it."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.funds import model, queries, refund_model, refund_money, refund_notes, refund_rules, rules
from shared.funds.model import EnrolmentStatus
from shared.funds.posting import ReferenceReused
from shared.funds.refund_model import RefundStatus, RefundWait
from shared.funds.store import accounts, books, totals
from shared.funds.store import refunds as store
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, SessionId
from shared.mall import store as mall_store
from tests import builders, steps, tables
from tests.builders import COURSE, ENROLMENT, NOW, OFFERING, SCHOOL, an_id
from tests.tables import busy, conflicts, just_before, killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried", "enrolled")
FIRST, SECOND = SessionId(an_id("ses", 1)), SessionId(an_id("ses", 2))


@pytest.fixture
def enrolled(in_memory: Any) -> None:
    """One school, and one enrolment of three lessons that is paid in two: 600 fen and 400 fen."""
    tables.put_in_memory(__name__, _put)


def _put() -> None:
    steps.register()
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)), 1)
    steps.pay(ENROLMENT, 600, reference="BK000001", payer_name="妈妈", payer_account_no="6222000000000001")
    steps.pay(ENROLMENT, 400, reference="BK000002", payer_name="奶奶", payer_account_no="6222000000000002")


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> None:
    """The command is refused and leaves every table as it was, byte for byte."""
    before = tables.dump_memory()
    with pytest.raises(refusal):
        act()
    assert tables.dump_memory() == before


def account() -> model.EnrolmentAccount:
    return accounts.get(ENROLMENT)


def terms() -> tuple[int, int, int, int]:
    """Held, released, refund pending, refunded."""
    now = account()
    return now.held_fen, now.released_fen, now.refund_pending_fen, now.refunded_fen


def seats_left() -> int:
    return mall_store.find_offering(mall_store.get_course(COURSE), OFFERING).seats_left


def agreed(taught: tuple[SessionId, ...] = ()) -> refund_model.Refund:
    return steps.agree_to_refund(steps.ask_for_refund(taught=taught))


def paid(payment: refund_model.RefundPayment, **changes: Any) -> model.Posting:
    posting = refund_money.settle(fact=builders.a_refund_paid(payment, **changes), now=NOW)
    refund_notes.note_outcome(refund_id=refund_rules.refund_of(payment.payment_id), now=NOW)
    return posting


def failed(payment: refund_model.RefundPayment, **changes: Any) -> model.Posting:
    fact = builders.a_refund_failed(payment, **changes)
    posting = refund_money.void(fact=fact, now=NOW)
    refund_notes.note_outcome(refund_id=refund_rules.refund_of(payment.payment_id), now=NOW, failure=fact.reason)
    return posting


@pytest.fixture(autouse=True)
def books_hold() -> Any:
    """After every test everything is counted, and every invariant holds."""
    yield
    steps.count_all()
    assert steps.violations() == {}


class TestHold:
    def test_keeps_back_everything_before_the_first_lesson(self) -> None:
        refund = steps.hold_refund(agreed())

        assert terms() == (0, 0, 1000, 0)
        assert (refund.status, refund.held_fen) == (RefundStatus.HELD, 1000)
        assert (account().status, account().lessons_left) == (EnrolmentStatus.REFUNDING, 0)

    def test_goes_back_to_where_the_deposits_came_from_the_newest_first(self) -> None:
        steps.release(1)
        refund = steps.hold_refund(agreed())

        told = [(one.payee_name, one.payee_account_no, one.amount_fen) for one in _payments(refund)]
        assert told == [("奶奶", "6222000000000002", 400), ("妈妈", "6222000000000001", 267)]

    def test_leaves_the_share_of_lessons_that_are_taught_and_not_decided(self) -> None:
        steps.release(1)
        refund = agreed((SECOND,))

        steps.hold_refund(refund, taught=(FIRST, SECOND))  # teaching may not know yet that the first is released

        assert terms() == (333, 333, 334, 0)
        assert account().lessons_left == 1
        steps.release(2)
        assert terms() == (0, 666, 334, 0)

    def test_gives_the_seat_back_once(self) -> None:
        before = seats_left()
        refund = agreed()
        steps.hold_refund(refund)

        assert seats_left() == before + 1
        with pytest.raises(refund_rules.RefundMovedOn):
            steps.hold_refund(store.get(refund.refund_id))
        assert steps.hold_refund(refund).status is RefundStatus.HELD  # on what was read before
        assert seats_left() == before + 1

    def test_of_what_is_not_agreed_is_refused(self) -> None:
        refund = steps.ask_for_refund()

        refuses(refund_rules.RefundMovedOn, lambda: steps.hold_refund(refund))

    def test_after_a_lesson_was_released_meanwhile_holds_what_is_left(self) -> None:
        refund = agreed()
        steps.release(1)

        held = steps.hold_refund(refund)

        assert (held.requested_fen, held.held_fen) == (1000, 667)

    def test_after_every_lesson_was_released_meanwhile_fails_and_says_so(self) -> None:
        refund = agreed()
        for lesson in (1, 2, 3):
            steps.release(lesson)

        over = steps.hold_refund(refund)

        assert (over.status, over.failure, over.waits_for) == (RefundStatus.FAILED, "nothing_left", None)

    def test_in_the_moment_of_a_release_one_is_first_and_nothing_moves_twice(self) -> None:
        refund = agreed()
        with just_before("TransactWriteItems", lambda: steps.release(1)):
            held = steps.hold_refund(refund)

        assert held.held_fen == 667
        assert terms() == (0, 333, 667, 0)

    def test_first_leaves_nothing_for_the_release_that_comes_after(self) -> None:
        refund = agreed()
        with (
            just_before("TransactWriteItems", lambda: steps.hold_refund(refund)),
            pytest.raises(rules.ShareRefunded),
        ):
            steps.release(1)
        assert terms() == (0, 0, 1000, 0)

    @pytest.mark.parametrize("call", [1, 2])
    def test_killed_anywhere_goes_on_where_it_was(self, call: int) -> None:
        refund, before = agreed(), seats_left()
        with killed_before("TransactWriteItems", call=call):
            steps.hold_refund(refund)

        assert steps.hold_refund(refund).held_fen == 1000
        assert (terms(), seats_left()) == ((0, 0, 1000, 0), before + 1)

    def test_whose_answer_was_lost_is_done_once(self) -> None:
        refund = agreed()
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            steps.hold_refund(refund)

        assert steps.hold_refund(refund).held_fen == 1000
        assert terms() == (0, 0, 1000, 0)

    def test_is_tried_again_when_transactions_are_in_conflict(self) -> None:
        refund = agreed()
        with conflicts("TransactWriteItems", times=3):
            assert steps.hold_refund(refund).held_fen == 1000

    def test_while_dynamodb_is_busy_changes_nothing(self) -> None:
        refund = agreed()
        with busy("TransactWriteItems"):
            refuses(errors.Unavailable, lambda: steps.hold_refund(refund))


class TestSettle:
    def test_ends_the_refund_when_every_payment_is_made(self) -> None:
        refund = steps.a_held_refund()
        first, second = _payments(refund)

        paid(first)
        assert (terms(), account().status) == ((0, 0, 600, 400), EnrolmentStatus.REFUNDING)
        paid(second)

        assert (terms(), account().status) == ((0, 0, 0, 1000), EnrolmentStatus.REFUNDED)
        assert store.get(refund.refund_id).status is RefundStatus.PAID
        steps.count_all()
        assert totals.get(SCHOOL).refunded_fen == 1000

    def test_twice_is_once(self) -> None:
        first, _ = _payments(steps.a_held_refund())

        assert not paid(first).duplicate
        assert paid(first).duplicate
        assert terms() == (0, 0, 600, 400)

    def test_under_another_reference_is_refused(self) -> None:
        first, _ = _payments(steps.a_held_refund())
        paid(first)

        refuses(refund_money.RefundOver, lambda: paid(first, bank_reference="BKR-OTHER"))

    def test_under_a_reference_that_booked_something_else_is_refused_and_kept(self) -> None:
        first, _ = _payments(steps.a_held_refund())

        with pytest.raises(ReferenceReused):
            paid(first, bank_reference="BK000001")
        assert len(books.read().conflicts) == 1

    @pytest.mark.parametrize("wrong", [{"amount_fen": 401}, {"account_no": "8000000012"}])
    def test_of_another_amount_or_account_is_refused(self, wrong: dict[str, Any]) -> None:
        first, _ = _payments(steps.a_held_refund())

        refuses(refund_money.RefundMismatch, lambda: paid(first, **wrong))

    @pytest.mark.parametrize("payment_id", ["", "x" * 200, f"ref_{ENROLMENT[4:]}01-9", f"ref_{'9' * 26}01-1"])
    def test_of_what_was_never_held_is_refused(self, payment_id: str) -> None:
        first, _ = _payments(steps.a_held_refund())

        refuses(store.UnknownRefund, lambda: paid(first, payment_id=payment_id))

    def test_before_it_was_noted_that_the_money_is_held_is_booked_and_noted_later(self) -> None:
        refund = agreed()
        with killed_before("TransactWriteItems", call=2):
            steps.hold_refund(refund)
        for payment in _payments(refund):
            paid(payment)
        assert store.get(refund.refund_id).status is RefundStatus.AGREED

        held = steps.hold_refund(refund)

        assert refund_notes.note_outcome(refund_id=held.refund_id, now=NOW).status is RefundStatus.PAID

    def test_killed_before_it_is_noted_is_noted_later(self) -> None:
        refund = steps.a_held_refund()
        first, second = _payments(refund)
        paid(first)
        with killed_before("TransactWriteItems", call=2):
            paid(second)
        assert store.get(refund.refund_id).status is RefundStatus.HELD

        assert refund_notes.note_outcome(refund_id=refund.refund_id, now=NOW).status is RefundStatus.PAID


class TestVoid:
    def test_gives_the_money_back_to_the_enrolment_to_be_asked_for_again(self) -> None:
        refund = steps.a_held_refund()
        first, second = _payments(refund)
        paid(first)
        failed(second)

        assert terms() == (600, 0, 0, 400)
        over = store.get(refund.refund_id)
        assert (over.status, over.waits_for, over.failure) == (
            RefundStatus.FAILED,
            RefundWait.ATTENTION,
            "收款账户已销户",
        )

        again = steps.a_held_refund()
        assert (again.number, again.held_fen) == (2, 600)
        assert [(one.payee_name, one.amount_fen) for one in _payments(again)] == [("妈妈", 600)]
        assert store.get(refund.refund_id).waits_for is None
        paid(_payments(again)[0], bank_reference="BKR-AGAIN")
        assert (terms(), account().status) == ((0, 0, 0, 1000), EnrolmentStatus.REFUNDED)

    def test_does_not_give_the_seat_back_again(self) -> None:
        refund = steps.a_held_refund()
        before = seats_left()
        for payment in _payments(refund):
            failed(payment)
        steps.a_held_refund()

        assert seats_left() == before

    def test_leaves_nothing_to_release(self) -> None:
        for payment in _payments(steps.a_held_refund()):
            failed(payment)

        refuses(rules.ShareRefunded, lambda: steps.release(1))

    def test_twice_is_once(self) -> None:
        first, _ = _payments(steps.a_held_refund())
        failed(first)

        assert failed(first).duplicate
        assert terms() == (400, 0, 600, 0)

    def test_after_it_was_paid_is_refused(self) -> None:
        first, _ = _payments(steps.a_held_refund())
        paid(first)

        refuses(refund_money.RefundOver, lambda: failed(first))

    def test_before_the_bank_says_it_was_paid_after_all_is_what_counts(self) -> None:
        first, _ = _payments(steps.a_held_refund())
        failed(first)

        refuses(refund_money.RefundOver, lambda: paid(first))


class TestUpheldDispute:
    def test_after_a_refund_can_be_refunded_too(self) -> None:
        """The second lesson is in dispute when the rest is refunded; then the dispute is upheld."""
        steps.release(1)
        for payment in _payments(steps.a_held_refund(taught=(SECOND,))):
            paid(payment)
        assert (terms(), account().status) == ((333, 333, 0, 334), EnrolmentStatus.REFUNDING)

        again = steps.a_held_refund()

        assert (again.held_fen, account().lessons_left) == (333, 0)
        for payment in _payments(again):
            paid(payment)
        assert (terms(), account().status) == ((0, 333, 0, 667), EnrolmentStatus.REFUNDED)

    def test_rejected_after_a_refund_releases_its_share_and_ends_the_enrolment(self) -> None:
        for payment in _payments(steps.a_held_refund(taught=(FIRST, SECOND))):
            paid(payment)
        steps.release(1)
        steps.release(2)

        assert (terms(), account().status) == ((0, 666, 0, 334), EnrolmentStatus.REFUNDED)
        refuses(rules.ShareRefunded, lambda: steps.release(3))


class TestDeposit:
    def test_while_a_refund_is_under_way_goes_to_suspense(self) -> None:
        steps.a_held_refund()

        assert steps.pay(ENROLMENT, 500, reference="BK000003").entry.reason == "excess"


class TestPreview:
    def test_of_an_enrolment_that_is_over_gives_nothing(self) -> None:
        for payment in _payments(steps.a_held_refund()):
            paid(payment)

        assert queries.preview_refund(account=account(), taught=()).refundable_fen == 0

    def test_never_counts_a_lesson_twice_that_the_ledger_has_released(self) -> None:
        steps.release(1)
        found = queries.preview_refund(account=account(), taught=(FIRST, SECOND))

        assert (found.taught_lessons, found.taught_fen, found.refundable_fen) == (1, 333, 334)


def _payments(refund: refund_model.Refund) -> list[refund_model.RefundPayment]:
    return refund_money.payments(refund)


def test_ids_of_enrolments_are_found_in_those_of_their_payments() -> None:
    refund_id = refund_rules.refund_id(ENROLMENT, 7)

    assert store.enrolment_of(refund_rules.refund_of(refund_rules.payment_id(refund_id, 12))) == EnrolmentId(ENROLMENT)
