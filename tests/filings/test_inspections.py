"""How a school stands with its annual inspections: the rule at its edges, and where it is told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.edge import eligibility, filing_acts
from shared.alerts import store as alerts
from shared.alerts.model import Rule as AlertRule
from shared.alerts.model import Severity
from shared.filings import decisions, inspections, visits, watching
from shared.filings.inspections import Inspected, Inspection, Standing
from shared.filings.model import InstitutionType, Outcome, Role, State
from shared.filings.store import cases
from shared.filings.store.inspections import get_standings
from shared.institutions import store as institutions
from shared.kernel import clock, ids
from shared.listings.model import Fact, Rule
from tests import steps
from tests.builders import SCHOOL
from tests.filings import examples

TODAY = date(2027, 6, 1)
OPENED = datetime(2027, 3, 1, 1, tzinfo=UTC)
PASS, FAIL, CONDITIONAL = Outcome.PASS, Outcome.FAIL, Outcome.CONDITIONAL


class TestStanding:
    def told(self, *found: Inspection) -> tuple[Standing, int] | None:
        one = inspections.standing(found, today=TODAY)
        return (one.standing, one.year) if one else None

    def test_one_that_is_under_way_says_nothing_until_the_school_is_late(self) -> None:
        assert self.told(Inspection(2027)) is None
        assert self.told(Inspection(2027, school_due_on=TODAY)) is None
        late = Inspection(2027, school_due_on=TODAY - timedelta(days=1))
        assert self.told(late) == (Standing.OVERDUE, 2027)

    @pytest.mark.parametrize(
        ("result", "findings", "wanted"),
        [
            (PASS, 0, Standing.PASSED),
            (CONDITIONAL, 0, Standing.PASSED),
            (CONDITIONAL, 2, Standing.RECTIFYING),
            (FAIL, 0, Standing.FAILED),
            (FAIL, 2, Standing.FAILED),
        ],
    )
    def test_a_result_is_what_was_decided(self, result: Outcome, findings: int, wanted: Standing) -> None:
        one = Inspection(2027, result, date(2027, 5, 1), findings_open=findings)

        assert inspections.standing([one], today=TODAY) == Inspected(2027, wanted, date(2027, 5, 1))
        assert wanted.passed == (result is not FAIL)

    def test_a_finding_that_the_school_has_not_answered_in_time_is_overdue(self) -> None:
        due = Inspection(2027, CONDITIONAL, date(2027, 5, 1), rectify_by=TODAY, findings_open=1)

        assert self.told(due) == (Standing.RECTIFYING, 2027)
        assert inspections.standing([due], today=TODAY + timedelta(days=1)) == Inspected(2027, Standing.OVERDUE, TODAY)

    def test_last_years_result_holds_until_this_years_says_something(self) -> None:
        last = Inspection(2026, PASS, date(2026, 5, 1))

        assert self.told(last, Inspection(2027, school_due_on=TODAY)) == (Standing.PASSED, 2026)
        assert self.told(last, Inspection(2027, FAIL, TODAY)) == (Standing.FAILED, 2027)
        assert self.told(last, Inspection(2027, school_due_on=date(2027, 5, 1))) == (Standing.OVERDUE, 2027)

    def test_what_was_left_open_last_year_is_told_until_this_years_has_a_result(self) -> None:
        left = Inspection(2026, school_due_on=date(2026, 5, 1))

        assert self.told(left) == (Standing.OVERDUE, 2026)
        assert self.told(left, Inspection(2027, PASS, TODAY)) == (Standing.PASSED, 2027)


@pytest.mark.usefixtures("in_memory", "hurried")
class TestTold:
    @pytest.fixture
    def inspected(self) -> str:
        steps.register()
        watching.open_inspection(
            institution_id=SCHOOL,
            institution_type=InstitutionType.COMPANY,
            subject="星河舞蹈",
            year=2027,
            now=OPENED,
        )
        return watching.inspection_id(SCHOOL, 2027)

    def fact(self, now: datetime) -> Fact | None:
        found = eligibility.of(institutions.get(SCHOOL), now=now)
        return next((one for one in found.facts if one.rule is Rule.INSPECTION), None)

    def close(self, case_id: str, now: datetime) -> None:
        filing_acts.close(case_id=case_id, role=Role.SUPERVISOR, by="supervisor", now=now)

    def test_passed_counts_from_the_publicity_on_and_an_objection_upheld_takes_it_away(self, inspected: str) -> None:
        examples.visited_case(inspected, now=OPENED)
        assert self.fact(OPENED) is None
        examples.decided(inspected, PASS, now=OPENED)
        assert self.fact(OPENED) == Fact(Rule.INSPECTION, True, False, "passed", "2027", date(2027, 3, 1))

        one = decisions.object_to(case_id=inspected, by_whom="家长", contact="", text="消防通道堵塞", now=OPENED)
        told: dict[str, Any] = {"role": Role.SUPERVISOR, "by": "supervisor", "now": OPENED}
        decisions.answer_objection(case_id=inspected, objection_id=one.objection_id, uphold=True, answer="属实", **told)
        assert self.fact(OPENED) is None

    def test_under_conditions_it_is_passed_and_told_that_it_rectifies(self, inspected: str) -> None:
        examples.visited_case(inspected, now=OPENED, findings=[("灭火器过期", date(2027, 3, 20))])
        examples.decided(inspected, CONDITIONAL, now=OPENED)
        assert self.fact(OPENED) == Fact(Rule.INSPECTION, True, False, "rectifying", "2027", date(2027, 3, 1))
        late = datetime(2027, 3, 20, 16, tzinfo=UTC)
        assert self.fact(late) == Fact(Rule.INSPECTION, False, False, "overdue", "2027", date(2027, 3, 20))

        told: dict[str, Any] = {"case_id": inspected, "number": 1, "now": late}
        visits.report_rectified(institution_id=SCHOOL, answer="已更换", by="usr", **told)
        visits.confirm_rectified(role=Role.REVIEWER, by="reviewer", **told)
        assert self.fact(late) == Fact(Rule.INSPECTION, True, False, "passed", "2027", date(2027, 3, 1))
        self.close(inspected, late)
        assert cases.get(inspected).state is State.CLOSED

    def test_failed_counts_once_it_is_closed_with_a_red_alert_and_stops_no_sales(self, inspected: str) -> None:
        examples.visited_case(inspected, now=OPENED)
        examples.decided(inspected, FAIL, now=OPENED)
        assert self.fact(OPENED) is None
        self.close(inspected, OPENED)
        self.close_again(inspected)

        assert self.fact(OPENED) == Fact(Rule.INSPECTION, False, False, "failed", "2027", date(2027, 3, 1))
        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule, alert.severity) == (AlertRule.INSPECTION_FAILED, Severity.RED)
        assert alert.figures == {"year": 2027, "decision_no": "2027-0001", "reason": "核查完毕"}
        assert institutions.get(SCHOOL).may_sell_on(clock.business_day(OPENED))

    def close_again(self, case_id: str) -> None:
        with pytest.raises(Exception, match="filing_action_not_now"):
            self.close(case_id, OPENED)

    def test_late_with_its_papers_it_is_overdue_from_the_day_after(self, inspected: str) -> None:
        due = cases.get(inspected).due
        assert due is not None
        last_moment = clock.end_of(due.day) - timedelta(seconds=1)

        assert self.fact(last_moment) is None
        assert self.fact(clock.end_of(due.day)) == Fact(Rule.INSPECTION, False, False, "overdue", "2027", due.day)

    def test_any_number_of_schools_is_one_batch(self, inspected: str, memory_tables: Any) -> None:
        examples.visited_case(inspected, now=OPENED)
        examples.decided(inspected, PASS, now=OPENED)
        others = [ids.InstitutionId(f"ins_{number:026d}") for number in range(19)]

        assert list(get_standings([SCHOOL, *others], today=TODAY)) == [SCHOOL]
        assert get_standings([], today=TODAY) == {}
        assert get_standings([SCHOOL], today=date(2029, 1, 1)) == {}
