"""At once on an engine that takes threads: two approvals of amendments, two steps of one filing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from functions.edge import amending
from shared.approvals.model import Kind
from shared.filings import decisions, usecases
from shared.filings.model import Action, Outcome, Role, State
from shared.filings.store import cases
from shared.institutions import store as institutions
from shared.institutions.model import Change
from shared.institutions.store import finding
from shared.kernel import errors
from tests import steps
from tests.builders import NOW, SCHOOL
from tests.filings import examples

LATER = NOW + timedelta(days=14)

pytestmark = pytest.mark.usefixtures("on_engine")


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What came of each: done, or the code of its refusal."""

    def told(act: Callable[[], Any]) -> str:
        try:
            act()
        except errors.Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(told, acts))


def passed(number: int, **changes: Any) -> str:
    """A change that has passed, its publicity over at LATER."""
    case_id = examples.open_change(number, **changes)
    examples.visited_case(case_id, now=NOW)
    examples.decided(case_id, Outcome.PASS, now=NOW)
    return case_id


def amend(case_id: str, *, minutes: int = 0) -> None:
    """Approved by another person."""
    approval = steps.approval(Kind.AMENDMENT, case_id, now=NOW)
    now = LATER + timedelta(minutes=minutes)
    amending.apply(case_id=case_id, reason="公示期满", by="supervisor", now=now, also=[approval])


def amended() -> int:
    return [one.change for one in institutions.list_changes(SCHOOL)].count(Change.AMENDED)


class TestTwoApprovals:
    def test_of_one_filing_one_amends_the_record(self) -> None:
        steps.register()
        case_id = passed(1, short_name="银河艺术")

        told = at_once(*(lambda n=n: amend(case_id, minutes=n) for n in range(4)))

        assert told.count("done") == 1
        assert set(told) <= {"done", "filing_action_not_now", "unavailable"}
        assert (amended(), institutions.get(SCHOOL).short_name) == (1, "银河艺术")
        assert finding.by_name("银河", at_most=9) == [SCHOOL]
        assert [one.short_name for one in institutions.list_page(limit=9, cursor=None).rows] == ["银河艺术"]

    def test_of_two_filings_of_the_same_field_the_second_is_a_conflict(self) -> None:
        steps.register()
        first, second = passed(1, short_name="银河艺术"), passed(2, short_name="天河艺术")

        told = at_once(lambda: amend(first), lambda: amend(second, minutes=1))

        assert told == ["amendment_record_changed", "done"]
        name = institutions.get(SCHOOL).short_name
        assert [one.short_name for one in institutions.list_page(limit=9, cursor=None).rows] == [name]
        assert institutions.list_ids() == [SCHOOL]
        assert len(finding.by_name("银河", at_most=9)) + len(finding.by_name("天河", at_most=9)) == 1

    def test_of_two_filings_of_different_fields_both_are_done(self) -> None:
        steps.register()
        first, second = passed(1, short_name="银河艺术"), passed(2, legal_representative="鲁示例")

        assert at_once(lambda: amend(first), lambda: amend(second, minutes=1)) == ["done", "done"]

        school = institutions.get(SCHOOL)
        assert (school.short_name, school.legal_representative, amended()) == ("银河艺术", "鲁示例", 2)


class TestTwoSteps:
    def test_one_is_taken_and_the_others_see_where_it_stands(self) -> None:
        steps.register()
        case_id = examples.open_change()
        examples.handed_in(case_id, now=NOW)
        told: dict[str, Any] = {"case_id": case_id, "role": Role.REVIEWER, "note": "补充地址", "now": NOW}

        def step(action: Action, by: str) -> Callable[[], Any]:
            return lambda: usecases.advance(action=action, by=by, **told)

        came = at_once(*(step(action, f"r{n}") for n in range(4) for action in (Action.ACCEPT, Action.SEND_BACK)))

        assert came.count("done") == 1
        assert set(came) <= {"done", "filing_action_not_now"}
        case = cases.get(case_id)
        assert case.state in (State.ACCEPTED, State.DRAFT)
        assert len(case.history) == 3

    def test_a_decision_has_one_number_however_many_decide(self) -> None:
        steps.register()
        case_id = examples.open_change()
        examples.visited_case(case_id, now=NOW)

        def decide(outcome: Outcome) -> Callable[[], Any]:
            told: dict[str, Any] = {"role": Role.SUPERVISOR, "by": "s", "now": NOW}
            return lambda: decisions.decide(case_id=case_id, outcome=outcome, reason="核查完毕", **told)

        came = at_once(*(decide(one) for one in (Outcome.PASS, Outcome.FAIL, Outcome.PASS, Outcome.FAIL)))

        assert came == ["done", *["filing_action_not_now"] * 3]
        decision = cases.get(case_id).decision
        assert decision is not None
        assert decision.number == "2026-0001"
