"""Who taught a session and where: functions/streams/watch_personnel.py finds who was in two places."""

from datetime import datetime

from shared.dynamo.transaction import Part
from shared.institutions import store as institutions
from shared.mall import queries as courses
from shared.personnel import rules
from shared.personnel.model import Presence
from shared.personnel.store import presences
from shared.teaching.model import Session


def parts(session: Session, *, now: datetime) -> list[Part]:
    """The part of a session's mark that notes its teacher's presence.

    None where it isn't known who or where that was, as of a teacher whom the school publishes no more: a mark is never
    refused for it.
    """
    school = institutions.get(session.institution_id)
    teacher = next((one for one in school.teachers if one.teacher_id == session.teacher_id), None)
    campus_id = courses.find_campus(session.course_id, session.offering_id)
    if teacher is None or campus_id is None:
        return []
    named = next((one.name for one in school.campuses if one.campus_id == campus_id), "")
    try:
        number = rules.normal_number(teacher.qualification_no)
    except rules.QualificationNoWrong:
        return []
    presence = Presence(
        number=number,
        session_id=session.session_id,
        institution_id=session.institution_id,
        campus_id=campus_id,
        place=f"{school.short_name} {named}".strip(),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    return [presences.noted(presence, now=now)]
