"""Is this school legal? The pages for everybody, which a plaque's QR code leads to; rendered as the console's are."""

from chalice.app import Blueprint

from functions.console.pages import Shown, Visit, page
from functions.edge import verified
from functions.edge.verified import MONEY_NAMES, VERDICT_NAMES
from shared.institutions import matching
from shared.institutions.store import finding
from shared.kernel import errors

blueprint = Blueprint(__name__)

MOST = 20
_LENGTH = 60
_NAMES = {"money": MONEY_NAMES, "verdicts": VERDICT_NAMES}


@page(blueprint, "/verify", who=None)
def search_to_verify(visit: Visit) -> Shown:
    """By a part of a name, or a credit code."""
    text = (visit.asked("q") or "").strip()[:_LENGTH]
    code = finding.by_credit_code(text) if text else None
    found = verified.schools([code] if code else finding.by_name(text, at_most=MOST), now=visit.now)
    told = {"text": text, "found": found, "most": MOST, **_NAMES, "shortest": matching.SHORTEST}
    return Shown("verify.html", told)


@page(blueprint, "/verify/{plaque_id}", who=None)
def verify_plaque(visit: Visit) -> Shown:
    """The school whose plaque was scanned; or that the plaque is forged, or void."""
    try:
        one = verified.of_plaque(visit.path["plaque_id"][:_LENGTH], now=visit.now)
    except (errors.Missing, errors.Conflict) as refusal:
        told = {"sentence": refusal.sentence(visit.language), "one": None, **_NAMES}
        return Shown("verify_plaque.html", told, refusal.status)
    return Shown("verify_plaque.html", {"sentence": "", "one": one, **_NAMES})
