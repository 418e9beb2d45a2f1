"""Whether a class opens: put on sale with a minimum, declared by its school to open anyway, decided on its day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.dynamo import transaction
from shared.kernel import clock, errors
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall import publication
from shared.mall.model import ClassPlan, Status
from shared.mall.opening_model import Opening, OpeningStatus
from shared.mall.sheet_model import ClassSheet
from shared.mall.store import UnknownOffering, openings
from shared.mall.store import sheets as sheet_store
from shared.policy.model import Policy


class NotOpened(errors.Conflict):
    code = "class_not_opened"
    zh = "该班因未达到最低开班人数没有开班，不能再上架；请另开班级。"
    en = "The class wasn't opened, as too few had paid, and doesn't come back on sale. Open another one."


class OpeningDecided(errors.Conflict):
    code = "opening_decided"
    zh = "该班是否开班已于 {check_on} 决定，不能再声明。"
    en = "Whether the class opens was decided on {check_on}; it can't be declared any more."


def planned(sheet: ClassSheet, plan: ClassPlan, *, policy: Policy, now: datetime) -> list[transaction.Part]:
    """The part of a publication that says when it is decided whether the class opens. Raises NotOpened.

    What is decided or declared stays so.
    """
    assert sheet.offering_id is not None
    was = openings.find(sheet.offering_id)
    if was is not None and was.status is OpeningStatus.NOT_OPENED:
        raise NotOpened()
    if was is not None and not was.undecided:
        return []
    check_on = decided_on(plan.starts_on, policy=policy, today=clock.business_day(now))
    becomes = Opening(
        offering_id=sheet.offering_id,
        course_id=sheet.course_id,
        institution_id=sheet.institution_id,
        minimum=plan.minimum_students,
        starts_on=plan.starts_on,
        check_on=check_on,
    )
    if was is not None and was.status is OpeningStatus.DECLARED:
        becomes = replace(becomes, status=was.status, declared_by=was.declared_by, declared_at=was.declared_at)
    return [openings.written(becomes, was=was)]


def decided_on(starts_on: date, *, policy: Policy, today: date) -> date:
    """The day at whose beginning it is decided: the policy's days before the start, but not before tomorrow.

    What is put on sale on the eve of its start has no such day: it opens. Source: assumed.
    """
    return max(starts_on - timedelta(days=policy.opening_decided_days), today + timedelta(days=1))


def declare(
    *, institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId, by: str, now: datetime
) -> Opening:
    """The school says, before the day of the decision, that a class opens with however few. Twice is once.

    Raises UnknownOffering (another school's too), OpeningDecided.
    """

    def attempt() -> Opening:
        was = get(institution_id, course_id, offering_id)
        if was.status is OpeningStatus.DECLARED:
            return was
        if was.status is not OpeningStatus.WAITING or now >= clock.start_of(was.check_on):
            raise OpeningDecided(check_on=was.check_on)
        becomes = replace(was, status=OpeningStatus.DECLARED, declared_by=by, declared_at=now)
        transaction.commit([openings.written(becomes, was=was)])
        return becomes

    return transaction.retried(attempt)


def get(institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId) -> Opening:
    """A school's class's opening. Raises UnknownOffering."""
    found = openings.find(offering_id)
    if found is None or (found.institution_id, found.course_id) != (institution_id, course_id):
        raise UnknownOffering()
    return found


def decide(*, offering_id: OfferingId, paid: int, minimum: int, now: datetime) -> Opening | None:
    """Decide whether a class opens, once: `paid` enrolments, of the `minimum` that it was sold with.

    One that isn't opened is taken off sale with the decision, for ever. What has started is open, however late this
    comes. None where nothing is to be decided. Raises LostRace, EditedMeanwhile where somebody else is at it: it is
    decided by the next run.
    """
    was = openings.find(offering_id)
    if was is None or not was.undecided or now < clock.start_of(was.check_on):
        return None
    opens = was.status is OpeningStatus.DECLARED or paid >= minimum or clock.business_day(now) >= was.starts_on
    status = OpeningStatus.OPENED if opens else OpeningStatus.NOT_OPENED
    becomes = replace(was, status=status, paid=paid, minimum=minimum, decided_at=now)
    parts = [] if opens else _withdrawal(was, now)
    transaction.commit([openings.written(becomes, was=was), *parts])
    return becomes


def _withdrawal(opening: Opening, now: datetime) -> Sequence[transaction.Part]:
    sheet = sheet_store.get_class(opening.institution_id, opening.course_id, opening.offering_id)
    return publication.withdrawal(sheet, now=now) if sheet.sale is Status.PUBLISHED else ()


def settled(*, opening: Opening, now: datetime) -> None:
    """Note that all that follows from not being opened is done. Raises LostRace."""
    was = openings.find(opening.offering_id)
    if was is not None and was.settled_at is None:
        transaction.commit([openings.written(replace(was, settled_at=now), was=was)])
