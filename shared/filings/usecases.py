"""A case from its opening to the site visit: drafting, submitting, reviewing item by item, correcting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.dynamo import transaction
from shared.filings import catalogue, rules, workflows
from shared.filings.model import (
    Action,
    Case,
    FileRef,
    Filing,
    Finding,
    InstitutionType,
    Material,
    Review,
    Role,
    Stage,
    State,
    Visit,
)
from shared.filings.store import cases
from shared.kernel import clock, errors
from shared.kernel.ids import CaseId, InstitutionId
from shared.policy import calendar
from shared.policy import queries as policies

MOST_FINDINGS = 20

Handed = Sequence[tuple[FileRef, str, int]]
"""Files of the school's own that were found good, each with its content type and its size in bytes."""


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


def opening(
    *,
    case_id: CaseId,
    filing: Filing,
    institution_id: InstitutionId,
    institution_type: InstitutionType,
    subject: str,
    by: str,
    now: datetime,
    statement: str = "",
    year: int = 0,
) -> tuple[Case, list[transaction.Part]]:
    """A new case under the versions in force, and the parts that open it. Their commit raises CaseExists."""
    today, policy = clock.business_day(now), policies.in_force(at=now)
    workflow = workflows.in_force(filing, on=today)
    history = (Stage(workflow.start, None, now, by),)
    figures = {one.name: one.value for one in policy.figures}
    case = Case(
        case_id=case_id,
        filing=filing,
        institution_id=institution_id,
        institution_type=institution_type,
        subject=subject,
        state=workflow.start,
        workflow_version=workflow.version,
        catalogue_version=catalogue.in_force(filing, institution_type, on=today).version,
        policy_version=policy.version,
        opened_at=now,
        history=history,
        statement=statement,
        year=year,
        due=rules.due(workflow, workflow.start, history, figures, days),
    )
    return case, cases.open_new(case)


def hand_in(
    *,
    case_id: str,
    institution_id: InstitutionId,
    code: str,
    files: Handed,
    expires_on: date | None,
    by: str,
    now: datetime,
) -> Case:
    """Put files to an item, in place of what stood there. The same again changes nothing.

    Raises UnknownCase, ActionNotNow, UnknownItem, NotReturned, and what `rules.check_material` refuses.
    """

    def become(was: Case) -> Case:
        _own(was, institution_id)
        after = acted(was, Action.EDIT, Role.SCHOOL, by=by, now=now)
        item = catalogue.get(was.catalogue_version, was.filing, was.institution_type).find(code)
        if item is None:
            raise rules.UnknownItem()
        told = rules.check_material(item, list(files), expires_on, today=clock.business_day(now))
        before = was.materials.get(code)
        if before and (before.files, before.expires_on) == (told, expires_on):
            return was
        if was.state is State.CORRECTION_REQUIRED and before and before.review is Review.ACCEPTED:
            raise rules.NotReturned()
        return replace(after, materials={**was.materials, code: Material(told, expires_on, was.round)})

    return cases.move(case_id, become)


def submit(*, case_id: str, institution_id: InstitutionId, by: str, now: datetime) -> Case:
    """Submit a draft, or what was corrected. Raises UnknownCase, ActionNotNow, MaterialsMissing, NotCorrected."""

    def become(was: Case) -> Case:
        _own(was, institution_id)
        again = was.state is State.CORRECTION_REQUIRED
        after = acted(was, Action.RESUBMIT if again else Action.SUBMIT, Role.SCHOOL, by=by, now=now)
        asked = catalogue.get(was.catalogue_version, was.filing, was.institution_type)
        rules.check_complete(was, asked, today=clock.business_day(now))
        return after

    return cases.move(case_id, become)


def advance(*, case_id: str, action: Action, role: Role, note: str, by: str, now: datetime) -> Case:
    """Take a step that needs nothing but a note: accept, send back, begin the review, order a visit, publicise, reopen.

    To send back and to reopen needs a reason. Raises UnknownCase, ActionNotNow, ActionNotYours, FilingTextNeeded,
    NotReviewedYet, MaterialsReturned.
    """

    def become(was: Case) -> Case:
        after = acted(was, action, role, by=by, now=now, note=note.strip()[: rules.MOST_TEXT])
        if action is Action.SEND_BACK:
            rules.check_text(note, pointer="/note")
        if action is Action.ORDER_VISIT:
            rules.check_reviewed(was, returns=False)
        return after

    return cases.move(case_id, become)


def review_item(*, case_id: str, code: str, accept: bool, reason: str, role: Role, by: str, now: datetime) -> Case:
    """Accept one material or return it with a reason.

    Raises UnknownCase, ActionNotNow, ActionNotYours, UnknownItem, FilingTextNeeded.
    """
    told = reason.strip() if accept else rules.check_text(reason, pointer="/reason")

    def become(was: Case) -> Case:
        after = acted(was, Action.REVIEW_ITEM, role, by=by, now=now)
        if code not in was.materials:
            raise rules.UnknownItem()
        review = Review.ACCEPTED if accept else Review.RETURNED
        reviewed = replace(was.materials[code], review=review, reason="" if accept else told, reviewed_by=by)
        return replace(after, materials={**was.materials, code: reviewed})

    return cases.move(case_id, become)


def request_corrections(*, case_id: str, note: str, role: Role, by: str, now: datetime) -> Case:
    """Ask once for everything that was returned, all materials having been looked at; a new round begins.

    Raises UnknownCase, ActionNotNow, ActionNotYours, NotReviewedYet, NothingReturned.
    """

    def become(was: Case) -> Case:
        told = note.strip()[: rules.MOST_TEXT]
        after = acted(was, Action.REQUEST_CORRECTIONS, role, by=by, now=now, note=told)
        rules.check_reviewed(was, returns=True)
        return replace(after, round=was.round + 1)

    return cases.move(case_id, become)


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
        _own(was, institution_id)
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


def acted(was: Case, action: Action, role: Role, *, by: str, now: datetime, note: str = "") -> Case:
    """A case after an action under its own versions. Raises ActionNotNow, ActionNotYours."""
    figures = {one.name: one.value for one in policies.get(version=was.policy_version).figures}
    workflow = workflows.get(was.workflow_version)
    return rules.moved(was, workflow, action, role, by=by, now=now, figures=figures, days=days, note=note)


def days(day: date, count: int) -> tuple[date, bool]:
    """The working day so many after a day, and whether it had to be assumed."""
    told = calendar.working_days_after(day, count)
    return told.day, told.assumed


def _own(case: Case, institution_id: InstitutionId) -> None:
    if case.institution_id != institution_id:
        raise cases.UnknownCase()


def _finding(case: Case, number: int) -> Finding:
    found = next((one for one in case.findings if one.number == number), None)
    if found is None:
        raise UnknownFinding()
    if found.closed_at is not None:
        raise FindingClosed()
    return found


def _with_finding(case: Case, finding: Finding) -> Case:
    return replace(case, findings=tuple(finding if one.number == finding.number else one for one in case.findings))
