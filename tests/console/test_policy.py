"""Changing the policy in the console: chosen, filled in, approved by another; what every version shows."""

from datetime import timedelta
from typing import Any

import pytest

from shared.approvals import store as approvals
from shared.approvals.model import Status
from shared.kernel import clock
from shared.people.model import StaffRole
from shared.policy import queries, store
from tests import tables
from tests.builders import NOW, POLICY
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.edge.doors import Clock
from tests.policy.examples import STARTS, a_change, adopt

PROPOSAL = "/console/policy/proposal"
FORM = {
    "base_version": "linzi-2026.1",
    "base_changes": "0",
    "effective_from": "2026-09-03",
    "reason": "<b>缩短占位时间",
    "unpaid_hours.value": "48",
    "unpaid_hours.source": "practice",
    "unpaid_hours.note_zh": "报名后48小时内未付款自动取消",
    "unpaid_hours.note_en": "an unpaid enrolment expires after 48 hours",
}

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture
def admin(in_memory: Any) -> Visitor:
    return sign_in("admin", StaffRole.ADMINISTRATOR)


def propose(who: Visitor, **changes: str) -> str:
    """The address of what was proposed."""
    answer = who.post(PROPOSAL, {**FORM, **changes})
    assert answer.status == 303, text_of(answer)
    return str(answer.headers["location"].partition("?")[0])


def approve(who: Visitor, address: str) -> Any:
    return who.post(f"{address}/decision", {"decision": "approve"})


class TestPropose:
    def test_is_chosen_filled_in_and_waits_for_another(self, admin: Visitor) -> None:
        assert PROPOSAL in addresses_in(admin.get("/console/policy"))
        assert 'name="unpaid_hours"' in admin.get(PROPOSAL).text
        asked = admin.get(f"{PROPOSAL}?unpaid_hours=1")
        for wanted in ('name="unpaid_hours.value" type="number" step="1" min="7" max="720" value="72"', "2026-09-02"):
            assert wanted in asked.text
        shown = text_of(admin.get(propose(admin)))

        assert "变更规则 ● 待批准" in shown
        assert "72 小时 48 小时 ● 本系统假定 → ▽ 外地做法" in shown
        assert "施行日 2026-09-03" in shown
        assert "待批准的变更 变更规则 · 施行日 2026-09-03 · “<b>缩短占位时间”" in text_of(admin.get("/console/policy"))
        assert queries.newest(store.get_head()) == POLICY

    def test_twice_with_one_click_is_one_proposal(self, admin: Visitor) -> None:
        propose(admin)

        assert admin.post(PROPOSAL, FORM).status == 409
        assert len(approvals.list_by_status(Status.PROPOSED, limit=9, cursor=None).rows) == 1

    @pytest.mark.parametrize(
        ("changes", "status", "said"),
        [
            ({"unpaid_hours.value": "6"}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": "721"}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": "48.5"}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": "-48"}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": "９９"}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": "9" * 5000}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.value": ""}, 422, "应为 7 至 720 的整数"),
            ({"unpaid_hours.source": "hearsay"}, 422, "请选择“unpaid_hours”的来源"),
            ({"unpaid_hours.note_en": " "}, 422, "须用中文和英文各写一句说明"),
            ({"effective_from": "2026-09-01"}, 409, "施行日 2026-09-01 已到或即将开始"),
            ({"effective_from": "0001-01-01"}, 409, "施行日 0001-01-01 已到或即将开始"),
            ({"effective_from": "9999-12-31"}, 422, "并在两年之内"),
            ({"effective_from": "soon"}, 422, "日期应为“年-月-日”"),
            ({"effective_from": ""}, 422, "日期应为“年-月-日”"),
            ({"effective_from": "2026-09-03 2026-09-04"}, 422, "日期应为“年-月-日”"),
            ({"reason": ""}, 422, "请填写理由"),
            ({"base_changes": "1"}, 409, "提出之后规则已有其他变更"),
            ({"base_version": "linzi-1999.1"}, 409, "提出之后规则已有其他变更"),
            ({"no_such.value": "1", "no_such.source": "rule"}, 422, "没有名为“no_such”的规则数字"),
            ({"own_days": "1", "holidays": "2026-09-02", "working_days": ""}, 422, "自设的休息日和工作日"),
            ({"own_days": "1", "holidays": "never", "working_days": ""}, 422, "日期应为“年-月-日”"),
        ],
    )
    def test_what_cannot_be_is_asked_for_again_and_keeps_what_was_typed(
        self, admin: Visitor, in_memory: Any, changes: dict[str, str], status: int, said: str
    ) -> None:
        before = tables.dump(in_memory)
        answer = admin.post(PROPOSAL, {**FORM, **changes})

        assert (answer.status, said in text_of(answer)) == (status, True), text_of(answer)[:300]
        assert "报名后48小时内未付款自动取消" in answer.text
        assert tables.dump(in_memory) == before

    def test_nothing_that_differs_is_refused(self, admin: Visitor) -> None:
        was = next(one for one in POLICY.figures if one.name == "unpaid_hours")
        same = {"value": "72", "source": was.source, "note_zh": was.note_zh, "note_en": was.note_en}
        answer = admin.post(PROPOSAL, {**FORM, **{f"unpaid_hours.{part}": text for part, text in same.items()}})

        assert (answer.status, "没有变化" in text_of(answer)) == (422, True)

    def test_more_than_ten_figures_are_not_offered_at_once(self, admin: Visitor) -> None:
        names = [figure.name for figure in POLICY.figures][:11]
        many = admin.get(f"{PROPOSAL}?{'&'.join(f'{name}=1' for name in names)}")

        assert "一次至多变更 10 个数字" in text_of(many)
        assert ".value" in admin.get(f"{PROPOSAL}?{'&'.join(f'{name}=1' for name in names[:10])}").text

    @pytest.mark.parametrize("role", ["reviewer", "finance_officer", "auditor"])
    def test_is_for_administrators_and_supervisors(self, role: str) -> None:
        visitor = sign_in(role, StaffRole(role))

        assert visitor.get("/console/policy").status == 200
        assert PROPOSAL not in visitor.get("/console/policy").text
        assert visitor.get(PROPOSAL).status == 403
        assert visitor.post(PROPOSAL, FORM).status == 403
        assert visitor.post("/console/policy/versions/linzi-2026.2/withdrawal", {"reason": "x"}).status == 403


class TestDecide:
    def test_approved_by_a_supervisor_it_is_to_come_with_how_it_came_about(
        self, admin: Visitor, supervisor: Visitor
    ) -> None:
        answer = approve(supervisor, propose(admin))
        shown = text_of(supervisor.get("/console/policy?version=linzi-2026.2"))

        assert answer.status == 303
        assert "规则 linzi-2026.2 ● 待施行" in shown
        assert "提出 admin 2026-09-01 10:00 · 批准 supervisor 2026-09-01 10:00 · “<b>缩短占位时间”" in shown
        assert "与版本 linzi-2026.1 的差别" in shown
        assert "72 小时 48 小时" in shown
        assert "linzi-2026.1 ✓ 现行" in shown
        assert "规则 linzi-2026.1 ✓ 现行" in text_of(supervisor.get("/console/policy"))

    def test_by_who_proposed_it_is_refused(self, supervisor: Visitor) -> None:
        answer = approve(supervisor, propose(supervisor))

        assert (answer.status, "提出与批准须由两人办理" in text_of(answer)) == (403, True)
        assert store.get_head().changes == 0

    def test_by_another_administrator_is_refused(self, admin: Visitor) -> None:
        assert approve(sign_in("admin2", StaffRole.ADMINISTRATOR), propose(admin)).status == 403

    def test_of_two_on_one_base_the_second_is_a_conflict_that_can_be_rejected(
        self, admin: Visitor, supervisor: Visitor
    ) -> None:
        first, second = propose(admin), propose(admin, **{"unpaid_hours.value": "24"})
        assert approve(supervisor, first).status == 303
        answer = approve(supervisor, second)

        assert (answer.status, "提出之后规则已有其他变更" in text_of(answer)) == (409, True)
        assert queries.newest(store.get_head()).unpaid_hours == 48
        assert supervisor.post(f"{second}/decision", {"decision": "reject", "reason": "已有新版本"}).status == 303

    def test_twice_is_one_version(self, admin: Visitor, supervisor: Visitor) -> None:
        address = propose(admin)
        assert [approve(supervisor, address).status for _ in range(2)] == [303, 409]
        assert len(store.get_head().entries) == 1

    def test_too_late_is_said_and_another_day_can_be_proposed(
        self, admin: Visitor, supervisor: Visitor, at: Clock
    ) -> None:
        address = propose(admin)
        at.now = clock.start_of(STARTS) - timedelta(minutes=9)
        answer = approve(sign_in("other"), address)

        assert (answer.status, "施行日 2026-09-03 已到或即将开始" in text_of(answer)) == (409, True)
        assert store.get_head().changes == 0

    def test_taken_back_by_who_proposed_it(self, admin: Visitor, supervisor: Visitor) -> None:
        address = propose(admin)
        assert admin.post(f"{address}/withdrawal", {}).status == 303
        assert approve(supervisor, address).status == 409
        assert "待批准的变更" not in text_of(admin.get("/console/policy"))

    def test_own_days_count_from_their_day_on(self, admin: Visitor, supervisor: Visitor) -> None:
        told = {"own_days": "1", "holidays": "2026-12-01\n2026-12-02", "working_days": "2027-01-02"}
        address = propose(admin, **told)
        assert "新增休息日 2026-12-01、2026-12-02 新增工作日 2027-01-02" in text_of(admin.get(address))
        approve(supervisor, address)

        own = queries.in_force(at=clock.start_of(STARTS)).own_days
        assert (len(own.holidays), len(own.working_days)) == (2, 1)
        assert queries.in_force(at=NOW).own_days.holidays == frozenset()
        asked = admin.get(f"{PROPOSAL}?own_days=1").text
        assert "2026-12-01\n2026-12-02</textarea>" in asked


class TestWithdraw:
    ADDRESS = "/console/policy/versions/linzi-2026.2/withdrawal"

    def test_takes_two_people_and_is_kept(self, admin: Visitor, supervisor: Visitor) -> None:
        adopt()
        assert self.ADDRESS in addresses_in(admin.get("/console/policy?version=linzi-2026.2"))
        assert "72 小时 48 小时" in text_of(admin.get(self.ADDRESS))
        address = admin.post(self.ADDRESS, {"reason": "数字有误"}).headers["location"].partition("?")[0]
        assert approve(supervisor, address).status == 303
        shown = text_of(admin.get("/console/policy?version=linzi-2026.2"))

        assert "规则 linzi-2026.2 ▽ 已撤销" in shown
        assert "“数字有误”" in shown
        assert self.ADDRESS not in admin.get("/console/policy?version=linzi-2026.2").text

    def test_of_one_in_force_is_refused(self, admin: Visitor, at: Clock) -> None:
        adopt()
        at.now = clock.start_of(STARTS)
        admin = sign_in("admin", StaffRole.ADMINISTRATOR)
        answer = admin.post(self.ADDRESS, {"reason": "太迟"})

        assert (answer.status, "已经施行或即将施行" in text_of(answer)) == (409, True)
        assert self.ADDRESS not in admin.get("/console/policy?version=linzi-2026.2").text

    @pytest.mark.parametrize("version", ["linzi-2026.1", "linzi-2030.1"])
    def test_of_the_first_or_of_none_is_refused(self, admin: Visitor, version: str) -> None:
        answer = admin.post(f"/console/policy/versions/{version}/withdrawal", {"reason": "x"})

        assert answer.status == (409 if version == "linzi-2026.1" else 404)


class TestShown:
    def test_two_versions_are_compared(self, admin: Visitor) -> None:
        adopt()
        shown = text_of(admin.get("/console/policy?version=linzi-2026.1&against=linzi-2026.2"))

        assert "与版本 linzi-2026.2 的差别" in shown
        assert "48 小时 72 小时" in shown
        assert admin.get("/console/policy?against=linzi-1999.1").status == 404

    def test_the_history_pages(self, admin: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("functions.console.policy.PAGE", 1)
        adopt()
        later = a_change(60, base="linzi-2026.2", base_changes=1, effective_from=STARTS + timedelta(days=1))
        adopt(later, number=2)
        first = admin.get("/console/policy?version=linzi-2026.1")
        [address] = {one for one in addresses_in(first) if "history=" in one}

        assert "linzi-2026.3 ● 待施行" in text_of(first)
        assert "linzi-2026.2 ● 待施行" not in text_of(first)
        assert "linzi-2026.2 ● 待施行" in text_of(admin.get(address))
        assert admin.get("/console/policy?history=nonsense").status == 422

    def test_english(self, admin: Visitor, supervisor: Visitor) -> None:
        approve(supervisor, propose(admin))
        shown = text_of(admin.in_english().get("/console/policy?version=linzi-2026.2"))

        assert "Policy linzi-2026.2 ● Coming" in shown
        assert "an unpaid enrolment expires after 48 hours" in shown
