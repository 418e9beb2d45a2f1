"""Somebody asks to found a school: from the draft by way of a correction and a site visit to the licence."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from infra.local import handing_in
from infra.local.district import names
from infra.local.doors import Caller, Console
from infra.local.handing_in import PDF, hand_in
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

FOUNDER = "openid-founder-1"
_APPLICATION = {
    "name": "淄博市临淄区新星美术培训学校有限公司",
    "credit_code": names.credit_code("91370305", 9001),
    "legal_representative": "稷示例",
    "address": "临淄区示例路77号",
    "phone": "13800000077",
}
_RETURNED = "fire_inspection"
_CHECKS = {f"check-{code}": "yes" for code in ("premises", "fire_safety", "staff", "rules", "cameras")}


class FilingStory:
    """The steps of one application."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def steps(self) -> Iterator[Step]:
        """From the first working day of September to the end of the publicity."""
        yield _step("09-01 10:00", "filing-applies", self._apply)
        yield _step("09-01 11:00", "filing-submits", self._submit)
        yield _step("09-02 10:00", "filing-corrections", self._ask_for_corrections)
        yield _step("09-03 10:00", "filing-resubmits", self._resubmit)
        yield _step("09-04 10:00", "filing-decided", self._visit_and_decide)
        yield _step("09-18 10:00", "filing-licence", self._license)

    def _apply(self) -> None:
        """A person signed in by WeChat asks, becomes the applicant's administrator, and hands in two papers."""
        told = self._cast.guardian(FOUNDER).post("/v1/applications", _APPLICATION, key="apply-school-0001")
        admin = self._cast.invited(FOUNDER, told["invitation"])
        self._hand_in(admin, "设立申请材料.pdf", handing_in.a_paper(), 1)
        self._hand_in(admin, "消防验收意见书.pdf", handing_in.a_paper() + b"\n", 2)
        self._cast.district.incoming.look()

    def _submit(self) -> None:
        admin, case = self._admin()
        for code in case["missing"]:
            self._put(admin, case, code, 1)
        self._post(admin, case, "/submission", "submit-1")

    def _ask_for_corrections(self) -> None:
        """All is looked at, one paper is returned, and everything is asked for at once."""
        reviewer = self._cast.officer("reviewer")
        for action in ("accept", "begin_review"):
            self._act(reviewer, action)
        self._review(reviewer, returned=_RETURNED)
        self._act(reviewer, "request_corrections", note="消防验收意见书已过期，请一次补正")

    def _resubmit(self) -> None:
        admin, case = self._admin()
        self._put(admin, case, _RETURNED, 2)
        self._post(admin, case, "/submission", "submit-2")

    def _visit_and_decide(self) -> None:
        reviewer, supervisor = self._cast.officer("reviewer"), self._cast.officer("supervisor")
        self._review(reviewer)
        self._act(reviewer, "order_visit")
        self._act(reviewer, "record_visit", **_CHECKS)
        self._act(supervisor, "decide", outcome="pass", reason="符合设立条件")
        self._act(supervisor, "publicise")

    def _license(self) -> None:
        """The publicity is over without an objection: two people give the licence, and everybody finds the school."""
        page = self._page()
        licence = {"licence_no": "3703057000777", "valid_to": "2029-08-31"}
        self._cast.two_people(page, f"{page}/licence", proposer="reviewer", reason="公示期满无异议", **licence)
        anybody = Caller(self._cast.district.api_url)
        found = anybody.get(f"/v1/verify?credit_code={_APPLICATION['credit_code']}")["data"]
        if [one["licence_no"] for one in found] != [licence["licence_no"]]:
            raise RuntimeError(f"a school with a licence isn't found by its credit code: {found}")

    def _review(self, reviewer: Console, *, returned: str = "") -> None:
        """Every paper that isn't reviewed is accepted, but for the one that is returned."""
        _, case = self._admin()
        for one in case["materials"]:
            if one["code"] == returned:
                reason = "消防验收意见书已过期"
                self._act(reviewer, "review_item", code=returned, decision="return", reason=reason)
            elif one["files"] and one["review"] != "accepted":
                self._act(reviewer, "review_item", code=one["code"], decision="accept")

    def _act(self, officer: Console, action: str, **fields: str) -> None:
        """A step on the case's page, where it stands there: a story that goes on has done it already."""
        page = self._page()
        if f"{page}/acts/{action}" in officer.page(page):
            officer.send_to(page, f"{page}/acts/{action}", **fields)

    def _admin(self) -> tuple[Caller, Any]:
        admin = self._cast.school_user(FOUNDER)
        [card] = admin.get("/v1/school/filings")["data"]
        return admin, admin.get(f"/v1/school/filings/{card['case_id']}")

    def _page(self) -> str:
        return f"/console/filings/{self._admin()[1]['card']['case_id']}"

    def _hand_in(self, admin: Caller, name: str, content: bytes, number: int) -> str:
        return hand_in(admin, name=name, content=content, content_type=PDF, key=f"founder-file-{number:04d}")

    def _put(self, admin: Caller, case: Any, code: str, number: int) -> None:
        """Put the founder's `number`-th paper, the oldest first, where the catalogue wants it."""
        files = [one["file_id"] for one in admin.get("/v1/school/files")["data"]][::-1]
        told: dict[str, Any] = {"files": [files[number - 1]]}
        if any(one["code"] == code and one["expires"] for one in case["catalogue"]["items"]):
            told["expires_on"] = "2027-12-31"
        admin.post(f"{_home(case)}/materials/{code}", told, key=f"founder-{code}-{number}")

    def _post(self, admin: Caller, case: Any, path: str, key: str) -> None:
        admin.post(f"{_home(case)}{path}", {}, key=f"founder-{key}")


def _home(case: Any) -> str:
    return f"/v1/school/filings/{case['card']['case_id']}"


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
