"""A filing at the doors: the school's administrator at the API, the bureau's officers on the case's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from infra.local.doors import Caller, Console
from infra.local.handing_in import PDF, hand_in
from infra.local.papers import Paper
from infra.local.stage import Cast

_CHECKS = {f"check-{code}": "yes" for code in ("premises", "fire_safety", "staff", "rules", "cameras")}
_VALID_TO = "2027-12-31"


@dataclass(frozen=True)
class Filed:
    """The newest filing of a kind of the school whose administrator has an `openid`. `key` tells its commands apart.

    A story that goes on has done some of it already: what doesn't stand on the page any more isn't done again.
    """

    cast: Cast
    openid: str
    kind: str
    key: str

    def admin(self) -> tuple[Caller, Any]:
        """The administrator, and the case as she sees it."""
        admin = self.cast.school_user(self.openid)
        card = next(one for one in admin.get("/v1/school/filings")["data"] if one["filing"] == self.kind)
        return admin, admin.get(f"/v1/school/filings/{card['case_id']}")

    def page(self) -> str:
        """Where the bureau sees it."""
        return f"/console/filings/{self.admin()[1]['card']['case_id']}"

    def bring(self, papers: Iterable[Paper], attempt: int) -> None:
        """The administrator sends papers in, for the `attempt`-th time; their check comes afterwards."""
        admin = self.cast.school_user(self.openid)
        for one in {paper.name: paper for paper in papers}.values():
            key = f"{self.key}-file-{one.code}-{attempt}"
            hand_in(admin, name=one.name, content=one.content, content_type=PDF, key=key)

    def put(self, papers: Iterable[Paper], attempt: int) -> None:
        """Put each paper that was brought where the catalogue wants it."""
        admin, case = self.admin()
        files = {one["name"]: one["file_id"] for one in reversed(admin.get("/v1/school/files?limit=100")["data"])}
        expire = {one["code"] for one in case["catalogue"]["items"] if one["expires"]}
        for one in papers:
            told: dict[str, Any] = {"files": [files[one.name]]} | (
                {"expires_on": _VALID_TO} if one.code in expire else {}
            )
            admin.post(f"{_home(case)}/materials/{one.code}", told, key=f"{self.key}-{one.code}-{attempt}")

    def submit(self, attempt: int) -> None:
        """Submit it, for the `attempt`-th time."""
        self.post("/submission", {}, f"submit-{attempt}")

    def post(self, path: str, body: Any, key: str) -> None:
        """The administrator does something to the case."""
        admin, case = self.admin()
        admin.post(f"{_home(case)}{path}", body, key=f"{self.key}-{key}")

    def act(self, officer: Console, action: str, **fields: str) -> None:
        """An officer takes a step, if it stands on the page."""
        page = self.page()
        if f"{page}/acts/{action}" in officer.page(page):
            officer.send_to(page, f"{page}/acts/{action}", **fields)

    def review(self, reviewer: Console, *, returned: str = "", reason: str = "") -> None:
        """Every paper that isn't reviewed is accepted, but for the one that is returned."""
        _, case = self.admin()
        page = f"/console/filings/{case['card']['case_id']}"
        if f"{page}/acts/review_item" not in reviewer.page(page):
            return
        for one in case["materials"]:
            if one["code"] == returned:
                told = {"decision": "return", "reason": reason}
            elif one["files"] and one["review"] != "accepted":
                told = {"decision": "accept"}
            else:
                continue
            reviewer.send_to(page, f"{page}/acts/review_item", code=one["code"], **told)

    def visit(self, reviewer: Console, **found: str) -> None:
        """All papers are good, and the place is visited; `found` is a finding and the day to put it right by."""
        self.review(reviewer)
        self.act(reviewer, "order_visit")
        self.act(reviewer, "record_visit", **_CHECKS, **found)


def _home(case: Any) -> str:
    return f"/v1/school/filings/{case['card']['case_id']}"
