"""The review of courses in the console: the queue, one beside what is published with its rules, accept and return."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.console import course_words
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel.ids import OfferingId
from shared.mall import class_rules, course_rules, queries
from shared.mall.model import Status
from shared.mall.store import sheets as store
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.mall import examples, waiting

HOME = f"/console/schools/{SCHOOL}/courses/{COURSE}"
CLASS = f"{HOME}/classes/{OFFERING}"

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, examples.register)


class TestQueue:
    def test_has_what_waits_the_longest_first_and_no_draft(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_waiting(examples.class_drafted())
        examples.class_drafted(OfferingId(an_id("off", 2)), name="草稿班")

        told = text_of(supervisor.get("/console/courses"))

        assert "周六晚一班" in told
        assert "第 1 版" in told
        assert "草稿班" not in told
        assert "Version 1" in text_of(supervisor.in_english().get("/console/courses"))

    def test_says_when_nothing_waits(self, supervisor: Visitor) -> None:
        assert "没有待审核的课程" in text_of(supervisor.get("/console/courses"))

    def test_leads_to_each_of_them(self, supervisor: Visitor) -> None:
        examples.course_waiting(examples.course_drafted())

        assert HOME in addresses_in(supervisor.get("/console/courses"))


class TestSeats:
    def test_of_a_class_are_told_with_who_waits_in_order_and_no_child(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_published(seats=8)
        [offering] = queries.get_course(COURSE).offerings
        for number in range(1, 9):
            steps.enrol(offering, number)
        waiting.join(9)
        waiting.join(10)
        steps.expire(1, now=NOW + timedelta(hours=72))
        waiting.call_next()

        told, course = text_of(supervisor.get(CLASS)), text_of(supervisor.get(HOME))
        english = text_of(supervisor.in_english().get(CLASS))

        assert "名额与候补 名额 8 已售（含待缴费） 7 为候补保留 1 空余 0 候补 1" in told
        assert "2 号" in told
        assert "1 号" not in told
        assert "Kept for whose turn it is 1" in english
        assert "7 / 8" in course

    def test_of_a_class_that_was_never_published_are_not_told(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_drafted()
        assert "名额与候补" not in text_of(supervisor.get(CLASS))


class TestReview:
    def test_shows_what_changes_beside_what_is_published_and_every_rule(self, supervisor: Visitor) -> None:
        examples.course_waiting(examples.course_published(), price_fen=72_000)

        told = text_of(supervisor.get(HOME))
        english = text_of(supervisor.in_english().get(HOME))

        assert "¥720.00" in told
        assert "¥640.00" in told
        assert "全部符合" in told
        assert 'aria-current="page"' in supervisor.get(HOME).text.partition("课程审核")[0].rpartition("<a")[2]
        assert "一次收费金额" in told
        assert "Amount of one charge" in english

    def test_shows_the_rules_that_are_broken_since_it_was_submitted(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_waiting(examples.class_drafted())
        take_rooms_away()

        assert "不是本校公示的教室" in text_of(supervisor.get(CLASS))

    def test_accepts_what_was_seen_and_puts_it_on_sale(self, supervisor: Visitor) -> None:
        examples.course_waiting(examples.course_drafted(title="<b>舞蹈"))
        assert "<b>舞蹈" in text_of(supervisor.get(HOME))

        answer = supervisor.post(f"{HOME}/decision", {"decision": "accept", "edits": "3"})

        assert (answer.status, answer.headers["location"]) == (303, "/console/courses?done=course_accepted")
        assert queries.get_course(COURSE).course.title == "<b>舞蹈"
        assert store.versions_of_course(COURSE)[0].decided_by == "supervisor"

    def test_accepts_a_class(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_waiting(examples.class_drafted())

        assert supervisor.post(f"{CLASS}/decision", {"decision": "accept", "edits": "3"}).status == 303
        assert [one.offering_id for one in queries.get_course(COURSE).offerings] == [OFFERING]

    def test_returns_with_a_reason(self, supervisor: Visitor) -> None:
        examples.course_waiting(examples.course_drafted())
        path, edits = f"{HOME}/decision", "3"

        without = supervisor.post(path, {"decision": "return", "edits": edits, "reason": " "})
        assert (without.status, "退回须说明理由" in text_of(without)) == (422, True)
        assert supervisor.post(path, {"decision": "return", "edits": edits, "reason": "内容不清"}).status == 303

        sheet = store.get_course(SCHOOL, COURSE)
        assert (sheet.open, sheet.reason) == (Status.DRAFT, "内容不清")
        assert supervisor.post(path, {"decision": "accept", "edits": "4"}).status == 409

    @pytest.mark.parametrize("edits", ["2", "4", "", "x"])
    def test_decides_only_on_the_edit_that_was_seen(self, supervisor: Visitor, edits: str) -> None:
        examples.course_waiting(examples.course_drafted())

        assert supervisor.post(f"{HOME}/decision", {"decision": "accept", "edits": edits}).status == 409
        assert store.get_course(SCHOOL, COURSE).open is Status.IN_REVIEW

    def test_does_not_accept_what_breaks_a_rule_by_now_nor_of_a_suspended_school(self, supervisor: Visitor) -> None:
        examples.course_published()
        examples.class_waiting(examples.class_drafted())
        accept = {"decision": "accept", "edits": "3"}

        steps.suspend()
        assert supervisor.post(f"{CLASS}/decision", accept).status == 409
        take_rooms_away()
        assert supervisor.post(f"{CLASS}/decision", accept).status == 422
        assert queries.get_course(COURSE).offerings == ()

    @pytest.mark.parametrize("role", [StaffRole.AUDITOR, StaffRole.FINANCE_OFFICER])
    def test_is_not_for_everybody(self, role: StaffRole) -> None:
        examples.course_waiting(examples.course_drafted())
        visitor = sign_in(role.value, role)

        assert visitor.get(HOME).status == 200
        assert visitor.post(f"{HOME}/decision", {"decision": "accept", "edits": "3"}).status == 403

    def test_of_nothing_is_404(self, supervisor: Visitor) -> None:
        assert supervisor.get(HOME).status == 404
        assert supervisor.get(CLASS).status == 404


def take_rooms_away() -> None:
    """The school's rooms aren't published any more."""
    transaction.commit(institutions.publish(SCHOOL, lambda school: replace(school, rooms=())))


def test_every_rule_and_every_fact_has_its_words() -> None:
    rules = {kind.code for kind in (*course_rules.ALL, *class_rules.ALL)}

    assert rules == set(course_words.RULES)
