"""What is kept beside the cases of annual inspections, in the transaction that moves each: its result, the counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.filings import inspections
from shared.filings.inspections import Inspected, Inspection
from shared.filings.model import Case, Filing, Outcome, State
from shared.filings.store import written
from shared.kernel.ids import InstitutionId

_RESULT = "result#"


class InspectionRow(Row):
    """A school's inspection of a year, as far as it counts."""

    Meta = meta("filings")
    document = UnicodeAttribute()


class TallyRow(Row):
    """How many inspections of a year stand in a state, or were closed with a result."""

    Meta = meta("filings")
    standing = NumberAttribute(default=0)


@dataclass(frozen=True)
class Tally:
    """How far a year's inspections are: how many stand in each state, and how many were closed with each result."""

    states: Mapping[State, int]
    results: Mapping[Outcome, int]


def moved(before: Case | None, after: Case) -> list[transaction.Part]:
    """What belongs into the transaction that opens or moves a case; its own condition guards them all."""
    if after.filing is not Filing.ANNUAL_INSPECTION:
        return []
    text = json.dumps(asdict(inspections.of(after)), default=written.plain, separators=(",", ":"))
    row = InspectionRow(f"inspection#{after.institution_id}", str(after.year), document=text)
    return [transaction.put(row), *_counted(before, after)]


def get_standings(institution_ids: Sequence[InstitutionId], *, today: date) -> dict[InstitutionId, Inspected]:
    """How schools stand on a business day, by their inspections of that year and the one before: one batch of reads.

    A school of which these say nothing isn't in the answer.
    """
    years = (today.year, today.year - 1)
    keys = [(f"inspection#{iid}", str(year)) for iid in dict.fromkeys(institution_ids) for year in years]
    found: dict[InstitutionId, list[Inspection]] = {}
    for row in InspectionRow.batch_get(keys, consistent_read=True) if keys else ():
        iid = InstitutionId(row.pk.partition("#")[2])
        found.setdefault(iid, []).append(_inspection_of(row))
    told = {iid: inspections.standing(ones, today=today) for iid, ones in found.items()}
    return {iid: one for iid, one in told.items() if one is not None}


def tally(year: int) -> Tally:
    """How far a year's inspections are."""
    rows = {row.sk: int(row.standing) for row in TallyRow.query(f"tally#{year}", consistent_read=True)}
    results = {Outcome(sk.removeprefix(_RESULT)): count for sk, count in rows.items() if sk.startswith(_RESULT)}
    return Tally({State(sk): count for sk, count in rows.items() if not sk.startswith(_RESULT)}, results)


def _counted(before: Case | None, after: Case) -> list[transaction.Part]:
    if before and before.state is after.state:
        return []
    steps = {after.state.value: 1} | ({before.state.value: -1} if before else {})
    if after.state is State.CLOSED and after.outcome:
        steps[f"{_RESULT}{after.outcome}"] = 1
    return [
        transaction.add_up(TallyRow(f"tally#{after.year}", sk), [TallyRow.standing.add(step)])
        for sk, step in steps.items()
    ]


def _inspection_of(row: Any) -> Inspection:
    read: Inspection = written.read(Inspection, json.loads(row.document))
    return read
