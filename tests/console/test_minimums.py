"""Minimum balances in the console: what waits, a school's own page, and what two people do."""

from datetime import timedelta
from typing import Any

import pytest

from shared.approvals import store as approvals
from shared.approvals.model import Status
from shared.funds import minimum_requirements, minimum_withdrawals
from shared.funds.store import minimums, requirements, withdrawals
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import NOW, POLICY, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.edge.doors import Clock

HOME = f"/console/schools/{SCHOOL}/minimum"
FIRST = withdrawals.id_of(SCHOOL, 1)
WITHDRAWAL = f"/console/minimum-withdrawals/{FIRST}"
REASON = {"reason": "<b>已核对"}

pytestmark = pytest.mark.usefixtures("hurried", "deposited")


@pytest.fixture
def deposited(in_memory: Any) -> None:
    """A school with 200 yuan in its minimum balance, where 100 are required."""
    tables.put_in_memory(__name__, lambda: (steps.register(), steps.pay_minimum(20_000), steps.count_all()))


@pytest.fixture
def officer(deposited: None) -> Visitor:
    return sign_in("officer", StaffRole.FINANCE_OFFICER)


def calculated() -> None:
    minimum_requirements.calculate(institution_id=SCHOOL, size="small", policy=POLICY, now=NOW)


def short() -> None:
    """The nightly check has found the school short."""
    steps.lose_minimum(10_500)
    steps.count_all()
    steps.check_minimum(now=NOW + timedelta(days=1))


def proposed_by(officer: Visitor, address: str) -> str:
    """The address of the proposal that a form of the officer's has made."""
    answer = officer.post(address, REASON)
    assert answer.status == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def decide(who: Visitor, address: str, decision: str = "approve") -> Any:
    return who.post(f"{address}/decision", {"decision": decision, "reason": "同意"})


class TestMinimums:
    def test_tell_that_all_is_well(self, supervisor: Visitor) -> None:
        assert "各机构的最低余额均已足额" in text_of(supervisor.get("/console/minimums"))

    def test_tell_who_is_short_and_until_when(self, supervisor: Visitor) -> None:
        short()

        shown = text_of(supervisor.get("/console/minimums"))

        assert "¥5.00" in shown
        assert "限期 2026-09-15" in shown
        assert "最低余额缺口待补足 1" in text_of(supervisor.get("/console"))

    def test_tell_what_is_asked_for_and_what_was_calculated(self, officer: Visitor) -> None:
        steps.ask_to_withdraw()
        calculated()

        answer = officer.get("/console/minimums")

        assert {WITHDRAWAL, f"{HOME}/requirement"} <= set(addresses_in(answer))
        assert "¥50,000.00" in text_of(answer)
        assert "最低余额支取待办理 1" in text_of(officer.get("/console"))


class TestMinimum:
    def test_shows_the_requirement_with_its_formula_and_history(self, supervisor: Visitor) -> None:
        steps.require(16_000)

        shown = text_of(supervisor.get(HOME))

        assert "¥160.00 ✓ 现行" in shown
        assert "提出 officer · 批准 supervisor" in shown
        assert shown.count("新登记机构按规模下限核定") == 3  # in force, and both in the history

    def test_shows_how_it_stood_and_what_is_missing(self, at: Clock) -> None:
        short()
        at.pass_by(days=1)

        shown = text_of(sign_in("supervisor", StaffRole.SUPERVISOR).get(HOME))

        assert "2026-09-01 ¥95.00 ¥95.00 ¥95.00 ¥100.00 ▲ 不足" in shown.replace("\n", " ")
        assert "限期补足 2026-09-15" in shown

    def test_in_english(self, supervisor: Visitor) -> None:
        short()
        steps.require(9_500)

        assert "Overdue" not in text_of(supervisor.in_english().get(HOME))

    def test_of_no_school_is_missing(self, supervisor: Visitor) -> None:
        assert supervisor.get("/console/schools/ins_0/minimum").status == 404


class TestRequirement:
    def test_is_proposed_as_calculated_and_approved_by_another(self, officer: Visitor, supervisor: Visitor) -> None:
        calculated()
        assert "测算 ¥50,000.00" in text_of(officer.get(f"{HOME}/requirement"))
        address = proposed_by(officer, f"{HOME}/requirement")
        assert minimums.get(SCHOOL).required_fen == 10_000

        answer = decide(supervisor, address)

        assert answer.status == 303
        assert minimums.get(SCHOOL).required_fen == 5_000_000
        newest = requirements.list_of(SCHOOL, limit=1, cursor=None).rows[0]
        assert (newest.proposed_by, newest.approved_by, newest.formula.size) == ("officer", "supervisor", "small")
        assert newest.formula.policy_version == POLICY.version

    def test_of_nothing_new_is_refused(self, officer: Visitor) -> None:
        assert officer.get(f"{HOME}/requirement").status == 409
        assert officer.post(f"{HOME}/requirement", REASON).status == 409

    def test_is_refused_when_another_was_set_meanwhile(self, officer: Visitor, supervisor: Visitor) -> None:
        calculated()
        address = proposed_by(officer, f"{HOME}/requirement")
        steps.require(16_000)

        answer = decide(supervisor, address)

        assert (answer.status, "已另行调整" in text_of(answer)) == (409, True)
        assert minimums.get(SCHOOL).required_fen == 16_000
        assert approvals.list_by_status(Status.PROPOSED, limit=9, cursor=None).rows

    def test_without_a_reason_is_asked_for_again(self, officer: Visitor) -> None:
        calculated()

        answer = officer.post(f"{HOME}/requirement", {"reason": " "})

        assert (answer.status, "请填写理由" in text_of(answer)) == (422, True)

    @pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.REVIEWER, StaffRole.AUDITOR])
    def test_is_the_finance_officers_to_propose(self, role: StaffRole) -> None:
        calculated()

        assert sign_in("somebody", role).post(f"{HOME}/requirement", REASON).status == 403


class TestWithdrawal:
    def test_is_proposed_by_one_approved_by_another_and_held_then(self, officer: Visitor, supervisor: Visitor) -> None:
        steps.ask_to_withdraw()
        address = proposed_by(officer, f"{WITHDRAWAL}/proposal")
        assert "“缩减校区”" in text_of(officer.get(WITHDRAWAL))
        assert "机构申请理由 缩减校区" in text_of(supervisor.get(address))

        assert decide(supervisor, address).status == 303

        assert minimums.get(SCHOOL).pending == {FIRST: 4000}
        assert withdrawals.get(FIRST).status == "held"
        assert officer.post(f"{WITHDRAWAL}/proposal", REASON).status == 409

    def test_approved_by_who_proposed_it_is_refused(self, officer: Visitor) -> None:
        steps.ask_to_withdraw()
        address = proposed_by(officer, f"{WITHDRAWAL}/proposal")

        assert decide(officer, address).status == 403
        assert minimums.get(SCHOOL).pending == {}

    def test_below_what_is_required_by_then_is_refused(self, officer: Visitor, supervisor: Visitor) -> None:
        steps.ask_to_withdraw(10_000)
        address = proposed_by(officer, f"{WITHDRAWAL}/proposal")
        steps.require(16_000)

        answer = decide(supervisor, address)

        assert (answer.status, "至多可支取¥40.00" in text_of(answer)) == (409, True)
        assert minimums.get(SCHOOL).balance_fen == 20_000

    def test_that_the_school_took_back_is_refused(self, officer: Visitor, supervisor: Visitor) -> None:
        steps.ask_to_withdraw()
        address = proposed_by(officer, f"{WITHDRAWAL}/proposal")
        minimum_withdrawals.cancel(withdrawal_id=FIRST, institution_id=SCHOOL, now=NOW)

        assert decide(supervisor, address).status == 409
        assert minimums.get(SCHOOL).pending == {}

    def test_of_a_frozen_school_is_refused(self, officer: Visitor, supervisor: Visitor) -> None:
        steps.ask_to_withdraw()
        address = proposed_by(officer, f"{WITHDRAWAL}/proposal")
        steps.freeze()

        assert decide(supervisor, address).status == 409
        assert minimums.get(SCHOOL).pending == {}

    def test_is_refused_with_a_reason_that_the_school_is_told(self, officer: Visitor) -> None:
        steps.ask_to_withdraw()
        assert officer.post(f"{WITHDRAWAL}/refusal", {"reason": ""}).status == 422

        answer = officer.post(f"{WITHDRAWAL}/refusal", REASON)

        assert answer.headers["location"] == f"{WITHDRAWAL}?done=withdrawal_refused"
        assert withdrawals.get(FIRST).decision_reason == "<b>已核对"
        assert officer.post(f"{WITHDRAWAL}/refusal", REASON).status == 409

    def test_of_no_such_id_is_missing(self, officer: Visitor) -> None:
        for withdrawal_id in ("wdl_0", FIRST):
            assert officer.get(f"/console/minimum-withdrawals/{withdrawal_id}").status == 404

    def test_is_seen_by_all_and_moved_by_few(self) -> None:
        steps.ask_to_withdraw()
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        assert f"{WITHDRAWAL}/proposal" not in auditor.get(WITHDRAWAL).text
        assert auditor.post(f"{WITHDRAWAL}/proposal", REASON).status == 403
