"""A school's credits of interest, and how each was distributed."""

import re
from collections.abc import Iterator, Sequence

from chalice.app import Blueprint

from functions.console import csv_files, words
from functions.console.pages import Download, Shown, Visit, page
from functions.console.schools import get_school
from shared.funds import queries as funds
from shared.funds.interest_model import InterestCredit, Share
from shared.funds.store.interest import UnknownCredit
from shared.policy import interest as policy

blueprint = Blueprint(__name__)

PARTS = 1  # of a plan on one page: 100 shares
_NAME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9A-Za-z-]{6,64}$")


@page(blueprint, "/console/schools/{institution_id}/interest/{name}")
def show_interest(visit: Visit) -> Shown:
    """A credit: what the bank credited and what was expected, and one page of who gets what of it."""
    school = get_school(visit)
    credit = _credit(visit)
    shares = funds.list_interest_shares(credit, limit=PARTS, cursor=visit.asked("cursor"))
    told = {
        "school": school,
        "credit": credit,
        "terms": _terms(credit),
        "shares": shares,
        "paged": "cursor" in visit.query,
    }
    return Shown("interest.html", told)


@page(blueprint, "/console/schools/{institution_id}/interest/{name}/shares.csv")
def download_interest(visit: Visit) -> Download:
    """Every share of a credit, and the school's own part, as a table."""
    school = get_school(visit)
    credit = _credit(visit)
    rows = [_cells(share) for share in _all_shares(credit)]
    own: list[csv_files.Cell] = [school.institution_id, csv_files.Yuan.of(credit.own_fen), "", ""]
    name = f"interest-{credit.period_to}-{credit.bank_reference}.csv"
    return Download(name, csv_files.text(_COLUMNS, visit.language, [*rows, own] if credit.plan else []))


_COLUMNS: tuple[words.Both, ...] = (
    ("报名或机构编号", "enrolment_or_school"),
    ("利息(元)", "interest_yuan"),
    ("积数(元×天)", "yuan_days"),
    ("各计息段积数(分×天)", "fen_days_by_segment"),
)


def _cells(share: Share) -> Sequence[csv_files.Cell]:
    by_segment = " ".join(f"{begins}:{count}" for begins, count in share.fen_days.items())
    fen_days = sum(share.fen_days.values())
    return [share.enrolment_id, csv_files.Yuan.of(share.amount_fen), csv_files.Yuan.of(fen_days), by_segment]


def _all_shares(credit: InterestCredit) -> Iterator[Share]:
    cursor: str | None = None
    while credit.plan:
        found = funds.list_interest_shares(credit, limit=PARTS, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return


def _terms(credit: InterestCredit) -> object | None:
    """The terms on the last day of the period; None where there are none."""
    try:
        return policy.interest_terms(on=credit.period_to)
    except policy.NoAgreedRate:
        return None


def _credit(visit: Visit) -> InterestCredit:
    """The credit that the address names. Raises UnknownInstitution, UnknownCredit."""
    name = visit.path["name"]
    if not _NAME.match(name):
        raise UnknownCredit()
    return funds.get_interest_credit(get_school(visit).institution_id, name)
