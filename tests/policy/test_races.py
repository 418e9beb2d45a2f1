"""Approvals that come at once, on an engine that judges each transaction by itself."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.approvals import store as approvals
from shared.approvals.model import Status
from shared.kernel import clock
from shared.policy import queries, store
from tests.builders import an_id
from tests.policy.examples import STARTS, outcome_of, proposed


class TestAdopt:
    def test_two_at_once_on_one_base_are_one_version_and_one_conflict(self, on_engine: Any) -> None:
        for number in range(1, 7):
            proposed(number)
        with ThreadPoolExecutor(6) as everybody:
            found = list(everybody.map(lambda number: outcome_of(number, 40 + number), range(1, 7)))

        assert sorted(found) == ["linzi-2026.2", *["policy_changed_since"] * 5]
        assert store.get_head().changes == 1
        won = found.index("linzi-2026.2") + 1
        assert queries.in_force(at=clock.start_of(STARTS)).unpaid_hours == 40 + won
        assert [approvals.get(an_id("prp", number)).status for number in range(1, 7)].count(Status.APPROVED) == 1

    def test_one_approved_by_several_at_once_is_one_version(self, on_engine: Any) -> None:
        proposed()
        with ThreadPoolExecutor(6) as everybody:
            found = list(everybody.map(lambda _: outcome_of(1, 48), range(6)))

        assert found.count("linzi-2026.2") == 1
        assert set(found) <= {"linzi-2026.2", "proposal_decided", "policy_changed_since"}
        assert len(store.get_head().entries) == 1
