"""What the API says of transfers."""

from typing import Any, Literal

from functions.api.views import View
from shared.kernel import clock
from shared.mall.transfer_model import Transfer

Terms = dict[str, str | int]


class TransferView(View):
    """A transfer of an enrolment to another class. One that is `done` is an amendment of the contract.

    `requested`: the guardian has asked, `offered`: the school has; the other side answers. `lessons` are taught in the
    new class, from its session `first_session` on; 0 until it is done. What was accepted before stays in `from_terms`.
    """

    enrolment_id: str
    number: int
    status: Literal["requested", "offered", "done", "declined", "withdrawn"]
    from_offering_id: str
    from_class: str
    from_terms_hash: str
    to_course_id: str
    to_offering_id: str
    to_class: str
    to_terms_hash: str
    opened_by: Literal["guardian", "school"]
    opened_at: str
    answered_at: str | None
    lessons: int
    first_session: int


class TransferWithTerms(TransferView):
    """With the terms of both classes: those that are left, and those that both sides accept."""

    from_terms: Terms
    to_terms: Terms


class Transfers(View):
    data: list[TransferWithTerms]


def _told(one: Transfer) -> dict[str, Any]:
    return {
        "enrolment_id": one.enrolment_id,
        "number": one.number,
        "status": one.status.value,
        "from_offering_id": one.from_offering,
        "from_class": one.from_class,
        "from_terms_hash": one.from_terms,
        "to_course_id": one.to_course,
        "to_offering_id": one.to_offering,
        "to_class": one.to_class,
        "to_terms_hash": one.to_terms,
        "opened_by": "guardian" if one.opened_by == one.guardian_id else "school",
        "opened_at": clock.shown(one.opened_at),
        "answered_at": clock.shown(one.answered_at) if one.answered_at else None,
        "lessons": one.lessons,
        "first_session": one.first_session,
    }


def transfer(one: Transfer) -> TransferView:
    return TransferView.model_validate(_told(one))


def with_terms(one: Transfer, terms: dict[str, Any]) -> TransferWithTerms:
    """`terms`: by their hash."""
    both = {"from_terms": terms[one.from_terms], "to_terms": terms[one.to_terms]}
    return TransferWithTerms.model_validate({**_told(one), **both})
