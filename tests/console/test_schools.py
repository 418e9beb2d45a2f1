import csv
import io
import re
from datetime import date, timedelta

import pytest

from functions.console import schools, timeline
from shared.alerts import usecases as alerts
from shared.funds import payout_answers
from shared.funds import usecases as funds
from shared.funds.minimum_model import MinimumBalance
from shared.funds.store import entries
from shared.funds.totals_model import Totals
from shared.institutions import store as institutions
from shared.institutions.model import Status
from shared.kernel.money import Fen
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import NOW, POLICY, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.edge.doors import Answer, Clock

HOSTILE = '<script>alert("1")</script>'
PAGE = f"/console/schools/{SCHOOL}"


def rows_of(answer: Answer) -> list[list[str]]:
    assert answer.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def next_page(answer: Answer, name: str = "cursor") -> str | None:
    return next((one for one in addresses_in(answer) if f"{name}=" in one and "lang=" not in one), None)


class TestShowSchools:
    def test_shows_each_with_its_money(self, supervisor: Visitor) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        steps.release()
        steps.count_all()

        shown = text_of(supervisor.get("/console/schools"))

        assert "星河舞蹈0001 舞蹈 ✓ 正常办学 ¥6.67 ¥3.33 ¥0.00 ¥0.00" in shown

    def test_an_empty_district_says_so(self, supervisor: Visitor) -> None:
        assert "还没有登记的机构" in text_of(supervisor.get("/console/schools"))

    def test_goes_on_page_by_page(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(schools, "PAGE", 1)
        steps.register(1)
        steps.register(2)

        first = supervisor.get("/console/schools")
        address = next_page(first)
        assert address is not None
        second = supervisor.get(address)

        assert ("星河舞蹈0001" in first.text, "星河舞蹈0002" in first.text) == (True, False)
        assert ("星河舞蹈0001" in second.text, "星河舞蹈0002" in second.text) == (False, True)
        assert next_page(second) is None

    @pytest.mark.parametrize(
        ("balance_fen", "level"), [(9_999, "red"), (10_000, "yellow"), (10_999, "yellow"), (11_000, "calm")]
    )
    def test_the_minimum_balance_has_the_level_that_the_policy_says(self, balance_fen: int, level: str) -> None:
        minimum = MinimumBalance(SCHOOL, Fen(balance_fen), Fen(10_000))

        line = schools.line(builders.a_school(), Totals(SCHOOL, {}), minimum, today=builders.TODAY, policy=POLICY)

        assert line.minimum_level == level

    @pytest.mark.parametrize(("days", "level"), [(-1, "red"), (0, "yellow"), (60, "yellow"), (61, "calm")])
    def test_a_licence_is_warned_of_before_it_ends(self, days: int, level: str) -> None:
        school = builders.a_school(licence_valid_to=builders.TODAY + timedelta(days=days))

        line = schools.line(school, Totals(SCHOOL, {}), MinimumBalance(SCHOOL), today=builders.TODAY, policy=POLICY)

        assert line.licence == level


class TestDownloadSchools:
    def test_is_a_table_that_spreadsheets_open(self, supervisor: Visitor) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        steps.count_all()

        answer = supervisor.get("/console/schools.csv")

        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="schools-2026-09-01.csv"'
        header, row = rows_of(answer)
        assert header[:2] == ["机构编号", "名称"]
        assert dict(zip(header, row, strict=True))["监管中(元)"] == "10.00"

    def test_a_name_is_never_a_formula(self, supervisor: Visitor) -> None:
        steps.register(name="=HYPERLINK(1)", short_name="+恶意")

        row = rows_of(supervisor.in_english().get("/console/schools.csv"))[1]

        assert row[1] == "'=HYPERLINK(1)"


class TestShowSchool:
    def test_shows_its_money_its_courses_and_its_enrolments(self, supervisor: Visitor) -> None:
        steps.register()
        made = steps.enrol(steps.put_on_sale())
        steps.pay(made.enrolment_id, 288_000)
        steps.count_all()

        answer = supervisor.get(PAGE)

        shown = text_of(answer)
        assert "学费监管账户应有余额 ¥2,880.00 监管中 ¥2,880.00" in shown
        assert "周六上午一班" in shown
        assert f"/console/enrolments/{made.enrolment_id}" in addresses_in(answer)
        assert "1 / 30" in shown

    def test_hostile_names_are_only_text(self, supervisor: Visitor) -> None:
        steps.register(name=HOSTILE, short_name=HOSTILE, legal_representative=HOSTILE)

        for path in (PAGE, "/console/schools", f"{PAGE}/suspension", "/console/search?q=alert"):
            answer = supervisor.get(path)
            assert "<script>" not in answer.text
        assert HOSTILE in text_of(supervisor.get(PAGE))

    def test_paging_one_part_leaves_the_others_on_their_first_page(
        self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schools, "PAGE", 1)
        steps.register()
        for number in (1, 2):
            steps.open_account(number)

        first = supervisor.get(PAGE)
        address = next_page(first, "enrolments")
        assert address is not None
        second = supervisor.get(address)

        shown = [set(re.findall(r"/console/enrolments/enr_0+(\d)", page.text)) for page in (first, second)]
        assert shown == [{"1"}, {"2"}]

    def test_only_a_supervisor_is_offered_to_suspend(self, supervisor: Visitor) -> None:
        steps.register()

        assert f"{PAGE}/suspension" in addresses_in(supervisor.get(PAGE))
        assert f"{PAGE}/suspension" not in addresses_in(sign_in("auditor", StaffRole.AUDITOR).get(PAGE))


class TestTimeline:
    def test_tells_money_alerts_and_status_in_one_line_newest_first(self, supervisor: Visitor, at: Clock) -> None:
        steps.register()
        at.pass_by(minutes=1)
        posting = funds.post_deposit(
            fact=builders.a_deposit(500, remittance="学费"), account=builders.a_tuition_account(), now=at()
        )
        alerts.consider(fact=entries.moved(posting.entry), policy=POLICY)
        steps.count_all()
        steps.suspend(minutes=2)
        at.pass_by(minutes=2)

        shown = text_of(supervisor.get(PAGE)).partition("时间线")[2]

        wanted = [
            "状态变更：暂停招生",
            "整改 · 科长",
            "预警：入账无法匹配报名",
            "入账 ¥5.00",
            "状态变更：正常办学",
        ]
        places = [shown.find(one) for one in wanted]
        assert places == sorted(places)
        assert min(places) >= 0

    def test_entries_of_one_kind_and_day_are_one_happening(self, in_memory: object) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        for lesson in (1, 2):
            steps.release(lesson, now=NOW + timedelta(minutes=lesson))
        steps.count_all()

        found = timeline.read(SCHOOL, cursor=None, before=None, now=NOW + timedelta(hours=1)).happenings

        told = [(one.kind.value, len(one.entries), one.amount_fen) for one in found if isinstance(one, timeline.Moved)]
        assert told == [("release", 2, 666), ("deposit", 1, 1000)]

    def test_of_one_moment_is_in_the_order_of_booking_backwards(self, supervisor: Visitor) -> None:
        steps.register()
        payout = steps.a_built_payout()
        steps.settle(payout)
        payout_answers.take_returned(fact=builders.a_payout_return(payout), now=NOW)
        steps.count_all()

        found = timeline.read(SCHOOL, cursor=None, before=None, now=NOW).happenings

        told = [one.kind.value for one in found if isinstance(one, timeline.Moved)]
        assert told == ["payout_return", "settlement", "payout", "release", "deposit"]

    def test_its_pages_together_tell_everything_once(self, in_memory: object, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timeline, "ENTRIES", 2)
        steps.register()
        steps.open_account(paid_fen=1000)
        for lesson in (1, 2, 3):
            steps.release(lesson, now=NOW + timedelta(minutes=10 * lesson))
        steps.count_all()
        steps.suspend(minutes=15)
        later = NOW + timedelta(hours=1)

        first = timeline.read(SCHOOL, cursor=None, before=None, now=later)
        second = timeline.read(SCHOOL, cursor=first.next_cursor, before=first.before, now=later)

        assert second.next_cursor is None
        kinds = [[type(one).__name__ for one in page.happenings] for page in (first, second)]
        assert kinds == [["Moved"], ["StatusChange", "Moved", "StatusChange", "Moved"]]

    @pytest.mark.parametrize("before", ["yesterday", "2026-09-01", "2026-09-01T00:00:00"])
    def test_a_moment_that_is_none_is_refused(self, supervisor: Visitor, before: str) -> None:
        steps.register()

        assert supervisor.get(f"{PAGE}?timeline=abc&before={before}").status == 422


class TestSuspendSchool:
    FORM = {"reason": "预收费未入监管账户", "name": "星河舞蹈0001"}

    def test_stops_its_sales_and_says_so(self, supervisor: Visitor, at: Clock) -> None:
        steps.register()
        at.pass_by(minutes=1)

        answer = supervisor.post(f"{PAGE}/suspension", self.FORM)

        assert (answer.status, answer.headers["location"]) == (303, f"{PAGE}?done=suspended")
        assert institutions.get(SCHOOL).status is Status.SUSPENDED
        shown = text_of(supervisor.get(answer.headers["location"]))
        assert "已暂停该机构招生" in shown
        assert "预收费未入监管账户 · supervisor" in shown

    def test_takes_the_full_name_too(self, supervisor: Visitor, at: Clock) -> None:
        school = steps.register()
        at.pass_by(minutes=1)

        assert supervisor.post(f"{PAGE}/suspension", {**self.FORM, "name": school.name}).status == 303

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"reason": " "}, "请填写原因。"),
            ({"reason": "因" * 501}, "原因至多 500 个字符。"),
            ({"name": ""}, "请输入机构名称“星河舞蹈0001”以确认。"),
            ({"name": "星河舞蹈0002"}, "请输入机构名称“星河舞蹈0001”以确认。"),
        ],
    )
    def test_changes_nothing_unless_confirmed(
        self, supervisor: Visitor, changes: dict[str, str], sentence: str
    ) -> None:
        steps.register()

        answer = supervisor.post(f"{PAGE}/suspension", {**self.FORM, **changes})

        assert answer.status == 422
        assert sentence in text_of(answer)
        assert institutions.get(SCHOOL).status is Status.LICENSED

    def test_what_was_typed_is_not_lost(self, supervisor: Visitor) -> None:
        steps.register()

        answer = supervisor.post(f"{PAGE}/suspension", {"reason": "<b>预收费", "name": "?"})

        assert "&lt;b&gt;预收费</textarea>" in answer.text

    def test_twice_is_refused_the_second_time(self, supervisor: Visitor, at: Clock) -> None:
        steps.register()
        at.pass_by(minutes=1)
        supervisor.post(f"{PAGE}/suspension", self.FORM)
        at.pass_by(minutes=1)

        answer = supervisor.post(f"{PAGE}/suspension", self.FORM)

        assert answer.status == 409
        assert "该机构现为“暂停招生”状态" in text_of(answer)
        assert len(institutions.list_changes(SCHOOL)) == 2

    def test_reinstating_lets_it_sell_again(self, supervisor: Visitor, at: Clock) -> None:
        steps.register()
        for action in ("suspension", "reinstatement"):
            at.pass_by(minutes=1)
            assert supervisor.post(f"{PAGE}/{action}", self.FORM).status == 303

        assert institutions.get(SCHOOL).status is Status.LICENSED
        assert supervisor.post(f"{PAGE}/reinstatement", self.FORM).status == 409

    @pytest.mark.parametrize("action", ["suspension", "reinstatement"])
    def test_has_a_page_of_its_own_for_who_has_no_scripts(self, supervisor: Visitor, action: str) -> None:
        steps.register()

        answer = supervisor.get(f"{PAGE}/{action}")

        assert answer.status == 200
        assert f"{PAGE}/{action}" in addresses_in(answer)


class TestLicenceEnds:
    def test_today_counts_it(self, supervisor: Visitor) -> None:
        steps.register(licence_valid_to=date(2026, 9, 30))

        assert "证照 60 日内到期 1" in text_of(supervisor.get("/console"))


class TestStandings:
    def test_frozen_schools_are_on_the_first_page_and_in_a_list_of_their_own(self, supervisor: Visitor) -> None:
        steps.register()
        steps.register(2)
        steps.freeze()

        assert "资金冻结的机构 1" in text_of(supervisor.get("/console"))
        listed = text_of(supervisor.get("/console/schools?of=frozen"))
        assert "星河舞蹈0001" in listed
        assert "▲ 资金冻结" in listed
        assert "星河舞蹈0002" not in listed
        assert "没有这样的机构" in text_of(supervisor.get("/console/schools?of=terminated"))

    def test_an_unknown_one_lists_them_all(self, supervisor: Visitor) -> None:
        steps.register()
        assert "星河舞蹈0001" in text_of(supervisor.get("/console/schools?of=nonsense"))
