"""What a school's minimum balance has to be: the first requirement, and every change that two people agree on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.funds import minimum_rules
from shared.funds.minimum_model import Calculation, Formula, MinimumBalance, Requirement
from shared.funds.store import days, minimums, requirements
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.policy.model import Policy


class RequirementMovedOn(errors.Conflict):
    code = "minimum_requirement_moved_on"
    zh = "该机构的核定最低余额已另行调整，请按最新测算重新提出。"
    en = "The requirement has been set anew meanwhile. Propose again from the newest calculation."


def first(
    *, institution_id: InstitutionId, formula: Formula, reason: str, proposed_by: str, approved_by: str, now: datetime
) -> list[transaction.Part]:
    """The parts that set what a school must keep from the moment on at which it comes under supervision."""
    new = MinimumBalance(institution_id)
    return _parts(new, formula, reason=reason, proposed_by=proposed_by, approved_by=approved_by, now=now)


def calculate(*, institution_id: InstitutionId, size: str, policy: Policy, now: datetime) -> Calculation:
    """Work out what a school would have to keep now, and keep that for the finance officer to propose.

    The receipts are those of the days' sums that the stream has made. Raises Unavailable.
    """
    today = clock.business_day(now)
    first, last = minimum_rules.receipt_months(today, policy.minimum_receipts_months)
    receipts = days.list_days(institution_id, first=first, last=last)
    formula = minimum_rules.formula(policy, size=size, days=receipts, today=today)
    calculation = Calculation(institution_id, formula, now)
    required = minimums.get(institution_id).required_fen
    requirements.keep_calculation(calculation, differs=formula.required_fen != required)
    return calculation


def set_anew(
    *,
    institution_id: InstitutionId,
    number: int,
    formula: Formula,
    reason: str,
    proposed_by: str,
    approved_by: str,
    now: datetime,
    also: Sequence[transaction.Part] = (),
) -> None:
    """Set what a school must keep from now on, as its `number`-th requirement, together with what is in `also`.

    Raises RequirementMovedOn when another was set meanwhile, what `also` refuses, Unavailable.
    """

    def attempt() -> None:
        before = minimums.get(institution_id)
        if before.requirements + 1 != number:
            raise RequirementMovedOn()
        told = _parts(before, formula, reason=reason, proposed_by=proposed_by, approved_by=approved_by, now=now)
        calculated = requirements.find_calculation(institution_id)
        settled = [requirements.settled(calculated)] if calculated else []
        transaction.commit([*also, *told, *settled])

    transaction.retried(attempt)


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
