"""A refund's way from the request to an agreement."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.funds import refund_model, refund_rules, refunds
from shared.funds.refund_model import AgreedBy, RefundRule, RefundStatus, RefundWait
from shared.funds.store import accounts
from shared.funds.store import refunds as store
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, InstitutionId, SessionId
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.tables import busy, just_before

pytestmark = pytest.mark.usefixtures("in_memory", "hurried", "enrolled")
FIRST, SECOND = SessionId(an_id("ses", 1)), SessionId(an_id("ses", 2))
SILENT = NOW + timedelta(days=8)  # five working days and a weekend
OVER = clock.end_of(date(2026, 9, 8))  # of what is asked for at NOW
AN_INSTANT = timedelta(microseconds=1)


@pytest.fixture
def enrolled(in_memory: Any) -> None:
    """One school, and one enrolment of three lessons that is paid: 1,000 fen."""
    tables.put_in_memory(__name__, _put)


def _put() -> None:
    steps.register()
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)), 1)
    steps.pay(ENROLMENT, 1000)


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> errors.Refusal:
    """The command is refused and leaves every table as it was, byte for byte."""
    before = tables.dump_memory()
    with pytest.raises(refusal) as raised:
        act()
    assert tables.dump_memory() == before
    return raised.value


def ask(
    amount_fen: int = 1000, *, reason: str = "搬家", taught: tuple[SessionId, ...] = (), now: datetime = NOW
) -> refund_model.Refund:
    return refunds.request(enrolment_id=ENROLMENT, amount_fen=amount_fen, reason=reason, taught=taught, now=now)


def answer(
    refund: refund_model.Refund,
    agree: bool,
    reason: str = "同意",
    school: InstitutionId = SCHOOL,
    now: datetime = NOW + timedelta(hours=1),
) -> refund_model.Refund:
    return refunds.answer(refund_id=refund.refund_id, institution_id=school, agree=agree, reason=reason, now=now)


def recommend(refund: refund_model.Refund, *, agree: bool = True, by: str = "li") -> refund_model.Refund:
    return refunds.recommend(refund_id=refund.refund_id, agree=agree, reason="核对过考勤", by=by)


def decide(refund: refund_model.Refund, *, agree: bool = True, by: str = "wang") -> refund_model.Refund:
    return refunds.decide(refund_id=refund.refund_id, agree=agree, reason="同意该意见", by=by, now=NOW)


def contested() -> refund_model.Refund:
    return answer(ask(), False, "已上三节课")


class TestRequest:
    def test_before_the_first_lesson_asks_for_everything(self) -> None:
        refund = ask()

        assert (refund.requested_fen, refund.rule) == (1000, RefundRule.BEFORE_START)
        assert (refund.status, refund.waits_for) == (RefundStatus.REQUESTED, RefundWait.ANSWER)
        assert store.get(refund.refund_id) == refund

    @pytest.mark.parametrize("day", [2, 3, 7])  # five days before the class starts, four, and on its first day
    def test_before_the_first_lesson_asks_for_everything_however_late(self, day: int) -> None:
        refund = ask(now=NOW.replace(day=day))

        assert (refund.requested_fen, refund.rule) == (1000, RefundRule.BEFORE_START)

    def test_gives_the_school_the_policys_working_days(self) -> None:
        assert NOW.date() == date(2026, 9, 1)  # a Tuesday
        assert ask().answer_by == date(2026, 9, 8)

    def test_after_lessons_asks_for_what_is_not_taught(self) -> None:
        steps.release(1)

        refund = ask(334, taught=(FIRST, SECOND))  # the second is taught and not confirmed; the remainder is hers

        assert (refund.requested_fen, refund.rule) == (334, RefundRule.PRO_RATA)

    def test_of_another_amount_is_told_what_is_available(self) -> None:
        refusal = refuses(refund_rules.AmountChanged, lambda: ask(999))

        assert refusal.figures["refundable_fen"] == 1000

    @pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
    def test_needs_a_reason(self, reason: str) -> None:
        refuses(refund_rules.ReasonNeeded, lambda: ask(reason=reason))

    def test_while_one_is_open_is_refused(self) -> None:
        ask()

        refuses(refund_rules.RefundOpen, ask)

    def test_two_at_once_make_one(self) -> None:
        with just_before("TransactWriteItems", ask), pytest.raises(refund_rules.RefundOpen):
            ask()
        assert len(store.list_of_enrolment(ENROLMENT)) == 1

    def test_of_what_is_not_paid_is_refused(self) -> None:
        steps.open_account(2, paid_fen=400)

        def ask_for_second() -> refund_model.Refund:
            return refunds.request(
                enrolment_id=EnrolmentId(an_id("enr", 2)), amount_fen=400, reason="搬家", taught=(), now=NOW
            )

        refuses(refund_rules.NothingToRefund, ask_for_second)

    def test_when_every_lesson_is_taught_is_refused(self) -> None:
        for lesson in (1, 2, 3):
            steps.release(lesson)

        refuses(refund_rules.NothingToRefund, lambda: ask(1))

    def test_again_after_a_withdrawal_is_the_next(self) -> None:
        refunds.withdraw(refund_id=ask().refund_id, now=NOW)

        assert ask().refund_id.endswith("02")

    def test_moves_no_money(self) -> None:
        before = accounts.get(ENROLMENT)
        ask()

        assert accounts.get(ENROLMENT) == before

    def test_while_dynamodb_is_busy_asks_nothing(self) -> None:
        with busy("TransactWriteItems"):
            refuses(errors.Unavailable, ask)


class TestAnswer:
    def test_agreed_waits_for_its_payment_within_the_policys_days(self) -> None:
        refund = answer(ask(), True)

        assert (refund.status, refund.agreed_by) == (RefundStatus.AGREED, AgreedBy.SCHOOL)
        assert (refund.waits_for, refund.pay_by) == (RefundWait.PAYMENT, date(2026, 9, 16))

    def test_an_objection_goes_to_the_bureau(self) -> None:
        refund = contested()

        assert (refund.status, refund.waits_for) == (RefundStatus.CONTESTED, RefundWait.DECISION)
        assert refund.school_reason == "已上三节课"

    def test_an_objection_in_the_last_moment_of_the_days_counts(self) -> None:
        refund = ask()

        assert answer(refund, False, "已上课", now=OVER - AN_INSTANT).status is RefundStatus.CONTESTED

    def test_an_objection_after_them_does_not_though_silence_is_not_noted_yet(self) -> None:
        refund = ask()

        refusal = refuses(refund_rules.AnswerTooLate, lambda: answer(refund, False, "已上课", now=OVER))
        assert refusal.figures == {"answer_by": date(2026, 9, 8)}

    def test_agreed_after_them_is_agreed_by_the_school(self) -> None:
        assert answer(ask(), True, now=OVER).agreed_by is AgreedBy.SCHOOL

    @pytest.mark.parametrize("agree", [True, False])
    def test_needs_a_reason(self, agree: bool) -> None:
        refund = ask()

        refuses(refund_rules.ReasonNeeded, lambda: answer(refund, agree, " "))

    def test_of_another_school_is_refused_as_if_it_were_not_there(self) -> None:
        refund = ask()

        refuses(store.UnknownRefund, lambda: answer(refund, True, school=InstitutionId(an_id("ins", 2))))

    @pytest.mark.parametrize("agree", [True, False])
    def test_comes_once(self, agree: bool) -> None:
        refund = answer(ask(), agree, "理由")

        refuses(refund_rules.RefundMovedOn, lambda: answer(refund, not agree, "改主意"))

    def test_at_the_moment_of_a_withdrawal_is_decided_by_who_is_first(self) -> None:
        refund = ask()
        with (
            just_before("TransactWriteItems", lambda: refunds.withdraw(refund_id=refund.refund_id, now=NOW)),
            pytest.raises(refund_rules.RefundMovedOn),
        ):
            answer(refund, True)
        assert store.get(refund.refund_id).status is RefundStatus.WITHDRAWN

    @pytest.mark.parametrize("refund_id", ["", "ref_1", "ref_" + "0" * 28 + "x", "pay_" + "0" * 28, "ref_" + "0" * 28])
    def test_to_what_is_no_refund_is_refused(self, refund_id: str) -> None:
        refuses(
            store.UnknownRefund,
            lambda: refunds.answer(refund_id=refund_id, institution_id=SCHOOL, agree=True, reason="同意", now=NOW),
        )


class TestAgreeBySilence:
    def test_when_the_working_days_are_over(self) -> None:
        refund = ask()

        assert refunds.agree_by_silence(refund_id=refund.refund_id, now=SILENT)
        assert store.get(refund.refund_id).agreed_by is AgreedBy.SILENCE

    def test_not_an_instant_earlier(self) -> None:
        refund = ask()
        assert refund.waits_until is not None

        assert not refunds.agree_by_silence(refund_id=refund.refund_id, now=refund.waits_until - timedelta(seconds=1))
        assert refunds.agree_by_silence(refund_id=refund.refund_id, now=refund.waits_until)

    def test_of_a_school_that_answered_is_not_counted(self) -> None:
        refund = contested()

        assert not refunds.agree_by_silence(refund_id=refund.refund_id, now=SILENT)
        assert store.get(refund.refund_id).status is RefundStatus.CONTESTED


class TestDecide:
    def test_by_two_people_agrees(self) -> None:
        recommend(contested())

        refund = decide(store.list_of_enrolment(ENROLMENT)[0])

        assert (refund.status, refund.agreed_by, refund.decided_by) == (RefundStatus.AGREED, AgreedBy.BUREAU, "wang")

    def test_rejects_and_leaves_the_money_held(self) -> None:
        refund = decide(recommend(contested()), agree=False)

        assert (refund.status, refund.waits_for) == (RefundStatus.REJECTED, None)
        assert accounts.get(ENROLMENT).held_fen == 1000

    def test_by_one_person_is_refused(self) -> None:
        refund = recommend(contested(), by="wang")

        refuses(refund_rules.SamePerson, lambda: decide(refund, by="wang"))

    def test_without_a_recommendation_is_refused(self) -> None:
        refund = contested()

        refuses(refund_rules.NotRecommended, lambda: decide(refund))

    def test_of_what_the_school_has_not_contested_is_refused(self) -> None:
        refund = ask()

        refuses(refund_rules.RefundMovedOn, lambda: recommend(refund))
        refuses(refund_rules.RefundMovedOn, lambda: decide(refund))

    def test_twice_is_refused(self) -> None:
        refund = decide(recommend(contested()), agree=False)

        refuses(refund_rules.RefundMovedOn, lambda: decide(refund))


class TestWithdraw:
    @pytest.mark.parametrize("was", [ask, contested])
    def test_ends_what_is_not_agreed(self, was: Callable[[], refund_model.Refund]) -> None:
        refund = refunds.withdraw(refund_id=was().refund_id, now=NOW)

        assert (refund.status, refund.waits_for, refund.ended_at) == (RefundStatus.WITHDRAWN, None, NOW)

    def test_of_what_is_agreed_is_refused(self) -> None:
        refund = answer(ask(), True)

        refuses(refund_rules.RefundMovedOn, lambda: refunds.withdraw(refund_id=refund.refund_id, now=NOW))


def test_the_table_of_statuses_names_every_status_and_leads_everywhere() -> None:
    reached = {becomes for of in refund_rules.TRANSITIONS.values() for becomes in of}

    assert set(refund_rules.TRANSITIONS) == set(RefundStatus)
    assert reached == set(RefundStatus) - {RefundStatus.REQUESTED}
