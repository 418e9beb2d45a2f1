"""A change of the record: filed field by field, passed, public, and carried out by two people; told for ever."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from functions.api import filing_views
from functions.edge import amending, course_acts
from functions.schedules import watch_filings
from shared.dynamo import transaction
from shared.filings.model import Outcome, State
from shared.filings.store import cases
from shared.institutions import amending as record
from shared.institutions import store as institutions
from shared.institutions.model import Campus, Change, Room
from shared.institutions.store import finding
from shared.kernel.ids import CaseId, CourseId, OfferingId
from shared.mall import sheets
from shared.mall.model import Offering
from shared.mall.sheet_model import ClassSheet
from tests import steps
from tests.api.district import District, enrolling
from tests.builders import NOW, ROOM, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, text_of
from tests.edge.doors import Answer, Clock
from tests.filings import examples
from tests.filings.examples import reviewer, supervisor
from tests.mall import examples as mall
from tests.schedules.running import run

NAME = "淄博市临淄区银河艺术培训学校有限公司"
CHANGES: dict[str, Any] = {
    "name": NAME,
    "short_name": "银河艺术",
    "legal_representative": "鲁示例",
    "categories": ["dance", "music"],
    "campuses": [{"name": "新校区", "address": "临淄区新路9号", "phone": "13800000009"}],
}


PLACE = {"street": "新路", "position": "36.83000,118.32000"}
NEAR_BY = "near=36.83000,118.32000&within_m=10"


@pytest.fixture(autouse=True)
def offering(district: District) -> Offering:
    """The school is on file, with a class on sale."""
    return district.opens()


def file(district: District, key: str = "change-0001", **changes: Any) -> Answer:
    body = {"statement": "更名并搬迁", "changes": changes or CHANGES}
    return district.admin.post("/v1/school/filings", body, key=key)


def passed(district: District, at: Clock, **changes: Any) -> CaseId:
    """Filed at the API, passed, and public long enough."""
    answer = file(district, **changes)
    assert answer.status == 201, answer.text
    case_id = CaseId(answer.body["card"]["case_id"])
    examples.visited_case(case_id, now=at.now)
    examples.decided(case_id, Outcome.PASS, now=at.now)
    at.pass_by(days=14)
    return case_id


def propose(who: Visitor, case_id: str, reason: str = "公示期满无异议") -> Answer:
    return who.post(f"/console/filings/{case_id}/amendment", {"reason": reason})


def approve(proposed: Answer, who: Visitor | None = None) -> Answer:
    assert proposed.status == 303, text_of(proposed)
    home = proposed.headers["location"].partition("?")[0]
    return (who or supervisor()).post(f"{home}/decision", {"decision": "approve"})


def found(district: District, query: str) -> bool:
    """Whether the school's course is found."""
    return bool(district.nobody.get(f"/v1/mall/search?{query}").body["data"])


class TestPlaces:
    """Where a campus is: its street, its position on the map."""

    def campus(self, district: District, **told: str) -> Campus:
        """The school's campus after a change of it."""
        was = institutions.get(SCHOOL).campuses[0]
        body = {"campus_id": was.campus_id, "name": "总校", "address": was.address, "phone": was.phone, **told}
        answer = file(district, f"place-{'-'.join(told)}-0001", campuses=[body])
        assert answer.status == 201, answer.text
        case = cases.get(answer.body["card"]["case_id"])
        school = institutions.get(SCHOOL)
        changes = [record.Amendment(record.Field(one.field), one.before, one.after) for one in case.amendments]
        [becomes] = record.amended(school, changes).campuses
        transaction.commit(institutions.publish(SCHOOL, lambda _: replace(school, campuses=(becomes,))))
        return becomes

    def test_is_told_with_a_change_stays_with_the_address_and_goes_with_it(self, district: District) -> None:
        placed = self.campus(district, **PLACE)
        assert (placed.street, placed.position) == (PLACE["street"], PLACE["position"])
        shown = district.nobody.get(f"/v1/mall/institutions/{SCHOOL}").body["campuses"][0]
        assert (shown["street"], shown["position"]) == (PLACE["street"], PLACE["position"])

        renamed = self.campus(district, name="本部")
        assert (renamed.name, renamed.street, renamed.position) == ("本部", PLACE["street"], PLACE["position"])

        moved = self.campus(district, address="临淄区桓公路7号", street="桓公路")
        assert (moved.street, moved.position) == ("桓公路", "")

    def test_is_read_in_what_is_filed(self, district: District) -> None:
        [told] = file(district, campuses=[{**CHANGES["campuses"][0], **PLACE}]).body["changes"]

        assert told["after"] == "新校区 临淄区新路9号 13800000009 新路 36.83000,118.32000"

    @pytest.mark.parametrize(
        ("place", "code", "field"),
        [
            ({"position": "118.32000,36.83000"}, "wrong_position", "position"),
            ({"position": "here"}, "wrong_position", "position"),
            ({"street": "新\u202e路"}, "amendment_blank", "street"),
        ],
    )
    def test_that_can_not_be_is_refused(self, district: District, place: dict[str, str], code: str, field: str) -> None:
        answer = file(district, campuses=[{**CHANGES["campuses"][0], **place}])

        assert [(one["pointer"], one["code"]) for one in answer.body["errors"]] == [
            (f"/changes/campuses/0/{field}", code)
        ]


class TestFiling:
    def test_says_field_by_field_what_changes(self, district: District) -> None:
        told = file(district).body

        assert told["changes"][1] == {
            "field": "short_name",
            "name": "简称",
            "before": "星河舞蹈0001",
            "after": "银河艺术",
        }
        assert [one["field"] for one in told["changes"]] == list(CHANGES)
        assert told["changes"][3]["after"] == "舞蹈、音乐"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"phone": "13800000000"}, "nothing_to_amend"),
            ({"size": "huge"}, "amendment_size_unknown"),
            ({"categories": ["dance", "dance"]}, "amendment_category_unknown"),
            ({"categories": ["cooking"]}, "amendment_category_unknown"),
            ({"name": "  "}, "amendment_blank"),
            ({"phone": "123 4567"}, "wrong_phone"),
            (
                {"campuses": [{"campus_id": an_id("cmp", 9), **CHANGES["campuses"][0]}]},
                "amendment_unknown_campus",
            ),
        ],
    )
    def test_what_can_not_be_is_refused_and_nothing_is_opened(
        self, district: District, changes: dict[str, Any], code: str
    ) -> None:
        answer = file(district, **changes)

        assert (answer.status, answer.body["errors"][0]["code"] if answer.status == 422 else "") == (422, code)
        assert district.admin.get("/v1/school/filings").body["data"] == []

    def test_is_looked_at_again_when_it_is_submitted(self, district: District) -> None:
        first = file(district, legal_representative="鲁示例").body["card"]["case_id"]
        amend(district, phone="13800000009")
        amend_representative(district)

        answer = district.admin.post(f"/v1/school/filings/{first}/submission", {}, key="submit-0001")
        assert answer.code == "amendment_record_changed"

    def test_a_draft_is_given_up(self, district: District) -> None:
        case_id = file(district).body["card"]["case_id"]
        answer = district.admin.post(f"/v1/school/filings/{case_id}/withdrawal", {}, key="withdraw-0001")

        assert answer.body["card"]["state"] == "closed"
        assert district.admin.post(f"/v1/school/filings/{case_id}/submission", {}, key="submit-0001").status == 409


def amend(district: District, number: int = 5, **changes: Any) -> None:
    """Another change of the record, made at once."""
    case_id = examples.open_change(number, **changes)
    now = cases.get(case_id).opened_at
    examples.visited_case(case_id, now=now)
    examples.decided(case_id, Outcome.PASS, now=now)
    amending.apply(case_id=case_id, reason="公示期满", by="supervisor", now=now + timedelta(days=14 + number), also=[])


def amend_representative(district: District) -> None:
    amend(district, 6, legal_representative="莒示例")


class TestTheSchoolsPage:
    def test_leads_to_its_filings_with_state_and_deadline_and_each_leads_back(
        self, district: District, at: Clock
    ) -> None:
        case_id = examples.open_change()
        examples.handed_in(case_id, now=at.now)
        school, filing = f"/console/schools/{SCHOOL}", f"/console/filings/{case_id}"

        page = reviewer().get(school)
        assert "变更 2026-09-01 10:00 ● 已提交 2026-09-08 · 审核员" in text_of(page)
        assert filing in addresses_in(page)
        assert school in addresses_in(reviewer().get(filing))

    def test_shows_no_more_than_a_page_of_them(self, district: District) -> None:
        for number in range(1, 7):
            examples.open_change(number)

        page = reviewer().get(f"/console/schools/{SCHOOL}")
        assert len({one for one in addresses_in(page) if one.startswith("/console/filings/cas_")}) == 5
        [more] = [one for one in addresses_in(page) if "filings=" in one]
        assert len([one for one in addresses_in(reviewer().get(more)) if one.startswith("/console/filings/cas_")]) == 1


class TestAmending:
    def test_two_people_amend_the_record_and_everything_finds_it(self, district: District, at: Clock) -> None:
        before = institutions.get(SCHOOL)
        case_id = passed(district, at)
        page = f"/console/filings/{case_id}"
        assert f"{page}/amendment" in reviewer().get(page).text
        assert f"{page}/acts/close" not in reviewer().get(page).text
        proposed = propose(reviewer(), case_id)
        waiting = proposed.headers["location"].partition("?")[0]
        assert "星河舞蹈0001 → 银河艺术" in text_of(supervisor().get(waiting))
        assert approve(proposed).status == 303

        school = institutions.get(SCHOOL)
        assert (school.name, school.short_name, school.legal_representative) == (NAME, "银河艺术", "鲁示例")
        assert [one.address for one in school.campuses] == ["临淄区新路9号"]
        assert replace(school, **{name: getattr(before, name) for name in CHANGES}) == before
        assert cases.get(case_id).state is State.CLOSED
        assert [one.short_name for one in institutions.list_page(limit=9, cursor=None).rows] == ["银河艺术"]
        assert finding.by_name("银河艺术", at_most=9) == [SCHOOL]
        assert finding.by_name("星河舞蹈", at_most=9) == [
            SCHOOL
        ]  # who asks for the former name finds what became of it
        assert institutions.list_ids() == [SCHOOL]
        assert institutions.search("银河", at_most=9) == [SCHOOL]

    def test_its_courses_are_found_by_its_new_name_and_place(self, district: District, at: Clock) -> None:
        stays = {**CHANGES["campuses"][0], "campus_id": institutions.get(SCHOOL).campuses[0].campus_id}
        at.pass_by(days=-14)
        case_id = passed(district, at, **{**CHANGES, "campuses": [{**stays, **PLACE}]})
        assert not found(district, "q=yhys")
        assert not found(district, NEAR_BY)
        assert approve(propose(reviewer(), case_id)).status == 303

        assert found(district, "q=yhys")
        assert found(district, "street=%E6%96%B0%E8%B7%AF")
        assert found(district, NEAR_BY)
        assert not found(district, "q=xinghe")

    def test_as_much_as_may_be_moved_at_once_is_moved(self, district: District, at: Clock) -> None:
        home = {"campus_id": institutions.get(SCHOOL).campuses[0].campus_id, **CHANGES["campuses"][0]}
        case_id = passed(district, at, name="丙" * 40, short_name="丁" * 20, campuses=[home])

        assert approve(propose(reviewer(), case_id)).status == 303
        assert institutions.get(SCHOOL).short_name == "丁" * 20

    def test_it_is_kept_for_ever_with_what_it_was(self, district: District, at: Clock) -> None:
        case_id = passed(district, at, size="large")
        assert approve(propose(reviewer(), case_id)).status == 303

        change = institutions.list_changes(SCHOOL)[0]
        assert (change.change, change.fields) == (Change.AMENDED, (("size", '"small"', '"large"'),))
        told = Visitor().get(f"/v1/verify/{SCHOOL}/history").body["data"]
        assert [(one["kind"], one["fields"]) for one in told] == [
            ("amended", [{"field": "size", "name": "规模", "before": "小型", "after": "大型"}]),
            ("licensed", []),
        ]
        assert "supervisor" not in Visitor().get(f"/v1/verify/{SCHOOL}/history").text
        assert "规模： 小型 → 大型" in text_of(supervisor().get(f"/console/schools/{SCHOOL}"))

    def test_contracts_that_are_sold_say_what_they_said(
        self, district: District, offering: Offering, at: Clock
    ) -> None:
        made = enrolling(offering)(district.guardian)
        assert made.status == 201, made.text
        home = f"/v1/enrolments/{made.body['enrolment_id']}"
        sold = district.guardian.get(home).body
        case_id = passed(district, at, name=NAME, short_name="银河艺术")
        assert approve(propose(reviewer(), case_id)).status == 303
        at.pass_by(days=-14)

        after = district.guardian.get(home).body
        assert after.pop("payment")["account_name"] == NAME  # where to pay is the school's, not the contract's
        assert {name: after[name] for name in after if after[name] != sold[name]} == {}

    def test_public_while_it_is_public(self, district: District, at: Clock) -> None:
        case_id = passed(district, at, size="large")

        [told] = Visitor().get("/v1/publicity").body["data"]
        assert (told["case_id"], told["changes"][0]["after"]) == (case_id, "大型")
        assert filing_views.PublicFiling(**told).number == "2026-0001"

    def test_nobody_closes_it_by_himself_not_even_time(self, district: District, at: Clock) -> None:
        case_id = passed(district, at)

        assert supervisor().post(f"/console/filings/{case_id}/acts/close").status == 409
        assert run(watch_filings.watch_filings)["closed"] == 0
        assert cases.get(case_id).state is State.PUBLICISED

    def test_not_before_the_publicity_is_over_nor_by_one_person(self, district: District, at: Clock) -> None:
        case_id = passed(district, at)
        at.pass_by(days=-13)
        assert propose(reviewer(), case_id).status == 409
        at.pass_by(days=13)

        boss = supervisor()
        assert approve(propose(boss, case_id), boss).status == 403
        assert institutions.get(SCHOOL).short_name == "星河舞蹈0001"

    def test_a_repeat_finds_it_done(self, district: District, at: Clock) -> None:
        case_id = passed(district, at)
        proposed, other = propose(reviewer(), case_id), propose(reviewer(), case_id, "再次提出")
        assert approve(proposed).status == 303

        assert approve(proposed).status == 409
        assert approve(other).status == 409
        assert [one.change for one in institutions.list_changes(SCHOOL)].count(Change.AMENDED) == 1

    def test_a_record_that_changed_meanwhile_is_a_conflict_and_only_closed(self, district: District, at: Clock) -> None:
        case_id = passed(district, at, legal_representative="鲁示例")
        proposed = propose(reviewer(), case_id)
        amend_representative(district)

        refused = approve(proposed)
        assert refused.status == 409
        assert "登记事项“法定代表人”已另行变更" in text_of(refused)
        assert institutions.get(SCHOOL).legal_representative == "莒示例"
        page = f"/console/filings/{case_id}"
        assert "不能再按本申报变更" in text_of(supervisor().get(page))
        assert f"{page}/amendment" not in addresses_in(supervisor().get(page))
        assert propose(reviewer(), case_id).status == 409
        assert supervisor().post(f"{page}/acts/close").status == 303
        assert institutions.get(SCHOOL).legal_representative == "莒示例"

    def test_that_closes_a_campus_where_is_taught_waits_for_it(self, district: District, at: Clock) -> None:
        transaction.commit(institutions.publish(SCHOOL, lambda one: replace(one, rooms=(Room(ROOM, "二楼201室", 60),))))
        other = CourseId(an_id("crs", 9))
        sheet = mall.course_published(other)
        assert sheet.published is not None
        case_id = passed(district, at, campuses=CHANGES["campuses"])
        proposed = propose(reviewer(), case_id)
        plan = mall.plan(sessions=mall.sessions(date(2026, 9, 19)))
        drafted = ClassSheet(SCHOOL, other, OfferingId(an_id("off", 9)), plan, "usr", at.now)
        sheets.draft(sheet=drafted)
        course_acts.submit_class(drafted, edits=1, now=at.now)
        course_acts.accept_class(SCHOOL, other, OfferingId(an_id("off", 9)), edits=2, by="reviewer", now=at.now)

        for refused in (approve(proposed), propose(reviewer(), case_id, "再次提出")):
            assert refused.status == 409
            assert "“校本部”由班级“周六晚一班”使用至 2026-11-07" in text_of(refused)
        assert f"/console/filings/{case_id}/amendment" in addresses_in(supervisor().get(f"/console/filings/{case_id}"))
        course_acts.withdraw_class(SCHOOL, other, OfferingId(an_id("off", 9)), edits=3, now=NOW)
        assert approve(proposed).status == 303

    def test_a_school_that_ends_is_not_amended(self, district: District, at: Clock) -> None:
        case_id = passed(district, at)
        proposed = propose(reviewer(), case_id)
        steps.terminate(now=at.now)

        assert approve(proposed).status == 409
        assert supervisor().post(f"/console/filings/{case_id}/acts/close").status == 303

    def test_what_failed_changes_nothing(self, district: District, at: Clock) -> None:
        case_id = CaseId(file(district).body["card"]["case_id"])
        examples.visited_case(case_id, now=at.now)
        examples.decided(case_id, Outcome.FAIL, now=at.now)

        assert propose(reviewer(), case_id).status == 409
        assert supervisor().post(f"/console/filings/{case_id}/acts/close").status == 303
        assert institutions.get(SCHOOL).short_name == "星河舞蹈0001"


class TestHistory:
    def test_of_nobody_there_is_none(self, district: District) -> None:
        for wrong in (an_id("ins", 99), "x"):
            assert Visitor().get(f"/v1/verify/{wrong}/history").status == 404

    def test_an_applicant_has_none(self, district: District) -> None:
        filed = examples.apply(district.nobody, district.guardian)

        assert Visitor().get(f"/v1/verify/{filed.institution_id}/history").status == 404


def test_every_field_has_words_for_the_approval() -> None:
    assert set(record.FIELD_NAMES) == set(record.Field)


def test_a_name_that_it_had_before_is_taken_back(district: District) -> None:
    for number, name in enumerate(("银河艺术", "星河舞蹈0001"), 5):
        amend(district, number, short_name=name)

    assert [one.short_name for one in institutions.list_page(limit=9, cursor=None).rows] == ["星河舞蹈0001"]
    assert institutions.list_ids() == [SCHOOL]
