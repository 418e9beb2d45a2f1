"""A guardian confirms all lessons that wait for her, or those that she names, in one call."""

from collections.abc import Mapping
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.timetables import paid_enrolments
from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import queries, rules, usecases
from shared.teaching.model import LessonStatus

blueprint = Blueprint(__name__)

MOST = 60
_Key = tuple[EnrolmentId, SessionId]


class NamedLesson(Request):
    enrolment_id: Id
    session_id: Id


class ConfirmationsRequest(Request):
    """The lessons to confirm; all that wait, the oldest first and at most 60 at once, where none is named."""

    lessons: Annotated[list[NamedLesson], pydantic.Field(min_length=1, max_length=MOST)] | None = None


class ConfirmationView(View):
    """What became of one lesson: `confirmed`, now or before; or why not, as a problem's `code` and sentence."""

    enrolment_id: str
    session_id: str
    confirmed: bool
    status: str | None
    code: str | None
    message: str | None


class Confirmations(View):
    """Each lesson once, in the order of the request. `waiting`: so many more wait that weren't named or didn't fit."""

    data: list[ConfirmationView]
    waiting: int


@endpoint(
    blueprint,
    "POST",
    "/v1/me/lessons/confirmations",
    audience=Audience.GUARDIAN,
    request=ConfirmationsRequest,
    response=Confirmations,
    status=201,
    idempotent=True,
    summary_zh="一次确认全部待确认的课时，或所列的课时",
    summary_en="Confirm all lessons that wait, or those that are named",
)
def confirm_lessons(call: Call[ConfirmationsRequest]) -> Confirmations:
    mine = {one.enrolment_id: one for one in paid_enrolments(call.guardian_id)}
    waiting = _waiting(mine)
    named = call.body.lessons
    if named is None:
        wanted = waiting[:MOST]
    else:
        wanted = list(dict.fromkeys((EnrolmentId(one.enrolment_id), SessionId(one.session_id)) for one in named))
    told = [_confirmed(key, mine, call) for key in wanted]
    return Confirmations(data=told, waiting=len(set(waiting) - set(wanted)))


def _waiting(mine: Mapping[EnrolmentId, EnrolmentAccount]) -> list[_Key]:
    """The lessons that wait for their guardian, the oldest first."""
    lessons = [
        lesson
        for enrolment_id in mine
        for lesson in queries.list_lessons(enrolment_id)
        if lesson.status is LessonStatus.TAUGHT
    ]
    return [
        (one.enrolment_id, one.session_id) for one in sorted(lessons, key=lambda one: (one.starts_at, one.enrolment_id))
    ]


def _confirmed(
    key: _Key, mine: Mapping[EnrolmentId, EnrolmentAccount], call: Call[ConfirmationsRequest]
) -> ConfirmationView:
    """One lesson in its own transaction: what refuses it stops no other."""
    enrolment_id, session_id = key
    status, refusal = None, None
    try:
        if enrolment_id not in mine:
            raise UnknownEnrolment()
        lesson = usecases.confirm_lesson(
            enrolment_id=enrolment_id,
            offering_id=mine[enrolment_id].offering_id,
            session_id=session_id,
            now=call.now,
        )
        status = lesson.status
    except rules.AlreadyConfirmed:
        found = queries.find_lesson(enrolment_id, session_id)
        status = found.status if found else None
    except errors.Refusal as refused:
        refusal = refused
    return ConfirmationView(
        enrolment_id=enrolment_id,
        session_id=session_id,
        confirmed=status is not None,
        status=status.value if status else None,
        code=refusal.code if refusal else None,
        message=refusal.sentence(call.language) if refusal else None,
    )
