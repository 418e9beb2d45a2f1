"""The waitlist of a class (候补): join, leave, be called, let a turn pass. Each step is one transaction.

A seat that comes free isn't everybody's while somebody waits (`take_seat`), so nothing has to happen at once: the seat
stays with the class until whose turn it is was called, however often and late `call_next` runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.dynamo import transaction
from shared.kernel import clock, errors
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, OfferingId, StudentId
from shared.mall import model, rules, store
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket, TicketStatus
from shared.policy.model import Policy


class SeatsFree(errors.Conflict):
    code = "seats_free"
    zh = "该班还有 {free} 个名额，请直接报名。"
    en = "The class has {free} seats left. Enrol instead of waiting."


class WaitlistFull(errors.Conflict):
    code = "waitlist_full"
    zh = "该班候补已有 {waiting} 人，达到上限 {limit} 人。"
    en = "{waiting} wait for this class, which is the limit of {limit}."


def join(
    *,
    guardian_id: GuardianId,
    student_id: StudentId,
    course_id: CourseId,
    offering_id: OfferingId,
    open_enrolments: Callable[[Sequence[EnrolmentId]], Sequence[model.OpenEnrolment]],
    also: Sequence[transaction.Part],
    policy: Policy,
    now: datetime,
) -> Ticket:
    """Put a child at the end of a class's waitlist, in one transaction with `also`; who waits already stays in place.

    The rules of a sale are asked as they stand now, and again when it takes its seat. Raises their refusals, SeatsFree,
    WaitlistFull, UnknownCourse, UnknownOffering, what `also` refuses, Unavailable.
    """

    def attempt() -> Ticket:
        was = tickets.find_ticket(offering_id, student_id)
        if was is not None and lapse(was, now=now):
            was = tickets.find_ticket(offering_id, student_id)
        if was is not None and was.live:
            return was
        found = store.get_course(course_id)
        offering = store.find_offering(found, offering_id)
        has = open_enrolments(store.read_pupil(student_id, found.course.category)[0])
        rules.check_sale(
            course=found.course,
            offering=offering,
            terms_hash=offering.terms_hash,
            has=has,
            policy=policy,
            today=clock.business_day(now),
        )
        if offering.seats_free > 0:
            raise SeatsFree(free=offering.seats_free)
        if offering.waiting >= policy.waitlist_most:
            raise WaitlistFull(waiting=offering.waiting, limit=policy.waitlist_most)
        ticket = _next(offering, guardian_id, student_id, now)
        transaction.commit([*also, *tickets.joined(offering, ticket, was=was)])
        return ticket

    return transaction.retried(attempt)


def _next(offering: model.Offering, guardian_id: GuardianId, student_id: StudentId, now: datetime) -> Ticket:
    return Ticket(
        offering_id=offering.offering_id,
        number=offering.tickets + 1,
        course_id=offering.course_id,
        institution_id=offering.institution_id,
        guardian_id=guardian_id,
        student_id=student_id,
        joined_at=now,
    )


def leave(*, offering_id: OfferingId, student_id: StudentId, now: datetime) -> Ticket:
    """Take a child off a waitlist, or decline the seat that is offered to it. What is over stays as it is.

    Raises UnknownTicket, Unavailable.
    """

    def attempt() -> Ticket:
        ticket = tickets.find_ticket(offering_id, student_id)
        if ticket is None:
            raise tickets.UnknownTicket()
        if not ticket.live:
            return ticket
        waits = ticket.status is TicketStatus.WAITING
        return _end(ticket, TicketStatus.LEFT if waits else TicketStatus.DECLINED, now)

    return transaction.retried(attempt)


def call_next(
    *,
    course_id: CourseId,
    offering_id: OfferingId,
    also: Callable[[Ticket, model.Course, model.Offering], Sequence[transaction.Part]],
    policy: Policy,
    now: datetime,
) -> Ticket | None:
    """Offer a free seat to who has waited longest, in one transaction with `also`; None when nothing is to be offered.

    It is kept for the policy's hours, and not beyond the day that the class starts on. Raises what `also` refuses,
    Unavailable.
    """

    def attempt() -> Ticket | None:
        found = store.get_course(course_id)
        offering = store.find_offering(found, offering_id)
        on_sale = {found.course.status, offering.status} == {model.Status.PUBLISHED}
        if not on_sale or offering.seats_left <= 0 or _has_started(offering, now):
            return None
        ticket = tickets.find_next(offering)
        if ticket is None:
            return None
        until = min(now + timedelta(hours=policy.waitlist_offer_hours), clock.end_of(offering.starts_on))
        offered = replace(ticket, status=TicketStatus.OFFERED, expires_at=until)
        transaction.commit([*also(offered, found.course, offering), *tickets.called(offering, ticket, offered)])
        return offered

    return transaction.retried(attempt)


def lapse(ticket: Ticket, *, now: datetime) -> bool:
    """Let an offer whose time is over pass; whether it was ended now. Raises Unavailable."""

    def attempt() -> bool:
        there = tickets.find_ticket(ticket.offering_id, ticket.student_id)
        if there is None or there.status is not TicketStatus.OFFERED or there.offers_at(now):
            return False
        _end(there, TicketStatus.LAPSED, now)
        return True

    return transaction.retried(attempt)


def close(*, course_id: CourseId, offering_id: OfferingId, now: datetime) -> int:
    """End the waitlist of a class that has started, which nobody may join any more; how many waited.

    Raises Unavailable.
    """
    offering = store.find_offering(store.get_course(course_id), offering_id)
    if not _has_started(offering, now):
        return 0
    return sum(_close(one, now) for one in tickets.list_waiting(offering))


def _close(ticket: Ticket, now: datetime) -> bool:
    def attempt() -> bool:
        there = tickets.find_ticket(ticket.offering_id, ticket.student_id)
        if there is None or there.status is not TicketStatus.WAITING:
            return False
        _end(there, TicketStatus.CLOSED, now)
        return True

    return transaction.retried(attempt)


def _end(ticket: Ticket, status: TicketStatus, now: datetime) -> Ticket:
    offering = store.find_offering(store.get_course(ticket.course_id), ticket.offering_id)
    ended = ticket.ended(status, now)
    part = tickets.ended_waiting if ticket.status is TicketStatus.WAITING else tickets.ended_offer
    transaction.commit(part(offering, ticket, ended))
    return ended


def _has_started(offering: model.Offering, now: datetime) -> bool:
    return clock.business_day(now) > offering.starts_on
