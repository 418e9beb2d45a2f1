"""One proposes, another approves; the approval and the act are one transaction."""

from datetime import timedelta
from typing import Any

import pytest

from shared.approvals import rules, store, usecases
from shared.approvals.model import Kind, Proposal, Status
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.kernel.ids import ProposalId
from tests import builders, steps, tables
from tests.builders import NOW, SCHOOL

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture(autouse=True)
def registered(in_memory: Any) -> None:
    """A school whose money may be frozen."""
    tables.put_in_memory(__name__, steps.register)


def proposed(number: int = 1, **changes: Any) -> Proposal:
    told: dict[str, Any] = {
        "proposal_id": ProposalId(builders.an_id("prp", number)),
        "kind": Kind.FREEZE,
        "institution_id": SCHOOL,
        "subject": SCHOOL,
        "reason": "机构失联",
        "by": "zhang",
        "now": NOW + timedelta(minutes=number),
        "figures": {"amount_fen": 5},
        "words": {"notice_no": "一号"},
    }
    return usecases.propose(**{**told, **changes})


def freeze(proposal: Proposal, *, by: str = "li") -> None:
    approval = usecases.approve(proposal=proposal, reason=" 属实 ", by=by, now=NOW + timedelta(hours=1))
    institution_usecases.freeze(institution_id=SCHOOL, reason="x", by=by, now=NOW, also=[approval])


class TestPropose:
    def test_keeps_what_the_act_is_given(self) -> None:
        proposal = proposed()
        found = store.get(proposal.proposal_id)

        assert found == proposal
        assert (found.figures, found.words, found.reason) == ({"amount_fen": 5}, {"notice_no": "一号"}, "机构失联")
        assert (found.status, found.decided_at) == (Status.PROPOSED, None)

    @pytest.mark.parametrize("reason", ["", "  ", "因" * 201])
    def test_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(rules.ProposalReasonNeeded):
            proposed(reason=reason)

    def test_twice_is_proposed_once(self) -> None:
        proposed()
        with pytest.raises(store.AlreadyProposed):
            proposed()


class TestApprove:
    def test_is_done_with_the_act(self) -> None:
        freeze(proposed())

        found = store.get(builders.an_id("prp", 1))
        assert (found.status, found.decided_by, found.decision_reason) == (Status.APPROVED, "li", "属实")
        assert institutions.get(SCHOOL).frozen

    def test_is_not_for_who_proposed(self) -> None:
        proposal = proposed()
        before = tables.dump_memory()

        with pytest.raises(rules.ProposerCantApprove):
            freeze(proposal, by="zhang")
        assert tables.dump_memory() == before

    def test_acts_once_however_many_approve_at_once(self) -> None:
        proposal = proposed()
        freeze(proposal)
        institution_usecases.thaw(institution_id=SCHOOL, reason="x", by="li", now=NOW)
        before = tables.dump_memory()

        with pytest.raises(rules.ProposalDecided):  # from what was read before somebody else approved it
            freeze(proposal, by="wang")
        assert tables.dump_memory() == before

    def test_of_an_act_that_is_refused_leaves_it_open(self) -> None:
        first, second = proposed(1), proposed(2)
        freeze(first)

        with pytest.raises(Exception, match="already_frozen"):
            freeze(second)
        assert store.get(second.proposal_id).status is Status.PROPOSED

    def test_of_none_is_missing(self) -> None:
        with pytest.raises(store.UnknownProposal):
            store.get("prp_none")


class TestReject:
    def test_lets_it_not_be_done(self) -> None:
        proposal = proposed()
        usecases.reject(proposal=proposal, reason="证据不足", by="li", now=NOW)

        assert store.get(proposal.proposal_id).status is Status.REJECTED
        with pytest.raises(rules.ProposalDecided):
            freeze(store.get(proposal.proposal_id))
        assert not institutions.get(SCHOOL).frozen

    def test_needs_a_reason_and_another_person(self) -> None:
        with pytest.raises(rules.ProposalReasonNeeded):
            usecases.reject(proposal=proposed(), reason="", by="li", now=NOW)
        with pytest.raises(rules.ProposerCantApprove):
            usecases.reject(proposal=proposed(2), reason="不", by="zhang", now=NOW)


class TestWithdraw:
    def test_is_for_who_proposed(self) -> None:
        proposal = proposed()
        with pytest.raises(rules.NotTheProposer):
            usecases.withdraw(proposal=proposal, by="li", now=NOW)

        usecases.withdraw(proposal=proposal, by="zhang", now=NOW)

        assert store.get(proposal.proposal_id).status is Status.WITHDRAWN
        with pytest.raises(rules.ProposalDecided):
            usecases.withdraw(proposal=store.get(proposal.proposal_id), by="zhang", now=NOW)


class TestLists:
    def test_what_waits_comes_longest_first_and_what_is_decided_newest_first(self) -> None:
        numbers = (1, 2, 3)
        for number in numbers:
            proposed(number)

        waiting = store.list_by_status(Status.PROPOSED, limit=2, cursor=None)
        rest = store.list_by_status(Status.PROPOSED, limit=2, cursor=waiting.next_cursor)
        assert [one.proposal_id[-1] for one in [*waiting.rows, *rest.rows]] == ["1", "2", "3"]
        assert store.count_waiting(at_most=2) == 2

        for number in numbers:
            usecases.reject(proposal=store.get(builders.an_id("prp", number)), reason="不", by="li", now=NOW)
        decided = store.list_by_status(Status.REJECTED, limit=9, cursor=None)
        assert [one.proposal_id[-1] for one in decided.rows] == ["3", "2", "1"]
        assert [one.proposal_id[-1] for one in store.list_of_institution(SCHOOL, limit=9, cursor=None).rows] == [
            "3",
            "2",
            "1",
        ]
        assert store.count_waiting(at_most=9) == 0


def test_a_part_of_an_approval_alone_is_a_transaction() -> None:
    proposal = proposed()
    transaction.commit([usecases.approve(proposal=proposal, reason="", by="li", now=NOW)])

    assert store.get(proposal.proposal_id).status is Status.APPROVED
