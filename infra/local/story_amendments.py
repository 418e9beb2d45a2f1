"""A school moves and has another representative: the change is filed, passes, and two people amend the record."""

from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local import papers
from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.filing import Filed
from infra.local.papers import Holder, Paper
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI

MOVES = 8  # a school, by its number
_AFTER = {"legal_representative": "莒示例", "phone": "0533-7180099"}


class AmendmentStory:
    """The steps of one change."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._school = data.schools[MOVES - 1].institution
        self._filed = Filed(cast, admin_openid(MOVES), "change", "amendment")

    def steps(self) -> Iterator[Step]:
        """From the filing to the look at the record's history."""
        yield _step("10-12 10:00", "amendment-filed", self._file)
        yield _step("10-12 11:00", "amendment-submitted", self._submit)
        yield _step("10-13 10:00", "amendment-decided", self._decide)
        yield _step("10-27 10:00", "amendment-done", self._amend)

    def _file(self) -> None:
        admin = self._cast.school_user(admin_openid(MOVES))
        admin.post("/v1/school/filings", {"statement": "举办者换届", "changes": _AFTER}, key="amendment-0001")
        self._filed.bring(self._papers(), 1)
        self._cast.district.incoming.look()

    def _submit(self) -> None:
        self._filed.put(self._papers(), 1)
        self._filed.submit(1)

    def _decide(self) -> None:
        reviewer, supervisor = self._cast.officer("reviewer"), self._cast.officer("supervisor")
        for action in ("accept", "begin_review"):
            self._filed.act(reviewer, action)
        self._filed.review(reviewer)
        self._filed.act(supervisor, "decide", outcome="pass", reason="材料齐全")
        self._filed.act(supervisor, "publicise")

    def _amend(self) -> None:
        """The publicity is over: two people amend the record, and everybody reads what it was."""
        page = self._filed.page()
        self._cast.two_people(page, f"{page}/amendment", proposer="reviewer", reason="变更公示期满无异议")
        told = Caller(self._cast.district.api_url).get(f"/v1/verify/{self._school.institution_id}/history")["data"]
        if [one["after"] for one in told[0]["fields"]] != list(_AFTER.values()):
            raise RuntimeError(f"the record of a school isn't amended: {told}")

    def _papers(self) -> list[Paper]:
        """What the catalogue asks for."""
        _, case = self._filed.admin()
        asked = [one["code"] for one in case["catalogue"]["items"] if one["required"]]
        return [papers.paper(code, Holder.of(self._school), "2026年变更") for code in asked]


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
