"""Money in suspense: to an enrolment, or back to its payer; never more than is left, never twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.approvals.model import Kind
from shared.approvals.rules import ProposalDecided
from shared.funds import model, payment_answers, suspense, usecases
from shared.funds.model import EnrolmentStatus
from shared.funds.posting import ReferenceReused
from shared.funds.store import accounts, entries, returns
from shared.funds.suspense_model import ReturnStatus, SuspenseReturn
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, an_id
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


def nobodys(amount_fen: int = 800, **changes: Any) -> None:
    told = {"bank_reference": "BK000001", "remittance": "书法班", **changes}
    fact = builders.a_deposit(amount_fen, **told)
    usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)


def allocate(amount_fen: int = 800, *, enrolment: int = 1, reference: str = "BK000001") -> None:
    suspense.allocate(
        reference=reference,
        enrolment_id=EnrolmentId(an_id("enr", enrolment)),
        amount_fen=Fen(amount_fen),
        approval=steps.approval(Kind.SUSPENSE_ALLOCATION, reference),
        now=NOW,
    )


def hold(amount_fen: int = 800, *, reference: str = "BK000001") -> SuspenseReturn:
    approval = steps.approval(Kind.SUSPENSE_RETURN, reference)
    suspense.hold_return(reference=reference, amount_fen=Fen(amount_fen), approval=approval, now=NOW)
    return returns.list_waiting()[-1]


def left(reference: str = "BK000001") -> int:
    return suspense.get_deposit(reference).left_fen


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> None:
    """The command is refused and leaves every table but the proposals as it was, byte for byte."""
    before = tables.dump_memory(but=["approvals"])
    with pytest.raises(refusal):
        act()
    assert tables.dump_memory(but=["approvals"]) == before


def books_hold() -> None:
    steps.count_all()
    assert steps.violations() == {}


@pytest.fixture(autouse=True)
def deposit(in_memory: Any) -> None:
    """An enrolment of 1,000 fen that waits for its deposit, and 800 fen that name nothing."""
    steps.register()
    steps.open_account()
    nobodys()


class TestAllocate:
    def test_pays_an_enrolment_that_owes(self) -> None:
        allocate(300)

        account = accounts.get(ENROLMENT)
        assert (account.paid_fen, account.held_fen, left()) == (300, 300, 500)
        books_hold()

    def test_in_parts_gives_all_of_it_and_no_more(self) -> None:
        allocate(300)
        allocate(500)

        assert left() == 0
        refuses(suspense.SuspenseTooLittle, lambda: allocate(1))
        books_hold()

    @pytest.mark.parametrize("amount", [801, 0, -1])
    def test_of_more_than_is_left_or_of_nothing_is_refused(self, amount: int) -> None:
        refuses(suspense.SuspenseTooLittle, lambda: allocate(amount))

    def test_of_more_than_is_due_is_refused(self) -> None:
        steps.pay(ENROLMENT, 900)

        refuses(suspense.NotOwed, lambda: allocate(101))
        allocate(100)
        assert accounts.get(ENROLMENT).status is EnrolmentStatus.ACTIVE
        books_hold()

    def test_to_one_that_is_paid_is_refused(self) -> None:
        steps.pay(ENROLMENT, 1000)

        refuses(suspense.NotOwed, lambda: allocate(1))

    def test_to_another_schools_is_refused(self) -> None:
        steps.open_account(2, account_no="8000000099")

        refuses(suspense.OtherSchoolsEnrolment, lambda: allocate(enrolment=2))

    def test_of_what_is_not_there_or_to_nobody_is_refused(self) -> None:
        refuses(suspense.UnknownDeposit, lambda: allocate(reference="BK999999"))
        refuses(accounts.UnknownEnrolment, lambda: allocate(enrolment=9))

    def test_revives_what_came_after_expiry_when_she_has_enrolled_anew(self) -> None:
        steps.enrol(steps.put_on_sale(builders.a_course(price_fen=Fen(1000), lessons=3)), 3)
        steps.expire(3, now=NOW + timedelta(days=4))
        nobodys(1000, bank_reference="BK000003", remittance=an_id("enr", 3).removeprefix("enr_"))
        steps.open_account(4)

        allocate(1000, enrolment=4, reference="BK000003")

        assert accounts.get(EnrolmentId(an_id("enr", 4))).status is EnrolmentStatus.ACTIVE
        books_hold()

    def test_with_one_approval_twice_is_once(self) -> None:
        approval = steps.approval(Kind.SUSPENSE_ALLOCATION, "BK000001")
        told: dict[str, Any] = {"reference": "BK000001", "enrolment_id": ENROLMENT, "amount_fen": Fen(300)}
        suspense.allocate(**told, approval=approval, now=NOW)

        refuses(ProposalDecided, lambda: suspense.allocate(**told, approval=approval, now=NOW))
        assert left() == 500

    def test_of_two_at_once_both_have_it_only_while_there_is_enough(self) -> None:
        steps.open_account(2)
        with just_before("TransactWriteItems", lambda: None):
            allocate(100)
        race = steps.approval(Kind.SUSPENSE_ALLOCATION, "BK000001")
        told: dict[str, Any] = {"reference": "BK000001", "enrolment_id": ENROLMENT, "amount_fen": Fen(400)}
        with just_before("TransactWriteItems", lambda: hold(500)), pytest.raises(suspense.SuspenseTooLittle):
            suspense.allocate(**told, approval=race, now=NOW)

        assert left() == 200
        books_hold()

    def test_as_often_as_it_may_be_moved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suspense, "MOST_MOVES", 1)
        allocate(1)

        refuses(suspense.DepositMovedTooOften, lambda: allocate(1))


class TestReturn:
    def answered(self, one: SuspenseReturn, *, paid: bool = True, **changes: Any) -> model.Posting:
        if paid:
            return payment_answers.settle(fact=builders.a_refund_paid(one.payment, **changes), now=NOW)
        return payment_answers.void(fact=builders.a_refund_failed(one.payment, **changes), now=NOW)

    def test_holds_the_money_back_for_the_account_it_came_from(self) -> None:
        one = hold(800)

        assert (one.status, left()) == (ReturnStatus.HELD, 0)
        assert one.payment.payment_id.startswith("sus_")
        assert (one.payment.payee_account_no, one.payment.deposit_reference) == ("6222000000000001", "BK000001")
        books_hold()

    def test_paid_leaves_once(self) -> None:
        one = hold(800)

        assert self.answered(one).entry.legs == {"refund_pending": -800, "outside": 800}
        assert self.answered(one).duplicate
        refuses(returns.ReturnOver, lambda: self.answered(one, bank_reference="BKR-2"))
        refuses(returns.ReturnOver, lambda: self.answered(one, paid=False))
        assert (left(), returns.list_waiting()) == (0, [])
        books_hold()

    def test_failed_is_in_suspense_again_once_and_can_be_returned_anew(self) -> None:
        one = hold(800)

        self.answered(one, paid=False)
        assert self.answered(one, paid=False).duplicate
        assert left() == 800
        refuses(returns.ReturnOver, lambda: self.answered(one))
        again = hold(800)
        assert again.payment.payment_id != one.payment.payment_id
        books_hold()

    def test_answers_of_another_amount_or_account_are_refused(self) -> None:
        one = hold(800)

        refuses(suspense.ReturnMismatch, lambda: self.answered(one, amount_fen=Fen(799)))
        refuses(suspense.ReturnMismatch, lambda: self.answered(one, paid=False, account_no="8000000099"))
        refuses(
            returns.UnknownReturn,
            lambda: payment_answers.settle(fact=builders.a_refund_paid(one.payment, payment_id="sus_9"), now=NOW),
        )

    def test_a_reference_with_another_body_is_a_conflict(self) -> None:
        one = hold(800)
        self.answered(one)

        with pytest.raises(ReferenceReused):
            self.answered(one, amount_fen=Fen(1))

    def test_without_a_payers_account_is_refused(self) -> None:
        nobodys(100, bank_reference="BK000002", payer_account_no="")

        refuses(suspense.PayerUnknown, lambda: hold(100, reference="BK000002"))

    def test_broken_off_before_it_is_written_has_done_nothing(self) -> None:
        approval = steps.approval(Kind.SUSPENSE_RETURN, "BK000001")
        told: dict[str, Any] = {"reference": "BK000001", "amount_fen": Fen(800), "approval": approval, "now": NOW}
        with killed_before("TransactWriteItems", call=1):
            suspense.hold_return(**told)
        assert left() == 800

        suspense.hold_return(**told)
        assert (left(), len(entries.find_deposit("BK000001").moves)) == (0, 1)  # type: ignore[union-attr]
