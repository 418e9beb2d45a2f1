"""The site visit of a case (现场核查): what was checked, what was found, how it was put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.filings import rules, workflows
from shared.filings.model import Action, Case, Finding, Role, Visit
from shared.filings.store import cases
from shared.filings.usecases import acted, check_own
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId

MOST_FINDINGS = 20


class WrongChecklist(errors.Invalid):
    code = "filing_checklist_incomplete"
    zh = "请逐项填写核查清单。"
    en = "Answer every line of the checklist."


class WrongFinding(errors.Invalid):
    code = "filing_finding_wrong"
    zh = "每个问题须有内容和晚于今天的整改期限，至多20个。"
    en = "A finding has a text and a day after today to put it right; at most 20 of them."


class UnknownFinding(errors.Missing):
    code = "unknown_filing_finding"
    zh = "没有这个问题。"
    en = "There is no such finding."


class FindingClosed(errors.Conflict):
    code = "filing_finding_closed"
    zh = "该问题已整改完毕。"
    en = "The finding is put right already."


class RectificationNotReported(errors.Conflict):
    code = "filing_rectification_not_reported"
    zh = "机构尚未报告整改。"
    en = "The school hasn't said yet that it is put right."


def record_visit(
    *,
    case_id: str,
    checked: dict[str, bool],
    note: str,
    findings: Sequence[tuple[str, date]],
    role: Role,
    by: str,
    now: datetime,
) -> Case:
    """Record a site visit: every line of the checklist, and what is wrong with the day to put it right by.

    Raises UnknownCase, ActionNotNow, ActionNotYours, WrongChecklist, WrongFinding.
    """
    today = clock.business_day(now)

    def become(was: Case) -> Case:
        after = acted(was, Action.RECORD_VISIT, role, by=by, now=now)
        asked = {line.code for line in workflows.get(was.workflow_version).checklist}
        if set(checked) != asked:
            raise WrongChecklist(pointer="/checked")
        told = [Finding(len(was.findings) + n, text.strip(), due) for n, (text, due) in enumerate(findings, 1)]
        wrong = any(not 0 < len(one.text) <= rules.MOST_TEXT or one.due_on <= today for one in told)
        if wrong or len(was.findings) + len(told) > MOST_FINDINGS:
            raise WrongFinding(pointer="/findings")
        visit = Visit(today, by, dict(checked), note.strip()[: rules.MOST_TEXT])
        return replace(after, visit=visit, findings=(*was.findings, *told))

    return cases.move(case_id, become)


def report_rectified(
    *, case_id: str, institution_id: InstitutionId, number: int, answer: str, by: str, now: datetime
) -> Case:
    """The school says how a finding was put right. Raises UnknownCase, ActionNotNow, UnknownFinding, FindingClosed."""
    told = rules.check_text(answer, pointer="/answer")

    def become(was: Case) -> Case:
        check_own(was, institution_id)
        after = acted(was, Action.REPORT_RECTIFIED, Role.SCHOOL, by=by, now=now)
        return _with_finding(after, replace(_finding(was, number), answer=told, answered_at=now))

    return cases.move(case_id, become)


def confirm_rectified(*, case_id: str, number: int, role: Role, by: str, now: datetime) -> Case:
    """The reviewer has seen that a finding is put right.

    Raises UnknownCase, ActionNotNow, ActionNotYours, UnknownFinding, FindingClosed, RectificationNotReported.
    """

    def become(was: Case) -> Case:
        after = acted(was, Action.CONFIRM_RECTIFIED, role, by=by, now=now)
        finding = _finding(was, number)
        if not finding.answer:
            raise RectificationNotReported()
        return _with_finding(after, replace(finding, closed_at=now, closed_by=by))

    return cases.move(case_id, become)


def _finding(case: Case, number: int) -> Finding:
    found = next((one for one in case.findings if one.number == number), None)
    if found is None:
        raise UnknownFinding()
    if found.closed_at is not None:
        raise FindingClosed()
    return found


def _with_finding(case: Case, finding: Finding) -> Case:
    return replace(case, findings=tuple(finding if one.number == finding.number else one for one in case.findings))
