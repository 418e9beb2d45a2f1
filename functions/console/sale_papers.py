"""An enrolment's contract and receipt for the bureau, without the child's name; the page that checks a receipt."""

from chalice.app import Blueprint

from functions.console import roles
from functions.console.enrolment import get_account
from functions.console.pages import Elsewhere, Shown, Visit, page
from functions.documents import delivery, service_contract
from functions.documents import receipt as papers
from functions.edge import sold
from shared.funds import receipts
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.mall import queries as courses

blueprint = Blueprint(__name__)


@page(blueprint, "/console/enrolments/{enrolment_id}/contract.pdf", who=roles.MONEY)
def print_enrolment_contract(visit: Visit) -> Elsewhere:
    """The contract as both sides accepted it. Raises TermsAltered."""
    document = service_contract.of(sold.get(get_account(visit)), student="", language=visit.language)
    return Elsewhere(delivery.hand_over(document, delivery.Form.PDF))


@page(blueprint, "/console/enrolments/{enrolment_id}/receipt.pdf", who=roles.MONEY)
def print_enrolment_receipt(visit: Visit) -> Elsewhere:
    """The receipt of its deposits. Raises NoDepositYet."""
    account = get_account(visit)
    document = papers.of(
        receipts.of(account),
        institutions.get(account.institution_id),
        courses.get_terms(account.terms_hash),
        student="",
        language=visit.language,
        now=visit.now,
    )
    return Elsewhere(delivery.hand_over(document, delivery.Form.PDF))


@page(blueprint, "/verify/receipt/{code}", who=None)
def verify_receipt(visit: Visit) -> Shown:
    """Whether the receipt that was scanned is genuine."""
    told = {"sentence": "", "receipt": None, "school": None, "states": papers.STATES}
    try:
        receipt = receipts.find(visit.path["code"])
    except errors.Missing as refusal:
        return Shown("verify_receipt.html", {**told, "sentence": refusal.sentence(visit.language)}, refusal.status)
    school = institutions.get(receipt.account.institution_id)
    return Shown("verify_receipt.html", {**told, "receipt": receipt, "school": school})
