"""Extra sessions of a class: held to the rules on timetables, and taught to those who make up for a lesson."""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.edge import course_acts
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel import clock, ids
from shared.kernel.ids import CourseId, InstitutionId, OfferingId, SessionId
from shared.mall import compliance, sheet_rules, sheets
from shared.mall.model import Period
from shared.mall.sheet_model import ClassSheet
from shared.mall.store import sheets as sheet_store
from shared.policy import queries as policies
from shared.teaching import rules, store
from shared.teaching.model import Session
from shared.teaching.store import absences


def add(
    institution_id: InstitutionId,
    course_id: CourseId,
    offering_id: OfferingId,
    *,
    starts_at: datetime,
    key: str,
    now: datetime,
) -> Session:
    """Add an extra session: as long as a lesson of its course, in the class's room, by its teacher.

    `key` makes the same command one session. It is counted among the school's publications and the teacher's hours, so
    that two at once can't take one teacher or room. Raises UnknownOffering, NotPublished, SessionBegun, NotCompliant.
    """

    def attempt() -> Session:
        sheet = sheet_store.get_class(institution_id, course_id, offering_id)
        session_id = SessionId(ids.derived("ses", offering_id, "extra", key))
        there = store.get_sessions([(offering_id, session_id)]).get(session_id)
        if there is not None:
            return there
        rules.check_to_come(starts_at, now)
        was = sheet_store.publications(institution_id)
        session = _planned(sheet, session_id, starts_at)
        hours = _checked(sheet, Period(session.starts_at, session.ends_at), now)
        counted = sheet_store.next_publication(institution_id, was=was)
        transaction.commit([counted, *hours, *store.sessions_written([session]), absences.extra_noted(session)])
        return session

    return transaction.retried(attempt)


def _planned(sheet: ClassSheet, session_id: SessionId, starts_at: datetime) -> Session:
    if sheet.published is None or sheet.offering_id is None:
        raise sheet_rules.NotPublished()
    course = sheet_store.get_course(sheet.institution_id, sheet.course_id)
    return Session(
        session_id=session_id,
        offering_id=sheet.offering_id,
        course_id=sheet.course_id,
        institution_id=sheet.institution_id,
        teacher_id=sheet.published.teacher_id,
        number=len(sheet.published.sessions) + 1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=(course.published or course.facts).minutes_per_lesson),
        extra_seats=sheet.published.seats,
    )


def _checked(sheet: ClassSheet, period: Period, now: datetime) -> list[transaction.Part]:
    """The part that notes the teacher's hours with the session, when it keeps to the rules. Raises NotCompliant."""
    assert sheet.published is not None
    whole = replace(sheet.published, sessions=(*sheet.published.sessions, period))
    school, hours = course_acts.beside(institutions.get(sheet.institution_id), sheet, whole, now)
    today, policy = clock.business_day(now), policies.in_force(at=now)
    compliance.require(sheets.check_extra(sheet, period, school=school, policy=policy, today=today))
    return hours
