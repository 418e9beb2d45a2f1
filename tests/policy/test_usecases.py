"""Versions are added one after another, each once, by the approval's own transaction."""

from datetime import timedelta
from typing import Any

import pytest

from shared.approvals import store as approvals
from shared.approvals.model import Status
from shared.approvals.rules import ProposalDecided
from shared.kernel import clock
from shared.policy import queries, rules, store, usecases
from tests import tables
from tests.builders import an_id
from tests.policy.examples import FIRST, STARTS, a_change, adopt, approval, commit, outcome_of, proposed, withdraw

THE_DAY_BEFORE = clock.start_of(STARTS) - timedelta(days=1)


class TestAdopt:
    def test_adds_the_version_with_its_approval(self, in_memory: Any) -> None:
        version = adopt()

        assert queries.find_version("linzi-2026.2") == version
        assert store.get_head().changes == 1
        assert approvals.get(an_id("prp")).status is Status.APPROVED

    def test_twice_adds_it_once(self, in_memory: Any) -> None:
        proposed()
        part, at = approval(), THE_DAY_BEFORE
        told: Any = {"reason": "试行", "proposed_by": "a", "proposed_at": at, "approved_by": "b", "now": at}
        usecases.adopt(change=a_change(), approval=part, **told)
        before = tables.dump(in_memory)

        with pytest.raises(store.PolicyChangedSince):
            usecases.adopt(change=a_change(), approval=part, **told)
        with pytest.raises(ProposalDecided):
            approval()
        assert tables.dump(in_memory) == before

    def test_made_of_an_older_version_is_refused_and_stays_open(self, in_memory: Any) -> None:
        proposed(2)
        adopt()
        before = tables.dump(in_memory)

        with pytest.raises(store.PolicyChangedSince):
            commit(a_change(24), number=2)
        assert tables.dump(in_memory) == before
        assert approvals.get(an_id("prp", 2)).status is Status.PROPOSED

    def test_made_before_a_withdrawal_is_refused_too(self, in_memory: Any) -> None:
        withdraw(adopt().policy.version)

        with pytest.raises(store.PolicyChangedSince):
            adopt(a_change(24), number=2)
        assert adopt(a_change(24, base_changes=2), number=3).policy.version == "linzi-2026.3"

    def test_somebody_faster_in_the_very_moment_is_a_conflict(self, in_memory: Any) -> None:
        proposed(1)
        proposed(2)
        with tables.just_before("TransactWriteItems", lambda: commit(a_change(24), number=2)):
            assert outcome_of(1, 48) == "policy_changed_since"
        assert queries.newest(store.get_head()).unpaid_hours == 24

    def test_too_late_changes_nothing(self, in_memory: Any) -> None:
        proposed()
        before = tables.dump(in_memory)
        with pytest.raises(rules.PolicyDayTooSoon):
            commit(at=clock.start_of(STARTS) - timedelta(minutes=9))
        assert tables.dump(in_memory) == before


class TestWithdraw:
    def test_keeps_the_version_with_why(self, in_memory: Any) -> None:
        withdraw(adopt().policy.version)
        found = queries.find_version("linzi-2026.2")

        assert found is not None
        assert found.withdrawal is not None
        assert (found.withdrawal.reason, found.withdrawal.approved_by) == ("有误", "supervisor")
        assert queries.newest(store.get_head()) == FIRST

    def test_twice_or_of_none_is_refused(self, in_memory: Any) -> None:
        withdraw(adopt().policy.version)
        for number, version in ((10, "linzi-2026.2"), (11, "linzi-2026.1"), (12, "linzi-2031.1")):
            with pytest.raises(rules.NotTheNewestPolicy):
                withdraw(version, number=number)

    def test_is_too_late_once_it_is_about_to_be_in_force(self, in_memory: Any) -> None:
        adopt()
        with pytest.raises(rules.PolicyInForce):
            withdraw("linzi-2026.2", at=clock.start_of(STARTS) - timedelta(minutes=9))
        assert queries.in_force(at=clock.start_of(STARTS)).unpaid_hours == 48
