"""A termination in the console, from the proposal to the printed notice; who may do what; what blocks a step."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.api import bank as bank_door
from functions.schedules import wind_up
from shared.funds import refund_money
from shared.funds.store import refunds as refund_store
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.people.model import StaffRole
from shared.terminations.model import Step
from shared.terminations.store import cases, notices
from tests import builders, steps, tables
from tests.builders import ENROLMENT, SCHOOL
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.edge.doors import Answer
from tests.schedules.running import run

pytestmark = pytest.mark.usefixtures("hurried", "district")
CASE = f"/console/terminations/{SCHOOL}"
REASON = {"reason": "举办者申请终止办学"}


@pytest.fixture
def district(in_memory: Any) -> None:
    """One family has paid 1,000 fen, the minimum balance has 20,000."""

    def put() -> None:
        steps.register()
        steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)))
        steps.pay(ENROLMENT, 1000)
        steps.pay_minimum()
        steps.count_all()

    tables.put_in_memory(__name__, put)


@pytest.fixture
def finance(in_memory: Any) -> Visitor:
    return sign_in("finance", StaffRole.FINANCE_OFFICER)


@pytest.fixture
def reviewer(in_memory: Any) -> Visitor:
    return sign_in("reviewer", StaffRole.REVIEWER)


def two_people(first: Visitor, second: Visitor, address: str, form: dict[str, str] | None = None) -> Answer:
    """One proposes at this address, another approves."""
    proposed = first.post(address, form or REASON)
    assert proposed.status == 303, text_of(proposed)
    home = proposed.headers["location"].partition("?")[0]
    return second.post(f"{home}/decision", {"decision": "approve"})


def opened(finance: Visitor, supervisor: Visitor) -> None:
    answer = two_people(finance, supervisor, f"/console/schools/{SCHOOL}/proposals/termination")
    assert answer.status == 303, text_of(answer)


def settled(supervisor: Visitor) -> None:
    """Every student is refunded."""
    run(wind_up.wind_up)
    supervisor.post(f"{CASE}/refunding")
    run(wind_up.wind_up)
    [refund] = refund_store.list_of_enrolment(ENROLMENT)
    refund = steps.hold_refund(refund)
    [payment] = refund_money.payments(refund)
    refund_money.settle(fact=builders.a_refund_paid(payment), now=builders.NOW)
    steps.count_all()


def end_publicity() -> None:
    """The days of the publicity are over; those who are signed in still are."""
    cases.move(SCHOOL, lambda was: replace(was, publicity_until=builders.TODAY - timedelta(days=1)))


class TestTermination:
    def test_goes_from_the_proposal_to_the_notice(
        self, finance: Visitor, supervisor: Visitor, reviewer: Visitor
    ) -> None:
        assert f"/console/schools/{SCHOOL}/proposals/termination" in addresses_in(
            finance.get(f"/console/schools/{SCHOOL}")
        )
        opened(finance, supervisor)
        assert institutions.get(SCHOOL).status == "terminating"
        settled(supervisor)
        assert supervisor.post(f"{CASE}/publicity").status == 303
        end_publicity()
        assert finance.post(f"{CASE}/check").status == 303
        assert "零负债核验结果" in text_of(finance.get(CASE))
        answer = two_people(reviewer, supervisor, f"{CASE}/notice", {"reason": "核验通过"})
        assert answer.status == 303, text_of(answer)

        shown = supervisor.get("/console/notices/2026-001")

        assert heading_of(shown) == "专用账户终止通知书"
        said = text_of(shown)
        for part in (
            "临教终〔2026〕001号",
            "签名有效",
            "最低余额账户 8000000012 ¥200.00",
            "合计 ¥200.00",
            "8000000013",
        ):
            assert part in said, said
        assert cases.get(SCHOOL).step is Step.NOTICE_ISSUED

    def test_is_listed_and_counted_while_it_is_open(self, finance: Visitor, supervisor: Visitor) -> None:
        assert "没有办理中的案件" in text_of(supervisor.get("/console/terminations"))
        opened(finance, supervisor)
        listed = supervisor.get("/console/terminations")
        assert CASE in addresses_in(listed)
        assert re.search(r"终止办理\s*<span class=\"count\"><span class=\"unseen\">[^<]*</span>1</span>", listed.text)
        assert "没有已办结的案件" in text_of(supervisor.get("/console/terminations?of=closed"))

    def test_is_shown_on_the_schools_page_which_offers_nothing_else_then(
        self, finance: Visitor, supervisor: Visitor
    ) -> None:
        opened(finance, supervisor)
        page = supervisor.get(f"/console/schools/{SCHOOL}")
        assert "该机构已停止招生、拨付和划拨：举办者申请终止办学" in text_of(page)
        assert CASE in addresses_in(page)
        assert not {address for address in addresses_in(page) if "/proposals/" in address or "suspension" in address}

    def test_of_a_school_that_has_none_is_missing(self, supervisor: Visitor) -> None:
        assert supervisor.get(CASE).status == 404
        assert supervisor.get("/console/terminations/nonsense").status == 404
        assert supervisor.get("/console/notices/2026-001").status == 404

    def test_goes_on_live_while_students_are_settled(self, finance: Visitor, supervisor: Visitor) -> None:
        opened(finance, supervisor)
        assert 'hx-trigger="every 15s"' in supervisor.get(CASE).text


class TestSteps:
    def test_publicity_waits_for_the_students(self, finance: Visitor, supervisor: Visitor) -> None:
        opened(finance, supervisor)
        run(wind_up.wind_up)
        supervisor.post(f"{CASE}/refunding")
        page = supervisor.get(CASE)
        assert "1 笔报名共 ¥10.00 未退" in text_of(page)
        assert f"{CASE}/publicity" not in addresses_in(page)

        answer = supervisor.post(f"{CASE}/publicity")

        assert (answer.status, "还有学员未清退完毕" in text_of(answer)) == (409, True)

    def test_the_check_is_refused_with_what_remains(self, finance: Visitor, supervisor: Visitor) -> None:
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        end_publicity()
        steps.pay(ENROLMENT, 880, reference="BKLATE")
        answer = finance.post(f"{CASE}/check")
        assert (answer.status, "汇总尚未跟上分录" in text_of(answer)) == (303, False)  # no stream has brought it yet

        steps.count_all()
        answer = finance.post(f"{CASE}/check")

        assert (answer.status, "待查款 ¥8.80" in text_of(answer)) == (409, True)

    def test_a_notice_is_not_issued_once_something_is_owed_again(
        self, finance: Visitor, supervisor: Visitor, reviewer: Visitor
    ) -> None:
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        end_publicity()
        finance.post(f"{CASE}/check")
        proposed = reviewer.post(f"{CASE}/notice", {"reason": "核验通过"}).headers["location"].partition("?")[0]
        steps.pay(ENROLMENT, 880, reference="BKLATE")
        steps.count_all()

        answer = supervisor.post(f"{proposed}/decision", {"decision": "approve"})

        assert (answer.status, "仍有未了结的款项" in text_of(answer)) == (409, True)
        assert cases.get(SCHOOL).step is Step.ZERO_LIABILITY
        assert notices.find("2026-001") is None

    def test_a_notice_is_not_issued_over_other_amounts_than_were_proposed(
        self, finance: Visitor, supervisor: Visitor, reviewer: Visitor
    ) -> None:
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        end_publicity()
        finance.post(f"{CASE}/check")
        proposed = reviewer.post(f"{CASE}/notice", {"reason": "核验通过"}).headers["location"].partition("?")[0]
        assert "退还最低余额 ¥200.00" in text_of(supervisor.get(proposed))
        steps.pay_minimum(5, reference="BKMORE")
        steps.count_all()
        finance.post(f"{CASE}/check")

        answer = supervisor.post(f"{proposed}/decision", {"decision": "approve"})

        assert (answer.status, "金额已变化" in text_of(answer)) == (409, True)

    def test_objections_are_recorded_and_decided(self, finance: Visitor, supervisor: Visitor) -> None:
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        assert supervisor.post(f"{CASE}/objections", {"by_whom": "房东", "text": "<b>欠租"}).status == 303
        end_publicity()
        page = supervisor.get(CASE)
        assert "房东 “<b>欠租”" in text_of(page)
        assert "还有 1 条异议未处理" in text_of(page)
        [address] = [one for one in addresses_in(page) if "/objections/" in one]
        assert supervisor.post(address, {"reason": "与预收费无关"}).status == 422

        assert supervisor.post(address, {"decision": "dismiss", "reason": "与预收费无关"}).status == 303

        assert finance.post(f"{CASE}/check").status == 303


class TestRoles:
    @pytest.mark.parametrize("role", StaffRole)
    def test_each_act_is_for_whom_it_should_be(self, role: StaffRole, finance: Visitor, supervisor: Visitor) -> None:
        opened(finance, supervisor)
        who = sign_in("somebody", role)
        may = {
            "refunding": {"supervisor", "finance_officer"},
            "publicity": {"supervisor", "finance_officer"},
            "objections": {"supervisor", "reviewer"},
            "objections/obj_1": {"supervisor"},
            "check": {"finance_officer"},
            "notice": {"supervisor", "reviewer"},
            "revocation": {"supervisor", "reviewer"},
        }
        refused = {act for act in may if who.post(f"{CASE}/{act}", {"reason": "因"}).status == 403}
        assert refused == {act for act, roles in may.items() if role.value not in roles}
        assert who.get(CASE).status == 200

    def test_who_proposed_the_termination_cannot_approve_it(self, supervisor: Visitor) -> None:
        answer = two_people(supervisor, supervisor, f"/console/schools/{SCHOOL}/proposals/termination")
        assert answer.status == 403
        assert institutions.get(SCHOOL).status == "licensed"


class TestAnotherNotice:
    @pytest.fixture
    def failed(self, district: None, finance: Visitor, supervisor: Visitor, reviewer: Visitor) -> None:
        """The bank couldn't pay what the notice says: the account is closed."""
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        end_publicity()
        finance.post(f"{CASE}/check")
        two_people(reviewer, supervisor, f"{CASE}/notice", {"reason": "核验通过"})
        bank_door.act(builders.a_termination_failed(notices.get("2026-001"), 0))

    @pytest.mark.usefixtures("failed")
    def test_is_issued_to_another_account_when_the_bank_could_not_pay(
        self, finance: Visitor, supervisor: Visitor, reviewer: Visitor
    ) -> None:
        shown = finance.get(CASE)
        assert "银行未能退还：收款账户已销户" in text_of(shown)
        assert "上一份通知书已办结，账户中仍有 ¥200.00" in text_of(shown)
        assert f"{CASE}/revocation" not in addresses_in(reviewer.get(CASE))
        assert finance.post(f"{CASE}/check").status == 303
        wrong = {"reason": "更正", "payee_account_no": "80-13"}
        assert reviewer.post(f"{CASE}/notice", wrong).status == 422
        right = {"reason": "更正收款账号", "payee_account_no": "8000000099"}

        proposed = reviewer.post(f"{CASE}/notice", right)
        waiting = proposed.headers["location"].partition("?")[0]
        assert "收款账号 8000000099" in text_of(supervisor.get(waiting))
        assert supervisor.post(f"{waiting}/decision", {"decision": "approve"}).status == 303

        said = text_of(supervisor.get("/console/notices/2026-002"))
        assert "收款账号：8000000099" in said
        assert "本通知书为 2026-001 号终止通知书的补充" in said
        assert "银行未能退还" in text_of(supervisor.get("/console/notices/2026-001"))

    @pytest.mark.usefixtures("failed")
    def test_waits_for_the_finance_officer_and_for_two_others(self, supervisor: Visitor, reviewer: Visitor) -> None:
        assert "待财务核验后签发补充通知书" in text_of(supervisor.get(CASE))
        assert supervisor.post(f"{CASE}/check").status == 403
        assert reviewer.post(f"{CASE}/notice", {"reason": "更正"}).status == 409

    def test_is_wanted_on_the_first_page_when_money_comes_after_the_end(self, supervisor: Visitor) -> None:
        steps.terminate()
        institution_usecases.end_termination(
            institution_id=SCHOOL, revoked=False, reason="通知书已执行", by="platform", now=builders.NOW, also=[]
        )
        assert "终止后账户又有余额" in text_of(supervisor.get("/console"))


class TestRevocation:
    def test_is_done_by_two_people_until_the_bank_pays(
        self, finance: Visitor, supervisor: Visitor, reviewer: Visitor
    ) -> None:
        opened(finance, supervisor)
        settled(supervisor)
        supervisor.post(f"{CASE}/publicity")
        end_publicity()
        finance.post(f"{CASE}/check")
        two_people(reviewer, supervisor, f"{CASE}/notice", {"reason": "核验通过"})

        answer = two_people(reviewer, supervisor, f"{CASE}/revocation", {"reason": "收款账号有误"})

        assert answer.status == 303, text_of(answer)
        said = text_of(reviewer.get("/console/notices/2026-001"))
        assert "已撤销，作废" in said
        assert cases.get(SCHOOL).step is Step.PUBLICITY
        assert finance.post(f"{CASE}/check").status == 303
        assert two_people(reviewer, supervisor, f"{CASE}/notice", {"reason": "重新签发"}).status == 303
        assert notices.get("2026-002").status == "valid"
