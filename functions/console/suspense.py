"""One deposit with what is left of it in suspense: everything its money did, and what two people may do with it."""

import re

from chalice.app import Blueprint

from functions.console import acts, roles
from functions.console.approvals import propose
from functions.console.pages import Answer, Shown, Visit, form, page
from shared.approvals import rules
from shared.approvals.model import Kind
from shared.funds import queries as funds
from shared.funds import rules as fund_rules
from shared.funds import suspense
from shared.funds.model import EntryKind
from shared.funds.store.accounts import UnknownEnrolment
from shared.funds.suspense_model import DepositHistory
from shared.institutions import store as institutions
from shared.kernel import errors

blueprint = Blueprint(__name__)

_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


class AmountUnreadable(errors.Invalid):
    code = "amount_unreadable"
    zh = "请以元填写金额，至多两位小数，如 1234.56。"
    en = "Give the amount in yuan with at most two decimals, such as 1234.56."


@page(blueprint, "/console/suspense/{reference}", who=roles.MONEY)
def show_deposit(visit: Visit) -> Shown:
    """One deposit. Raises UnknownDeposit."""
    return _shown(visit, suspense.get_deposit(visit.path["reference"]))


@form(blueprint, "/console/suspense/{reference}/allocation", who=roles.MONEY_MOVERS)
def propose_allocation(visit: Visit) -> Answer:
    """Propose to give money of a deposit to an enrolment that owes it."""
    history = suspense.get_deposit(visit.path["reference"])
    try:
        amount = _amount(visit)
        suspense.check_movable(history, amount)
        named = fund_rules.find_references(visit.form.get("enrolment", "").upper().removeprefix("ENR_"))
        found = funds.get_accounts(named) if len(named) == 1 else []
        if not found:
            raise UnknownEnrolment(pointer="/enrolment")
        suspense.check_owed(history, found[0], amount)
        words: dict[str, str] = {"enrolment": found[0].enrolment_id}
        return _propose(visit, Kind.SUSPENSE_ALLOCATION, history, amount, words)
    except (errors.Invalid, errors.Conflict, errors.Missing) as refusal:
        return _shown(visit, history, refusal)


@form(blueprint, "/console/suspense/{reference}/return", who=roles.MONEY_MOVERS)
def propose_return(visit: Visit) -> Answer:
    """Propose to return money of a deposit to who paid it."""
    history = suspense.get_deposit(visit.path["reference"])
    try:
        amount = _amount(visit)
        suspense.check_movable(history, amount)
        suspense.check_returnable(history)
        return _propose(visit, Kind.SUSPENSE_RETURN, history, amount, {})
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, history, refusal)


def _propose(visit: Visit, kind: Kind, history: DepositHistory, amount_fen: int, words: dict[str, str]) -> Answer:
    deposit = history.deposit
    figures: dict[str, int] = {"amount_fen": amount_fen, "left_fen": history.left_fen}
    told = {"deposit": deposit.reference, **words}
    school = institutions.get(deposit.institution_id)
    return propose(visit, kind, school.institution_id, subject=deposit.reference, figures=figures, words=told)


def _amount(visit: Visit) -> int:
    """The form's amount in fen. Raises AmountUnreadable."""
    read = _YUAN.fullmatch(visit.form.get("amount", "").strip().replace(",", ""))
    if read is None:
        raise AmountUnreadable(pointer="/amount")
    return int(read[1]) * 100 + int((read[2] or "").ljust(2, "0"))


def _shown(visit: Visit, history: DepositHistory, refusal: errors.Refusal | None = None) -> Shown:
    holds = [move.reason for move in history.moves if move.kind is EntryKind.REFUND_HOLD and not move.enrolment_id]
    movable = history.left_fen > 0 and not history.reversed_by
    told = {
        "history": history,
        "deposit": history.deposit,
        "school": institutions.get(history.deposit.institution_id),
        "returns": funds.get_returns(holds),
        "acts": acts,
        "movable": movable and visit.role in roles.MONEY_MOVERS,
        "asked": visit.form,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": rules.MOST_REASON,
    }
    return Shown("deposit.html", told, refusal.status if refusal else 200)
