"""What waits for a decision: listed by pages, counted no further than asked."""

from datetime import timedelta

import pytest

from shared.kernel.ids import EnrolmentId
from shared.teaching import queries, usecases
from shared.teaching.model import Due, LessonStatus, Outcome
from tests import builders
from tests.builders import NOW, OFFERING, POLICY, SESSION, TEACHER

pytestmark = pytest.mark.usefixtures("in_memory")


def dispute(number: int, *, minutes: int = 0) -> EnrolmentId:
    """The `number`-th student's lesson, taught and disputed."""
    enrolment_id = EnrolmentId(builders.an_id("enr", number))
    usecases.claim_attendance(
        session=builders.a_session(),
        pupils=[builders.a_pupil(number)],
        marks={enrolment_id: Outcome.PRESENT},
        by="usr_1",
        teacher_id=TEACHER,
        policy=POLICY,
        now=NOW,
    )
    usecases.dispute_lesson(
        enrolment_id=enrolment_id,
        offering_id=OFFERING,
        session_id=SESSION,
        reason="没有上课",
        now=NOW + timedelta(minutes=minutes),
    )
    return enrolment_id


class TestListWaiting:
    def test_gives_the_longest_waiting_first_page_by_page(self) -> None:
        later, first = dispute(1, minutes=2), dispute(2, minutes=1)
        until = NOW + timedelta(minutes=3)

        page = queries.list_waiting(Due.DECISION, until=until, limit=1, cursor=None)
        rest = queries.list_waiting(Due.DECISION, until=until, limit=1, cursor=page.next_cursor)

        waiting = [*page.rows, *rest.rows]
        assert [one.lesson.enrolment_id for one in waiting] == [first, later]
        assert [one.due_at for one in waiting] == [NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)]
        assert {one.lesson.status for one in waiting} == {LessonStatus.DISPUTED}
        assert rest.next_cursor is None

    def test_what_is_decided_waits_no_more(self) -> None:
        enrolment_id = dispute(1)
        usecases.decide_dispute(
            enrolment_id=enrolment_id, session_id=SESSION, uphold=True, reason="有监控", by="科长", now=NOW
        )

        assert queries.list_waiting(Due.DECISION, until=NOW, limit=10, cursor=None).rows == []

    def test_what_is_due_later_is_not_listed(self) -> None:
        dispute(1, minutes=1)

        assert queries.list_waiting(Due.DECISION, until=NOW, limit=10, cursor=None).rows == []


class TestCountWaiting:
    def test_counts_no_further_than_asked(self) -> None:
        for number in (1, 2, 3):
            dispute(number)

        counts = [queries.count_waiting(Due.DECISION, until=NOW, at_most=at_most) for at_most in (2, 3, 4)]

        assert counts == [2, 3, 3]
        assert queries.count_waiting(Due.RELEASE, until=NOW, at_most=4) == 0
