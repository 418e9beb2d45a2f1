"""A school sees a child's lesson with its dispute and the guardian's pictures, and answers once."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import enrolment_views as views
from functions.api.school_files import address_of
from functions.edge import lessons
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, SeeOther, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.kernel.ids import EnrolmentId, SessionId
from shared.materials import queries as materials
from shared.materials import rules as files
from shared.materials.queries import UnknownFile
from shared.teaching import queries, rules, usecases
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)

_Text = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class AnswerDisputeRequest(Request):
    """What the school says to a dispute, for the guardian and the bureau."""

    text: _Text


@endpoint(
    blueprint,
    "GET",
    "/v1/school/lessons/{enrolment_id}/{session_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=views.LessonView,
    errors=(UnknownEnrolment, UnknownSession),
    summary_zh="本校一名学员的一节课及其争议",
    summary_en="A child's lesson at the school, with its dispute",
)
def get_school_lesson(call: Call[None]) -> views.LessonView:
    account, session_id = _own(call), SessionId(call.path["session_id"])
    return views.lesson(lessons.one(account, session_id), account.unmarked)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/lessons/{enrolment_id}/{session_id}/pictures/{number}",
    audience=Audience.SCHOOL_ADMIN,
    status=303,
    errors=(UnknownEnrolment, UnknownFile, files.NotKept),
    summary_zh="争议所附的一张图片（短时有效的地址）",
    summary_en="The address of a picture of a dispute, good for a short time",
)
def get_dispute_picture(call: Call[None]) -> SeeOther:
    lesson = queries.find_lesson(_own(call).enrolment_id, SessionId(call.path["session_id"]))
    pictures = {str(number): one for number, one in enumerate(lesson.dispute_pictures if lesson else (), 1)}
    if lesson is None or call.path["number"] not in pictures:
        raise UnknownFile()
    file = materials.get_of_person(lesson.guardian_id, pictures[call.path["number"]])
    files.check_kept(file)
    return SeeOther(address_of(file))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/lessons/{enrolment_id}/{session_id}/answer",
    audience=Audience.SCHOOL_ADMIN,
    request=AnswerDisputeRequest,
    response=views.LessonState,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownSession, rules.NotDisputed, rules.AnsweredAlready),
    summary_zh="答复一项争议（裁决之前，只能一次）",
    summary_en="Answer a dispute, once and before it is decided",
)
def answer_dispute(call: Call[AnswerDisputeRequest]) -> views.LessonState:
    lesson = usecases.answer_dispute(
        enrolment_id=_own(call).enrolment_id, session_id=SessionId(call.path["session_id"]), answer=call.body.text
    )
    return views.lesson_state(lesson)


def _own(call: Call[None] | Call[AnswerDisputeRequest]) -> EnrolmentAccount:
    account = funds.get_account(EnrolmentId(call.path["enrolment_id"]))
    if account.institution_id != call.institution_id:
        raise UnknownEnrolment()
    return account
