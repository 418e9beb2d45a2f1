"""What every page of the console does: who may see it, in which language, and what is said when it can't be seen."""

import logging
import re

import pytest

from app import app
from functions.console import pages, today
from functions.edge.contract import CONTRACTS
from shared.kernel import errors
from shared.people.model import StaffRole
from tests import builders, steps
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.edge.doors import Clock

SCHOOL = f"/console/schools/{builders.SCHOOL}"
ENROLMENT = f"/console/enrolments/{builders.ENROLMENT}"
DECISION = f"{ENROLMENT}/lessons/{builders.SESSION}/decision"
FOR_ALL = [
    "/console",
    "/console/schools",
    "/console/disputes",
    "/console/reviews",
    "/console/refunds",
    "/console/refunds.csv",
    "/console/covers",
    "/console/covers.csv",
    "/console/alerts",
    "/console/policy",
]
FOR_ALL += ["/console/schools.csv", "/console/alerts.csv", "/console/search?q=x"]
FOR_MONEY = ["/console/suspense", "/console/unhandled"]
ACTIONS = [f"{SCHOOL}/suspension", f"{SCHOOL}/reinstatement", DECISION]

pytestmark = pytest.mark.usefixtures("in_memory")


class TestWhoMaySee:
    @pytest.mark.parametrize("path", [*FOR_ALL, *FOR_MONEY, *ACTIONS, SCHOOL, ENROLMENT, f"{ENROLMENT}/entries.csv"])
    def test_who_is_not_signed_in_is_asked_to(self, path: str) -> None:
        answer = Visitor().get(path)

        assert answer.status == 303
        assert answer.headers["location"].startswith("/console/sign-in?next=%2Fconsole")

    @pytest.mark.parametrize("cookie", ["hui_session=forged", "hui_session=", "hui_session", "=;;=", 'a="\x01"'])
    def test_a_cookie_of_nobody_opens_nothing(self, cookie: str) -> None:
        assert Visitor(cookie).get("/console").status == 303

    @pytest.mark.parametrize("role", StaffRole)
    def test_everyone_of_the_staff_sees_the_rooms_for_all(self, role: StaffRole) -> None:
        visitor = sign_in(role.value, role)

        assert {visitor.get(path).status for path in FOR_ALL} <= {200, 404}

    @pytest.mark.parametrize("role", StaffRole)
    @pytest.mark.parametrize("path", FOR_MONEY)
    def test_payers_are_not_shown_to_reviewers(self, role: StaffRole, path: str) -> None:
        wanted = 403 if role is StaffRole.REVIEWER else 200

        assert sign_in(role.value, role).get(path).status == wanted

    @pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.SUPERVISOR}))
    @pytest.mark.parametrize("path", ACTIONS)
    def test_only_supervisors_act(self, role: StaffRole, path: str) -> None:
        visitor = sign_in(role.value, role)

        assert visitor.get(path).status == 403
        assert visitor.post(path, {"reason": "整改", "decision": "uphold"}).status == 403

    def test_rooms_that_one_may_not_enter_are_not_offered(self) -> None:
        reviewer = sign_in("reviewer", StaffRole.REVIEWER).get("/console")

        assert "/console/suspense" not in addresses_in(reviewer)
        assert "/console/schools" in addresses_in(reviewer)

    def test_an_idle_session_is_over_and_says_so(self, supervisor: Visitor, at: Clock) -> None:
        at.pass_by(minutes=30)

        answer = supervisor.get("/console/policy?version=linzi-2026.1")

        assert answer.headers["location"] == (
            "/console/sign-in?next=%2Fconsole%2Fpolicy%3Fversion%3Dlinzi-2026.1&over=1"
        )
        assert "登录已失效" in text_of(Visitor().get(answer.headers["location"]))

    def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(self, supervisor: Visitor, at: Clock) -> None:
        at.pass_by(minutes=30)

        answer = supervisor.with_headers(hx_request="true").get("/console/alerts")

        assert (answer.status, answer.text) == (200, "")
        assert answer.headers["hx-redirect"] == "/console/sign-in?next=%2Fconsole%2Falerts&over=1"

    def test_a_form_sent_after_the_session_is_over_leads_to_the_first_page(
        self, supervisor: Visitor, at: Clock
    ) -> None:
        at.pass_by(minutes=30)

        answer = supervisor.post(f"{SCHOOL}/suspension", {})

        assert answer.headers["location"] == "/console/sign-in?next=%2Fconsole&over=1"


class TestForms:
    @pytest.mark.parametrize("csrf", ["", "token-of-somebody-else", "令牌", "\x00"])
    def test_a_form_without_her_token_is_refused(self, supervisor: Visitor, csrf: str) -> None:
        steps.register()

        answer = supervisor.post(f"{SCHOOL}/suspension", {"reason": "整改", "name": "星河舞蹈0001"}, csrf=csrf)

        assert answer.status == 403
        assert "页面已过期" in text_of(answer)
        assert "正常办学" in text_of(supervisor.get(SCHOOL))

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize("path", [f"{SCHOOL}/suspension", "/console/sign-in", "/console/sign-out"])
    def test_a_form_of_another_site_is_refused(self, supervisor: Visitor, site: str, path: str) -> None:
        assert supervisor.with_headers(sec_fetch_site=site).post(path, {"reason": "整改"}).status == 403

    @pytest.mark.parametrize("raw", [b"a" * 17_000, b"csrf", b"\xff\xfe=1", b"&".join([b"a=1"] * 60)])
    def test_a_body_that_is_no_form_is_refused(self, supervisor: Visitor, raw: bytes) -> None:
        answer = supervisor.post(f"{SCHOOL}/suspension", raw)

        assert answer.status == 422
        assert heading_of(answer) == "表单内容无法读取。"

    def test_json_is_no_form(self, supervisor: Visitor) -> None:
        answer = supervisor.with_headers(content_type="application/json").post(f"{SCHOOL}/suspension", b"{}")

        assert answer.status == 422


class TestAnswers:
    def test_every_page_says_what_may_run_in_it(self, supervisor: Visitor) -> None:
        steps.register()
        answers = [supervisor.get(path) for path in [*FOR_ALL, *FOR_MONEY, SCHOOL, "/console/nowhere"]]
        answers += [Visitor().get("/console"), Visitor().get("/console/sign-in")]

        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';" in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-request-id"].startswith("req_")

    def test_nothing_in_a_page_needs_what_the_policy_forbids(self, supervisor: Visitor) -> None:
        steps.register()

        for path in [*FOR_ALL, *FOR_MONEY, SCHOOL, f"{SCHOOL}/suspension"]:
            text = supervisor.get(path).text
            assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", text), path

    def test_every_link_has_the_stage_before_it(self, supervisor: Visitor, settings: pytest.MonkeyPatch) -> None:
        settings.setenv("PUBLIC_URL", "https://hui.example/prod")
        steps.register()

        for path in [*FOR_ALL, *FOR_MONEY, SCHOOL, f"{SCHOOL}/suspension", "/console/sign-in"]:
            outside = {one for one in addresses_in(supervisor.get(path)) if not one.startswith(("/prod/", "#"))}
            assert outside == set(), path
        assert Visitor().get("/console").headers["location"].startswith("/prod/console/sign-in")

    def test_every_address_in_a_page_is_there(self, supervisor: Visitor) -> None:
        steps.register()
        found = set().union(*(addresses_in(supervisor.get(path)) for path in [*FOR_ALL, *FOR_MONEY, SCHOOL]))

        statuses = {one: supervisor.get(one).status for one in found if one[0] == "/" and "sign-out" not in one}

        assert {one for one, status in statuses.items() if status not in (200, 303)} == set()

    @pytest.mark.parametrize("path", ["/console/nowhere", f"{SCHOOL}", ENROLMENT, f"{ENROLMENT}/entries.csv", DECISION])
    def test_what_is_not_there_is_a_page_that_says_so(self, supervisor: Visitor, path: str) -> None:
        answer = supervisor.get(path)

        assert answer.status == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "没有" in heading_of(answer)
        assert answer.headers["x-request-id"] in answer.text

    @pytest.mark.parametrize(
        "hostile", ["%22%3E%3Cscript%3E", "ins_", "..", "a" * 3000, "ins_%00", "latch%23x", "enr_" + "0" * 25 + "I"]
    )
    @pytest.mark.parametrize("room", ["schools", "enrolments"])
    def test_a_hostile_id_is_nobodys(self, supervisor: Visitor, room: str, hostile: str) -> None:
        answer = supervisor.get(f"/console/{room}/{hostile}")

        assert answer.status == 404
        assert "<script>" not in answer.text

    def test_a_cursor_that_is_not_ours_is_refused(self, supervisor: Visitor) -> None:
        assert supervisor.get("/console/schools?cursor=abc").status == 422
        assert supervisor.get("/console/alerts?cursor=W10").status == 422

    def test_a_bug_is_logged_once_and_not_told(
        self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(today, "_items", lambda *args: 1 // 0)
        caplog.set_level(logging.INFO, logger="hui-edge")

        answer = supervisor.get("/console")

        assert answer.status == 500
        assert "ZeroDivisionError" not in answer.text
        assert [record.exc_info is not None for record in caplog.records] == [True, False]

    def test_busy_is_said_so(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        def busy(*_: object) -> None:
            raise errors.Unavailable()

        monkeypatch.setattr(today, "_items", busy)

        assert supervisor.get("/console").status == 503

    def test_no_view_has_made_another_disappear(self) -> None:
        views = [route.view_function.__name__ for of in app.routes.values() for route in of.values()]

        assert len(set(views)) == len(views)
        assert {contract.name for contract in CONTRACTS.values()} <= set(views)
        assert {name for name in views if name.startswith("console_")} == pages.NAMES


class TestLanguage:
    def test_is_chinese_unless_chosen(self, supervisor: Visitor) -> None:
        answer = supervisor.with_headers(accept_language="en").get("/console")

        assert answer.headers["content-language"] == "zh-CN"
        assert '<html lang="zh-CN">' in answer.text
        assert heading_of(answer).startswith("今日")

    def test_choosing_one_is_remembered_and_leads_back(self, supervisor: Visitor) -> None:
        answer = supervisor.get("/console/policy?lang=en&version=linzi-2026.1")

        assert answer.status == 303
        assert answer.headers["location"] == "/console/policy?version=linzi-2026.1"
        assert answer.headers["set-cookie"].startswith("hui_lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax")

    def test_can_be_english(self, supervisor: Visitor) -> None:
        answer = supervisor.in_english().get("/console")

        assert '<html lang="en">' in answer.text
        assert heading_of(answer).startswith("Today")

    @pytest.mark.parametrize("told", ["fr", "", "EN", "<b>"])
    def test_is_chinese_when_it_is_none_of_the_two(self, told: str) -> None:
        assert '<html lang="zh-CN">' in Visitor(f"hui_lang={told}").get("/console/sign-in").text

    def test_may_be_chosen_before_signing_in(self) -> None:
        answer = Visitor().get("/console/sign-in?lang=en&next=%2Fconsole%2Falerts")

        assert answer.headers["location"] == "/console/sign-in?next=%2Fconsole%2Falerts"
