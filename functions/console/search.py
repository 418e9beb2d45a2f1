"""The search of the header: straight to the one that is meant, else a list of schools."""

import re

from chalice.app import Blueprint

from functions.console.pages import Answer, SeeOther, Shown, Visit, page
from shared.filings.store import cases as filings
from shared.funds import queries as funds
from shared.funds import rules as payments
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import ids
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)

MOST = 20
_LENGTH = 100
_ACCOUNT_NO = re.compile(r"[0-9]{8,30}")
_BANK_REFERENCE = re.compile(r"[0-9A-Za-z-]{6,64}")
_PAYOUT = re.compile(r"pay_([0-9A-Z]{26})[0-9]{6}")


@page(blueprint, "/console/search")
def search(visit: Visit) -> Answer:
    """By school, credit code, licence number, bank account, enrolment or payment reference, payout, bank reference."""
    text = (visit.asked("q") or "").strip()[:_LENGTH]
    path = _straight_to(text) if text else "/console/schools"
    if path:
        return SeeOther(path)
    found = institutions.search(text, at_most=MOST)
    schools = institutions.get_many(found) if found else {}
    rows = [(schools[iid], _page_of(schools[iid])) for iid in found if iid in schools]
    if len(rows) == 1:
        return SeeOther(rows[0][1])
    return Shown("search.html", {"text": text, "rows": rows, "most": MOST}, 200 if rows else 404)


def _page_of(school: Institution) -> str:
    """A school's page; before its accounts are opened it has none, but its newest filing."""
    if school.accounts.opened:
        return f"/console/schools/{school.institution_id}"
    filed = filings.list_of_institution(school.institution_id, limit=1, cursor=None).rows
    return f"/console/filings/{filed[0].case_id}" if filed else "/console/account-requests"


def _straight_to(text: str) -> str | None:
    """The page of the one thing that has this number."""
    upper = text.upper()
    school = InstitutionId(f"ins_{upper.removeprefix('INS_')}")
    if ids.is_id(school, "ins") and (there := institutions.get_many([school])):
        return _page_of(there[school])
    if payout := _PAYOUT.fullmatch(f"pay_{upper.removeprefix('PAY_')}"):
        return f"/console/schools/ins_{payout[1]}"
    named = payments.find_references(upper.removeprefix("ENR_"))
    if len(named) == 1 and funds.get_accounts(named):
        return f"/console/enrolments/{named[0]}"
    if _ACCOUNT_NO.fullmatch(text) and (account := institutions.find_account(text)):
        return f"/console/schools/{account.institution_id}"
    return _of_bank_reference(text) if _BANK_REFERENCE.fullmatch(text) else None


def _of_bank_reference(reference: str) -> str | None:
    entry = funds.find_bank_entry(reference)
    if entry is None:
        return None
    return (
        f"/console/enrolments/{entry.enrolment_id}"
        if entry.enrolment_id
        else f"/console/schools/{entry.institution_id}"
    )
