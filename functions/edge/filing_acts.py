"""Closing a case, together with what its end means to others."""

from collections.abc import Sequence
from datetime import datetime

from events import facts
from functions.edge import amending
from shared.alerts import usecases as alerts
from shared.dynamo.transaction import Part
from shared.filings import decisions
from shared.filings.model import Case, Filing, Outcome, Role
from shared.filings.store import cases
from shared.policy import queries as policies


def close(*, case_id: str, role: Role, by: str, now: datetime) -> Case:
    """Close a case; a failed annual inspection raises its red alert with the same commit. Raises like decisions.close.

    It stops no sales by itself: the bureau suspends the school, or revokes its licence.
    """

    def failed(case: Case) -> Sequence[Part]:
        if case.filing is not Filing.ANNUAL_INSPECTION or case.outcome is not Outcome.FAIL:
            return ()
        assert case.decision is not None
        fact = facts.InspectionFailed(
            institution_id=case.institution_id,
            case_id=case.case_id,
            year=case.year,
            decision_no=case.decision.number,
            reason=case.decision.reason,
            closed_at=now,
        )
        return alerts.raising(fact=fact, policy=policies.in_force(at=now))

    superseded = amending.superseded(cases.get(case_id))
    return decisions.close(case_id=case_id, role=role, by=by, now=now, superseded=superseded, also=failed)
