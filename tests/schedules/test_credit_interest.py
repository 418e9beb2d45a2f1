"""The daily distribution of interest, from the bank's message to the guardian's account; and what is told of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.api import bank as bank_door
from functions.schedules import credit_interest
from shared.alerts import store as alerts
from shared.funds import queries as funds
from shared.funds.interest_model import CreditStatus
from shared.funds.refund_model import RefundRule, RefundStatus
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from tests import builders, steps
from tests.builders import ENROLMENT, SCHOOL, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import killed_before

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
MORNING = clock.start_of(date(2026, 9, 21)) + timedelta(hours=4, minutes=30)


@pytest.fixture(autouse=True)
def credited(in_memory: Any, at: Clock) -> None:
    """Two enrolments that held 500 yuan each since 1 September, and the bank's credit of 2 × 9.72 fen."""
    steps.register()
    offering = steps.put_on_sale(builders.a_course(price_fen=50_000, lessons=3))
    for number in (1, 2):
        steps.pay(steps.enrol(offering, number).enrolment_id, 50_000)
    steps.count_all()
    at.now = MORNING


def post(amount_fen: int) -> None:
    bank_door.act(builders.interest_posted(amount_fen))
    steps.count_all()


def interest_of(number: int) -> int:
    return funds.get_account(EnrolmentId(an_id("enr", number))).interest_fen


class TestCreditInterest:
    def test_distributes_what_the_bank_has_credited(self) -> None:
        post(19)

        assert run(credit_interest.credit_interest) == {"waiting": 1, "credited": 2, "given_back": 0}
        assert (interest_of(1), interest_of(2)) == (10, 9)
        assert alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows == []

    def test_twice_has_nothing_more_to_do(self) -> None:
        post(19)
        run(credit_interest.credit_interest)

        assert run(credit_interest.credit_interest) == {"waiting": 0, "credited": 0, "given_back": 0}

    def test_tells_once_that_the_figure_is_not_as_agreed_and_distributes_it_all(self) -> None:
        post(100)
        with killed_before("TransactWriteItems", call=3):
            run(credit_interest.credit_interest)
        run(credit_interest.credit_interest)

        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert alert.figures == {"reference": "BKI00001", "amount_fen": 100, "expected_fen": 19, "difference_fen": 81}
        assert interest_of(1) + interest_of(2) == 100

    def test_leaves_what_can_not_be_planned_for_later(self) -> None:
        bank_door.act(builders.interest_posted(19, period_to=date(2026, 9, 15)))
        steps.count_all()

        assert run(credit_interest.credit_interest) == {"waiting": 1, "credited": 0, "given_back": 0}
        assert funds.list_all_interest(SCHOOL)[0].status is CreditStatus.CREDITED

    def test_gives_back_what_an_enrolment_holds_that_is_over(self) -> None:
        post(19)
        run(credit_interest.credit_interest)
        for lesson in (1, 2, 3):
            steps.release(lesson, now=MORNING)

        assert run(credit_interest.credit_interest)["given_back"] == 1
        assert run(credit_interest.credit_interest)["given_back"] == 0

        [refund] = funds.list_refunds(ENROLMENT)
        assert (refund.rule, refund.status, refund.requested_fen) == (RefundRule.INTEREST, RefundStatus.AGREED, 10)
