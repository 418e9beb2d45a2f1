"""An application from the draft to the licence, through the doors of the API and of the console only."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.filings import catalogue, workflows
from shared.filings.model import Filing, Review, State
from shared.filings.store import cases, versions
from shared.institutions import store as institutions
from shared.institutions.model import Status
from shared.kernel.ids import InstitutionId
from shared.materials.model import FileStatus
from shared.people.model import StaffRole
from tests import builders, steps
from tests.api.district import CONTRACTS, District
from tests.api.documented import Documented
from tests.builders import SCHOOL, an_id
from tests.console.visitors import addresses_in, sign_in, text_of
from tests.edge.doors import Clock, admin_bearer, bearer
from tests.filings.examples import APPLICATION, Filed, apply, keep_file, reviewer, supervisor


@pytest.fixture
def filed(district: District) -> Filed:
    """An applicant with a draft and one file that is accepted."""
    one = apply(district.nobody, district.guardian)
    keep_file(1, one.institution_id)
    return one


OTHER_CODE = builders.a_school(78).credit_code


def licence(one: Filed, **changes: str) -> Any:
    told = {"licence_no": "3703057000777", "valid_to": "2029-12-31", "reason": "公示期满无异议", **changes}
    return reviewer().post(f"{one.page}/licence", told)


def submitted(one: Filed, *, file: int = 1) -> Filed:
    """With all that is asked for handed in, and submitted."""
    keep_file(file, one.institution_id)
    one.hand_in_all(file)
    assert one.submit().status == 201
    return one


def approve(proposed: Any) -> Any:
    home = proposed.headers["location"].partition("?")[0]
    return supervisor("supervisor2").post(f"{home}/decision", {"decision": "approve"})


def somebody(district: District, number: int) -> Documented:
    """The `number`-th person who is signed in."""
    return district.nobody.with_headers(authorization=bearer(an_id("grd", number + 1)))


class TestApplication:
    def test_from_the_draft_to_the_licence_with_two_rounds_and_a_visit(self, filed: Filed, at: Clock) -> None:
        who, boss = reviewer(), supervisor()
        assert filed.admin.get(filed.home).body["missing"][0] == "business_licence"
        filed.to_review(who)

        filed.review(who, returned={"fire_inspection": "已过期", "floor_plan": "未标面积"})
        filed.does(who, "request_corrections", note="请一次补正")
        told = filed.admin.get(filed.home).body
        assert told["card"]["state"] == "correction_required"
        assert {one["code"]: one["reason"] for one in told["materials"] if one["review"] == "returned"} == {
            "fire_inspection": "已过期",
            "floor_plan": "未标面积",
        }
        keep_file(2, filed.institution_id)
        assert filed.submit().code == "filing_not_corrected"
        for code in ("fire_inspection", "floor_plan"):
            assert filed.hand_in(code, 2).status == 201
        assert filed.hand_in("charge_rules", 2).code == "filing_item_not_returned"
        assert filed.submit().status == 201
        page = text_of(who.get(filed.page))
        assert "第 2 次提交：更改了 2 项，其余不变" in page

        filed.review(who, returned={"floor_plan": "仍未标面积"})
        filed.does(who, "request_corrections")
        keep_file(3, filed.institution_id)
        filed.hand_in("floor_plan", 3)
        assert filed.submit().status == 201
        assert "更改了 1 项" in text_of(who.get(filed.page))

        filed.visited(who, finding="灭火器过期")
        assert "1 个问题未整改完毕" in text_of(filed.act(boss, "decide", outcome="pass", reason="符合"))
        assert filed.post("/findings/1/rectification", {"answer": "已更换"}).status == 201
        filed.does(who, "confirm_rectified", number="1")
        filed.does(boss, "decide", outcome="pass", reason="符合设立条件")
        decision = filed.admin.get(filed.home).body["decision"]
        assert (decision["outcome"], decision["number"]) == ("pass", "2026-0001")

        filed.does(boss, "publicise")
        [public] = filed.nobody.get("/v1/publicity").body["data"]
        assert (public["case_id"], public["public_until"]) == (filed.case_id, "2026-09-10")
        assert "公示期至 2026-09-10" in text_of(licence(filed))

        at.pass_by(days=10)
        proposed = licence(filed)
        assert approve(proposed).status == 303
        school = institutions.get(InstitutionId(filed.institution_id))
        assert (school.status, school.licence_no) == (Status.LICENSED, "3703057000777")
        assert school.licence_valid_to == date(2029, 12, 31)
        assert filed.case.state is State.CLOSED
        assert not school.may_sell_on(date(2026, 9, 12))
        assert who.get("/console/search?q=3703057000777").headers["location"] == filed.page
        [known] = filed.nobody.get(f"/v1/verify?credit_code={school.credit_code}").body["data"]
        assert (known["status_name"], known["money"]) == ("正常办学", "not_supervised")

    def test_who_applied_becomes_its_administrator_by_the_invitation(self, district: District) -> None:
        answer = district.guardian.post("/v1/applications", APPLICATION, key="apply-0001")
        again = district.guardian.post("/v1/applications", APPLICATION, key="apply-0001")

        assert again.body == answer.body
        assert institutions.get(InstitutionId(answer.body["institution_id"])).status is Status.APPLICANT

    @pytest.mark.parametrize(
        ("changes", "code", "pointer"),
        [
            ({"credit_code": "91370305MA3C00001X"}, "wrong_credit_code", "/credit_code"),
            ({"name": " "}, "application_blank", "/name"),
            ({"phone": "12345678"}, "wrong_phone", "/phone"),
        ],
    )
    def test_what_can_not_be_right_is_refused(
        self, district: District, changes: dict[str, str], code: str, pointer: str
    ) -> None:
        body = {**APPLICATION, **changes}
        answer = district.refuses(
            district.guardian, lambda door: door.post("/v1/applications", body, key="apply-0001"), 422, code
        )
        assert [one["pointer"] for one in answer.body["errors"]] == [pointer]

    def test_one_person_has_so_many_open_and_another_when_one_is_closed(self, district: District, at: Clock) -> None:
        filed = [apply(district.nobody, district.guardian, key=f"apply-{number:04d}") for number in range(3)]
        body = {**APPLICATION, "name": "第四所"}

        def fourth(door: Any) -> Any:
            return door.post("/v1/applications", body, key="apply-0003")

        answer = district.refuses(district.guardian, fourth, 409, "too_many_applications", but=("edge",))
        assert "3" in answer.body["detail"]
        again = district.guardian.post("/v1/applications", APPLICATION, key="apply-0002")
        assert again.body["case_id"] == filed[2].case_id
        assert district.stranger.post("/v1/applications", APPLICATION, key="apply-0001").status == 201

        who, boss = reviewer(), supervisor()
        keep_file(1, filed[0].institution_id)
        filed[0].to_review(who)
        filed[0].review(who, returned={"fire_inspection": "已过期"})
        filed[0].does(who, "request_corrections")
        filed[0].does(boss, "decide", outcome="fail", reason="不符合条件")
        filed[0].does(boss, "close")
        filed[0].act(boss, "close")

        assert fourth(district.guardian).status == 201
        assert district.guardian.post("/v1/applications", body, key="apply-0004").code == "too_many_applications"

    def test_a_draft_is_given_up_once_and_makes_room_and_nothing_else_can_be(self, district: District) -> None:
        filed = [apply(district.nobody, district.guardian, key=f"apply-{number:04d}") for number in range(3)]
        keep_file(1, filed[0].institution_id)
        filed[0].hand_in_all()
        filed[0].submit()
        assert filed[0].post("/withdrawal").code == "filing_action_not_now"

        given_up = filed[1].post("/withdrawal")
        assert (given_up.status, given_up.body["card"]["state"]) == (201, "closed")
        assert filed[1].post("/withdrawal").code == "filing_action_not_now"
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(filed[0].institution_id)))
        assert other.post(f"{filed[2].home}/withdrawal", {}, key="filing-9999").status == 404

        assert district.guardian.post("/v1/applications", APPLICATION, key="apply-0003").status == 201
        answer = district.guardian.post("/v1/applications", APPLICATION, key="apply-0004")
        assert answer.code == "too_many_applications"
        assert reviewer().get(filed[1].page).status == 200

    def test_whoever_has_the_same_on_file_is_a_hint_on_the_case_with_its_score(self, district: District) -> None:
        steps.register(1, phone=APPLICATION["phone"], legal_representative=APPLICATION["legal_representative"])
        first = submitted(apply(district.nobody, district.guardian))
        page = text_of(reviewer().get(first.page))
        assert "登记信息相同的机构" in page
        assert "星河舞蹈0001 ▲ 70 / 100" in page

        told = {"name": "另一所", "credit_code": OTHER_CODE}
        second = submitted(apply(district.nobody, district.stranger, key="apply-0002", **told), file=2)
        page = text_of(reviewer().get(second.page))
        assert "淄博市临淄区新星美术培训学校有限公司" in page
        assert "▲ 100 / 100" in page
        assert "相同：地址、电话、法定代表人 · 申请设立中" in page

    def test_an_applicant_is_not_in_the_mall(self, filed: Filed, district: District) -> None:
        answer = district.nobody.get(f"/v1/mall/institutions/{filed.institution_id}")

        assert (answer.status, answer.code) == (404, "unknown_institution")
        assert supervisor().get(f"/console/schools/{filed.institution_id}").status == 404


class TestHandIn:
    def test_a_file_of_another_school_is_not_there(self, filed: Filed) -> None:
        keep_file(8, SCHOOL)

        answer = filed.hand_in("business_licence", 8)

        assert (answer.status, answer.code) == (422, "filing_file_not_ready")

    def test_a_file_that_is_not_accepted_is_not_ready(self, filed: Filed) -> None:
        keep_file(9, filed.institution_id, status=FileStatus.CHECKING)

        assert filed.hand_in("business_licence", 9).code == "filing_file_not_ready"

    def test_no_such_item_is_missing(self, filed: Filed) -> None:
        assert (filed.hand_in("golden_key").status, filed.hand_in("golden_key").code) == (404, "unknown_catalogue_item")

    def test_after_the_submission_nothing_is_handed_in(self, filed: Filed) -> None:
        filed.hand_in_all()
        filed.submit()

        assert filed.hand_in("business_licence").code == "filing_action_not_now"
        assert filed.submit().code == "filing_action_not_now"

    def test_each_gap_of_a_submission_is_named(self, filed: Filed) -> None:
        answer = filed.submit()

        assert (answer.status, answer.code) == (422, "filing_materials_missing")
        assert "消防验收或安全检查合格证明" in answer.body["detail"]


class TestSomebodyElses:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", ""),
            ("GET", "/decision.pdf"),
            ("POST", "/submission"),
            ("POST", "/materials/business_licence"),
            ("POST", "/findings/1/rectification"),
        ],
    )
    def test_a_case_is_not_there(self, filed: Filed, district: District, method: str, path: str) -> None:
        bodies = {
            "/materials/business_licence": {"files": [an_id("fil")]},
            "/findings/1/rectification": {"answer": "是"},
        }
        other = district.admin.with_headers(authorization=admin_bearer(SCHOOL))
        before = filed.case

        door = other.with_headers(idempotency_key="other-0001") if method == "POST" else other
        answer = door.call(method, filed.home + path, bodies.get(path, {}) if method == "POST" else None)

        assert (answer.status, answer.code) == (404, "unknown_filing")
        assert filed.case == before
        assert other.get("/v1/school/filings").body["data"] == []


class TestVersions:
    def test_a_case_keeps_the_versions_that_it_was_opened_under(
        self, filed: Filed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = filed.admin.get(filed.home).body
        flows, asked = workflows.versions(), catalogue.versions()
        later: dict[str, Any] = {"effective_from": date(2026, 9, 1)}
        new_flow = replace(workflows.get("application-2026.1"), version="application-2026.2", checklist=(), **later)
        new_items = [replace(one, version="linzi-2026.2", items=one.items[:1], **later) for one in asked]
        monkeypatch.setattr(workflows, "versions", lambda: (*flows, new_flow))
        monkeypatch.setattr(catalogue, "versions", lambda: (*asked, *new_items))

        assert filed.admin.get(filed.home).body == before
        assert workflows.in_force(Filing.APPLICATION, on=date(2026, 9, 1)) is new_flow
        filed.to_review(reviewer())
        filed.visited(reviewer())
        assert len(filed.case.visit.checked if filed.case.visit else ()) == 5


class TestReview:
    def test_who_only_looks_does_not_act(self, filed: Filed) -> None:
        filed.hand_in_all()
        filed.submit()
        assert filed.act(sign_in("finance", StaffRole.FINANCE_OFFICER), "accept").status == 403
        assert filed.act(supervisor(), "accept").status == 403
        assert filed.case.state is State.SUBMITTED

    def test_nothing_is_asked_for_before_all_is_looked_at(self, filed: Filed) -> None:
        who = reviewer()
        filed.to_review(who)
        filed.does(who, "review_item", code="charge_rules", decision="return", reason="缺页")

        assert "8 项材料未审核" in text_of(filed.act(who, "request_corrections"))
        assert "8 项材料未审核" in text_of(filed.act(who, "order_visit"))

    def test_what_is_returned_has_a_reason(self, filed: Filed) -> None:
        who = reviewer()
        filed.to_review(who)

        assert filed.act(who, "review_item", code="charge_rules", decision="return", reason=" ").status == 422
        assert filed.case.materials["charge_rules"].review is Review.GIVEN

    def test_sent_back_is_a_draft_again(self, filed: Filed) -> None:
        filed.hand_in_all()
        filed.submit()
        filed.does(reviewer(), "send_back", note="请补充地址")

        assert filed.case.state is State.DRAFT
        assert filed.admin.get(filed.home).body["history"][-1]["note"] == "请补充地址"


class TestObjections:
    @pytest.fixture
    def public(self, filed: Filed) -> Filed:
        who, boss = reviewer(), supervisor()
        filed.to_review(who)
        filed.visited(who)
        filed.does(boss, "decide", outcome="pass", reason="符合")
        filed.does(boss, "publicise")
        return filed

    def object(self, public: Filed, text: str = "楼下是网吧") -> Any:
        body = {"by_whom": "邻居", "text": text}
        return public.nobody.post(f"/v1/publicity/{public.case_id}/objections", body)

    def test_one_said_twice_is_one_and_holds_the_licence_up(self, public: Filed, at: Clock) -> None:
        first, again = self.object(public), self.object(public)

        assert (first.status, again.body) == (201, first.body)
        assert public.case.objections_open == 1
        at.pass_by(days=10)
        assert "1 条异议未处理" in text_of(licence(public))

    def test_upheld_leads_back_to_the_visit_and_dismissed_does_not(self, public: Filed) -> None:
        boss = supervisor()
        for number, decision in (("1", "dismiss"), ("2", "uphold")):
            kept = self.object(public, f"异议{number}").body["objection_id"]
            public.does(boss, "answer_objection", objection_id=kept, decision=decision, answer="已核实")
            wanted = State.PUBLICISED if decision == "dismiss" else State.SITE_VISIT
            assert (public.case.state, public.case.objections_open) == (wanted, 0)
        assert public.case.decision is None
        assert self.object(public).code == "filing_action_not_now"

    def test_an_application_is_not_closed_without_its_licence(self, public: Filed, at: Clock) -> None:
        at.pass_by(days=10)

        assert "须提出发证" in text_of(public.act(supervisor(), "close"))
        assert public.case.state is State.PUBLICISED

    def test_a_licence_is_given_once(self, public: Filed, at: Clock) -> None:
        at.pass_by(days=10)
        assert licence(public, licence_no="123").status == 422
        assert licence(public, valid_to="2026-09-01").status == 422
        proposed = licence(public)
        assert approve(proposed).status == 303
        assert approve(proposed).status == 409


class TestFailed:
    def test_what_failed_is_closed_and_not_made_public(self, filed: Filed) -> None:
        boss, who = supervisor(), reviewer()
        filed.to_review(who)
        filed.review(who, returned={"fire_inspection": "伪造"})
        filed.does(who, "request_corrections")
        filed.does(boss, "decide", outcome="fail", reason="材料不实")

        assert filed.act(boss, "publicise").status == 409
        filed.does(boss, "close")
        assert filed.case.state is State.CLOSED


class TestEarlierSubmissions:
    @pytest.fixture
    def resubmitted(self, filed: Filed) -> Filed:
        """Two papers were returned and are replaced, one of them twice before it was submitted."""
        who = reviewer()
        filed.to_review(who)
        filed.review(who, returned={"fire_inspection": "已过期", "floor_plan": "未标面积"})
        filed.does(who, "request_corrections")
        for number in (2, 3):
            keep_file(number, filed.institution_id)
        for code, number in (("fire_inspection", 2), ("floor_plan", 2), ("floor_plan", 3), ("floor_plan", 3)):
            assert filed.hand_in(code, number).status == 201
        assert filed.submit().status == 201
        return filed

    def test_what_was_replaced_is_kept_with_its_verdict_and_nothing_else(self, resubmitted: Filed) -> None:
        kept = versions.list_of(resubmitted.case.case_id)

        assert {code: [(one.round, one.review, one.reason) for one in told] for code, told in kept.items()} == {
            "fire_inspection": [(1, Review.RETURNED, "已过期")],
            "floor_plan": [(1, Review.RETURNED, "未标面积")],
        }
        assert [ref.name for ref in kept["floor_plan"][0].files] == ["材料1.pdf"]
        assert [ref.name for ref in resubmitted.case.materials["floor_plan"].files] == ["材料3.pdf"]

    def test_the_newest_stands_first_after_a_third_submission(self, resubmitted: Filed) -> None:
        who = reviewer()
        resubmitted.review(who, returned={"floor_plan": "仍未标面积"})
        resubmitted.does(who, "request_corrections")
        keep_file(4, resubmitted.institution_id)
        resubmitted.hand_in("floor_plan", 4)
        assert resubmitted.submit().status == 201

        kept = versions.list_of(resubmitted.case.case_id)["floor_plan"]
        assert [(one.round, one.reason) for one in kept] == [(2, "仍未标面积"), (1, "未标面积")]

    def test_the_review_shows_it_and_leads_to_the_file_where_the_reading_is_recorded(self, resubmitted: Filed) -> None:
        page = reviewer().get(resubmitted.page)

        assert "以前提交的（1） 第 1 次提交 ▲ 退回 材料1.pdf" in text_of(page)
        assert f"/console/files/{an_id('fil', 1)}" in addresses_in(page)
        assert "Handed in before (1) Submission 1" in text_of(reviewer().in_english().get(resubmitted.page))


class TestDrafts:
    @pytest.mark.parametrize("role", StaffRole)
    def test_all_of_the_staff_see_that_it_is_there_and_nothing_of_it(self, filed: Filed, role: StaffRole) -> None:
        filed.hand_in_all()
        who = sign_in(role.value, role)

        assert APPLICATION["name"] in text_of(who.get("/console/filings?of=draft"))
        page = who.get(filed.page)
        assert "提交后才能查看内容和材料" in text_of(page)
        for hidden in ("材料1.pdf", APPLICATION["address"], APPLICATION["credit_code"], "稷示例"):
            assert hidden not in page.text
        assert filed.act(reviewer(), "accept").status == 409

    def test_what_is_sent_back_is_the_schools_again(self, filed: Filed) -> None:
        filed.hand_in_all()
        filed.submit()
        filed.does(reviewer(), "send_back", note="请补全场地证明")

        page = text_of(reviewer().get(filed.page))
        assert "请补全场地证明" in page
        assert "材料1.pdf" not in page


class TestLists:
    def test_each_state_tells_how_many_stand_there(self, filed: Filed, district: District) -> None:
        apply(district.nobody, district.guardian, key="apply-0002", name="另一所")
        filed.hand_in_all()
        filed.submit()

        assert "草稿 1 已提交 1 已受理 0" in text_of(reviewer().get("/console/filings"))

    def test_no_more_are_counted_than_are_shown(self, district: District) -> None:
        for number in range(3):
            apply(district.nobody, somebody(district, number), key=f"apply-{number:04d}")

        assert cases.count_in(State.DRAFT, at_most=2) == 2
        assert cases.count_in(State.DRAFT, at_most=100) == 3

    def test_the_queue_shows_who_has_to_act_by_when(self, filed: Filed, at: Clock) -> None:
        filed.hand_in_all()
        filed.submit()

        page = text_of(reviewer().get("/console/filings"))
        assert "2026-09-08 · 审核员" in page
        at.pass_by(days=8)
        assert "逾期" in text_of(reviewer().get("/console/filings"))

    def test_a_page_costs_the_same_with_ten_times_the_cases(self, district: District) -> None:
        def cost() -> int:
            called: list[str] = []
            events = district.client.meta.events
            note = lambda **told: called.append(told["model"].name)  # noqa: E731
            events.register("before-call.dynamodb", note)
            assert who.get("/console/filings?of=draft").status == 200
            events.unregister("before-call.dynamodb", note)
            assert "Scan" not in called
            return len(called)

        who = reviewer()
        for number in range(25):
            apply(district.nobody, somebody(district, number), key=f"apply-{number:04d}")
        few = cost()
        for number in range(25, 60):
            apply(district.nobody, somebody(district, number), key=f"apply-{number:04d}")
        assert cost() == few


class TestDoorsOfAnApplicant:
    @pytest.mark.parametrize(
        "contract",
        [one for one in CONTRACTS if one.method == "GET" and "school" in one.audience and "{" not in one.path],
        ids=lambda one: one.path,
    )
    def test_none_breaks(self, filed: Filed, contract: Any) -> None:
        answer = filed.admin.get(contract.path)

        assert answer.status < 500, answer.text
