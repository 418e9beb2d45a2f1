"""An application from the draft to the licence: the founder at her phone (the API), the officers at their browsers."""

from datetime import timedelta
from typing import Any

import pytest

from infra.local import handing_in, papers
from infra.local.district import names
from infra.local.district_process import District
from infra.local.doors import Caller
from infra.local.doors import sign_in as sign_in_by_wechat
from infra.local.stage import RUNS_APART
from tests.walks.conftest import Desk, SignIn

pytestmark = pytest.mark.browser

FOUNDER = "openid-founder-walk"
ASKED = {
    "name": "淄博市临淄区晨光书法培训学校有限公司",
    "credit_code": names.credit_code("91370305", 9002),
    "legal_representative": "稷示例",
    "address": "临淄区示例路78号",
    "phone": "13800000078",
}
LICENCE = "3703057000778"
HOLDER = papers.Holder(ASKED["name"], ASKED["credit_code"], ASKED["legal_representative"], ASKED["address"])


class Founder:
    """Who asks to found a school, with her case."""

    def __init__(self, running: District) -> None:
        guardian = sign_in_by_wechat(running.api_url, running.wechat, FOUNDER)
        told = guardian.post("/v1/applications", ASKED, key="walk-application")
        sign_in_by_wechat(running.api_url, running.wechat, FOUNDER, school=True, invitation=told["invitation"])
        self._running = running
        self.case_id: str = told["case_id"]
        self.home = f"/v1/school/filings/{self.case_id}"

    @property
    def _admin(self) -> Caller:
        return sign_in_by_wechat(self._running.api_url, self._running.wechat, FOUNDER, school=True)

    @property
    def case(self) -> Any:
        """The case as she reads it."""
        return self._admin.get(self.home)

    def hand_in(self, code: str, nth: int) -> None:
        """A new paper for an item of the catalogue."""
        key = f"walk-{code}-{nth}"
        paper = papers.paper(code, HOLDER, f"第{nth}次提交")
        name, content = paper.name, paper.content
        admin, kind = self._admin, handing_in.PDF
        file_id = handing_in.hand_in(admin, name=name, content=content, content_type=kind, key=key)
        self._running.incoming.look()
        self._running.settle()
        [item] = [one for one in self.case["catalogue"]["items"] if one["code"] == code]
        told: dict[str, Any] = {"files": [file_id], **({"expires_on": "2027-12-31"} if item["expires"] else {})}
        admin.post(f"{self.home}/materials/{code}", told, key=f"{key}-put")

    def submit(self, nth: int) -> None:
        """Hand it over to the bureau."""
        self._admin.post(f"{self.home}/submission", {}, key=f"walk-submission-{nth}")

    def rectify(self, number: int, answer: str) -> None:
        """Say how a finding was put right."""
        path = f"{self.home}/findings/{number}/rectification"
        self._admin.post(path, {"answer": answer}, key=f"walk-rectified-{number}")


@pytest.fixture(scope="module")
def founder(running: District) -> Founder:
    """She has handed in what the catalogue asks for, and submitted it."""
    founder = Founder(running)
    for code in founder.case["missing"]:
        founder.hand_in(code, 1)
    founder.submit(1)
    return founder


class TestApplication:
    def test_leads_through_two_corrections_and_a_site_visit_to_the_licence(
        self, founder: Founder, running: District, sign_in: SignIn
    ) -> None:
        reviewer, page = sign_in("reviewer"), f"/console/filings/{founder.case_id}"
        reviewer.go("/console/filings?of=submitted")
        reviewer.page.get_by_role("link", name=ASKED["name"]).click()
        reviewer.press("accept", "受理")
        reviewer.press("begin_review", "开始")

        _review(reviewer, founder, {"fire_inspection": "消防验收意见书已过期", "premises_proof": "租期不足一年"})
        reviewer.press("request_corrections", "要求补正", note="请一次补正")
        for code in ("fire_inspection", "premises_proof"):
            founder.hand_in(code, 2)
        founder.submit(2)
        reviewer.go(page)
        assert reviewer.shows("第 2 次提交：更改了 2 项，其余不变。")

        _review(reviewer, founder, {"premises_proof": "仍缺出租方签字"})
        reviewer.press("request_corrections", "要求补正", note="只缺一项")
        founder.hand_in("premises_proof", 3)
        founder.submit(3)
        reviewer.go(page)
        assert reviewer.shows("第 3 次提交：更改了 1 项，其余不变。")

        _review(reviewer, founder, {})
        reviewer.press("order_visit", "进入现场核查")
        _visit(reviewer, "疏散通道堆放杂物")
        founder.rectify(1, "已清理，附照片")
        reviewer.go(page)
        reviewer.page.get_by_role("button", name="确认整改完毕").click()

        supervisor = sign_in("supervisor")
        supervisor.go(page)
        supervisor.page.get_by_label("通过", exact=True).check()
        supervisor.press("decide", "决定并编号", reason="符合设立条件")
        supervisor.press("publicise", "开始公示")
        assert founder.case["card"]["state"] == "publicised"

        running.advance(timedelta(days=15), apart=RUNS_APART)
        reviewer = sign_in("reviewer")
        reviewer.go(page)
        reviewer.press("licence", "提出", licence_no=LICENCE, valid_to="2029-08-31", reason="公示期满无异议")
        supervisor = sign_in("supervisor")
        supervisor.go("/console/approvals")
        supervisor.page.get_by_role("link", name="发放办学许可证").click()
        supervisor.page.get_by_label("批准，立即办理").check()
        supervisor.press("decide", "确认")

        assert founder.case["card"]["state"] == "closed"
        [found] = Caller(running.api_url).get(f"/v1/verify?credit_code={ASKED['credit_code']}")["data"]
        assert (found["name"], found["licence_no"]) == (ASKED["name"], LICENCE)


def _review(reviewer: Desk, founder: Founder, returned: dict[str, str]) -> None:
    """Every item that waits for a review is accepted, but for those that are returned, each with its reason."""
    names_of = {one["code"]: one["name"] for one in founder.case["catalogue"]["items"]}
    for one in founder.case["materials"]:
        if not one["files"] or one["review"] == "accepted":
            continue
        item = reviewer.page.locator("div.objection", has=reviewer.page.get_by_text(names_of[one["code"]], exact=True))
        item.get_by_text("审核", exact=True).first.click()
        reason = returned.get(one["code"], "")
        item.get_by_label("退回", exact=True).check() if reason else item.get_by_label("符合", exact=True).check()
        item.get_by_label("退回理由").fill(reason)
        item.get_by_role("button", name="保存").click()
        reviewer.page.wait_for_load_state()


def _visit(reviewer: Desk, finding: str) -> None:
    """All is met on the site but for one thing, to be put right within the week."""
    form = reviewer.page.locator("section[aria-labelledby=record] form")
    for choice in form.get_by_label("符合", exact=True).all():
        choice.check()
    form.get_by_label("问题 1").fill(finding)
    form.locator("[name=due-1]").fill("2026-08-24")
    form.get_by_role("button", name="保存").click()
    reviewer.page.wait_for_load_state()
