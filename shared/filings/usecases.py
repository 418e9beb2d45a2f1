"""A case from its opening to the site visit: drafting, submitting, reviewing item by item, correcting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from shared.dynamo import transaction
from shared.filings import catalogue, handing_in, rules, workflows
from shared.filings.model import (
    Action,
    Amended,
    Case,
    FileRef,
    Filing,
    InstitutionType,
    Material,
    Review,
    Role,
    Stage,
    State,
)
from shared.filings.store import cases
from shared.kernel import clock
from shared.kernel.ids import CaseId, InstitutionId
from shared.policy import calendar
from shared.policy import queries as policies

Handed = Sequence[tuple[FileRef, str, int]]
"""Files of the school's own that were found good, each with its content type and its size in bytes."""


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
    amendments: tuple[Amended, ...] = (),
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
        amendments=amendments,
        due=rules.due(workflow, workflow.start, history, figures, partial(days, at=now)),
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

    Raises UnknownCase, ActionNotNow, UnknownItem, NotReturned, and what `handing_in.check_material` refuses.
    """

    def become(was: Case) -> Case:
        check_own(was, institution_id)
        after = acted(was, Action.EDIT, Role.SCHOOL, by=by, now=now)
        item = catalogue.get(was.catalogue_version, was.filing, was.institution_type).find(code)
        if item is None:
            raise handing_in.UnknownItem()
        told = handing_in.check_material(item, list(files), expires_on, today=clock.business_day(now))
        before = was.materials.get(code)
        if before and (before.files, before.expires_on) == (told, expires_on):
            return was
        if was.state is State.CORRECTION_REQUIRED and before and before.review is Review.ACCEPTED:
            raise handing_in.NotReturned()
        return replace(after, materials={**was.materials, code: Material(told, expires_on, was.round)})

    return cases.move(case_id, become)


def submit(*, case_id: str, institution_id: InstitutionId, by: str, now: datetime) -> Case:
    """Submit a draft, or what was corrected. Raises UnknownCase, ActionNotNow, MaterialsMissing, NotCorrected."""

    def become(was: Case) -> Case:
        check_own(was, institution_id)
        again = was.state is State.CORRECTION_REQUIRED
        after = acted(was, Action.RESUBMIT if again else Action.SUBMIT, Role.SCHOOL, by=by, now=now)
        asked = catalogue.get(was.catalogue_version, was.filing, was.institution_type)
        handing_in.check_complete(was, asked, today=clock.business_day(now))
        return after

    return cases.move(case_id, become)


def withdraw(*, case_id: str, institution_id: InstitutionId, by: str, now: datetime) -> Case:
    """Give a draft up, which closes it. Raises UnknownCase, ActionNotNow."""

    def become(was: Case) -> Case:
        check_own(was, institution_id)
        return acted(was, Action.WITHDRAW, Role.SCHOOL, by=by, now=now)

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
            handing_in.check_reviewed(was, returns=False)
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
            raise handing_in.UnknownItem()
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
        handing_in.check_reviewed(was, returns=True)
        return replace(after, round=was.round + 1)

    return cases.move(case_id, become)


def acted(was: Case, action: Action, role: Role, *, by: str, now: datetime, note: str = "") -> Case:
    """A case after an action under its own versions. Raises ActionNotNow, ActionNotYours."""
    figures = {one.name: one.value for one in policies.get(version=was.policy_version).figures}
    workflow = workflows.get(was.workflow_version)
    counted = partial(days, at=now)
    return rules.moved(was, workflow, action, role, by=by, now=now, figures=figures, days=counted, note=note)


def days(day: date, count: int, *, at: datetime) -> tuple[date, bool]:
    """The working day so many after a day, by the calendar of a moment, and whether it had to be assumed."""
    told = calendar.working_days_after(day, count, policies.in_force(at=at).own_days)
    return told.day, told.assumed


def check_own(case: Case, institution_id: InstitutionId) -> None:
    """Raises UnknownCase for another institution's."""
    if case.institution_id != institution_id:
        raise cases.UnknownCase()
