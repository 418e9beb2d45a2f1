"""The first enrolment's lesson, brought to any status step by step."""

from datetime import datetime
from typing import Any

from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import model, queries, usecases
from shared.teaching.model import LessonStatus, Outcome
from tests import builders
from tests.builders import ENROLMENT, NOW, OFFERING, POLICY, SESSION, TEACHER


def claim(
    outcome: Outcome = Outcome.PRESENT, *, number: int = 1, now: datetime = NOW, **changes: Any
) -> list[model.Lesson]:
    """The teacher marks the `number`-th enrolment in a session that is over."""
    enrolment_id = EnrolmentId(builders.an_id("enr", number))
    told: dict[str, Any] = {
        "session": builders.a_session(),
        "pupils": [builders.a_pupil(number)],
        "marks": {enrolment_id: outcome},
        "by": "usr_1",
        "teacher_id": TEACHER,
        "policy": POLICY,
    }
    return usecases.claim_attendance(**{**told, **changes}, now=now)


def confirm(*, now: datetime = NOW) -> model.Lesson:
    return usecases.confirm_lesson(enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=SESSION, now=now)


def dispute(reason: str = "没有上课", *, now: datetime = NOW) -> model.Lesson:
    return usecases.dispute_lesson(
        enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=SESSION, reason=reason, now=now
    )


def decide(*, uphold: bool, now: datetime = NOW) -> model.Lesson:
    return usecases.decide_dispute(
        enrolment_id=ENROLMENT, session_id=SESSION, uphold=uphold, reason="有监控", by="科长", now=now
    )


def auto_confirm(*, now: datetime, session_id: SessionId = SESSION) -> bool:
    return usecases.auto_confirm_lesson(enrolment_id=ENROLMENT, session_id=session_id, now=now)


def release(*, now: datetime = NOW) -> None:
    usecases.mark_released(enrolment_id=ENROLMENT, session_id=SESSION, now=now)


def refund(*, now: datetime = NOW) -> None:
    usecases.mark_refunded(enrolment_id=ENROLMENT, session_id=SESSION, now=now)


def the_lesson() -> model.Lesson:
    """As it is on file."""
    lesson = queries.find_lesson(ENROLMENT, SESSION)
    assert lesson is not None
    return lesson


def bring_to(status: LessonStatus, *, late: datetime) -> None:
    """Put the lesson on file and bring it to a status; `late` is after the days to confirm are over."""
    claim(Outcome.ABSENT if status is LessonStatus.MISSED else Outcome.PRESENT)
    if status in (LessonStatus.DISPUTED, LessonStatus.UPHELD):
        dispute()
    if status is LessonStatus.UPHELD:
        decide(uphold=True)
    if status in (LessonStatus.CONFIRMED, LessonStatus.RELEASED, LessonStatus.REFUNDED):
        confirm()
    if status is LessonStatus.AUTO_CONFIRMED:
        assert auto_confirm(now=late)
    if status is LessonStatus.RELEASED:
        release()
    if status is LessonStatus.REFUNDED:
        refund()
    assert the_lesson().status is status
