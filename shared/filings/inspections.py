"""How a school stands with its annual inspections (年检), by its cases of this year and the last. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.filings.model import Case, Outcome, Role, State
from shared.kernel import clock


class Standing(StrEnum):
    """What counts. Overdue: the school is late with what it hands in, corrects or puts right."""

    PASSED = "passed"
    RECTIFYING = "rectifying"
    FAILED = "failed"
    OVERDUE = "overdue"

    @property
    def passed(self) -> bool:
        """Whether it counts as passed: findings that are still to be put right in time don't speak against it."""
        return self in (Standing.PASSED, Standing.RECTIFYING)


STANDING_NAMES: Mapping[Standing, tuple[str, str]] = {
    Standing.PASSED: ("年检合格", "Passed"),
    Standing.RECTIFYING: ("年检合格，限期整改中", "Passed, with findings to put right in time"),
    Standing.FAILED: ("年检不合格", "Not passed"),
    Standing.OVERDUE: ("年检逾期未完成", "Overdue by the school"),
}


@dataclass(frozen=True)
class Inspection:
    """One year's inspection of a school, as far as it counts. It is written with each move of its case.

    `result` is there while it counts: a pass, also under conditions, from its publicity on, a fail once it is closed.
    `school_due_on` is the last day for the school to act, None when it isn't its turn; `rectify_by` the last day for
    the first finding that it hasn't answered; `findings_open` is how many aren't confirmed.
    """

    year: int
    result: Outcome | None = None
    decided_on: date | None = None
    school_due_on: date | None = None
    rectify_by: date | None = None
    findings_open: int = 0

    def overdue_since(self, today: date) -> date | None:
        """The last day that the school has let pass, None when it is late with nothing."""
        passed = [day for day in (self.school_due_on, self.rectify_by) if day is not None and day < today]
        return min(passed, default=None)


@dataclass(frozen=True)
class Inspected:
    """How a school stands, by the inspection of which year, and since when."""

    year: int
    standing: Standing
    since: date


def of(case: Case) -> Inspection:
    """What a case says."""
    decided, failed = case.decision, case.outcome is Outcome.FAIL
    counts = decided is not None and (case.state is State.CLOSED or (case.state is State.PUBLICISED and not failed))
    unanswered = [one.due_on for one in case.findings if not one.answer and one.closed_at is None]
    return Inspection(
        year=case.year,
        result=case.outcome if counts else None,
        decided_on=clock.business_day(decided.at) if decided and counts else None,
        school_due_on=case.due.day if case.due and case.due.owner is Role.SCHOOL else None,
        rectify_by=None if failed else min(unanswered, default=None),
        findings_open=sum(one.closed_at is None for one in case.findings),
    )


def standing(found: Iterable[Inspection], *, today: date) -> Inspected | None:
    """How a school stands on a business day, by its latest inspection that is overdue or has a result; or None."""
    for one in sorted(found, key=lambda one: one.year, reverse=True):
        late = one.overdue_since(today)
        if late is not None:
            return Inspected(one.year, Standing.OVERDUE, late)
        if one.result is not None:
            assert one.decided_on is not None
            return Inspected(one.year, _result(one), one.decided_on)
    return None


def _result(one: Inspection) -> Standing:
    if one.result is Outcome.FAIL:
        return Standing.FAILED
    return Standing.RECTIFYING if one.findings_open else Standing.PASSED
