"""A guardian's enrolments: the sale, the money, the lessons."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from events import facts
from functions.api import cover_views, enrolment_endings, opening_views
from functions.api import enrolment_views as views
from functions.api.uploads import PictureNotUsable, pictures_of
from functions.api.views import View
from functions.edge import lessons as enrolment_lessons
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, PageQuery, Request, endpoint
from functions.edge.settings import settings
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.funds import suspense
from shared.funds.model import EnrolmentAccount
from shared.funds.store import accounts
from shared.institutions import store as institutions
from shared.insurance import queries as covers
from shared.kernel import clock, ids
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId, SessionId, StudentId
from shared.kernel.page import Page
from shared.mall import model as mall
from shared.mall import queries as courses
from shared.mall import rules as sale
from shared.mall import usecases as mall_usecases
from shared.mall.store import UnknownCourse, UnknownOffering, openings
from shared.materials.queries import UnknownFile
from shared.payments import store as payments
from shared.people import consents
from shared.people import queries as people
from shared.policy import queries as policies
from shared.teaching import rules as lessons
from shared.teaching import usecases as teaching_usecases
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)


class EnrolRequest(Request):
    """`terms_hash` is that of the class as it was shown: what the guardian accepts."""

    course_id: Id
    offering_id: Id
    student_id: Id
    terms_hash: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]


class ConfirmRequest(Request):
    """Nothing to say: the address says it all."""


class DisputeRequest(Request):
    """`pictures`: at most three files of one's own that were accepted (`/v1/me/uploads`)."""

    reason: Annotated[str, pydantic.Field(min_length=1, max_length=200)]
    pictures: Annotated[list[Id], pydantic.Field(max_length=3)] = []


class Entries(View):
    data: list[views.EntryView]


class Lessons(View):
    data: list[views.LessonView]


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments",
    audience=Audience.GUARDIAN,
    request=EnrolRequest,
    response=views.EnrolmentWithTerms,
    status=201,
    idempotent=True,
    errors=(
        UnknownCourse,
        UnknownOffering,
        people.UnknownStudent,
        institutions.NotSelling,
        sale.SoldOut,
        sale.NotOnSale,
        sale.TermsChanged,
        sale.TooManyLessons,
        sale.SpanTooLong,
        sale.ChargeTooHigh,
        sale.TooEarly,
        sale.AlreadyStarted,
        sale.AlreadyEnrolled,
        sale.RenewalTooEarly,
        sale.SplitCharge,
        consents.ConsentWithdrawn,
        consents.ConsentOutdated,
    ),
    summary_zh="报名：占一个座位，等待缴费",
    summary_en="Enrol: take a seat, to be paid",
)
def enrol(call: Call[EnrolRequest]) -> views.EnrolmentWithTerms:
    guardian_id = call.guardian_id
    enrolment_id = EnrolmentId(ids.derived("enr", guardian_id, call.idempotency_key))
    student = people.get_student(guardian_id=guardian_id, student_id=StudentId(call.body.student_id))
    course = courses.get_course(CourseId(call.body.course_id)).course
    school = institutions.get(course.institution_id)

    def consented(made: facts.EnrolmentMade) -> list[transaction.Part]:
        consents.check(student, on=clock.business_day(call.now))  # here, so that a sale that was made is told again
        return account_and_latch(made)

    try:
        mall_usecases.enrol(
            enrolment_id=enrolment_id,
            guardian_id=guardian_id,
            student_id=student.student_id,
            course_id=course.course_id,
            offering_id=OfferingId(call.body.offering_id),
            terms_hash=call.body.terms_hash,
            seller=mall.Seller(school.institution_id, school.accounts.tuition_account_no),
            open_enrolments=open_enrolments,
            also=consented,
            consent_version=student.consent_version,
            policy=policies.in_force(at=call.now),
            now=call.now,
        )
    except (accounts.EnrolmentExists, sale.AlreadyEnrolled):
        if not _made_before(enrolment_id, call.body):
            raise
    return _with_terms(funds.get_account(enrolment_id), call)


def open_enrolments(enrolment_ids: Sequence[EnrolmentId]) -> list[mall.OpenEnrolment]:
    """Those of a student's enrolments that still hold a seat, for the mall's rules."""
    return [
        mall.OpenEnrolment(
            account.enrolment_id, account.course_id, account.offering_id, account.category, account.lessons_left
        )
        for account in funds.get_accounts(enrolment_ids)
        if account.open
    ]


def account_and_latch(made: facts.EnrolmentMade) -> list[transaction.Part]:
    """What a sale writes beside the mall: the school may sell, and the enrolment's account opens."""
    on = clock.business_day(made.made_at)
    return [
        institutions.selling_latch(made.institution_id, spread_by=made.enrolment_id, on=on),
        accounts.open_new(made),
    ]


def _made_before(enrolment_id: EnrolmentId, body: EnrolRequest) -> bool:
    """Whether this very command made the enrolment on an earlier try whose answer was lost."""
    made = next(iter(funds.get_accounts([enrolment_id])), None)
    return made is not None and (made.offering_id, made.student_id) == (body.offering_id, body.student_id)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments",
    audience=Audience.GUARDIAN,
    query=PageQuery,
    response=views.EnrolmentView,
    summary_zh="我的报名，最新在前",
    summary_en="My enrolments, newest first",
)
def list_enrolments(call: Call[None]) -> Page[views.EnrolmentView]:
    page = funds.list_by_guardian(call.guardian_id, limit=call.page.limit, cursor=call.page.cursor)
    terms = courses.get_terms_of([account.terms_hash for account in page.rows])
    return page.map(lambda account: views.enrolment(account, terms[account.terms_hash]))


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}",
    audience=Audience.GUARDIAN,
    response=views.EnrolmentWithTerms,
    errors=(accounts.UnknownEnrolment,),
    summary_zh="一笔报名：条款、资金、缴费方式、意外险",
    summary_en="An enrolment: terms, money, how to pay, its accident insurance",
)
def get_enrolment(call: Call[None]) -> views.EnrolmentWithTerms:
    return _with_terms(_own(call), call)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/entries",
    audience=Audience.GUARDIAN,
    response=Entries,
    errors=(accounts.UnknownEnrolment,),
    summary_zh="一笔报名的全部资金分录",
    summary_en="Every movement of an enrolment's money",
)
def list_entries(call: Call[None]) -> Entries:
    return Entries(data=[views.entry(one) for one in funds.list_entries(_own(call))])


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/lessons",
    audience=Audience.GUARDIAN,
    response=Lessons,
    errors=(accounts.UnknownEnrolment,),
    summary_zh="一笔报名的课时",
    summary_en="An enrolment's lessons",
)
def list_lessons(call: Call[None]) -> Lessons:
    account = _own(call)
    return Lessons(data=[views.lesson(one, account.unmarked) for one in enrolment_lessons.of(account)])


_LESSON_ERRORS = (
    accounts.UnknownEnrolment,
    UnknownSession,
    lessons.SessionNotOver,
    lessons.SessionCancelled,
    lessons.NotMarked,
    lessons.NotTaught,
    lessons.AlreadyConfirmed,
    lessons.Disputed,
    lessons.DisputeUpheld,
    lessons.LessonRefunded,
)


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/confirmation",
    audience=Audience.GUARDIAN,
    request=ConfirmRequest,
    response=views.LessonState,
    status=201,
    idempotent=True,
    errors=_LESSON_ERRORS,
    summary_zh="确认一节课",
    summary_en="Confirm a lesson",
)
def confirm_lesson(call: Call[ConfirmRequest]) -> views.LessonState:
    account = _own(call)
    lesson = teaching_usecases.confirm_lesson(
        enrolment_id=account.enrolment_id,
        offering_id=account.offering_id,
        session_id=SessionId(call.path["session_id"]),
        now=call.now,
    )
    return views.lesson_state(lesson)


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/dispute",
    audience=Audience.GUARDIAN,
    request=DisputeRequest,
    response=views.LessonState,
    status=201,
    idempotent=True,
    errors=(*_LESSON_ERRORS, UnknownFile, PictureNotUsable),
    summary_zh="对一节课提出争议，可附图片",
    summary_en="Dispute a lesson, with pictures where there are any",
)
def dispute_lesson(call: Call[DisputeRequest]) -> views.LessonState:
    account = _own(call)
    pictures = pictures_of(call.principal.subject, list(dict.fromkeys(call.body.pictures)))
    lesson = teaching_usecases.dispute_lesson(
        enrolment_id=account.enrolment_id,
        offering_id=account.offering_id,
        session_id=SessionId(call.path["session_id"]),
        reason=call.body.reason,
        pictures=[one.file_id for one in pictures],
        now=call.now,
    )
    return views.lesson_state(lesson)


def _own(call: Call[None] | Call[ConfirmRequest] | Call[DisputeRequest]) -> EnrolmentAccount:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)


def _with_terms(account: EnrolmentAccount, call: Call[Any]) -> views.EnrolmentWithTerms:
    cover, terms = covers.find(account.enrolment_id), courses.get_terms(account.terms_hash)
    ends_on = date.fromisoformat(str(terms["ends_on"]))
    opening = openings.find(account.offering_id)
    return views.enrolment_with_terms(
        account,
        terms,
        institutions.get(account.institution_id),
        in_suspense_fen=suspense.left_of(account),
        order=payments.find_last(account.enrolment_id),
        offers_wechat=settings().wechat_pay_offered,
        insurance=cover_views.cover(cover, language=call.language) if cover else None,
        ending=enrolment_endings.of(account, ends_on=ends_on, now=call.now, language=call.language),
        opening=opening_views.opening(opening) if opening else None,
        language=call.language,
    )
