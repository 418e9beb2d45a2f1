"""The annual inspections of all schools, opened once whatever happens; deadlines told once; publicity closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.schedules import open_inspections, watch_filings
from shared.alerts import store as alerts
from shared.alerts.model import Rule, Severity
from shared.filings import decisions, handing_in, watching
from shared.filings.model import Outcome, Role, State
from shared.filings.store import cases, inspections
from tests import steps, tables
from tests.builders import NOW, SCHOOL
from tests.console.visitors import Visitor, sign_in, text_of
from tests.edge.doors import Clock
from tests.filings import examples
from tests.schedules.running import run

MARCH = datetime(2027, 3, 1, 1, tzinfo=UTC)
SCHOOLS = 200

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def district(in_memory: Any, at: Clock) -> Any:
    """200 schools on a morning of March."""
    tables.put_in_memory(__name__, lambda: [steps.register(number) for number in range(1, SCHOOLS + 1)])
    at.now = MARCH
    return in_memory


@pytest.fixture
def inspected(in_memory: Any, at: Clock) -> str:
    """One school's inspection."""
    steps.register()
    at.now = MARCH
    run(open_inspections.open_inspections)
    return watching.inspection_id(SCHOOL, 2027)


def opened() -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = cases.list_of_year(2027, limit=100, cursor=cursor)
        found += [case.institution_id for case in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


class TestOpenInspections:
    def test_killed_in_the_middle_and_run_twice_there_are_exactly_200(self, district: Any) -> None:
        with tables.killed_before("TransactWriteItems", call=73):
            run(open_inspections.open_inspections)
        assert len(opened()) == 72
        with tables.lost_answers("TransactWriteItems", times=1):
            run(open_inspections.open_inspections)
        run(open_inspections.open_inspections)
        again = run(open_inspections.open_inspections)

        assert again == {"schools": SCHOOLS, "opened": 0}
        assert (len(opened()), len(set(opened()))) == (SCHOOLS, SCHOOLS)
        assert inspections.tally(2027).states == {State.DRAFT: SCHOOLS}
        page = text_of(an_officer().get("/console/inspections?year=2027"))
        assert "0 / 200 家已办结" in page

    def test_two_runs_at_once_open_each_once(self, inspected: str) -> None:
        school = cases.get(inspected)
        opened_again = watching.open_inspection(
            institution_id=SCHOOL,
            institution_type=school.institution_type,
            subject=school.subject,
            year=2027,
            now=MARCH,
        )

        assert not opened_again
        assert inspections.tally(2027).states == {State.DRAFT: 1}

    def test_a_school_that_was_licensed_this_year_is_not_inspected_before_the_next(
        self, in_memory: Any, at: Clock
    ) -> None:
        steps.register()
        steps.suspend()
        for day, opened_then in ((NOW, 0), (datetime(2026, 11, 30, 1, tzinfo=UTC), 0), (MARCH, 1)):
            at.now = day
            assert run(open_inspections.open_inspections) == {"schools": 1, "opened": opened_then}

    @pytest.mark.parametrize(
        ("moment", "opened_then"),
        [
            (datetime(2027, 2, 28, 15, 59, tzinfo=UTC), 0),  # 28 February in Shanghai, to its last minute
            (datetime(2027, 2, 28, 16, tzinfo=UTC), 1),
            (datetime(2027, 11, 30, 15, 59, tzinfo=UTC), 1),
            (datetime(2027, 11, 30, 16, tzinfo=UTC), 0),
        ],
    )
    def test_they_are_opened_between_two_days_of_the_policy(
        self, in_memory: Any, at: Clock, moment: datetime, opened_then: int
    ) -> None:
        steps.register()
        at.now = moment

        assert run(open_inspections.open_inspections)["opened"] == opened_then

    def test_a_school_that_has_ended_is_not_inspected(self, in_memory: Any, at: Clock) -> None:
        steps.register()
        steps.terminate()
        at.now = MARCH

        assert run(open_inspections.open_inspections) == {"schools": 0, "opened": 0}

    def test_next_year_there_is_another(self, inspected: str, at: Clock) -> None:
        at.now = MARCH + timedelta(days=366)

        assert run(open_inspections.open_inspections)["opened"] == 1


class TestWatchFilings:
    def test_who_has_to_act_is_reminded_once_and_then_it_is_escalated_once(self, inspected: str, at: Clock) -> None:
        due = cases.get(inspected).due
        assert due is not None
        assert due.assumed  # no calendar for 2027 is published
        told = []
        while at.now < MARCH + timedelta(days=60):
            figures = run(watch_filings.watch_filings)
            told.append((figures["reminded"], figures["escalated"]))
            at.pass_by(days=1)

        assert (told.count((1, 0)), told.count((0, 1))) == (1, 1)
        case = cases.get(inspected)
        assert case.due is not None
        assert case.due.reminded is not None
        assert case.due.escalated is not None
        assert case.due.reminded < case.due.escalated
        found = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert [(one.rule, one.severity, one.figures["due_on"]) for one in found] == [
            (Rule.INSPECTION_OVERDUE, Severity.YELLOW, case.due.day.isoformat())
        ]
        assert "已督办" in text_of(an_officer().get("/console/inspections?year=2027"))

    def test_one_that_is_killed_between_the_alert_and_its_note_tells_it_once(self, inspected: str, at: Clock) -> None:
        at.pass_by(days=60)
        with tables.killed_before("TransactWriteItems", call=2):
            run(watch_filings.watch_filings)
        assert run(watch_filings.watch_filings)["escalated"] == 1

        assert len(alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows) == 1

    def test_nobody_passes_who_has_handed_in_nothing(self, inspected: str, at: Clock) -> None:
        for outcome in (Outcome.PASS, Outcome.CONDITIONAL):
            with pytest.raises(handing_in.MaterialsMissing):
                examples.decided(inspected, outcome, now=at.now)
        assert cases.get(inspected).state is State.DRAFT

    def test_a_result_is_closed_when_its_publicity_is_over(self, inspected: str, at: Clock) -> None:
        told: dict[str, Any] = {"case_id": inspected, "role": Role.SUPERVISOR, "by": "supervisor"}
        decisions.decide(outcome=Outcome.FAIL, reason="逾期未提交年检材料", now=at.now, **told)
        decisions.close(now=at.now, **told)

        assert cases.get(inspected).state is State.CLOSED
        assert inspections.tally(2027).states == {State.DRAFT: 0, State.DECIDED: 0, State.CLOSED: 1}
        assert inspections.tally(2027).results == {Outcome.FAIL: 1}
        assert "不通过 1" in text_of(an_officer().get("/console/inspections?year=2027"))

    def test_what_is_public_is_closed_by_itself_unless_somebody_objects(self, inspected: str, at: Clock) -> None:
        told: dict[str, Any] = {"case_id": inspected, "role": Role.SUPERVISOR, "by": "supervisor"}
        examples.visited_case(inspected, now=at.now)
        examples.decided(inspected, Outcome.CONDITIONAL, now=at.now)
        objection = decisions.object_to(case_id=inspected, by_whom="家长", contact="", text="退费难", now=at.now)
        at.pass_by(days=14)

        assert run(watch_filings.watch_filings)["closed"] == 0
        answer: dict[str, Any] = {"uphold": False, "answer": "已退费", "now": at.now}
        decisions.answer_objection(objection_id=objection.objection_id, **answer, **told)
        assert run(watch_filings.watch_filings)["closed"] == 1
        assert cases.get(inspected).state is State.CLOSED


def an_officer() -> Visitor:
    return sign_in("supervisor")
