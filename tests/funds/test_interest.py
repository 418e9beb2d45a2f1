"""The bank's credit of interest, from its message to the last share; twice, at once, broken off, raced."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.funds import interest, model, queries, refund_money, refund_notes, refunds
from shared.funds import interest_model as credits
from shared.funds.interest_model import CreditStatus
from shared.funds.model import EnrolmentStatus
from shared.funds.posting import ReferenceReused
from shared.funds.refund_model import AgreedBy, RefundRule, RefundStatus
from shared.funds.store import accounts, books
from shared.funds.store import interest as store
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.policy import interest as policy
from shared.policy.interest import NoAgreedRate, WrongPeriod
from shared.policy.model import Beneficiary
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.tables import just_before, killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried", "enrolled")
SECOND = EnrolmentId(an_id("enr", 2))
LATER = datetime(2026, 9, 20, 20, 30, tzinfo=UTC)  # 04:30 on the 21st in Shanghai
KNOWN_LATE = datetime(2026, 9, 19, 2, tzinfo=UTC)  # a day of the period that isn't closed at LATER
SUMMER = date(2026, 6, 21)


@pytest.fixture
def enrolled(in_memory: Any) -> None:
    """One school and two enrolments of 1,000 fen, paid on 1 September: one in whole, 333 fen released; one in half."""
    tables.put_in_memory(__name__, _put)


def _put() -> None:
    steps.register()
    offering = steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3))
    for number, paid in ((1, 1000), (2, 500)):
        steps.pay(steps.enrol(offering, number).enrolment_id, paid)
    steps.release(1)
    steps.count_all()


@pytest.fixture(autouse=True)
def books_hold() -> Iterator[None]:
    """After every test everything is counted, and every invariant holds."""
    yield
    steps.count_all()
    assert steps.violations() == {}


def came(amount_fen: int = 100, **changes: Any) -> model.Posting:
    fact = builders.interest_posted(amount_fen, **changes)
    return interest.post(fact=fact, account=builders.a_tuition_account(), now=LATER)


def credit() -> credits.InterestCredit:
    [found] = queries.list_all_interest(SCHOOL)
    return found


def plan(now: datetime = LATER) -> credits.InterestCredit:
    steps.count_all()
    return interest.plan(credit=credit(), now=now)


def distribute() -> int:
    return interest.distribute(credit=plan(), now=LATER)


def held(enrolment_id: EnrolmentId = ENROLMENT) -> tuple[int, int, int]:
    """Held, of it interest, all interest."""
    account = accounts.get(enrolment_id)
    return account.held_fen, account.interest_held_fen, account.interest_fen


def given() -> dict[str, int]:
    """What was credited, by enrolment or school."""
    entries = [one for one in books.read().entries if one.kind is model.EntryKind.INTEREST_CREDIT]
    return {one.enrolment_id or one.institution_id: -one.legs[model.State.INTEREST] for one in entries}


class TestPost:
    def test_keeps_the_credit_to_be_distributed(self) -> None:
        posting = came()

        assert posting.entry.legs == {model.State.OUTSIDE: -100, model.State.INTEREST: 100}
        assert (credit().amount_fen, credit().status) == (100, CreditStatus.CREDITED)

    def test_twice_is_a_duplicate(self) -> None:
        came()

        assert came().duplicate
        assert credit().amount_fen == 100

    @pytest.mark.parametrize("other", [{"amount_fen": Fen(101)}, {"period_to": date(2026, 9, 19)}])
    def test_again_with_another_body_is_refused_and_kept(self, other: Any) -> None:
        came()

        with pytest.raises(ReferenceReused):
            came(**other)
        assert len(books.read().conflicts) == 1

    def test_on_a_minimum_balance_is_the_schools_at_once(self) -> None:
        fact = builders.interest_posted(7, account_no=builders.MINIMUM_NO)
        interest.post(fact=fact, account=builders.a_minimum_account(), now=LATER)

        assert queries.get_minimum_balance(SCHOOL).balance_fen == 7
        assert queries.list_all_interest(SCHOOL) == []

    def test_whose_answer_was_lost_is_a_duplicate(self) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            came()

        assert came().duplicate


class TestPlan:
    def test_is_by_what_everybody_had_in_the_account_and_for_how_long(self) -> None:
        came()

        found = plan()

        assert (found.status, found.segments, found.claimants) == (CreditStatus.PLANNED, 1, 3)
        assert [(one.enrolment_id, one.amount_fen, one.fen_days) for one in store.shares_of(found, 1)] == [
            (ENROLMENT, 45, {SUMMER: 667 * 20}),
            (SECOND, 33, {SUMMER: 500 * 20}),
        ]
        assert found.own_fen == 22

    def test_keeps_what_was_expected_beside_what_came(self) -> None:
        came(100)

        found = plan()

        assert (found.expected_fen, found.difference_fen, found.differs) == (0, 100, True)

    @pytest.mark.parametrize(("amount", "differs"), [(3, False), (4, True)])
    def test_a_difference_is_told_when_it_is_more_than_a_fen_a_claimant(self, amount: int, differs: bool) -> None:
        came(amount)

        assert plan().differs is differs

    def test_is_fixed_once_whatever_moves_afterwards(self) -> None:
        came()
        first = plan()
        steps.release(2, now=LATER)
        steps.count_all()

        assert interest.plan(credit=replace(first, status=CreditStatus.CREDITED), now=LATER) == first

    def test_of_a_period_that_is_not_over_waits(self) -> None:
        came()

        assert plan(now=NOW).status is CreditStatus.CREDITED

    def test_of_another_period_than_agreed_is_put_off_with_its_reason(self) -> None:
        came(period_to=date(2026, 9, 19))

        with pytest.raises(WrongPeriod):
            plan()
        assert "2026-09-19" in credit().problem
        assert credit().status is CreditStatus.CREDITED

    def test_of_a_day_without_a_rate_is_put_off_until_one_is_agreed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        came()
        agreed = policy.all_terms()[0]
        with monkeypatch.context() as nothing_agreed:
            ended = replace(agreed, until=date(2026, 9, 10))
            later = replace(agreed, effective_from=date(2026, 9, 15))
            nothing_agreed.setattr(policy, "all_terms", lambda: (ended, later))
            with pytest.raises(NoAgreedRate, match="2026-09-11"):
                plan()
        assert "2026-09-11" in credit().problem

        assert distribute() == 3
        assert credit().problem == ""

    def test_waits_until_the_stream_has_brought_everything(self) -> None:
        came()
        with pytest.raises(interest.SumsBehind):
            interest.plan(credit=credit(), now=LATER)
        steps.count_all()
        steps.release(2, now=LATER)
        with pytest.raises(interest.SumsBehind):
            interest.plan(credit=credit(), now=LATER)

        assert plan().status is CreditStatus.PLANNED

    def test_of_two_at_once_is_the_one_that_was_named_first(self) -> None:
        came()
        steps.count_all()
        before = credit()

        with just_before("TransactWriteItems", lambda: interest.plan(credit=before, now=LATER)):
            found = interest.plan(credit=before, now=LATER)

        assert found == credit()

    @pytest.mark.parametrize("call", [1, 2])
    def test_killed_anywhere_is_planned_by_the_next(self, call: int) -> None:
        came()
        with killed_before("TransactWriteItems", call=call):
            plan()

        assert distribute() == 3


class TestDistribute:
    def test_gives_guardians_their_interest_and_the_school_its_own(self) -> None:
        came()

        assert distribute() == 3

        assert (held(), held(SECOND)) == ((667 + 45, 45, 45), (500 + 33, 33, 33))
        assert given() == {ENROLMENT: 45, SECOND: 33, SCHOOL: 22}
        assert credit().status is CreditStatus.DISTRIBUTED

    def test_twice_gives_once(self) -> None:
        came()
        planned = plan()

        assert interest.distribute(credit=planned, now=LATER) == 3
        assert interest.distribute(credit=planned, now=LATER) == 0
        assert interest.distribute(credit=credit(), now=LATER) == 0

    def test_two_at_once_give_once(self) -> None:
        came()
        planned = plan()

        with just_before("TransactWriteItems", lambda: interest.distribute(credit=planned, now=LATER)):
            interest.distribute(credit=planned, now=LATER)

        assert sum(given().values()) == 100

    @pytest.mark.parametrize("call", [1, 2, 3, 4, 5])
    def test_killed_anywhere_goes_on_where_it_was(self, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SHARES_IN_A_SEGMENT", 1)
        came()
        planned = plan()
        with killed_before("TransactWriteItems", call=call):
            interest.distribute(credit=planned, now=LATER)

        distribute()

        assert given() == {ENROLMENT: 45, SECOND: 33, SCHOOL: 22}

    def test_counts_the_days_no_more(self) -> None:
        came()
        distribute()

        assert accounts.get(ENROLMENT).fen_days == {}
        assert accounts.get(ENROLMENT).counted_until == date(2026, 9, 21)

    def test_while_a_lesson_is_released_keeps_to_the_plan(self) -> None:
        came()
        planned = plan()

        with just_before("TransactWriteItems", lambda: steps.release(2, confirmed_at=KNOWN_LATE, now=LATER)):
            interest.distribute(credit=planned, now=LATER)

        assert given() == {ENROLMENT: 45, SECOND: 33, SCHOOL: 22}
        account = accounts.get(ENROLMENT)
        assert (account.held_fen, account.interest_held_fen) == (667 - 333 + 45, 45)
        assert account.fen_days == {SUMMER: -333 * 2}  # the lesson was of 19 September: the next credit corrects it

    def test_the_next_credit_takes_along_what_became_known_later(self) -> None:
        came()
        planned = plan()
        steps.release(2, confirmed_at=KNOWN_LATE, now=LATER)
        interest.distribute(credit=planned, now=LATER)
        winter = datetime(2026, 12, 20, 20, 30, tzinfo=UTC)
        days = {"period_from": date(2026, 9, 21), "period_to": date(2026, 12, 20), "booked_at": winter}
        fact = builders.interest_posted(100, bank_reference="BKI00002", **days)
        interest.post(fact=fact, account=builders.a_tuition_account(), now=winter)
        steps.count_all()

        next_one = interest.plan(credit=queries.list_all_interest(SCHOOL)[1], now=winter)

        first = store.shares_of(next_one, 1)[0]
        assert first.fen_days == {SUMMER: -333 * 2, date(2026, 9, 21): 379 * 91}
        interest.distribute(credit=next_one, now=winter)

    def test_gives_a_fen_to_one_and_leaves_the_others_days_for_the_next_time(self) -> None:
        came(1)
        distribute()

        assert given() == {ENROLMENT: 1}
        assert accounts.get(SECOND).fen_days == {}  # not even counted on: nothing has moved
        assert accounts.get(SECOND).counted_until == date(2026, 9, 1)

    def test_is_the_schools_where_that_is_agreed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terms = replace(policy.all_terms()[0], beneficiary=Beneficiary.SCHOOL)
        monkeypatch.setattr(policy, "all_terms", lambda: (terms,))
        came()
        distribute()

        account = accounts.get(ENROLMENT)
        assert (account.held_fen, account.released_fen, account.interest_fen) == (667, 333 + 45, 45)
        steps.count_all()
        assert queries.get_totals(SCHOOL).by_state[model.State.PAYABLE] == 333 + 100

    def test_of_a_bank_that_credits_a_period_twice_gives_all_of_it(self) -> None:
        came()
        distribute()
        came(50, bank_reference="BKI00002")

        steps.count_all()
        second = next(one for one in queries.list_all_interest(SCHOOL) if one.bank_reference == "BKI00002")
        interest.distribute(credit=interest.plan(credit=second, now=LATER), now=LATER)

        assert accounts.get(ENROLMENT).interest_fen == 45 + 22
        assert accounts.get(SECOND).interest_fen == 33 + 17
        assert given()[SCHOOL] == 11


class TestWhatIsHeld:
    def test_is_not_released_by_the_last_lesson(self) -> None:
        came()
        distribute()
        steps.release(2)
        posting = steps.release(3)

        assert posting.entry.legs[model.State.PAYABLE] == 334
        assert (held(), accounts.get(ENROLMENT).status) == ((45, 45, 45), EnrolmentStatus.COMPLETED)

    def test_goes_back_with_a_refund(self) -> None:
        came()
        distribute()
        account = accounts.get(ENROLMENT)
        found = queries.preview_refund(account=account, taught=[])
        refund = steps.a_held_refund()

        assert (found.refundable_fen, found.interest_fen) == (712, 45)
        [payment] = refund_money.payments(refund)
        assert (payment.amount_fen, payment.interest_fen) == (712, 45)
        refund_money.settle(fact=builders.a_refund_paid(payment), now=LATER)
        assert (held(), accounts.get(ENROLMENT).status) == ((0, 0, 45), EnrolmentStatus.REFUNDED)

    def test_is_interest_again_when_the_bank_could_not_pay_it(self) -> None:
        came()
        distribute()
        [payment] = refund_money.payments(steps.a_held_refund())
        refund_money.void(fact=builders.a_refund_failed(payment), now=LATER)

        assert held() == (712, 45, 45)

    def test_that_came_while_the_rest_was_on_its_way_back_does_not_keep_it_open(self) -> None:
        [payment] = refund_money.payments(steps.a_held_refund())
        came()
        distribute()
        refund_money.settle(fact=builders.a_refund_paid(payment), now=LATER)

        assert (held(), accounts.get(ENROLMENT).status) == ((45, 45, 45), EnrolmentStatus.REFUNDED)
        assert queries.list_interest_waiting() == [ENROLMENT]

    def test_of_an_expired_enrolment_goes_to_suspense_with_the_rest(self) -> None:
        came()
        distribute()
        steps.expire(2, now=LATER)

        account = accounts.get(SECOND)
        assert (account.held_fen, account.interest_fen, account.paid_fen) == (0, 0, 0)
        [expiry] = [one for one in queries.list_entries(account) if one.kind is model.EntryKind.EXPIRY]
        assert expiry.legs[model.State.SUSPENSE] == 533


class TestGiveBackInterest:
    @pytest.fixture(autouse=True)
    def completed(self, enrolled: Any) -> None:
        """The first enrolment is over, and 45 fen of interest are held for the guardian."""
        came()
        distribute()
        steps.release(2)
        steps.release(3)

    def open(self, now: datetime = LATER) -> bool:
        return refunds.give_back_interest(enrolment_id=ENROLMENT, now=now)

    def test_opens_a_refund_that_is_agreed_by_rule(self) -> None:
        assert queries.list_interest_waiting() == [ENROLMENT]
        assert self.open()

        [refund] = queries.list_refunds(ENROLMENT)
        assert (refund.rule, refund.status, refund.agreed_by) == (
            RefundRule.INTEREST,
            RefundStatus.AGREED,
            AgreedBy.RULE,
        )
        assert refund.requested_fen == 45

    def test_twice_opens_one(self) -> None:
        assert self.open()
        assert not self.open()

    def test_goes_to_the_payer_and_changes_nothing_else(self) -> None:
        self.open()
        refund = steps.hold_refund(queries.list_refunds(ENROLMENT)[0])
        [payment] = refund_money.payments(refund)
        account = accounts.get(ENROLMENT)
        assert (account.status, account.lessons_refunded, payment.payee_account_no) == (
            EnrolmentStatus.COMPLETED,
            0,
            "6222000000000001",
        )

        refund_money.settle(fact=builders.a_refund_paid(payment), now=LATER)

        assert (held(), accounts.get(ENROLMENT).status) == ((0, 0, 45), EnrolmentStatus.COMPLETED)
        assert accounts.get(ENROLMENT).refunded_fen == 45
        assert queries.list_interest_waiting() == []

    def test_that_could_not_be_paid_waits_for_the_guardian(self) -> None:
        self.open()
        refund = steps.hold_refund(queries.list_refunds(ENROLMENT)[0])
        [payment] = refund_money.payments(refund)
        refund_money.void(fact=builders.a_refund_failed(payment), now=LATER)
        refund_notes.note_outcome(refund_id=refund.refund_id, now=LATER, failure="销户")

        assert held() == (45, 45, 45)
        assert not self.open()
        assert steps.ask_for_refund(now=LATER).rule is RefundRule.INTEREST

    def test_of_an_enrolment_that_goes_on_opens_none(self) -> None:
        assert not refunds.give_back_interest(enrolment_id=SECOND, now=LATER)
