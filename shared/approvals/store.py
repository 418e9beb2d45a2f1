"""Where proposals are kept. Keys are in this context's README."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.approvals import model, rules
from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import InstitutionId, ProposalId
from shared.kernel.page import Page

_SK = "proposal"


class UnknownProposal(errors.Missing):
    code = "unknown_proposal"
    zh = "没有找到该审批事项。"
    en = "There is no such proposal."


class AlreadyProposed(errors.Conflict):
    code = "already_proposed"
    zh = "该事项已提出，正待批准。"
    en = "This is proposed already."


class ByStatus(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    proposed_at = Moment(range_key=True)


class ByInstitution(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_institution"
        projection = KeysOnlyProjection()

    institution = UnicodeAttribute(hash_key=True)
    proposed_at = Moment(range_key=True)


class ProposalRow(Row):
    Meta = meta("approvals")
    statuses = ByStatus()
    institutions = ByInstitution()

    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    institution = UnicodeAttribute()
    subject = UnicodeAttribute()
    reason = UnicodeAttribute()
    proposed_by = UnicodeAttribute()
    proposed_at = Moment()
    figures = UnicodeAttribute()
    words = UnicodeAttribute()
    decided_by = UnicodeAttribute(default="")
    decided_at = Moment(null=True)
    decision_reason = UnicodeAttribute(default="")


def add(proposal: model.Proposal, *, also: Sequence[transaction.Part]) -> None:
    """Keep a new proposal, with what is in `also`. Raises AlreadyProposed when its id is taken, what `also` refuses."""
    row = ProposalRow(
        proposal.proposal_id,
        _SK,
        kind=proposal.kind.value,
        status=proposal.status.value,
        institution=proposal.institution_id,
        subject=proposal.subject,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        figures=json.dumps(dict(proposal.figures)),
        words=json.dumps(dict(proposal.words), ensure_ascii=False),
    )
    transaction.commit([transaction.put_new(row, refused=AlreadyProposed()), *also])


def decide(proposal: model.Proposal, becomes: model.Status, *, by: str, reason: str, now: datetime) -> transaction.Part:
    """The part that decides a proposal which is still open; the act that it is about belongs into the same commit."""
    actions: list[Action] = [
        ProposalRow.status.set(becomes.value),
        ProposalRow.decided_by.set(by),
        ProposalRow.decided_at.set(now),
        ProposalRow.decision_reason.set(reason),
    ]
    still = ProposalRow.status == model.Status.PROPOSED.value
    refused = rules.ProposalDecided(status="decided")
    return transaction.update(ProposalRow(proposal.proposal_id, _SK), actions, still, refused=refused)


def get(proposal_id: str) -> model.Proposal:
    """A proposal. Raises UnknownProposal."""
    try:
        return _proposal(ProposalRow.get(proposal_id, _SK, consistent_read=True))
    except ProposalRow.DoesNotExist:
        raise UnknownProposal() from None


def list_by_status(status: model.Status, *, limit: int, cursor: str | None) -> Page[model.Proposal]:
    """The proposals in a status: those that wait, the longest first; those that are decided, the newest first."""
    backwards = status is not model.Status.PROPOSED
    index = ProposalRow.statuses
    return _whole(pages.page(ProposalRow, status.value, limit=limit, cursor=cursor, index=index, backwards=backwards))


def list_of_institution(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.Proposal]:
    """A school's proposals, newest first."""
    index = ProposalRow.institutions
    return _whole(pages.page(ProposalRow, institution_id, limit=limit, cursor=cursor, index=index, backwards=True))


def count_waiting(*, at_most: int) -> int:
    """How many proposals wait for a second person; no more than `at_most` are counted."""
    return min(int(ProposalRow.statuses.count(model.Status.PROPOSED.value, limit=at_most)), at_most)


def _whole(page: Page[Any]) -> Page[model.Proposal]:
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {row.pk: row for row in ProposalRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([_proposal(found[pk]) for pk, _ in keys if pk in found], page.next_cursor)


def _proposal(row: ProposalRow) -> model.Proposal:
    return model.Proposal(
        proposal_id=ProposalId(row.pk),
        kind=model.Kind(row.kind),
        institution_id=InstitutionId(row.institution),
        subject=row.subject,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        figures=json.loads(row.figures),
        words=json.loads(row.words),
        status=model.Status(row.status),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
