"""The trial balance (总账试算): every state's opening, debits, credits, closing; down to a school and its entries."""

from collections.abc import Sequence
from typing import Any

from chalice.app import Blueprint

from functions.console import csv_files, periods, roles
from functions.console.pages import Download, Elsewhere, Shown, Visit, page
from functions.documents import delivery
from functions.documents import statements as papers
from functions.documents import trial_balance as paper
from functions.documents.delivery import Form
from functions.documents.model import Document
from shared.funds import statement_queries
from shared.funds.queries import DISTRICT
from shared.funds.trial_balance import TrialBalance
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock, errors, ids
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)

_SCHOOLS = 20
_DISTRICT_NAME = ("全区", "The district")


@page(blueprint, "/console/trial-balance", who=roles.MONEY)
def show_trial_balance(visit: Visit) -> Shown:
    """The trial balance of the district, with a page of its schools; or of the school in the query."""
    school = _school(visit)
    told: dict[str, Any] = {
        "school": school,
        "bases": papers.BASES,
        "query": visit.query,
        "today": clock.business_day(visit.now),
    }
    try:
        asked = periods.asked(visit, days=1)
    except errors.Invalid as refusal:
        sentence = refusal.sentence(visit.language)
        return Shown("trial_balance.html", {**told, "sentence": sentence, "asked": None}, refusal.status)
    schools: Sequence[tuple[Institution, TrialBalance]] = []
    if school is None:
        found = institutions.list_page(limit=_SCHOOLS, cursor=visit.asked("cursor"))
        schools = [(one, _whole(one.institution_id, asked)) for one in found.rows]
        told["next_cursor"] = found.next_cursor
    of = school.institution_id if school else DISTRICT
    read = statement_queries.trial_balance_of(of, period=asked.period, basis=asked.basis)
    return Shown("trial_balance.html", {**told, "asked": asked, "told": read, "schools": schools})


@page(blueprint, "/console/trial-balance.pdf", who=roles.MONEY)
def print_trial_balance(visit: Visit) -> Elsewhere:
    """The same as a PDF, with every school."""
    return Elsewhere(delivery.hand_over(_document(visit), Form.PDF))


@page(blueprint, "/console/trial-balance.xlsx", who=roles.MONEY)
def export_trial_balance(visit: Visit) -> Elsewhere:
    """The same as a workbook, with every school."""
    return Elsewhere(delivery.hand_over(_document(visit), Form.XLSX))


@page(blueprint, "/console/trial-balance.csv", who=roles.MONEY)
def download_trial_balance(visit: Visit) -> Download:
    """The states as a table."""
    school, asked = _school(visit), periods.asked(visit, days=1)
    of = school.institution_id if school else DISTRICT
    name = f"trial-balance-{of}-{asked.period.first}-{asked.period.last}.csv"
    return Download(name, csv_files.of_table(_document(visit).tables[0]))


def _school(visit: Visit) -> Institution | None:
    """The school that the query names. Raises UnknownInstitution."""
    text = visit.asked("school")
    if text is None:
        return None
    if not ids.is_id(text, "ins"):
        raise UnknownInstitution()
    return institutions.get(InstitutionId(text))


def _whole(of: InstitutionId, asked: periods.Asked) -> TrialBalance:
    return statement_queries.trial_balance_of(of, period=asked.period, basis=asked.basis).whole


def _document(visit: Visit) -> Document:
    school, asked = _school(visit), periods.asked(visit, days=1)
    named: list[tuple[str, TrialBalance]] = []
    if school is None:
        found = institutions.get_many(institutions.list_ids()).values()
        by_name = sorted(found, key=lambda one: one.short_name)
        named = [(one.short_name, _whole(one.institution_id, asked)) for one in by_name]
    of = school.institution_id if school else DISTRICT
    return paper.of(
        school.short_name if school else _DISTRICT_NAME[visit.language == "en"],
        statement_queries.trial_balance_of(of, period=asked.period, basis=asked.basis),
        schools=named,
        period=asked.period,
        basis=asked.basis,
        language=visit.language,
        now=visit.now,
    )
