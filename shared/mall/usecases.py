"""The sale, and the question what would be sold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from events import facts
from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, OfferingId, StudentId
from shared.mall import compliance, model, rules, store
from shared.mall.compliance import Result
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket, TicketStatus
from shared.policy.model import Policy


@dataclass(frozen=True)
class Quote:
    """A sale that is asked about: the class, what every rule says of it, and what the sale itself would write on.

    `offer` is the student's turn on the waitlist, if a seat is kept for it now.
    """

    course: model.Course
    offering: model.Offering
    results: Sequence[Result]
    offer: Ticket | None
    taken: Sequence[EnrolmentId]
    has: Sequence[model.OpenEnrolment]
    version: int


def quote(
    *,
    student_id: StudentId,
    course_id: CourseId,
    offering_id: OfferingId,
    terms_hash: str | None,
    open_enrolments: Callable[[Sequence[EnrolmentId]], Sequence[model.OpenEnrolment]],
    policy: Policy,
    now: datetime,
) -> Quote:
    """What every rule says of selling a class to a student now; nothing is written.

    `terms_hash`: the terms that the guardian has read, None for those on sale. `open_enrolments` tells which of a
    student's enrolments are still open. Raises UnknownCourse, UnknownOffering.
    """
    found = store.get_course(course_id)
    offering = store.find_offering(found, offering_id)
    taken, version = store.read_pupil(student_id, found.course.category)
    has = open_enrolments(taken)
    offer = _offer_to(student_id, offering, now)
    results = rules.sale_results(
        course=found.course,
        offering=offering,
        terms_hash=terms_hash or offering.terms_hash,
        has=has,
        policy=policy,
        today=clock.business_day(now),
    )
    seat = rules.seat_result(offering, offered=offer is not None)
    return Quote(found.course, offering, [*results, seat], offer, taken, has, version)


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
    consent_version: str = "",
) -> facts.EnrolmentMade:
    """Sell a seat: the seat, the student's limits and the parts of other contexts (`also`) in one transaction.

    A seat that is offered to the student from the waitlist is that seat, and the offer is taken with it. The rules are
    those of a `quote`: raises the first of their refusals (`rules.py`), UnknownCourse, UnknownOffering, and what `also`
    refuses; AlreadyEnrolled when this enrolment is sold already, whatever became of the class.
    """

    def attempt() -> facts.EnrolmentMade:
        asked = quote(
            student_id=student_id,
            course_id=course_id,
            offering_id=offering_id,
            terms_hash=terms_hash,
            open_enrolments=open_enrolments,
            policy=policy,
            now=now,
        )
        if enrolment_id in asked.taken:  # this very sale, asked for again: what has changed is not held against it
            raise rules.AlreadyEnrolled()
        compliance.require_first(asked.results)
        offering = asked.offering
        made = _made(asked.course, offering, enrolment_id, guardian_id, student_id, seller, policy, now)
        made = replace(made, consent_version=consent_version)
        kept = {enrolment.enrolment_id for enrolment in asked.has} | {enrolment_id}
        pupil = store.change_pupil(student_id, asked.course.category, kept, was_version=asked.version)
        seat = _taken(offering, asked.offer, now) if asked.offer else [store.take_seat(offering)]
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
