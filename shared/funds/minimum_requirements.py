"""What a school's minimum balance has to be: the first requirement, and every change that two people agree on."""

from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.funds.minimum_model import Formula, MinimumBalance, Requirement
from shared.funds.store import minimums, requirements
from shared.kernel.ids import InstitutionId


def first(*, institution_id: InstitutionId, formula: Formula, by: str, now: datetime) -> list[transaction.Part]:
    """The parts of a registration that set what the new school must keep."""
    new = MinimumBalance(institution_id)
    return _parts(new, formula, reason="登记", proposed_by=by, approved_by=by, now=now)


def _parts(
    before: MinimumBalance, formula: Formula, *, reason: str, proposed_by: str, approved_by: str, now: datetime
) -> list[transaction.Part]:
    requirement = Requirement(
        institution_id=before.institution_id,
        number=before.requirements + 1,
        formula=formula,
        reason=reason,
        proposed_by=proposed_by,
        approved_by=approved_by,
        at=now,
        after_version=before.version,
    )
    after = replace(before, required_fen=requirement.required_fen, requirements=requirement.number)
    return [requirements.put_new(requirement), minimums.change(before, after)]
