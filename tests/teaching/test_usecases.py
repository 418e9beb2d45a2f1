from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, TeacherId
from shared.teaching import queries, rules, store, usecases
from shared.teaching.model import Action, Due, LessonStatus, Outcome
from tests import builders, tables
from tests.builders import ENROLMENT, NOW, OFFERING, POLICY, SESSION, an_id
from tests.tables import busy, conflicts, just_before, lost_answers
from tests.teaching.examples import auto_confirm, bring_to, claim, confirm, decide, dispute, refund, release, the_lesson

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")

CONFIRM_BY = date(2026, 9, 10)  # the 7th working day after NOW's
OVER = clock.end_of(CONFIRM_BY)


def due(kind: Due, *, until: datetime = OVER) -> bool:
    """Whether the lesson waits for this."""
    return (ENROLMENT, SESSION) in queries.list_due(kind, until=until)


class TestScheduleClass:
    def test_puts_the_sessions_into_the_timetable_in_order(self) -> None:
        sessions = [builders.a_session(number) for number in (3, 1, 2)]

        usecases.schedule_class(sessions=sessions)

        assert queries.list_sessions(OFFERING) == [builders.a_session(number) for number in (1, 2, 3)]
        assert queries.get_session(OFFERING, SESSION) == builders.a_session()

    def test_twice_is_refused_as_a_whole(self) -> None:
        usecases.schedule_class(sessions=[builders.a_session(2)])

        with pytest.raises(store.SessionExists):
            usecases.schedule_class(sessions=[builders.a_session(1), builders.a_session(2)])
        assert queries.list_sessions(OFFERING) == [builders.a_session(2)]


class TestClaimAttendance:
    def test_a_present_pupils_lesson_waits_for_the_guardian(self) -> None:
        [lesson] = claim()

        assert lesson == the_lesson()
        assert (lesson.status, lesson.outcome, lesson.claimed_by) == (LessonStatus.TAUGHT, Outcome.PRESENT, "usr_1")
        assert (lesson.confirm_by, lesson.deadline_assumed, lesson.confirmed_at) == (CONFIRM_BY, False, None)
        assert due(Due.AUTO_CONFIRMATION)
        assert not due(Due.AUTO_CONFIRMATION, until=OVER - timedelta(milliseconds=1))

    @pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.LEAVE])
    def test_one_who_was_not_there_waits_for_nothing(self, outcome: Outcome) -> None:
        [lesson] = claim(outcome)

        assert (lesson.status, lesson.confirm_by) == (LessonStatus.MISSED, None)
        assert not any(due(kind) for kind in Due)

    @pytest.mark.parametrize(
        ("marked_at", "confirm_by", "assumed"),
        [
            ("2026-09-01T10:00+08:00", "2026-09-10", False),
            ("2026-09-01T23:59+08:00", "2026-09-10", False),
            ("2026-09-02T00:00+08:00", "2026-09-11", False),
            ("2026-09-05T10:00+08:00", "2026-09-15", False),  # a Saturday
            ("2026-09-24T10:00+08:00", "2026-10-12", False),  # Mid-Autumn, National Day, Saturday the 10th is worked
            ("2026-12-25T10:00+08:00", "2027-01-05", True),  # nobody has published 2027 yet
        ],
    )
    def test_the_days_to_confirm_are_working_days_in_shanghai(
        self, marked_at: str, confirm_by: str, assumed: bool
    ) -> None:
        [lesson] = claim(now=datetime.fromisoformat(marked_at).astimezone(UTC))

        assert (str(lesson.confirm_by), lesson.deadline_assumed) == (confirm_by, assumed)

    def test_the_days_to_confirm_are_the_policys(self) -> None:
        [lesson] = claim(policy=replace(POLICY, confirmation_working_days=1))

        assert lesson.confirm_by == date(2026, 9, 2)

    def test_the_same_mark_twice_is_one_and_keeps_its_days(self) -> None:
        claim()
        before = tables.dump_memory()

        [again] = claim(now=NOW + timedelta(days=3))

        assert again.confirm_by == CONFIRM_BY
        assert tables.dump_memory() == before

    def test_a_mark_may_come_again_after_the_pupil_is_no_longer_active(self) -> None:
        claim()

        assert len(claim(pupils=[builders.a_pupil(active=False)])) == 1

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"teacher_id": TeacherId(an_id("tch", 2))}, rules.NotYourClass),
            ({"session": builders.a_session(ends_at=NOW + timedelta(seconds=1))}, rules.SessionNotOver),
            ({"pupils": []}, rules.NotOnRoster),
            ({"pupils": [builders.a_pupil(active=False)]}, rules.NotOnRoster),
            ({"marks": {ENROLMENT: Outcome.PRESENT, EnrolmentId(an_id("enr", 9)): Outcome.PRESENT}}, rules.NotOnRoster),
        ],
    )
    def test_that_can_not_be_marks_nobody(self, changes: dict[str, Any], refusal: type[errors.Refusal]) -> None:
        with pytest.raises(refusal):
            claim(**changes)
        assert queries.list_lessons(ENROLMENT) == []

    def test_otherwise_than_before_is_refused(self) -> None:
        claim()

        with pytest.raises(rules.MarkedOtherwise):
            claim(Outcome.ABSENT)
        assert the_lesson().outcome is Outcome.PRESENT

    def test_the_administrator_may_mark_any_class(self) -> None:
        assert len(claim(teacher_id=None)) == 1

    def test_the_same_mark_in_the_very_moment_is_one(self) -> None:
        with just_before("TransactWriteItems", lambda: claim(by="usr_2")):
            [lesson] = claim()

        assert lesson.claimed_by == "usr_2"

    def test_another_mark_in_the_very_moment_is_refused(self) -> None:
        with just_before("TransactWriteItems", lambda: claim(Outcome.LEAVE)), pytest.raises(rules.MarkedOtherwise):
            claim()
        assert the_lesson().outcome is Outcome.LEAVE

    def test_a_mark_whose_answer_was_lost_is_found_when_it_comes_again(self) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            claim()

        assert claim() == [the_lesson()]


ACTS: dict[Action, Callable[[], object]] = {
    Action.CONFIRM: confirm,
    Action.AUTO_CONFIRM: lambda: auto_confirm(now=OVER),
    Action.DISPUTE: dispute,
    Action.UPHOLD: lambda: decide(uphold=True),
    Action.REJECT: lambda: decide(uphold=False),
    Action.RELEASE: release,
    Action.REFUND: refund,
}


class TestEveryStatusAndAction:
    @pytest.mark.parametrize("action", Action)
    @pytest.mark.parametrize("status", LessonStatus)
    def test_does_what_the_rules_say_or_changes_nothing(self, status: LessonStatus, action: Action) -> None:
        bring_to(status, late=OVER)
        before = tables.dump_memory()
        becomes = rules.TRANSITIONS.get((status, action))

        try:
            done = ACTS[action]()
        except errors.Conflict:
            done = False

        if becomes is None:
            assert action in (Action.RELEASE, Action.REFUND) or done is False  # twice is harmless
            assert tables.dump_memory() == before
        else:
            assert the_lesson().status is becomes


class TestConfirmLesson:
    def test_is_told_as_it_is_on_file(self) -> None:
        claim()

        assert confirm(now=NOW + timedelta(hours=1)) == the_lesson()
        assert the_lesson().confirmed_at == NOW + timedelta(hours=1)
        assert due(Due.RELEASE)
        assert not due(Due.AUTO_CONFIRMATION)

    def test_is_possible_until_silence_was_counted(self) -> None:
        claim()

        assert confirm(now=OVER + timedelta(days=1)).status is LessonStatus.CONFIRMED

    def test_before_the_mark_is_refused(self) -> None:
        usecases.schedule_class(sessions=[builders.a_session()])

        with pytest.raises(rules.NotMarked):
            confirm()

    def test_before_the_session_is_over_is_refused(self) -> None:
        usecases.schedule_class(sessions=[builders.a_session(ends_at=NOW + timedelta(seconds=1))])

        with pytest.raises(rules.SessionNotOver):
            confirm()

    def test_of_no_session_is_refused(self) -> None:
        with pytest.raises(store.UnknownSession):
            confirm()

    def test_in_the_very_moment_of_a_dispute_loses(self) -> None:
        claim()

        with just_before("TransactWriteItems", dispute), pytest.raises(rules.Disputed):
            confirm()
        assert the_lesson().status is LessonStatus.DISPUTED

    def test_is_tried_again_while_another_write_is_under_way(self) -> None:
        claim()

        with conflicts("TransactWriteItems", times=3):
            confirm()
        assert the_lesson().status is LessonStatus.CONFIRMED

    def test_while_dynamodb_is_busy_changes_nothing(self) -> None:
        claim()
        before = tables.dump_memory()

        with busy("TransactWriteItems"), pytest.raises(errors.Unavailable):
            confirm()
        assert tables.dump_memory() == before


class TestDisputeLesson:
    def test_stops_the_clock_and_waits_for_the_bureau(self) -> None:
        claim()

        assert dispute("老师没有来") == the_lesson()
        assert the_lesson().dispute_reason == "老师没有来"
        assert due(Due.DECISION)
        assert not due(Due.AUTO_CONFIRMATION)
        assert auto_confirm(now=OVER + timedelta(days=99)) is False


class TestDecideDispute:
    def test_upheld_is_never_paid(self) -> None:
        bring_to(LessonStatus.DISPUTED, late=OVER)

        decide(uphold=True)

        assert (the_lesson().status, the_lesson().decided_by) == (LessonStatus.UPHELD, "科长")
        assert queries.confirmed(the_lesson()) is None
        assert not any(due(kind) for kind in Due)

    def test_rejected_counts_as_confirmed_and_keeps_the_reason(self) -> None:
        bring_to(LessonStatus.DISPUTED, late=OVER)

        decide(uphold=False, now=NOW + timedelta(days=1))

        lesson = the_lesson()
        assert (lesson.status, lesson.confirmed_at) == (LessonStatus.CONFIRMED, NOW + timedelta(days=1))
        assert (lesson.dispute_reason, lesson.decided_by) == ("没有上课", "科长")
        assert due(Due.RELEASE)

    def test_of_no_lesson_is_refused(self) -> None:
        with pytest.raises(store.UnknownSession):
            decide(uphold=True)

    def test_twice_is_decided_once(self) -> None:
        bring_to(LessonStatus.DISPUTED, late=OVER)

        with just_before("TransactWriteItems", lambda: decide(uphold=True)), pytest.raises(rules.NotDisputed):
            decide(uphold=False)
        assert the_lesson().status is LessonStatus.UPHELD


class TestAutoConfirmLesson:
    def test_counts_silence_from_the_moment_on_that_the_last_day_is_over(self) -> None:
        claim()

        assert auto_confirm(now=OVER - timedelta(milliseconds=1)) is False
        assert the_lesson().status is LessonStatus.TAUGHT
        assert auto_confirm(now=OVER) is True
        assert (the_lesson().status, the_lesson().confirmed_at) == (LessonStatus.AUTO_CONFIRMED, OVER)
        assert due(Due.RELEASE)

    def test_twice_is_once(self) -> None:
        claim()
        auto_confirm(now=OVER)
        before = tables.dump_memory()

        assert auto_confirm(now=OVER + timedelta(hours=1)) is False
        assert tables.dump_memory() == before

    def test_in_the_very_moment_of_a_dispute_does_nothing(self) -> None:
        claim()

        with just_before("TransactWriteItems", dispute):
            assert auto_confirm(now=OVER) is False
        assert the_lesson().status is LessonStatus.DISPUTED

    def test_of_no_lesson_is_refused(self) -> None:
        with pytest.raises(store.UnknownSession):
            auto_confirm(now=OVER)


class TestMarkReleased:
    @pytest.mark.parametrize("status", [LessonStatus.CONFIRMED, LessonStatus.AUTO_CONFIRMED])
    def test_ends_what_is_due(self, status: LessonStatus) -> None:
        bring_to(status, late=OVER)

        release(now=OVER)

        assert the_lesson().status is LessonStatus.RELEASED
        assert the_lesson().confirmed_at is not None
        assert not any(due(kind) for kind in Due)

    def test_twice_is_once(self) -> None:
        bring_to(LessonStatus.RELEASED, late=OVER)
        before = tables.dump_memory()

        release(now=OVER)

        assert tables.dump_memory() == before

    def test_out_of_order_is_refused(self) -> None:
        claim()

        with pytest.raises(rules.NotConfirmed):
            release()


class TestConfirmed:
    @pytest.mark.parametrize(
        ("status", "automatic"), [(LessonStatus.CONFIRMED, False), (LessonStatus.AUTO_CONFIRMED, True)]
    )
    def test_is_the_fact_of_a_confirmed_lesson(self, status: LessonStatus, automatic: bool) -> None:
        bring_to(status, late=OVER)

        fact = queries.confirmed(the_lesson())

        assert fact is not None
        assert (fact.enrolment_id, fact.session_id, fact.automatic) == (ENROLMENT, SESSION, automatic)

    @pytest.mark.parametrize(
        "status", sorted(set(LessonStatus) - {LessonStatus.CONFIRMED, LessonStatus.AUTO_CONFIRMED})
    )
    def test_is_nothing_of_any_other(self, status: LessonStatus) -> None:
        bring_to(status, late=OVER)

        assert queries.confirmed(the_lesson()) is None


class TestListDue:
    def test_gives_the_longest_waiting_first(self) -> None:
        claim(number=2, now=NOW + timedelta(days=1))
        claim(number=1)

        found = queries.list_due(Due.AUTO_CONFIRMATION, until=OVER + timedelta(days=9))

        assert [enrolment_id for enrolment_id, _ in found] == [an_id("enr", 1), an_id("enr", 2)]


class TestListMarks:
    def test_gives_those_of_one_session_that_are_marked(self) -> None:
        claim()
        claim(session=builders.a_session(2))

        found = queries.list_marks(SESSION, [ENROLMENT, EnrolmentId(an_id("enr", 2))])

        assert found == {ENROLMENT: the_lesson()}
        assert queries.list_marks(SESSION, []) == {}
