"""Two schools on the lists: one on the white list, with a plaque on its wall; one on the black list, and its appeal."""

from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI

WHITE, BLACK = 13, 11  # schools, by their numbers; nobody enrols there any more by then
_GOOD = {"reason": "经营规范，资金全部入监管", "evidence": "2026年秋季检查记录第12号", "until": "2027-08-31"}
_BAD = {"reason": "超范围开展学科类培训", "evidence": "现场检查笔录2026-0914；家长举报两件"}


class ListingStory:
    """The steps of both."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._data = data

    def steps(self) -> Iterator[Step]:
        """A plaque, the white list, the black list; an appeal that waits for weeks and is dismissed."""
        yield _step("09-10 10:00", "list-plaque", self._plaque)
        yield _step("09-10 11:00", "list-white", lambda: self._two_people(WHITE, "whitelisting", **_GOOD))
        yield _step("09-14 10:00", "list-black", lambda: self._two_people(BLACK, "blacklisting", **_BAD))
        yield _step("09-14 15:00", "list-look-in-vain", self._looks_in_vain)
        yield _step("09-16 09:00", "list-appeal", self._appeals)
        dismissed = {"answer": "dismissed", "reason": "经复核，笔录与举报一致，认定属实"}
        yield _step("10-14 10:00", "list-answer", lambda: self._two_people(BLACK, "listing_appeal", **dismissed))

    def _plaque(self) -> None:
        """The school gets its plaque, and somebody scans it."""
        admin = self._cast.school_user(admin_openid(WHITE))
        plaque = admin.post("/v1/school/plaque", {}, key="get-plaque-0001")["plaque_id"]
        [told] = self._anybody().get(f"/v1/verify?plaque={plaque}")["data"]
        if not told["legal"]:
            raise RuntimeError(f"a licensed school's plaque says that it isn't legal: {told}")

    def _looks_in_vain(self) -> None:
        """A family looks up the school that was blacklisted; its courses are out of the mall."""
        anybody, school = self._anybody(), self._data.schools[BLACK - 1]
        [told] = anybody.get(f"/v1/verify?credit_code={school.institution.credit_code}")["data"]
        answer = anybody.call("GET", f"/v1/mall/courses/{school.classes[0].course.course_id}")
        if told["legal"] or answer.code != "unknown_course":
            raise RuntimeError(f"a blacklisted school still sells: {told} {answer.body}")

    def _appeals(self) -> None:
        admin = self._cast.school_user(admin_openid(BLACK))
        if admin.get("/v1/school/listing")["may_appeal"]:
            text = {"text": "所开课程为兴趣阅读，请复核现场笔录"}
            admin.post("/v1/school/listing/appeals", text, key="appeal-listing-0001")

    def _two_people(self, number: int, act: str, **fields: str) -> None:
        page = f"/console/schools/{self._data.schools[number - 1].institution.institution_id}/listing"
        self._cast.two_people(page, f"{page}/{act}", proposer="reviewer", **fields)

    def _anybody(self) -> Caller:
        return Caller(self._cast.district.api_url)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
