"""The console in a real browser: every room in both languages on a desk and on a phone, and what an officer does."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from functions.console import timeline
from shared.funds import queries as funds
from shared.institutions import store as institutions
from shared.institutions.model import Status
from shared.teaching import queries as teaching
from shared.teaching.model import LessonStatus
from tests.browser.conftest import DESK, PHONE, Lived, Open, sign_in

pytestmark = pytest.mark.browser

_A_MINUTE = timedelta(minutes=1)

ROOMS = [
    "/console",
    "/console/schools",
    "/console/schools/{school}",
    "/console/schools/{school}/suspension",
    "/console/schools/{school}/statement?from=2026-08-17&to=2026-09-10",
    "/console/trial-balance?from=2026-08-17&to=2026-09-10",
    "/console/reports?kind=monthly&on=2026-09-10",
    "/console/trial-balance?from=2026-08-17&to=2026-09-10&school={school}",
    "/console/files",
    "/console/inspections?year=2026",
    "/console/schools/{school}/revocation",
    "/console/schools/{of_file}/files",
    "/console/files/{file}",
    "/console/file-readings?month=2026-08",
    "/console/enrolments/{enrolment}",
    "/console/enrolments/{enrolment}/statement",
    "/console/enrolments/{enrolment}?purpose=dispute",
    "/console/personnel?of=serving",
    "/console/personnel-blacklisting",
    "/console/personnel-imports",
    "/console/courses",
    "/console/schools/{school}/courses/{course}",
    "/console/schools/{school}/courses/{course}/classes/{offering}",
    "/console/disputes",
    "/console/reviews",
    "/console/private-payments?of=new",
    "/console/schools/{school}/reviews",
    "/console/refunds",
    "/console/refunds?of=answer",
    "/console/covers?of=issued",
    "/console/enrolments/{enrolment}/cover",
    "/console/refunds/{refund}",
    "/console/minimums",
    "/console/account-requests",
    "/console/schools/{school}/minimum",
    "/console/alerts",
    "/console/suspense",
    "/console/unhandled",
    "/console/policy",
    "/console/policy?version=linzi-2026.1&against=linzi-2026.1",
    "/console/policy/proposal",
    "/console/policy/proposal?unpaid_hours=1&max_amount_fen=1&own_days=1",
    "/console/policy/versions/linzi-2026.1/withdrawal",
    "/console/search?q=%E5%9F%B9%E8%AE%AD",
]


def path_of(room: str, lived: Lived) -> str:
    account = funds.get_account(lived.enrolment)
    return room.format(
        school=lived.school,
        course=account.course_id,
        offering=account.offering_id,
        enrolment=lived.enrolment,
        refund=lived.refund,
        file=lived.file.file_id,
        of_file=lived.file.institution_id,
    )


class TestRooms:
    @pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["phone", "desk"])
    def test_every_room_can_be_read_by_everybody(
        self, open_page: Open, lived: Lived, language: str, size: tuple[int, int]
    ) -> None:
        page = open_page(size=size, language=language)
        found = {}
        for room in ROOMS:
            response = page.go(path_of(room, lived))
            page.page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
            found[room] = (response.status, page.too_wide(), page.barriers())

        assert found == dict.fromkeys(ROOMS, (200, 0, []))

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_so_can_the_sign_in_and_what_is_not_there(self, open_page: Open, size: tuple[int, int]) -> None:
        visitor = open_page("/console/sign-in", size=size, storage_state=None)
        assert (visitor.too_wide(), visitor.barriers()) == (0, [])

        lost = open_page("/console/nowhere", size=size)
        assert (lost.too_wide(), lost.barriers()) == (0, [])
        assert len(lost.complaints) == 1  # the browser says of each 404 that it is one
        lost.complaints.clear()

    def test_the_phones_navigation_shows_the_room_one_is_in(self, open_page: Open) -> None:
        page = open_page("/console/policy", size=PHONE).page

        expect(page.get_by_role("navigation", name="主导航").get_by_text("规则")).to_be_in_viewport(ratio=1)

    def test_paper_gets_no_navigation_and_no_buttons(self, open_page: Open, lived: Lived) -> None:
        page = open_page(f"/console/schools/{lived.school}").page
        page.emulate_media(media="print")

        for hidden in (".rooms", ".search", ".actions"):
            expect(page.locator(hidden)).to_be_hidden()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


class TestSigningIn:
    def test_takes_a_password_and_a_code_and_ends_with_signing_out(self, open_page: Open, lived: Lived) -> None:
        page = open_page(storage_state=None).page
        sign_in(page, lived, "finance")
        expect(page.get_by_text("陈洁 · 财务")).to_be_visible()

        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("heading", name="管理端登录")).to_be_visible()
        page.goto(f"{lived.url}/console")
        expect(page).to_have_url(re.compile("/console/sign-in"))

    def test_a_wrong_password_is_said_and_the_username_kept(self, open_page: Open, lived: Lived) -> None:
        watched = open_page("/console/sign-in", storage_state=None)
        page = watched.page
        page.get_by_label("用户名").fill("auditor")
        page.get_by_label("密码").fill("wrong")
        page.get_by_label("动态口令").fill("000000")
        page.get_by_role("button", name="登录").click()

        expect(page.get_by_role("alert")).to_have_text("用户名、密码或动态口令有误。")
        expect(page.get_by_label("用户名")).to_have_value("auditor")
        expect(page.get_by_label("密码")).to_have_value("")
        assert watched.barriers() == []
        watched.complaints.clear()  # the browser says of each 401 that it is one


class TestFindingOnesWay:
    def test_the_language_can_be_changed_on_any_page(self, open_page: Open) -> None:
        page = open_page("/console/policy?version=linzi-2026.1").page

        page.get_by_role("link", name="English").click()

        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Policy")
        expect(page).to_have_url(re.compile(r"/console/policy\?version=linzi-2026\.1$"))

    def test_the_first_tab_leads_past_the_navigation(self, open_page: Open) -> None:
        page = open_page("/console").page

        page.keyboard.press("Tab")
        expect(page.get_by_text("跳到主要内容")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()

    def test_a_search_leads_to_the_school(self, open_page: Open, school_name: str) -> None:
        page = open_page("/console").page

        page.get_by_role("searchbox", name="搜索").fill(school_name)
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1)).to_contain_text(school_name)

    def test_the_next_page_of_a_part_comes_in_its_place(
        self, open_page: Open, lived: Lived, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timeline, "ENTRIES", 1)
        page = open_page(f"/console/schools/{lived.school}").page
        page.evaluate("document.body.dataset.stayed = 'yes'")
        first = page.locator("#timeline time").first.inner_text()

        page.locator("#timeline").get_by_role("link", name="下一页").click()

        expect(page.locator("#timeline time").first).not_to_have_text(first)
        expect(page).to_have_url(re.compile("timeline="))
        assert page.evaluate("document.body.dataset.stayed") == "yes"
        page.go_back()
        expect(page.locator("#timeline time").first).to_have_text(first)

    def test_the_charts_figures_stand_in_a_table(self, open_page: Open) -> None:
        page = open_page("/console").page

        page.get_by_text("查看数据表").click()

        expect(page.get_by_role("table", name="每周入账、拨付与到账").get_by_role("row")).to_have_count(11)


class TestActing:
    def test_a_file_is_opened_only_after_what_for(self, open_page: Open, lived: Lived) -> None:
        page = open_page(f"/console/files/{lived.file.file_id}").page

        page.get_by_role("button", name="记录并继续").click()  # without a purpose the form isn't sent
        page.get_by_label("用途").select_option(label="年检或现场核查")
        page.get_by_label("事由").fill("核对教室")
        page.get_by_role("button", name="记录并继续").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="打开文件").click()

        assert download.value.suggested_filename == lived.file.name
        assert download.value.path().stat().st_size == lived.file.kept_size
        expect(page.get_by_text("年检或现场核查：核对教室")).to_be_visible()

    def test_a_school_is_suspended_and_reinstated_through_the_dialogs(
        self, open_page: Open, lived: Lived, school_name: str
    ) -> None:
        watched = open_page(f"/console/schools/{lived.school}")
        page = watched.page

        page.get_by_role("button", name="暂停招生").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("原因（必填）")).to_be_focused()
        assert watched.barriers() == []
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

        page.get_by_role("button", name="暂停招生").click()
        dialog.get_by_label("原因（必填）").fill("预收费未入监管账户")
        dialog.get_by_label(re.compile("输入机构名称")).fill(school_name)
        dialog.get_by_role("button", name="确认暂停招生").click()
        expect(page.get_by_role("status")).to_contain_text("已暂停该机构招生")
        expect(page.locator("#timeline li").first).to_contain_text("预收费未入监管账户 · 王敏 (supervisor)")
        assert institutions.get(lived.school).status is Status.SUSPENDED
        assert (watched.too_wide(), watched.barriers()) == (0, [])

        lived.running.travel_to(lived.running.clock() + _A_MINUTE)
        page.get_by_role("button", name="恢复招生").click()
        dialog.get_by_label("原因（必填）").fill("已整改")
        dialog.get_by_label(re.compile("输入机构名称")).fill(school_name)
        dialog.get_by_role("button", name="确认恢复招生").click()
        expect(page.get_by_role("status")).to_contain_text("已恢复该机构招生")
        assert institutions.get(lived.school).status is Status.LICENSED

    def test_a_wrong_name_suspends_nothing(self, open_page: Open, lived: Lived) -> None:
        watched = open_page(f"/console/schools/{lived.school}", language="en")
        page = watched.page
        page.get_by_role("button", name="Suspend").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason (required)").fill("No money in supervision")
        dialog.get_by_label(re.compile("Type the school's name")).fill("another")
        dialog.get_by_role("button", name="Suspend").click()

        expect(page.get_by_role("alert")).to_contain_text("to confirm")
        expect(page.get_by_label("Reason (required)")).to_have_value("No money in supervision")
        assert watched.barriers() == []
        assert institutions.get(lived.school).status is Status.LICENSED
        watched.complaints.clear()  # the browser says of each 422 that it is one

    def test_without_scripts_an_action_has_a_page_of_its_own(self, open_page: Open, lived: Lived) -> None:
        page = open_page(f"/console/schools/{lived.school}", java_script_enabled=False).page

        page.get_by_role("button", name="暂停招生").click()

        expect(page).to_have_url(f"{lived.url}/console/schools/{lived.school}/suspension")
        expect(page.get_by_label("原因（必填）")).to_be_visible()

    def test_a_dispute_is_decided_on_the_enrolments_page(self, open_page: Open, lived: Lived) -> None:
        watched = open_page("/console/disputes")
        page = watched.page
        page.get_by_role("link", name="查看并裁决").first.click()

        page.get_by_role("button", name="裁决").click()
        dialog = page.get_by_role("dialog")
        assert watched.barriers() == []
        dialog.get_by_label("驳回").check()
        dialog.get_by_label("理由").fill("监控显示学员到课")
        dialog.get_by_role("button", name="确认裁决").click()

        expect(page.get_by_role("status")).to_contain_text("争议驳回")
        lived.running.settle()
        (decided,) = [one for one in teaching.list_lessons(lived.enrolment) if one.decided_by]
        assert (decided.status, decided.decided_by) == (LessonStatus.RELEASED, "supervisor")
        page.reload()
        expect(page.get_by_text("裁决 王敏 (supervisor)")).to_be_visible()

    def test_a_table_can_be_kept_as_a_file(self, open_page: Open, lived: Lived, school_name: str) -> None:
        page = open_page("/console/schools").page

        with page.expect_download() as told:
            page.get_by_role("link", name="导出 CSV").click()

        text = told.value.path().read_text(encoding="utf-8-sig")
        assert told.value.suggested_filename.startswith("schools-2026-09-")
        assert len(text.splitlines()) == 15
        assert school_name in text
