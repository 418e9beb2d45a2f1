"""Reviews and reports of private payment in the console: what waits, one of them, what the bureau decides."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import wiring
from shared.people.model import StaffRole
from shared.reviews import usecases
from shared.reviews.model import Mark, ReportStatus
from shared.reviews.store import reports, reviews
from tests import steps, tables
from tests.builders import POLICY, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.reviews.examples import MIXED, REPORT, a_review, hidden, reported, said, written

REVIEW = a_review().review_id
PAGE = f"/console/reviews/{REVIEW}"
PAYMENT = f"/console/private-payments/{REPORT}"

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.register)


def complained(number: int = 1) -> None:
    """A review that its school has reported."""
    review = written(number, MIXED, now=wiring.now())
    usecases.report(
        institution_id=SCHOOL, review_id=review.review_id, reason="同行恶意评价", by="usr", now=wiring.now()
    )


class TestQueue:
    def test_has_what_was_reported_or_flagged_and_no_other(self, supervisor: Visitor) -> None:
        complained(1)
        flagged = written(2, now=wiring.now())
        usecases.weigh(review_id=flagged.review_id, marks={Mark.BURST}, policy=POLICY, now=wiring.now())
        other = written(3, now=wiring.now())

        page = supervisor.get("/console/reviews")

        assert all(one in text_of(page) for one in ("同行恶意评价", "短时间集中评价", "权重 20%", "星河舞蹈0001"))
        assert f"/console/reviews/{other.review_id}" not in addresses_in(page)
        assert "one of many reviews within hours" in text_of(supervisor.in_english().get("/console/reviews"))

    def test_is_counted_in_the_navigation_with_new_reports_for_who_may_see_them(self, supervisor: Visitor) -> None:
        complained()
        reported(now=wiring.now())

        def count(visitor: Visitor) -> str:
            return visitor.get("/console/policy").text.partition('href="/console/reviews"')[2][:150]

        assert "</span>2</span>" in count(supervisor)
        assert "</span>1</span>" in count(sign_in("finance", StaffRole.FINANCE_OFFICER))

    def test_comes_page_by_page(self, supervisor: Visitor) -> None:
        for number in range(1, 23):
            complained(number)

        page = supervisor.get("/console/reviews")
        [following] = [one for one in addresses_in(page) if "cursor=" in one]

        rest = supervisor.get(following)
        assert len([one for one in addresses_in(rest) if one.startswith("/console/reviews/rev_")]) == 2
        assert supervisor.get("/console/reviews?cursor=abc").status == 422


class TestDecision:
    def test_hides_with_a_public_reason_and_shows_it_again(self, supervisor: Visitor) -> None:
        complained()

        answer = supervisor.post(f"{PAGE}/decision", {"decision": "hide", "version": "2", "reason": "<b>泄露他人隐私"})

        assert (answer.status, answer.headers["location"]) == (303, f"{PAGE}?done=hide")
        told = supervisor.get(f"{PAGE}?done=hide")
        assert "<b>泄露他人隐私" in text_of(told)
        assert "公众看到隐藏理由" in text_of(told)
        back = supervisor.post(f"{PAGE}/decision", {"decision": "restore", "version": "3", "reason": "已改"})
        assert back.status == 303
        assert not reviews.get(REVIEW).hidden
        assert "Shown again" in text_of(supervisor.in_english().get(f"{PAGE}?done=restore"))

    @pytest.mark.parametrize(
        ("form", "status", "told"),
        [
            ({"decision": "hide", "version": "1", "reason": "攻击"}, 409, "刚刚有变化"),
            ({"decision": "hide", "version": "²", "reason": "攻击"}, 409, "刚刚有变化"),
            ({"decision": "hide", "version": "2", "reason": " "}, 422, "请写明理由"),
            ({"decision": "delete", "version": "2", "reason": "攻击"}, 422, "请选择如何处理"),
            ({"decision": "restore", "version": "2", "reason": "攻击"}, 409, "没有隐藏"),
            ({"decision": "clear", "version": "2", "reason": "攻击"}, 409, "没有被降低权重"),
        ],
    )
    def test_that_can_not_be_is_refused_and_changes_nothing(
        self, supervisor: Visitor, form: dict[str, str], status: int, told: str
    ) -> None:
        complained()
        before = reviews.get(REVIEW)

        answer = supervisor.post(f"{PAGE}/decision", form)

        assert (answer.status, told in text_of(answer)) == (status, True)
        assert reviews.get(REVIEW) == before

    def test_is_the_reviewers_and_supervisors(self) -> None:
        complained()
        form = {"decision": "keep", "version": "2", "reason": "正常评价"}
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        assert f"{PAGE}/decision" not in addresses_in(auditor.get(PAGE))
        assert auditor.post(f"{PAGE}/decision", form).status == 403
        assert sign_in("reviewer", StaffRole.REVIEWER).post(f"{PAGE}/decision", form).status == 303

    def test_leaves_what_was_said_before_readable(self, supervisor: Visitor) -> None:
        review = written(1, now=wiring.now())
        anew = said(MIXED, "换了老师，课上得马虎了，收费不清。")
        later = wiring.now() + timedelta(minutes=1)
        usecases.edit(review_id=review.review_id, version=1, said=anew, policy=POLICY, now=later)

        told = text_of(supervisor.get(PAGE))

        assert "换了老师" in told
        assert review.said.text in told

    def test_of_nobodys_is_404(self, supervisor: Visitor) -> None:
        for wrong in (an_id("rev", 9), "rev_", an_id("ppr"), ".."):
            assert supervisor.get(f"/console/reviews/{wrong}").status == 404


class TestSchool:
    def test_shows_its_rating_by_dimension(self, supervisor: Visitor) -> None:
        written(1, MIXED, now=wiring.now())
        hidden(written(2, now=wiring.now()))

        told = text_of(supervisor.get(f"/console/schools/{SCHOOL}/reviews"))

        assert "评分 3.75 1 条评价" in told
        assert "教学 4.00" in told
        assert "含有人身攻击" in told
        assert "1 review" in text_of(supervisor.in_english().get(f"/console/schools/{SCHOOL}/reviews"))


class TestPrivatePayment:
    def test_goes_from_new_to_upheld_with_reasons(self, supervisor: Visitor) -> None:
        reported(now=wiring.now())
        assert PAYMENT in addresses_in(supervisor.get("/console/private-payments"))

        first = {"seen": "new", "becomes": "looked_at", "reason": "约谈机构负责人"}
        assert supervisor.post(f"{PAYMENT}/decision", first).status == 303
        second = {"seen": "looked_at", "becomes": "upheld", "reason": "转账截图属实"}
        assert supervisor.post(f"{PAYMENT}/decision", second).status == 303

        told = text_of(supervisor.get(PAYMENT))
        assert all(one in told for one in ("约谈机构负责人", "转账截图属实", "对机构匿名", "监护人"))
        assert f"{PAYMENT}/decision" not in addresses_in(supervisor.get(PAYMENT))
        assert PAYMENT in addresses_in(supervisor.get("/console/private-payments?of=upheld"))
        assert PAYMENT not in addresses_in(supervisor.get("/console/private-payments"))

    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ({"seen": "looked_at", "becomes": "upheld", "reason": "属实"}, 409),
            ({"seen": "new", "becomes": "new", "reason": "属实"}, 409),
            ({"seen": "new", "becomes": "upheld", "reason": ""}, 422),
            ({"seen": "new", "becomes": "gone", "reason": "属实"}, 422),
        ],
    )
    def test_that_can_not_be_is_refused(self, supervisor: Visitor, form: dict[str, str], status: int) -> None:
        reported(now=wiring.now())

        assert supervisor.post(f"{PAYMENT}/decision", form).status == status
        assert reports.get(REPORT).status is ReportStatus.NEW

    @pytest.mark.parametrize("role", [StaffRole.FINANCE_OFFICER, StaffRole.ADMINISTRATOR])
    def test_is_not_shown_to_who_has_nothing_to_do_with_it(self, role: StaffRole) -> None:
        reported(now=wiring.now())
        visitor = sign_in(role.value, role)

        assert visitor.get("/console/private-payments").status == 403
        assert visitor.get(PAYMENT).status == 403
        assert "/console/private-payments?of=new" not in addresses_in(visitor.get("/console/reviews"))

    def test_is_read_and_not_decided_by_auditors(self) -> None:
        reported(now=wiring.now())
        auditor = sign_in("auditor", StaffRole.AUDITOR)
        form = {"seen": "new", "becomes": "upheld", "reason": "属实"}

        assert auditor.get(PAYMENT).status == 200
        assert auditor.post(f"{PAYMENT}/decision", form).status == 403
