"""The waitlist of a sold-out class: a guardian's places on it, and how a school sees it."""

from typing import Any

from chalice.app import Blueprint

from functions.api import waitlist_views as views
from functions.api.enrolments import open_enrolments
from functions.api.views import View
from functions.edge import waitlists
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.institutions.store import NotSelling
from shared.kernel import clock
from shared.kernel.ids import CourseId, OfferingId, StudentId
from shared.mall import queries as courses
from shared.mall import rules as sale
from shared.mall import waitlist
from shared.mall.store import UnknownCourse, UnknownOffering, find_offering
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket, TicketStatus
from shared.people import consents
from shared.people import queries as people
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_MOST_CHILDREN = 100


class JoinRequest(Request):
    course_id: Id
    offering_id: Id
    student_id: Id


class LeaveRequest(Request):
    """Nothing to say: the address says it all."""


class Tickets(View):
    data: list[views.TicketView]


@endpoint(
    blueprint,
    "POST",
    "/v1/me/waitlist",
    audience=Audience.GUARDIAN,
    request=JoinRequest,
    response=views.TicketView,
    status=201,
    idempotent=True,
    errors=(
        UnknownCourse,
        UnknownOffering,
        people.UnknownStudent,
        NotSelling,
        waitlist.SeatsFree,
        waitlist.WaitlistFull,
        sale.NotOnSale,
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
    summary_zh="候补：满员的班，按先后排号",
    summary_en="Wait for a seat of a class that is sold out, in order of arrival",
)
def join_waitlist(call: Call[JoinRequest]) -> views.TicketView:
    student = people.get_student(guardian_id=call.guardian_id, student_id=StudentId(call.body.student_id))
    consents.check(student, on=clock.business_day(call.now))
    course = courses.get_course(CourseId(call.body.course_id)).course
    joined = waitlist.join(
        guardian_id=call.guardian_id,
        student_id=student.student_id,
        course_id=course.course_id,
        offering_id=OfferingId(call.body.offering_id),
        open_enrolments=open_enrolments,
        also=[waitlists.selling(course.institution_id, student.student_id, call.now)],
        policy=policies.in_force(at=call.now),
        now=call.now,
    )
    return _view(joined, call)


@endpoint(
    blueprint,
    "GET",
    "/v1/me/waitlist",
    audience=Audience.GUARDIAN,
    response=Tickets,
    summary_zh="我的候补：排在第几位，轮到时名额保留到何时",
    summary_en="My places on waitlists, and until when a seat is kept for whose turn it is",
)
def list_my_waitlist(call: Call[None]) -> Tickets:
    children = people.list_students(call.guardian_id, limit=_MOST_CHILDREN, cursor=None).rows
    return Tickets(
        data=[_view(one, call) for one in tickets.list_of_students([child.student_id for child in children])]
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/me/waitlist/{student_id}/{offering_id}/leaving",
    audience=Audience.GUARDIAN,
    request=LeaveRequest,
    response=views.TicketView,
    idempotent=True,
    errors=(people.UnknownStudent, tickets.UnknownTicket),
    summary_zh="退出候补，或放弃轮到的名额",
    summary_en="Leave a waitlist, or decline the seat that is kept",
)
def leave_waitlist(call: Call[LeaveRequest]) -> views.TicketView:
    student = people.get_student(guardian_id=call.guardian_id, student_id=StudentId(call.path["student_id"]))
    offering_id = OfferingId(call.path["offering_id"])
    return _view(waitlist.leave(offering_id=offering_id, student_id=student.student_id, now=call.now), call)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/courses/{course_id}/classes/{offering_id}/waitlist",
    audience=Audience.SCHOOL_ADMIN,
    response=views.WaitlistView,
    errors=(UnknownCourse, UnknownOffering),
    summary_zh="本校一个班的候补：人数与先后，不含儿童信息",
    summary_en="The waitlist of one of the school's classes: how many and in which order, without the children's data",
)
def get_school_waitlist(call: Call[None]) -> views.WaitlistView:
    found = courses.get_course(CourseId(call.path["course_id"]))
    offering = find_offering(found, OfferingId(call.path["offering_id"]))
    if offering.institution_id != call.institution_id:
        raise UnknownOffering()
    return views.WaitlistView(
        offering_id=offering.offering_id,
        seats=offering.seats,
        sold=offering.seats_sold,
        offered=offering.offered,
        waiting=offering.waiting,
        data=[
            views.WaitingView(place=place, number=one.number, joined_at=clock.shown(one.joined_at))
            for place, one in enumerate(tickets.list_waiting(offering), 1)
        ],
    )


def _view(ticket: Ticket, call: Call[Any]) -> views.TicketView:
    found = courses.get_course(ticket.course_id)
    waits = ticket.status is TicketStatus.WAITING
    before = tickets.count_before(find_offering(found, ticket.offering_id), ticket) if waits else 0
    return views.ticket(ticket, found, before=before, now=call.now)
