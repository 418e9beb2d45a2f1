"""The catalogue of materials as a page, open to everybody: schools read it before they start."""

from itertools import groupby

from chalice.app import Blueprint

from functions.console.pages import Shown, Visit, page
from shared.filings import catalogue, workflows
from shared.filings.model import Filing, InstitutionType
from shared.kernel import clock
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


@page(blueprint, "/console/catalogue", who=None, recognised=True)
def show_catalogue(visit: Visit) -> Shown:
    """What is handed in for a filing, and the way that it goes."""
    of, by = visit.asked("of"), visit.asked("by")
    filing = Filing(of) if of in set(Filing) else Filing.APPLICATION
    kind = InstitutionType(by) if by in set(InstitutionType) else InstitutionType.COMPANY
    today = clock.business_day(visit.now)
    found = catalogue.in_force(filing, kind, on=today)
    told = {
        "catalogue": found,
        "sections": [(section, list(items)) for section, items in groupby(found.items, key=lambda one: one.section)],
        "workflow": workflows.in_force(filing, on=today),
        "policy": policies.in_force(at=visit.now),
    }
    return Shown("catalogue.html", told)
