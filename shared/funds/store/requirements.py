"""What schools' minimum balances have to be: each requirement since the registration, and the newest calculation."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds.minimum_model import Calculation, Formula, Requirement
from shared.funds.store import waits
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.kernel.page import Page


class CalculationRow(Row):
    """The newest calculation of a school; one that is made anew takes its place."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="calculation")
    size = UnicodeAttribute()
    floor_fen = NumberAttribute()
    receipts_fen = NumberAttribute()
    percent = NumberAttribute()
    first_month = UnicodeAttribute()
    last_month = UnicodeAttribute()
    policy = UnicodeAttribute()
    at = Moment()
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


class RequirementRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="requirement")
    required_fen = NumberAttribute()
    size = UnicodeAttribute()
    floor_fen = NumberAttribute()
    receipts_fen = NumberAttribute()
    percent = NumberAttribute()
    first_month = UnicodeAttribute()
    last_month = UnicodeAttribute()
    policy = UnicodeAttribute()
    reason = UnicodeAttribute()
    proposed_by = UnicodeAttribute()
    approved_by = UnicodeAttribute()
    at = Moment()
    after_version = NumberAttribute(default=0)


def put_new(requirement: Requirement) -> transaction.Part:
    """The part that keeps the next requirement of a school; lost to one that was faster."""
    formula = requirement.formula
    row = RequirementRow(
        f"minimum#{requirement.institution_id}",
        f"requirement#{requirement.number:04d}",
        required_fen=requirement.required_fen,
        **_told(formula),
        reason=requirement.reason,
        proposed_by=requirement.proposed_by,
        approved_by=requirement.approved_by,
        at=requirement.at,
        after_version=requirement.after_version,
    )
    return transaction.put_new(row, refused=transaction.LostRace())


def list_of(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[Requirement]:
    """A school's requirements, the one in force first."""
    of = RequirementRow.sk.startswith("requirement#")
    page = pages.page(RequirementRow, f"minimum#{institution_id}", limit=limit, cursor=cursor, keys=of, backwards=True)
    return page.map(requirement_of)


def requirement_of(row: Any) -> Requirement:
    """The requirement of a stored row."""
    return Requirement(
        institution_id=InstitutionId(row.pk.removeprefix("minimum#")),
        number=int(row.sk.removeprefix("requirement#")),
        formula=formula_of(row),
        reason=row.reason,
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
        at=row.at,
        after_version=int(row.after_version),
    )


def keep_calculation(calculation: Calculation, *, differs: bool) -> None:
    """Keep a school's newest calculation; one that `differs` from what is required waits to be proposed."""
    row = CalculationRow(
        f"minimum#{calculation.institution_id}",
        "calculation",
        at=calculation.at,
        **_told(calculation.formula),
        waits_for=waits.Wait.CALCULATION.value if differs else None,
        waits_by=clock.stored(calculation.at) if differs else None,
    )
    transaction.commit([transaction.put(row)])


def settled(calculation: Calculation) -> transaction.Part:
    """The part that lets a calculation wait no more, as what is required is set anew. Else LostRace."""
    row = CalculationRow(f"minimum#{calculation.institution_id}", "calculation")
    same = CalculationRow.at == calculation.at
    return transaction.update(row, waits.setting(CalculationRow, None), same, refused=transaction.LostRace())


def list_waiting(*, limit: int, cursor: str | None) -> Page[Calculation]:
    """One page of the calculations of all schools that wait to be proposed, the longest waiting first."""
    page = waits.keys(waits.Wait.CALCULATION, limit=limit, cursor=cursor)
    found = find_calculations([waits.school_of(key) for key in page.rows])
    there = [waits.school_of(key) for key in page.rows]
    return Page([found[iid] for iid in there if iid in found], page.next_cursor)


def find_calculation(institution_id: InstitutionId) -> Calculation | None:
    """A school's newest calculation."""
    return find_calculations([institution_id]).get(institution_id)


def find_calculations(institution_ids: Sequence[InstitutionId]) -> dict[InstitutionId, Calculation]:
    """The newest calculation of each of these schools that has one."""
    keys = [(f"minimum#{iid}", "calculation") for iid in dict.fromkeys(institution_ids)]
    rows = CalculationRow.batch_get(keys, consistent_read=True) if keys else []
    told = {InstitutionId(row.pk.removeprefix("minimum#")): row for row in rows}
    return {iid: Calculation(iid, formula_of(row), row.at) for iid, row in told.items()}


def _told(formula: Formula) -> dict[str, Any]:
    """A formula as it is stored."""
    return {
        "size": formula.size,
        "floor_fen": formula.floor_fen,
        "receipts_fen": formula.receipts_fen,
        "percent": formula.percent,
        "first_month": formula.first_month,
        "last_month": formula.last_month,
        "policy": formula.policy_version,
    }


def formula_of(row: Any) -> Formula:
    """How the requirement of a row comes about."""
    return Formula(
        size=row.size,
        floor_fen=Fen(int(row.floor_fen)),
        receipts_fen=Fen(int(row.receipts_fen)),
        percent=int(row.percent),
        first_month=row.first_month,
        last_month=row.last_month,
        policy_version=row.policy,
    )
