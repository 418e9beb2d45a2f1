"""A deposit in suspense and a payout in the console: proposed by one officer, done by another."""

from typing import Any

import pytest

from shared.funds import queries as funds
from shared.funds import usecases
from shared.funds.model import EnrolmentStatus
from shared.funds.payout_model import PayoutStatus
from shared.people.model import StaffRole
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of

pytestmark = pytest.mark.usefixtures("nobodys")
PAGE = "/console/suspense/BK000001"
REFERENCE = ENROLMENT.removeprefix("enr_")


@pytest.fixture
def nobodys(in_memory: Any) -> None:
    """800 fen that name nothing, and an enrolment of 1,000 fen that waits for its deposit."""

    def put() -> None:
        steps.register()
        steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)))
        fact = builders.a_deposit(800, remittance="书法班")
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.count_all()

    tables.put_in_memory(__name__, put)


def approve(proposed: Any) -> Any:
    """The second person approves what the first was led to."""
    address = proposed.headers["location"].partition("?")[0]
    return sign_in("supervisor", StaffRole.SUPERVISOR).post(f"{address}/decision", {"decision": "approve"})


def allocation(officer: Visitor, **changes: str) -> Any:
    return officer.post(f"{PAGE}/allocation", {"enrolment": REFERENCE, "amount": "8.00", "reason": "已核对", **changes})


class TestADeposit:
    def test_is_found_from_the_list_with_what_is_left_of_it(self) -> None:
        officer = sign_in("finance_officer", StaffRole.FINANCE_OFFICER)

        assert PAGE in addresses_in(officer.get("/console/suspense"))
        page = officer.get(PAGE)
        assert "¥8.00" in text_of(page)
        assert "待查款转入报名" in text_of(page)
        assert "Return money in suspense to its payer" in text_of(officer.in_english().get(PAGE))

    def test_is_given_to_an_enrolment_by_two_people(self) -> None:
        proposed = allocation(sign_in("finance_officer", StaffRole.FINANCE_OFFICER))
        assert (proposed.status, funds.get_account(ENROLMENT).paid_fen) == (303, 0)

        assert approve(proposed).status == 303

        account = funds.get_account(ENROLMENT)
        assert (account.paid_fen, account.status) == (800, EnrolmentStatus.AWAITING_DEPOSIT)
        assert "没有可处理的待查款" in text_of(sign_in("finance_officer", StaffRole.FINANCE_OFFICER).get(PAGE))
        assert steps.violations().keys() <= {"journal_has_every_entry"}

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"amount": "八元"}, "以元填写金额"),
            ({"amount": "8.01"}, "只有 800 分"),
            ({"enrolment": "不存在"}, "没有找到这笔报名"),
            ({"reason": " "}, "请填写理由"),
        ],
    )
    def test_says_why_it_can_not_be_proposed(self, changes: dict[str, str], says: str) -> None:
        answer = allocation(sign_in("finance_officer", StaffRole.FINANCE_OFFICER), **changes)

        assert answer.status >= 400
        assert says in text_of(answer)

    def test_that_is_gone_at_the_approval_stays_proposed_with_its_reason(self) -> None:
        officer = sign_in("finance_officer", StaffRole.FINANCE_OFFICER)
        first, second = allocation(officer), allocation(officer, reason="再次核对")
        approve(first)

        answer = approve(second)

        assert answer.status == 409
        assert "在待查款中只有 0 分" in text_of(answer)

    def test_is_returned_to_its_payer_by_two_people(self) -> None:
        officer = sign_in("finance_officer", StaffRole.FINANCE_OFFICER)
        proposed = officer.post(f"{PAGE}/return", {"amount": "8", "reason": "付款人来电要求退回"})

        assert approve(proposed).status == 303
        [held] = funds.list_returns_waiting()
        assert held.payment.amount_fen == 800
        assert "已冻结，待指令银行" in text_of(officer.get(PAGE))

    @pytest.mark.parametrize("role", [StaffRole.AUDITOR, StaffRole.ADMINISTRATOR])
    def test_is_shown_but_not_moved_by_who_may_not(self, role: StaffRole) -> None:
        visitor = sign_in(role.value, role)

        assert 'name="amount"' not in visitor.get(PAGE).text
        assert allocation(visitor).status == 403

    def test_that_is_not_there_is_missing(self) -> None:
        assert sign_in("auditor", StaffRole.AUDITOR).get("/console/suspense/BK999999").status == 404


class TestAPayout:
    def test_is_recalled_by_two_people(self) -> None:
        steps.open_account(2, paid_fen=1000)
        steps.release(1, enrolment=2)
        steps.count_all()
        payout = steps.build_payout()
        assert payout is not None
        address = f"/console/payouts/{payout.payout_id}"
        officer = sign_in("finance_officer", StaffRole.FINANCE_OFFICER)

        assert address in addresses_in(officer.get(f"/console/schools/{SCHOOL}"))
        assert approve(officer.post(f"{address}/recall", {"reason": "收款账户有误"})).status == 303

        assert funds.get_payout(payout.payout_id).status is PayoutStatus.RECALLING
        assert "正在撤回" in text_of(officer.get(address))
        again = officer.post(f"{address}/recall", {"reason": "收款账户有误"})
        assert (again.status, "已向银行要求撤回" in text_of(again)) == (409, True)

    def test_that_is_not_there_is_missing(self) -> None:
        assert sign_in("auditor", StaffRole.AUDITOR).get("/console/payouts/pay_1").status == 404
