"""The sale."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from events import facts
from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, OfferingId, StudentId
from shared.mall import compliance, model, rules, store
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket, TicketStatus
from shared.policy.model import Policy


def enrol(
    *,
    enrolment_id: EnrolmentId,
    guardian_id: GuardianId,
    student_id: StudentId,
    course_id: CourseId,
    offering_id: OfferingId,
    terms_hash: str,
    seller: model.Seller,
    open_enrolments: Callable[[Sequence[EnrolmentId]], Sequence[model.OpenEnrolment]],
    also: Callable[[facts.EnrolmentMade], Sequence[transaction.Part]],
    policy: Policy,
    now: datetime,
) -> facts.EnrolmentMade:
    """Sell a seat: the seat, the student's limits and the parts of other contexts (`also`) in one transaction.

    A seat that is offered to the student from the waitlist is that seat, and the offer is taken with it.
    `open_enrolments` tells which of a student's enrolments are still open. Raises the charge rules' refusals
    (`rules.py`), SoldOut, NotOnSale, TermsChanged, UnknownCourse, UnknownOffering, and what `also` refuses;
    AlreadyEnrolled when this enrolment is sold already, whatever became of the class.
    """

    def attempt() -> facts.EnrolmentMade:
        found = store.get_course(course_id)
        offering = store.find_offering(found, offering_id)
        taken, version = store.read_pupil(student_id, found.course.category)
        if enrolment_id in taken:  # this very sale, asked for again: what has changed since is not held against it
            raise rules.AlreadyEnrolled()
        has = open_enrolments(taken)
        rules.check_sale(
            course=found.course,
            offering=offering,
            terms_hash=terms_hash,
            has=has,
            policy=policy,
            today=clock.business_day(now),
        )
        offer = _offer_to(student_id, offering, now)
        compliance.require_first([rules.seat_result(offering, offered=offer is not None)])
        made = _made(found.course, offering, enrolment_id, guardian_id, student_id, seller, policy, now)
        kept = {enrolment.enrolment_id for enrolment in has} | {enrolment_id}
        pupil = store.change_pupil(student_id, found.course.category, kept, was_version=version)
        seat = _taken(offering, offer, now) if offer else [store.take_seat(offering)]
        transaction.commit([*also(made), *seat, pupil])
        return made

    return transaction.retried(attempt)


def _offer_to(student_id: StudentId, offering: model.Offering, now: datetime) -> Ticket | None:
    """The student's turn on the waitlist, if a seat is kept for it now."""
    if not offering.offered:
        return None
    ticket = tickets.find_ticket(offering.offering_id, student_id)
    return ticket if ticket is not None and ticket.offers_at(now) else None


def _taken(offering: model.Offering, offer: Ticket, now: datetime) -> list[transaction.Part]:
    return tickets.taken(offering, offer, offer.ended(TicketStatus.TAKEN, now))


def _made(
    course: model.Course,
    offering: model.Offering,
    enrolment_id: EnrolmentId,
    guardian_id: GuardianId,
    student_id: StudentId,
    seller: model.Seller,
    policy: Policy,
    now: datetime,
) -> facts.EnrolmentMade:
    return facts.EnrolmentMade(
        enrolment_id=enrolment_id,
        institution_id=course.institution_id,
        course_id=course.course_id,
        offering_id=offering.offering_id,
        guardian_id=guardian_id,
        student_id=student_id,
        category=course.category,
        price_fen=course.price_fen,
        lessons=course.lessons,
        account_no=seller.account_no,
        terms_hash=offering.terms_hash,
        policy_version=policy.version,
        starts_on=offering.starts_on,
        made_at=now,
        expires_at=now + timedelta(hours=policy.unpaid_hours),
    )
