"""Filings: the queue by state with its deadlines, one case, and the acts of the bureau on it."""

from collections.abc import Callable, Mapping
from datetime import date

from chalice.app import Blueprint

from functions.console import navigation, roles
from functions.console.filing_page import FINDINGS_AT_ONCE, ROLES, shown_case
from functions.console.pages import Answer, Elsewhere, NoSuchPage, SeeOther, Shown, Visit, form, page
from functions.documents import delivery, filing_decision
from functions.edge import filing_acts
from functions.edge.auth import NotForYourRole
from shared.filings import decisions, usecases, visits
from shared.filings.model import Action, Case, Outcome, Role, State
from shared.filings.store import cases
from shared.institutions import store as institutions
from shared.kernel import clock, errors, ids

blueprint = Blueprint(__name__)

PAGE = 20
_HOME = "/console/filings"


class FilingAnswerMissing(errors.Invalid):
    code = "filing_answer_missing"
    zh = "请选择一项。"
    en = "Choose one."


class FilingDayWrong(errors.Invalid):
    code = "filing_day_wrong"
    zh = "日期应如 2026-09-01。"
    en = "A day is such as 2026-09-01."


@page(blueprint, "/console/filings")
def show_filings(visit: Visit) -> Shown:
    """One page of the cases in a state, the nearest deadline first."""
    asked = visit.asked("of")
    of = State(asked) if asked in set(State) else State.SUBMITTED
    found = cases.list_by_state(of, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "of": of,
        "counts": {state: cases.count_in(state, at_most=navigation.MOST_COUNTED) for state in State},
        "rows": found.rows,
        "today": clock.business_day(visit.now),
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("filings.html", told)


@page(blueprint, "/console/filings/{case_id}")
def show_filing(visit: Visit) -> Shown:
    """One case."""
    return shown_case(visit, case_of(visit))


@page(blueprint, "/console/filings/{case_id}/decision.pdf")
def get_filing_decision(visit: Visit) -> Elsewhere:
    """The decision as a document."""
    case = case_of(visit)
    if case.decision is None:
        raise NoSuchPage()
    school = institutions.get(case.institution_id)
    document = filing_decision.of(case, credit_code=school.credit_code, language=visit.language)
    return Elsewhere(delivery.hand_over(document, delivery.Form.PDF))


@form(blueprint, "/console/filings/{case_id}/acts/{action}", who=roles.EVERYONE)
def act_on_filing(visit: Visit) -> Answer:
    """Take the step that the address names, if it is one of hers."""
    case, role = case_of(visit), ROLES.get(visit.role)
    act = _ACTS.get(visit.path["action"])
    if act is None:
        raise NoSuchPage()
    if role is None:
        raise NotForYourRole()
    try:
        act(visit, case, role)
    except (errors.Invalid, errors.Conflict, errors.Missing) as refusal:
        return shown_case(visit, cases.get(case.case_id), refusal)
    return SeeOther(f"{_HOME}/{case.case_id}", {"done": "filing_acted"})


def _step(action: Action) -> Callable[[Visit, Case, Role], object]:
    def act(visit: Visit, case: Case, role: Role) -> object:
        note, by = visit.form.get("note", ""), visit.session.username
        return usecases.advance(case_id=case.case_id, action=action, role=role, note=note, by=by, now=visit.now)

    return act


def _review(visit: Visit, case: Case, role: Role) -> object:
    return usecases.review_item(
        case_id=case.case_id,
        code=visit.form.get("code", ""),
        accept=_choice(visit, "decision", "accept", "return"),
        reason=visit.form.get("reason", ""),
        role=role,
        by=visit.session.username,
        now=visit.now,
    )


def _correct(visit: Visit, case: Case, role: Role) -> object:
    note, by = visit.form.get("note", ""), visit.session.username
    return usecases.request_corrections(case_id=case.case_id, note=note, role=role, by=by, now=visit.now)


def _visit(visit: Visit, case: Case, role: Role) -> object:
    told = visit.form
    checked = {
        name.removeprefix("check-"): answer == "yes"
        for name, answer in told.items()
        if name.startswith("check-") and answer in ("yes", "no")
    }
    findings = [
        (told[f"finding-{number}"], day_of(told.get(f"due-{number}", "")))
        for number in range(1, FINDINGS_AT_ONCE + 1)
        if told.get(f"finding-{number}", "").strip()
    ]
    return visits.record_visit(
        case_id=case.case_id,
        checked=checked,
        note=told.get("note", ""),
        findings=findings,
        role=role,
        by=visit.session.username,
        now=visit.now,
    )


def _confirm(visit: Visit, case: Case, role: Role) -> object:
    number = visit.form.get("number", "")
    wanted = int(number) if number.isdecimal() and len(number) < 4 else 0
    by = visit.session.username
    return visits.confirm_rectified(case_id=case.case_id, number=wanted, role=role, by=by, now=visit.now)


def _decide(visit: Visit, case: Case, role: Role) -> object:
    chosen = visit.form.get("outcome", "")
    if chosen not in set(Outcome):
        raise FilingAnswerMissing(pointer="/outcome")
    return decisions.decide(
        case_id=case.case_id,
        outcome=Outcome(chosen),
        reason=visit.form.get("reason", ""),
        role=role,
        by=visit.session.username,
        now=visit.now,
    )


def _answer(visit: Visit, case: Case, role: Role) -> object:
    return decisions.answer_objection(
        case_id=case.case_id,
        objection_id=visit.form.get("objection_id", ""),
        uphold=_choice(visit, "decision", "uphold", "dismiss"),
        answer=visit.form.get("answer", ""),
        role=role,
        by=visit.session.username,
        now=visit.now,
    )


def _close(visit: Visit, case: Case, role: Role) -> object:
    return filing_acts.close(case_id=case.case_id, role=role, by=visit.session.username, now=visit.now)


_ACTS: Mapping[str, Callable[[Visit, Case, Role], object]] = {
    Action.ACCEPT: _step(Action.ACCEPT),
    Action.SEND_BACK: _step(Action.SEND_BACK),
    Action.BEGIN_REVIEW: _step(Action.BEGIN_REVIEW),
    Action.REVIEW_ITEM: _review,
    Action.REQUEST_CORRECTIONS: _correct,
    Action.ORDER_VISIT: _step(Action.ORDER_VISIT),
    Action.RECORD_VISIT: _visit,
    Action.CONFIRM_RECTIFIED: _confirm,
    Action.DECIDE: _decide,
    Action.PUBLICISE: _step(Action.PUBLICISE),
    Action.ANSWER_OBJECTION: _answer,
    Action.CLOSE: _close,
}


def _choice(visit: Visit, name: str, yes: str, no: str) -> bool:
    chosen = visit.form.get(name, "")
    if chosen not in (yes, no):
        raise FilingAnswerMissing(pointer=f"/{name}")
    return chosen == yes


def day_of(text: str) -> date:
    """A day as a form has it. Raises FilingDayWrong."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FilingDayWrong() from None


def case_of(visit: Visit) -> Case:
    """The case that the address names. Raises UnknownCase."""
    if not ids.is_id(visit.path["case_id"], "cas"):
        raise cases.UnknownCase()
    return cases.get(visit.path["case_id"])
