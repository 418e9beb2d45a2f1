"""What the platform does by itself: opens inspections, tells of deadlines, closes what has been public long enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.filings import decisions, rules, usecases, workflows
from shared.filings.model import PLATFORM, Action, Case, Filing, InstitutionType, Role, State
from shared.filings.store import cases
from shared.kernel import clock, errors, ids
from shared.kernel.ids import CaseId, InstitutionId
from shared.policy import queries as policies


def inspection_id(institution_id: InstitutionId, year: int) -> CaseId:
    """The id of a school's inspection of a year: there is one, whoever opens it, however often."""
    return CaseId(ids.derived("cas", institution_id, Filing.ANNUAL_INSPECTION, str(year)))


def not_opened(institution_ids: Sequence[InstitutionId], *, year: int) -> set[InstitutionId]:
    """Which of these schools have no inspection of a year yet."""
    wanted = {inspection_id(one, year): one for one in institution_ids}
    there = cases.exists(list(wanted))
    return {iid for case_id, iid in wanted.items() if case_id not in there}


def open_inspection(
    *, institution_id: InstitutionId, institution_type: InstitutionType, subject: str, year: int, now: datetime
) -> bool:
    """Open a school's inspection of a year; whether it wasn't open yet. Raises Unavailable."""
    _, parts = usecases.opening(
        case_id=inspection_id(institution_id, year),
        filing=Filing.ANNUAL_INSPECTION,
        institution_id=institution_id,
        institution_type=institution_type,
        subject=subject,
        by=PLATFORM,
        now=now,
        year=year,
    )
    try:
        transaction.commit(parts)
    except cases.CaseExists:
        return False
    return True


def overdue_inspection(case: Case, *, now: datetime) -> bool:
    """Whether a school is late with its inspection, and that isn't told yet."""
    due = case.due
    if case.filing is not Filing.ANNUAL_INSPECTION or due is None or due.owner is not Role.SCHOOL:
        return False
    return due.escalated is None and now >= clock.end_of(due.day)


def watch(*, case_id: str, now: datetime) -> list[str]:
    """Do what is due on a case: `closed`, or tell once that its deadline is near (`reminded`) or over (`escalated`).

    What keeps a publicity from being closed (an open objection) is told as a deadline that is over.
    """
    done: list[str] = []

    def become(was: Case) -> Case:
        done.clear()
        if _may_close(was):
            try:
                after = decisions.closed(was, Role.SYSTEM, PLATFORM, now)
            except errors.Conflict:
                pass
            else:
                done.append("closed")
                return after
        return _told(was, now, done)

    cases.move(case_id, become)
    return done


def _may_close(case: Case) -> bool:
    allowed = rules.actions(workflows.get(case.workflow_version), case, Role.SYSTEM)
    return case.state is State.PUBLICISED and not decisions.amends(case) and Action.CLOSE in allowed


def _told(was: Case, now: datetime, done: list[str]) -> Case:
    due = was.due
    if due is None:
        return was
    if now >= clock.end_of(due.day):
        if due.escalated is not None:
            return was
        done.append("escalated")
        return replace(was, due=replace(due, escalated=now))
    days = policies.get(version=was.policy_version).filing_reminder_working_days
    near, _ = usecases.days(clock.business_day(now), days, at=now)
    if due.day > near or due.reminded is not None:
        return was
    done.append("reminded")
    return replace(was, due=replace(due, reminded=now))
