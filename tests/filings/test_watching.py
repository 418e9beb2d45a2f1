"""When a deadline is told: at its edges on both sides."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.filings import usecases, watching
from shared.filings.model import Action, Role
from shared.filings.store import cases
from shared.kernel import clock
from tests import steps
from tests.builders import NOW
from tests.filings import examples

AN_INSTANT = timedelta(microseconds=1)

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


@pytest.fixture
def accepted(in_memory: Any) -> str:
    """A change filing that was accepted on Tuesday: corrections are asked for by Tuesday the 8th."""
    steps.register()
    case_id = examples.open_change()
    examples.handed_in(case_id, now=NOW)
    usecases.advance(case_id=case_id, role=Role.REVIEWER, by="reviewer", now=NOW, action=Action.ACCEPT, note="")
    due = cases.get(case_id).due
    assert due is not None
    assert due.day == date(2026, 9, 8)
    return case_id


class TestWatch:
    def test_reminds_from_the_third_working_day_before_the_last_on(self, accepted: str) -> None:
        third_before = clock.start_of(date(2026, 9, 3))  # a Thursday: Friday, Monday and Tuesday follow

        assert watching.watch(case_id=accepted, now=third_before - AN_INSTANT) == []
        assert watching.watch(case_id=accepted, now=third_before) == ["reminded"]

    def test_escalates_when_the_last_day_is_over_and_no_moment_before(self, accepted: str) -> None:
        over = clock.end_of(date(2026, 9, 8))

        assert watching.watch(case_id=accepted, now=over - AN_INSTANT) == ["reminded"]
        assert watching.watch(case_id=accepted, now=over) == ["escalated"]
        assert watching.watch(case_id=accepted, now=over) == []
