"""A filing as the API shows it to the school, and to the public."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from functions.api import catalogue as catalogue_views
from functions.api.views import View
from functions.edge import amending
from shared.filings import catalogue, handing_in, rules, workflows
from shared.filings.inspections import STANDING_NAMES, Inspected
from shared.filings.model import Case, Decision, Due, Filing, Finding, Material, Role, Stage
from shared.kernel import clock
from shared.kernel.page import Page

FILING_NAMES = {
    Filing.APPLICATION: ("设立申请", "Application"),
    Filing.CHANGE: ("变更", "Change"),
    Filing.ANNUAL_INSPECTION: ("年检", "Annual inspection"),
}


class DueView(View):
    """`assumed`: no calendar is published yet, Monday to Friday are assumed. `owner` is who has to act by then.

    `reminded_at` is when the platform has told that the day is near, `escalated_at` that it is over.
    """

    day: date
    owner: str
    assumed: bool
    overdue: bool
    reminded_at: str | None
    escalated_at: str | None


class FilingCard(View):
    """A line of a list."""

    case_id: str
    filing: str
    filing_name: str
    subject: str
    year: int | None
    state: str
    state_name: str
    opened_at: str
    due: DueView | None
    outcome: str | None


class HandedFile(View):
    file_id: str
    name: str
    sha256: str


class MaterialView(View):
    """`review`: given, accepted or returned (then with a reason). `round`: the submission in which it last changed."""

    code: str
    files: list[HandedFile]
    expires_on: date | None
    review: str
    reason: str | None
    round: int


class StageView(View):
    state: str
    state_name: str
    at: str
    note: str | None


class FindingView(View):
    """What a site visit found. `closed`: the bureau has seen that it is put right."""

    number: int
    text: str
    due_on: date
    answer: str | None
    closed: bool


class DecisionView(View):
    outcome: str
    reason: str
    number: str
    at: str


class AmendedView(View):
    """A field of the record that a change amends, as it is read: what it was when it was filed, what it becomes."""

    field: str
    name: str
    before: str
    after: str


class FilingView(View):
    """A case. `catalogue` is the version that it was opened under, `missing` what is required and not handed in yet,
    `actions` what the school may do now."""

    card: FilingCard
    statement: str | None
    changes: list[AmendedView]
    round: int
    workflow_version: str
    catalogue: catalogue_views.CatalogueView
    materials: list[MaterialView]
    missing: list[str]
    actions: list[str]
    history: list[StageView]
    findings: list[FindingView]
    decision: DecisionView | None


class InspectionView(View):
    """How a school stands with the annual inspection of a year: passed, rectifying (passed, with findings to put right
    in time), failed or overdue, since a day."""

    year: int
    standing: str
    standing_name: str
    since: date


class PublicFiling(View):
    """What is public of a decision, and until when objections are heard."""

    case_id: str
    filing: str
    filing_name: str
    subject: str
    outcome: str
    number: str
    changes: list[AmendedView]
    public_until: date


def card(case: Case, language: str, today: date) -> FilingCard:
    """A case as a line of a list."""
    english = language == "en"
    return FilingCard(
        case_id=case.case_id,
        filing=case.filing.value,
        filing_name=FILING_NAMES[case.filing][english],
        subject=case.subject,
        year=case.year or None,
        state=case.state.value,
        state_name=workflows.get(case.workflow_version).steps[case.state].names[english],
        opened_at=clock.shown(case.opened_at),
        due=_due(case.due, today),
        outcome=case.outcome.value if case.outcome else None,
    )


def cards(page: Page[Case], language: str, today: date) -> Page[FilingCard]:
    """A page of cases as lines."""
    return page.map(lambda case: card(case, language, today))


def whole(case: Case, language: str, today: date) -> FilingView:
    """A case with everything that its school may know."""
    asked = catalogue.get(case.catalogue_version, case.filing, case.institution_type)
    workflow = workflows.get(case.workflow_version)
    return FilingView(
        card=card(case, language, today),
        statement=case.statement or None,
        changes=changes(amending.lines_of(case, language)),
        round=case.round,
        workflow_version=case.workflow_version,
        catalogue=catalogue_views.view(asked, language),
        materials=[_material(code, one) for code, one in case.materials.items()],
        missing=[item.code for item in handing_in.missing(case, asked)],
        actions=sorted(action.value for action in rules.actions(workflow, case, Role.SCHOOL)),
        history=[_stage(stage, workflow.steps[stage.state].names[language == "en"]) for stage in case.history],
        findings=[_finding(one) for one in case.findings],
        decision=_decision(case.decision),
    )


def public(case: Case, language: str) -> PublicFiling:
    """What the public is told of a case that is public."""
    assert case.decision is not None
    assert case.due is not None
    return PublicFiling(
        case_id=case.case_id,
        filing=case.filing.value,
        filing_name=FILING_NAMES[case.filing][language == "en"],
        subject=case.subject,
        outcome=case.decision.outcome.value,
        number=case.decision.number,
        changes=changes(amending.lines_of(case, language)),
        public_until=case.due.day,
    )


def inspection(one: Inspected | None, english: bool) -> InspectionView | None:
    """How a school stands with its annual inspections, if they say anything."""
    if one is None:
        return None
    name = STANDING_NAMES[one.standing][english]
    return InspectionView(year=one.year, standing=one.standing.value, standing_name=name, since=one.since)


def changes(told: Iterable[amending.Line]) -> list[AmendedView]:
    """What changes in the record, as the API shows it."""
    return [AmendedView(field=one.field, name=one.name, before=one.before, after=one.after) for one in told]


def _due(due: Due | None, today: date) -> DueView | None:
    if due is None:
        return None
    return DueView(
        day=due.day,
        owner=due.owner.value,
        assumed=due.assumed,
        overdue=due.day < today,
        reminded_at=clock.shown(due.reminded) if due.reminded else None,
        escalated_at=clock.shown(due.escalated) if due.escalated else None,
    )


def _material(code: str, one: Material) -> MaterialView:
    return MaterialView(
        code=code,
        files=[HandedFile(file_id=ref.file_id, name=ref.name, sha256=ref.sha256) for ref in one.files],
        expires_on=one.expires_on,
        review=one.review.value,
        reason=one.reason or None,
        round=one.round,
    )


def _stage(stage: Stage, name: str) -> StageView:
    return StageView(state=stage.state.value, state_name=name, at=clock.shown(stage.at), note=stage.note or None)


def _finding(one: Finding) -> FindingView:
    told: dict[str, Any] = {"number": one.number, "text": one.text, "due_on": one.due_on}
    return FindingView(**told, answer=one.answer or None, closed=one.closed_at is not None)


def _decision(one: Decision | None) -> DecisionView | None:
    if one is None:
        return None
    return DecisionView(outcome=one.outcome.value, reason=one.reason, number=one.number, at=clock.shown(one.at))
