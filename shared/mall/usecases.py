"""The sale."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from events import facts
from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, OfferingId, StudentId
from shared.mall import model, rules, store
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
        if offering.seats_left <= 0:
            raise rules.SoldOut()
        made = _made(found.course, offering, enrolment_id, guardian_id, student_id, seller, policy, now)
        kept = {enrolment.enrolment_id for enrolment in has} | {enrolment_id}
        pupil = store.change_pupil(student_id, found.course.category, kept, was_version=version)
        transaction.commit([*also(made), store.take_seat(offering), pupil])
        return made

    return transaction.retried(attempt)


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
