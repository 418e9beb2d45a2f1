"""A class with too few paid enrolments isn't opened: off sale, all money back, nobody taught; once, however often."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.edge import course_acts
from functions.schedules import check_openings, pay_refunds
from shared.funds.refund_model import Refund
from shared.funds.store import accounts, refunds
from shared.kernel.clock import start_of
from shared.kernel.ids import EnrolmentId, GuardianId
from shared.mall import openings, rules
from shared.mall import store as mall
from shared.mall.model import Status
from shared.mall.store import openings as store
from shared.mall.store import sheets as sheet_store
from shared.messages import queries as messages
from shared.teaching import queries as teaching
from tests import builders, steps, tables
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, an_id
from tests.edge.doors import Clock
from tests.mall import examples as courses
from tests.schedules.running import run
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried")

PRICE = 64_000
DECIDED_AT = start_of(date(2026, 9, 9))  # three days before the first Saturday


@pytest.fixture(autouse=True)
def _sold(in_memory: Any) -> None:
    """A class that needs three is sold to three families; the first two have paid."""

    def put() -> None:
        courses.register()
        courses.course_published()
        courses.class_published(minimum_students=3)
        for number in (1, 2, 3):
            steps.enrol(the_class(), number)
        for number in (1, 2):
            steps.pay(enrolment(number), PRICE)

    tables.put_in_memory(__name__, put)


def the_class() -> Any:
    return mall.get_classes([(COURSE, OFFERING)])[OFFERING]


def enrolment(number: int) -> EnrolmentId:
    return EnrolmentId(an_id("enr", number))


def statuses() -> list[str]:
    return [accounts.get(enrolment(number)).status.value for number in (1, 2, 3)]


def refunds_of(number: int) -> list[Refund]:
    return refunds.list_of_enrolment(enrolment(number))


def opening() -> str:
    found = store.find(OFFERING)
    assert found is not None
    return found.status.value


def declare(*, now: Any = NOW) -> None:
    openings.declare(institution_id=SCHOOL, course_id=COURSE, offering_id=OFFERING, by="usr", now=now)


def told(number: int) -> list[tuple[str, Any]]:
    """What a guardian was told."""
    page = messages.list_of(GuardianId(an_id("grd", number)), limit=9, cursor=None)
    return [(one.kind.value, one.figures["paid"]) for one in page.rows]


def refund_all_held() -> None:
    """The quarter-hourly run holds back what is agreed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pay_refunds, "_instruct", lambda payment, now: None)
        run(pay_refunds.pay_refunds)


class TestNotOpened:
    def test_is_taken_off_sale_and_refunded_in_full_without_asking(self, at: Clock) -> None:
        at.now = DECIDED_AT

        assert run(check_openings.check_openings) == {"due": 1, "decided": 1, "not_opened": 1, "settled": 11}

        assert (opening(), the_class().status) == ("not_opened", Status.WITHDRAWN)
        assert statuses() == ["active", "active", "expired"]
        [refund] = refunds_of(1)
        assert (refund.status, refund.agreed_by, refund.requested_fen) == ("agreed", "class_not_opened", PRICE)
        assert [told(number) for number in (1, 2, 3)] == [[("class_not_opened", 2)]] * 3
        assert all(one.cancelled for one in teaching.list_sessions(OFFERING))
        refund_all_held()
        assert statuses() == ["refunding", "refunding", "expired"]
        assert the_class().seats_left == the_class().seats
        assert (steps.seats_astray(), steps.count_all() and steps.violations()) == ([], {})

    def test_twice_and_again_later_is_once(self, at: Clock) -> None:
        at.now = DECIDED_AT
        run(check_openings.check_openings)
        before = tables.dump_memory()
        assert run(check_openings.check_openings) == {"due": 0, "decided": 0, "not_opened": 1, "settled": 0}
        assert tables.dump_memory() == before

        refund_all_held()
        at.pass_by(hours=1)
        run(check_openings.check_openings)
        assert run(check_openings.check_openings) == {"due": 0, "decided": 0, "not_opened": 0, "settled": 0}
        assert [len(refunds_of(number)) for number in (1, 2, 3)] == [1, 1, 0]

    @pytest.mark.parametrize("call", range(1, 9))
    def test_killed_in_the_middle_the_next_run_brings_the_same(self, at: Clock, call: int) -> None:
        at.now = DECIDED_AT
        with killed_before("TransactWriteItems", call=call):
            run(check_openings.check_openings)

        run(check_openings.check_openings)

        assert (opening(), statuses()) == ("not_opened", ["active", "active", "expired"])
        assert [len(refunds_of(number)) for number in (1, 2, 3)] == [1, 1, 0]
        assert [told(number) for number in (1, 2, 3)] == [[("class_not_opened", 2)]] * 3
        assert steps.seats_astray() == []

    def test_a_sale_in_the_moment_of_the_decision_is_refused_or_ended(self, at: Clock) -> None:
        at.now = DECIDED_AT
        offering = the_class()
        with just_before("TransactWriteItems", lambda: steps.enrol(offering, 4, now=DECIDED_AT)):
            run(check_openings.check_openings)
        run(check_openings.check_openings)

        assert accounts.get(enrolment(4)).status == "expired"
        with pytest.raises(rules.NotOnSale):
            steps.enrol(offering, 5, now=DECIDED_AT)
        refund_all_held()
        assert steps.seats_astray() == []

    def test_what_is_paid_in_part_goes_back_too(self, at: Clock) -> None:
        steps.pay(enrolment(3), 100)
        at.now = DECIDED_AT
        run(check_openings.check_openings)
        refund_all_held()

        assert statuses() == ["refunding"] * 3
        assert [one.held_fen for one in refunds_of(3)] == [100]
        steps.count_all()
        assert steps.violations() == {}

    def test_what_was_asked_for_already_is_agreed_to(self, at: Clock) -> None:
        steps.ask_for_refund(1)
        at.now = DECIDED_AT
        run(check_openings.check_openings)

        [refund] = refunds_of(1)
        assert (refund.status, refund.agreed_by) == ("agreed", "class_not_opened")

    def test_does_not_come_back_on_sale(self, at: Clock) -> None:
        at.now = DECIDED_AT
        run(check_openings.check_openings)
        sheet = sheet_store.get_class(SCHOOL, COURSE, OFFERING)

        with pytest.raises(openings.NotOpened):
            course_acts.republish_class(SCHOOL, COURSE, OFFERING, edits=sheet.edits, now=at())


class TestOpened:
    def test_with_as_many_as_it_needs(self, at: Clock) -> None:
        steps.pay(enrolment(3), PRICE)
        at.now = DECIDED_AT

        assert run(check_openings.check_openings) == {"due": 1, "decided": 1, "not_opened": 0, "settled": 0}
        assert (opening(), statuses(), the_class().status) == ("opened", ["active"] * 3, Status.PUBLISHED)

    def test_a_second_earlier_nothing_is_decided(self, at: Clock) -> None:
        at.now = DECIDED_AT - timedelta(seconds=1)

        assert run(check_openings.check_openings) == {"due": 0, "decided": 0, "not_opened": 0, "settled": 0}

    def test_with_however_few_when_the_school_has_declared_it(self, at: Clock) -> None:
        declare()
        declare()
        at.now = DECIDED_AT
        run(check_openings.check_openings)

        assert (opening(), statuses()) == ("opened", ["active", "active", "awaiting_deposit"])

    def test_is_not_declared_any_more_once_its_day_has_come(self, at: Clock) -> None:
        with pytest.raises(openings.OpeningDecided):
            declare(now=DECIDED_AT)

    def test_declared_in_the_moment_of_the_decision_is_one_of_the_two(self, at: Clock) -> None:
        at.now = DECIDED_AT
        with just_before("TransactWriteItems", lambda: declare(now=DECIDED_AT - timedelta(seconds=1))):
            run(check_openings.check_openings)
        run(check_openings.check_openings)

        assert (opening(), statuses()) == ("opened", ["active", "active", "awaiting_deposit"])

    def test_what_has_started_is_open_however_late_the_decision_comes(self, at: Clock) -> None:
        at.now = start_of(courses.FIRST)
        run(check_openings.check_openings)

        assert (opening(), the_class().status) == ("opened", Status.PUBLISHED)

    def test_a_minimum_that_was_raised_after_the_sale_does_not_count(self, at: Clock) -> None:
        steps.pay(enrolment(3), PRICE)
        waiting = courses.class_waiting(sheet_store.get_class(SCHOOL, COURSE, OFFERING), minimum_students=9)
        course_acts.accept_class(SCHOOL, COURSE, OFFERING, edits=waiting.edits, by="reviewer", now=NOW)
        at.now = DECIDED_AT
        run(check_openings.check_openings)

        assert opening() == "opened"

    def test_on_sale_on_the_eve_of_its_start_there_is_no_day_to_decide(self) -> None:
        policy, first = builders.POLICY, date(2026, 9, 12)
        days = [openings.decided_on(first, policy=policy, today=first - timedelta(days=back)) for back in (9, 3, 2, 1)]

        assert [(first - day).days for day in days] == [3, 2, 1, 0]
