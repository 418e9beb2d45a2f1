"""The year's inspections: opened for every school, most pass; one puts findings right, one fails, one is late."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from infra.local import papers
from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.filing import Filed
from infra.local.papers import Holder, Paper
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI

PASSES, RECTIFIES, FAILS, LATE = 3, 6, 7, 9  # schools, by their numbers
_PAPER_BY_PAPER = (PASSES, FAILS)
_DEMANDED = {"finding-1": "两间教室的灭火器已过期", "due-1": "2026-09-30"}


class InspectionStory:
    """The steps of four schools; the others hand in and wait."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._data = data

    def steps(self) -> Iterator[Step]:
        """From the first week to the end of the publicity; the platform reminds and escalates by itself."""
        yield _step("08-24 10:00", "inspection-papers", self._bring)
        yield _step("08-24 11:00", "inspection-handed-in", self._hand_in)
        yield _step("09-07 10:00", "inspection-visits", self._visit)
        yield _step("09-08 10:00", "inspection-decided", self._decide)
        yield _step("09-14 10:00", "inspection-rectified", self._rectify)
        yield _step("10-20 10:00", "inspection-look", self._look)

    def _bring(self) -> None:
        """The papers are sent in, and checked."""
        for number in self._numbers():
            filed = self._filed(number)
            filed.bring(self._papers(number, filed.admin()[1]), 1)
        self._cast.district.incoming.look()

    def _hand_in(self) -> None:
        """Each school but the late one puts its papers where they are asked for."""
        for number in self._numbers():
            filed = self._filed(number)
            filed.put(self._papers(number, filed.admin()[1]), 1)
            filed.submit(1)

    def _papers(self, number: int, case: Any) -> list[Paper]:
        """What a school hands in: one that is visited a paper for each item, another all in one bound volume."""
        holder = Holder.of(self._data.schools[number - 1].institution)
        asked = [one["code"] for one in case["catalogue"]["items"] if one["required"]]
        if number in _PAPER_BY_PAPER:
            return [papers.paper(code, holder, "2026年年检") for code in asked]
        return papers.volume(asked, holder, "2026年年检")

    def _visit(self) -> None:
        reviewer = self._cast.officer("reviewer")
        for number in self._numbers():
            for action in ("accept", "begin_review"):
                self._filed(number).act(reviewer, action)
        for number in (PASSES, RECTIFIES, FAILS):
            self._filed(number).visit(reviewer, **(_DEMANDED if number == RECTIFIES else {}))

    def _decide(self) -> None:
        supervisor = self._cast.officer("supervisor")
        for number, outcome, reason in (
            (PASSES, "pass", "材料齐全，核查符合"),
            (RECTIFIES, "conditional", "灭火器限期更换"),
            (FAILS, "fail", "聘用在职中小学教师，财务报告不实"),
        ):
            self._filed(number).act(supervisor, "decide", outcome=outcome, reason=reason)
            self._filed(number).act(supervisor, "close" if outcome == "fail" else "publicise")

    def _rectify(self) -> None:
        """The school says that it is put right, and the reviewer has seen it: the publicity may end."""
        filed = self._filed(RECTIFIES)
        filed.post("/findings/1/rectification", {"answer": "灭火器已全部更换，附照片备查"}, "rectified")
        filed.act(self._cast.officer("reviewer"), "confirm_rectified", number="1")

    def _look(self) -> None:
        """Everybody sees what came of it."""
        anybody, wanted = Caller(self._cast.district.api_url), {PASSES: "passed", RECTIFIES: "passed"}
        for number, standing in {**wanted, FAILS: "failed", LATE: "overdue"}.items():
            school = self._data.schools[number - 1].institution
            [told] = anybody.get(f"/v1/verify?credit_code={school.credit_code}")["data"]
            if told["inspection"]["standing"] != standing:
                raise RuntimeError(f"the inspection of school {number} isn't {standing}: {told['inspection']}")

    def _numbers(self) -> list[int]:
        return [number for number in range(1, len(self._data.schools) + 1) if number != LATE]

    def _filed(self, number: int) -> Filed:
        return Filed(self._cast, admin_openid(number), "annual_inspection", f"inspection-{number:02d}")


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
