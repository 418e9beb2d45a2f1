"""The last seat of a class: a family takes it and never pays, another waits, asks what it means, and buys."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from infra.local.district import DistrictData
from infra.local.doors import Caller
from infra.local.stage import Cast, Step
from infra.local.story_courses import SCHOOL, TITLE
from shared.kernel.clock import SHANGHAI

_FORGETFUL = ("openid-forgetful-parent", "孙小可", "forgetful")
_PATIENT = ("openid-patient-parent", "周思远", "patient")


class WaitlistStory:
    """Three days of September, after the course story's class has come on sale and sold one of its two seats."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._institution_id = data.schools[SCHOOL - 1].institution.institution_id

    def steps(self) -> Iterator[Step]:
        """The unpaid enrolment expires after 48 hours, by the policy story; the seat is offered and bought that day."""
        yield Step(datetime(2026, 9, 12, 11, tzinfo=SHANGHAI), "waitlist-joined", self._join)
        yield Step(datetime(2026, 9, 14, 20, tzinfo=SHANGHAI), "waitlist-bought", self._buy)

    def _join(self) -> None:
        """The last seat goes to a family that never pays; the next is told what stands against a sale, and waits."""
        forgetful, course = self._cast.guardian(_FORGETFUL[0]), self._course()
        forgetful.post("/v1/enrolments", _wish(course, _child(forgetful, _FORGETFUL)), key="waitlist-enrol-forgetful")
        patient = self._cast.guardian(_PATIENT[0])
        student_id = _child(patient, _PATIENT)
        quote = patient.get(_quote(course, student_id))
        if quote["refusals"] != ["class_sold_out"]:
            raise RuntimeError(f"a class that is sold out is refused otherwise: {quote['refusals']}")
        place = {name: told for name, told in _wish(course, student_id).items() if name != "terms_hash"}
        patient.post("/v1/me/waitlist", place, key="waitlist-join")

    def _buy(self) -> None:
        """Her turn has come: she reads what it means, enrols and pays. Nothing where the schedule came too late."""
        patient = self._cast.guardian(_PATIENT[0])
        [ticket] = patient.get("/v1/me/waitlist")["data"]
        if ticket["status"] != "offered":
            return
        course = self._course()
        quote = patient.get(_quote(course, ticket["student_id"]))
        if not quote["may_enrol"]:
            raise RuntimeError(f"whose turn it is can't enrol: {quote['refusals']}")
        wish = {**_wish(course, ticket["student_id"]), "terms_hash": quote["terms_hash"]}
        payment = patient.post("/v1/enrolments", wish, key="waitlist-enrol-patient")["payment"]
        self._cast.district.bank.transfer(
            payment["account_no"],
            payment["amount"]["amount_fen"],
            remittance=f"学费 {payment['reference']}",
            payer_name="周建华",
            payer_account_no="6222000000009925",
        )

    def _course(self) -> Any:
        anybody = self._cast.guardian(_PATIENT[0])
        courses = anybody.get(f"/v1/mall/institutions/{self._institution_id}/courses")["data"]
        course_id = next(one["course_id"] for one in courses if one["title"] == TITLE)
        return anybody.get(f"/v1/mall/courses/{course_id}")


def _child(parent: Caller, who: tuple[str, str, str]) -> str:
    body = {"name": who[1], "birth_month": "2017-03", "consent": True}
    return str(parent.post("/v1/me/children", body, key=f"waitlist-child-{who[2]}")["student_id"])


def _wish(course: Any, student_id: str) -> dict[str, str]:
    [offering] = course["classes"]
    return {
        "course_id": course["course_id"],
        "offering_id": offering["offering_id"],
        "student_id": student_id,
        "terms_hash": offering["terms_hash"],
    }


def _quote(course: Any, student_id: str) -> str:
    asked = {name: told for name, told in _wish(course, student_id).items() if name != "terms_hash"}
    return "/v1/me/quote?" + "&".join(f"{name}={told}" for name, told in asked.items())
