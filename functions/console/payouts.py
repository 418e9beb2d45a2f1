"""One payout: its parts, its tries, what the bank answered; and its recall, by two people."""

import re

from chalice.app import Blueprint

from functions.console import acts, roles
from functions.console.approvals import propose
from functions.console.pages import Answer, Download, Shown, Visit, form, page
from functions.documents import instruction_files
from shared.approvals import rules
from shared.approvals.model import Kind
from shared.funds import instructions, payout_answers
from shared.funds import queries as funds
from shared.funds.instructions import InstructionKind
from shared.funds.payout_model import Payout, PayoutStatus
from shared.funds.store.payouts import UnknownPayout
from shared.institutions import store as institutions
from shared.kernel import clock, errors

blueprint = Blueprint(__name__)

_ID = re.compile(r"pay_[0-9A-HJKMNP-TV-Z]{26}[0-9]{6}")


@page(blueprint, "/console/payouts/{payout_id}")
def show_payout(visit: Visit) -> Shown:
    """One payout. Raises UnknownPayout."""
    return _shown(visit, _payout(visit))


@page(blueprint, "/console/payouts/{payout_id}/pain.001.xml", who=roles.MONEY)
def download_instruction(visit: Visit) -> Download:
    """The instruction of a payout as a file, for a bank that takes files: the same as by call, paid once.

    Raises UnknownPayout, PayoutOver, RecallAsked: then nothing is to be paid any more.
    """
    payout = _payout(visit)
    payout_answers.check_recallable(payout)
    school = institutions.get(payout.institution_id)
    content = instruction_files.of(
        [instructions.of_payout(payout)],
        {school.institution_id: school},
        kind=InstructionKind.PAYOUT,
        day=clock.business_day(payout.built_at),
        now=visit.now,
    )
    return Download(f"pain.001-{payout.payout_id}.xml", content.decode(), "application/xml; charset=utf-8")


@form(blueprint, "/console/payouts/{payout_id}/recall", who=roles.MONEY_MOVERS)
def propose_recall(visit: Visit) -> Answer:
    """Propose to have the bank recall what it hasn't paid of a payout."""
    payout = _payout(visit)
    try:
        payout_answers.check_recallable(payout)
        school = institutions.get(payout.institution_id)
        figures: dict[str, int] = {"amount_fen": payout.amount_fen, "rest_fen": payout.rest_fen}
        words = {"to_account_no": payout.to_account_no}
        subject = payout.payout_id
        return propose(visit, Kind.PAYOUT_RECALL, school.institution_id, subject=subject, figures=figures, words=words)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, payout, refusal)


def _payout(visit: Visit) -> Payout:
    """The payout that the address names. Raises UnknownPayout."""
    named = visit.path["payout_id"]
    if not _ID.fullmatch(named):
        raise UnknownPayout()
    return funds.get_payout(named)


def _shown(visit: Visit, payout: Payout, refusal: errors.Refusal | None = None) -> Shown:
    to_be_paid = not payout.over and payout.status is not PayoutStatus.RECALLING
    told = {
        "payout": payout,
        "school": institutions.get(payout.institution_id),
        "entries": funds.list_payout_entries(payout),
        "acts": acts,
        "to_be_paid": to_be_paid,
        "recallable": to_be_paid and visit.role in roles.MONEY_MOVERS,
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": rules.MOST_REASON,
    }
    return Shown("payout.html", told, refusal.status if refusal else 200)
