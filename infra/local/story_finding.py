"""A family looks for a dance course: by initials and distance, by street and time, page by page, and compares two."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

_SEARCH = "/v1/mall/search"
_AT_HOME = "36.82000,118.31000"
_AT_WEEKENDS = {"weekdays": "6,7", "not_before": "09:00", "free_seats": "1", "sort": "price"}


class FindingStory:
    """The steps of one family, before the term begins."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._data = data

    def steps(self) -> Iterator[Step]:
        """On one evening."""
        yield _step("08-28 20:00", "find-by-initials", self._by_initials)
        yield _step("08-28 20:05", "find-by-time", self._by_street_and_time)
        yield _step("08-28 20:10", "find-nothing", self._nothing)

    def _by_initials(self) -> None:
        """All dance courses, the nearest first; the first two of different schools side by side."""
        found = self._find(q="wd", near=_AT_HOME, sort="distance", limit="50")["data"]
        away = [one["distance_m"] for one in found]
        if len({one["institution_id"] for one in found}) < 2 or away != sorted(away):
            raise RuntimeError(f"wd doesn't find every dance school, the nearest first: {found}")
        other = next(one for one in found if one["institution_id"] != found[0]["institution_id"])
        asked = f"{found[0]['course_id']},{other['course_id']}"
        for one in self._anybody().get(f"/v1/mall/compare?courses={asked}")["courses"]:
            badges = [badge["code"] for badge in one["safety"]["badges"]]
            if not one["teachers"] or one["safety"]["held"] is None or "custody" not in badges:
                raise RuntimeError(f"a comparison doesn't say who teaches, or how safe the money is: {one}")

    def _by_street_and_time(self) -> None:
        """Free seats at weekends in the street of the first school: page by page, the cheapest first, none twice."""
        street = self._data.schools[0].institution.campuses[0].street
        wanted = {**_AT_WEEKENDS, "street": street}
        first = self._find(**wanted, limit="1")
        told = first["data"]
        if first["next_cursor"] is not None:
            told += self._find(**wanted, limit="1", cursor=first["next_cursor"])["data"]
        ids = [one["course_id"] for one in told]
        streets = {each["street"] for one in told for each in one["classes"]}
        if len(set(ids)) < len(ids) or streets - {street}:
            raise RuntimeError(f"courses in {street} come twice, or from elsewhere: {told}")

    def _nothing(self) -> None:
        """Nobody teaches table tennis to three-year-olds: the family hears which wish to give up."""
        told = self._find(q="乒乓球", age="3")
        if told["data"] or [one["parameter"] for one in told["nothing"]["without"]] != ["age"]:
            raise RuntimeError(f"what there is nothing of isn't explained: {told}")

    def _find(self, **wanted: str) -> Any:
        return self._anybody().get(f"{_SEARCH}?{urlencode(wanted)}")

    def _anybody(self) -> Caller:
        return Caller(self._cast.district.api_url)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
