"""Statements for the bureau: a school's, over any of its money; an enrolment's, without the child's name."""

from chalice.app import Blueprint

from functions.console import csv_files, money_words, periods, roles
from functions.console.enrolment import get_account
from functions.console.pages import Answer, Download, Elsewhere, Shown, Visit, page
from functions.console.schools import get_school
from functions.documents import delivery
from functions.documents import statements as papers
from functions.documents.delivery import Form
from functions.documents.model import Document
from shared.funds import statement_queries, statement_words
from shared.funds.model import State
from shared.funds.statements import STATES, Ledger
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.mall import queries as courses
from shared.teaching import queries as teaching

blueprint = Blueprint(__name__)

_DAYS = 31
_SHOWN = 500

LEDGERS = {ledger.value: (statement_words.LEDGERS[ledger], STATES[ledger]) for ledger in Ledger} | {
    state.value: (money_words.STATES[state], frozenset({state}))
    for state in State
    if state is not State.OUTSIDE and state.value not in set(Ledger)
}
"""What a school's statement may be of, by the word in its address: an account, or money in one state."""


class UnknownLedger(errors.Invalid):
    code = "unknown_ledger"
    zh = "没有这个账目。"
    en = "There is no such ledger."


@page(blueprint, "/console/schools/{institution_id}/statement", who=roles.MONEY)
def show_school_statement(visit: Visit) -> Shown:
    """A school's statement of a period; what can't be shown as asked is said above the form. Raises UnknownLedger."""
    school = get_school(visit)
    told = {"school": school, "ledgers": LEDGERS, "ledger": _ledger(visit), "most": _SHOWN}
    told |= {"query": visit.query, "today": clock.business_day(visit.now), "bases": papers.BASES}
    try:
        asked = periods.asked(visit, days=_DAYS)
        of = _read(visit, school, asked)
    except (errors.Invalid, errors.Conflict) as refusal:
        sentence = refusal.sentence(visit.language)
        return Shown("school_statement.html", {**told, "sentence": sentence, "asked": None}, refusal.status)
    lines = papers.explained(of.statement.lines[:_SHOWN], language=visit.language)
    told |= {"asked": asked, "statement": of.statement, "lines": lines, "through": of.counted_through}
    return Shown("school_statement.html", told)


@page(blueprint, "/console/schools/{institution_id}/statement.pdf", who=roles.MONEY)
def print_school_statement(visit: Visit) -> Elsewhere:
    """The same as a PDF."""
    return Elsewhere(delivery.hand_over(_school_paper(visit), Form.PDF))


@page(blueprint, "/console/schools/{institution_id}/statement.xlsx", who=roles.MONEY)
def export_school_statement(visit: Visit) -> Elsewhere:
    """The same as a workbook."""
    return Elsewhere(delivery.hand_over(_school_paper(visit), Form.XLSX))


@page(blueprint, "/console/schools/{institution_id}/statement.csv", who=roles.MONEY)
def download_school_statement(visit: Visit) -> Download:
    """The same as a table."""
    school = get_school(visit)
    return _csv(_school_paper(visit), f"statement-{school.institution_id}-{clock.business_day(visit.now)}")


@page(blueprint, "/console/enrolments/{enrolment_id}/statement", who=roles.MONEY)
def show_enrolment_statement(visit: Visit) -> Answer:
    """An enrolment's statement up to a day."""
    paper = _enrolment_paper(visit)
    lines = papers.explained(paper.of.statement.lines, language=visit.language, lessons=paper.lessons)
    query = {"as_of": paper.until.isoformat(), "basis": paper.basis.value}
    return Shown("enrolment_statement.html", {"paper": paper, "lines": lines, "bases": papers.BASES, "asked": query})


@page(blueprint, "/console/enrolments/{enrolment_id}/statement.pdf", who=roles.MONEY)
def print_enrolment_statement(visit: Visit) -> Elsewhere:
    """The same as a PDF."""
    return Elsewhere(delivery.hand_over(_enrolment_document(visit), Form.PDF))


@page(blueprint, "/console/enrolments/{enrolment_id}/statement.xlsx", who=roles.MONEY)
def export_enrolment_statement(visit: Visit) -> Elsewhere:
    """The same as a workbook."""
    return Elsewhere(delivery.hand_over(_enrolment_document(visit), Form.XLSX))


@page(blueprint, "/console/enrolments/{enrolment_id}/statement.csv", who=roles.MONEY)
def download_enrolment_statement(visit: Visit) -> Download:
    """The same as a table."""
    account = get_account(visit)
    return _csv(_enrolment_document(visit), f"statement-{account.enrolment_id}-{clock.business_day(visit.now)}")


def _ledger(visit: Visit) -> str:
    code = visit.asked("ledger") or Ledger.TUITION.value
    if code not in LEDGERS:
        raise UnknownLedger(pointer="/ledger")
    return code


def _read(visit: Visit, school: Institution, asked: periods.Asked) -> statement_queries.OfSchool:
    _, states = LEDGERS[_ledger(visit)]
    return statement_queries.of_school(school.institution_id, states=states, period=asked.period, basis=asked.basis)


def _school_paper(visit: Visit) -> Document:
    school, asked = get_school(visit), periods.asked(visit, days=_DAYS)
    return papers.of_school(
        school,
        _read(visit, school, asked),
        name=LEDGERS[_ledger(visit)][0],
        period=asked.period,
        basis=asked.basis,
        language=visit.language,
        now=visit.now,
    )


def _enrolment_paper(visit: Visit) -> papers.EnrolmentPaper:
    account, basis = get_account(visit), periods.basis(visit)
    until = periods.day(visit, "as_of") or clock.business_day(visit.now)
    return papers.EnrolmentPaper(
        account=account,
        terms=courses.get_terms(account.terms_hash),
        school=institutions.get(account.institution_id),
        of=statement_queries.of_enrolment(account, until=until, basis=basis),
        until=until,
        basis=basis,
        lessons={session.session_id: session.number for session in teaching.list_sessions(account.offering_id)},
    )


def _enrolment_document(visit: Visit) -> Document:
    return papers.of_enrolment(_enrolment_paper(visit), language=visit.language, now=visit.now)


def _csv(document: Document, name: str) -> Download:
    return Download(f"{name}.csv", csv_files.of_table(document.tables[0]))
