"""Transfers: opened by one side, and carried out with the other's yes in one transaction of all that it changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId
from shared.mall import rules, store, transfer_rules
from shared.mall.model import Course, Offering
from shared.mall.store import transfers
from shared.mall.transfer_model import Busy, Moving, Slot, Transfer, TransferStatus


@dataclass(frozen=True)
class Surroundings:
    """What other contexts know, read now: the enrolment, where its child is in a class's hours, the class's sessions.

    `enrolled_in`: the classes that the student's other open enrolments hold seats of. `left`: the new class's sessions
    that haven't begun, in order.
    """

    moving: Moving
    enrolled_in: frozenset[OfferingId]
    left: tuple[Slot, ...]
    busy: tuple[Busy, ...]


Look = Callable[[OfferingId], Surroundings]
"""What is known now, for a transfer to this class."""
Carry = Callable[[Transfer], Sequence[transaction.Part]]
"""What other contexts write with a transfer that is carried out."""


def begin(
    *,
    look: Look,
    course_id: CourseId,
    offering_id: OfferingId,
    terms_hash: str | None,
    by: str,
    also: Carry = lambda _: (),
    now: datetime,
) -> Transfer:
    """Ask for a transfer (the guardian, quoting the terms that she accepts), or offer one (the school, without).

    The same again is given again while it waits. Every rule is held to now, and once more when it is accepted. Raises
    TransferOpen, UnknownCourse, UnknownOffering, and what `transfer_rules.first_session` refuses.
    """

    def attempt() -> Transfer:
        around = look(offering_id)
        moving = around.moving
        known = transfers.list_of(moving.enrolment_id)
        last = known[-1] if known else None
        if last is not None and last.open:
            if (last.to_offering, last.opened_by) == (offering_id, by):
                return last
            raise transfer_rules.TransferOpen()
        course, offering = _class(moving, course_id, offering_id)
        accepted = terms_hash or offering.terms_hash
        _first(around, course, offering, accepted)
        status = TransferStatus.REQUESTED if by == moving.guardian_id else TransferStatus.OFFERED
        made = _made(moving, offering, number=len(known) + 1, terms=accepted, by=by, status=status, now=now)
        transaction.commit([transfers.opened(made), *also(made)])
        return made

    return transaction.retried(attempt)


def _made(
    moving: Moving, offering: Offering, *, number: int, terms: str, by: str, status: TransferStatus, now: datetime
) -> Transfer:
    was = store.get_classes([(moving.course_id, moving.offering_id)])[moving.offering_id]
    return Transfer(
        enrolment_id=moving.enrolment_id,
        number=number,
        institution_id=moving.institution_id,
        guardian_id=moving.guardian_id,
        from_course=moving.course_id,
        from_offering=moving.offering_id,
        from_class=was.name,
        from_terms=moving.terms_hash,
        to_course=offering.course_id,
        to_offering=offering.offering_id,
        to_class=offering.name,
        to_terms=terms,
        opened_by=by,
        opened_at=now,
        status=status,
    )


def accept(
    *, enrolment_id: EnrolmentId, number: int, terms_hash: str | None, look: Look, carry: Carry, by: str, now: datetime
) -> Transfer:
    """The other side accepts: the new seat is taken, the old one given back, and the enrolment moves, all at once.

    A guardian who accepts an offer quotes its terms. Twice is once. Raises UnknownTransfer, TransferMovedOn,
    OthersToAccept, what `transfer_rules.first_session` and `carry` refuse.
    """

    def attempt() -> Transfer:
        was = transfers.get(enrolment_id, number)
        if was.status is TransferStatus.DONE and was.answered_by == by:
            return was
        by_guardian = by == was.guardian_id
        transfer_rules.check_answer(was, accept=True, by_guardian=by_guardian)
        if by_guardian and terms_hash != was.to_terms:
            raise rules.TermsChanged(pointer="/terms_hash")
        around = look(was.to_offering)
        moving = around.moving
        course, offering = _class(moving, was.to_course, was.to_offering)
        first = _first(around, course, offering, was.to_terms)
        done = replace(was, status=TransferStatus.DONE, answered_by=by, answered_at=now)
        done = replace(done, lessons=moving.to_come, first_session=first)
        taken, version = store.read_pupil(moving.student_id, moving.category)
        kept = {*taken, enrolment_id}
        transaction.commit(
            [
                *carry(done),
                store.take_seat(offering),
                store.give_back_seat(moving.course_id, moving.offering_id),
                store.change_pupil(moving.student_id, moving.category, kept, was_version=version),
                transfers.answered(was, done),
            ]
        )
        return done

    return transaction.retried(attempt)


def refuse(*, enrolment_id: EnrolmentId, number: int, by: str, now: datetime) -> Transfer:
    """The other side declines, or who began it withdraws. Twice is once. Raises UnknownTransfer, TransferMovedOn."""

    def attempt() -> Transfer:
        was = transfers.get(enrolment_id, number)
        if was.answered_by == by and was.status in (TransferStatus.DECLINED, TransferStatus.WITHDRAWN):
            return was
        transfer_rules.check_answer(was, accept=False, by_guardian=by == was.guardian_id)
        mine = (by == was.guardian_id) == (was.opened_by == was.guardian_id)
        status = TransferStatus.WITHDRAWN if mine else TransferStatus.DECLINED
        becomes = replace(was, status=status, answered_by=by, answered_at=now)
        transaction.commit([transfers.answered(was, becomes)])
        return becomes

    return transaction.retried(attempt)


def _class(moving: Moving, course_id: CourseId, offering_id: OfferingId) -> tuple[Course, Offering]:
    """A class of the enrolment's school. Raises UnknownCourse, UnknownOffering."""
    found = store.get_course(course_id)
    offering = store.find_offering(found, offering_id)
    if offering.institution_id != moving.institution_id:
        raise store.UnknownOffering(pointer="/offering_id")
    return found.course, offering


def _first(around: Surroundings, course: Course, offering: Offering, terms_hash: str) -> int:
    return transfer_rules.first_session(
        around.moving,
        course=course,
        offering=offering,
        terms_hash=terms_hash,
        enrolled=offering.offering_id in around.enrolled_in,
        left=around.left,
        busy=around.busy,
    )
