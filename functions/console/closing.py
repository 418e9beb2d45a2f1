"""What a school that is terminated still owes, in words; and its notice, issued over exactly what was checked."""

from collections.abc import Mapping
from datetime import datetime

from functions.console import money_words
from functions.edge.settings import settings
from shared.approvals.model import Proposal
from shared.dynamo.transaction import Part
from shared.funds import terminations as money
from shared.funds.model import State
from shared.funds.totals_model import Outstanding
from shared.institutions import store as institutions
from shared.institutions.model import Purpose
from shared.kernel import money as amounts
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.terminations import notices
from shared.terminations.model import Notice, Return
from shared.terminations.rules import CheckOutdated, Remaining
from shared.terminations.store import cases

_TO_RETURN = (State.PAYABLE, State.MINIMUM_BALANCE, State.OUTSIDE)


def unsettled(found: Outstanding) -> Remaining:
    """What keeps the students from being settled: money held for them or on its way, seats that may still be paid."""
    remaining: dict[str, tuple[str, str]] = {}
    if found.unsettled:
        shown = amounts.text(Fen(found.held_fen + found.pending_fen))
        remaining["students"] = (
            f"{found.unsettled} 笔报名共 {shown} 未退",
            f"{found.unsettled} enrolments with {shown}",
        )
    if found.awaiting:
        remaining["awaiting"] = (f"{found.awaiting} 笔报名待付款", f"{found.awaiting} enrolments awaiting a deposit")
    return remaining


def liabilities(found: Outstanding) -> Remaining:
    """Everything that the school still owes, or that isn't known yet."""
    remaining = dict(unsettled(found))
    for state in State:
        fen = found.totals.by_state.get(state, 0)
        if state not in _TO_RETURN and fen:
            zh, en = money_words.STATES[state]
            remaining[state.value] = (f"{zh} {amounts.text(Fen(fen))}", f"{en} {amounts.text(Fen(fen))}")
    if payable_fen(found) < 0:
        remaining["payable"] = ("已多拨付给机构的款项", "money that the school was paid too much")
    if found.behind:
        remaining["behind"] = ("汇总尚未跟上分录", "the totals are behind the entries")
    return remaining


def figures(found: Outstanding) -> Mapping[str, int]:
    """What was looked at: numbers of enrolments, and the money of each state in fen."""
    return {
        "enrolments": found.enrolments,
        "unsettled": found.unsettled,
        "awaiting": found.awaiting,
        "refunded_fen": found.refunded_fen,
        "entries": found.totals.entries_counted,
        **{f"{state.value}_fen": found.totals.by_state.get(state, 0) for state in State if state is not State.OUTSIDE},
    }


def payable_fen(found: Outstanding) -> Fen:
    """What was released to the school and is to be paid out with the notice."""
    return Fen(found.totals.by_state.get(State.PAYABLE, 0))


def to_return(found: Outstanding) -> dict[str, int]:
    """What a notice is over, as a proposal shows it."""
    return {"minimum_return_fen": found.minimum_fen, "payable_return_fen": payable_fen(found)}


def check_issuable(institution_id: InstitutionId, *, by: str) -> Outstanding:
    """What a notice could be issued over now. Raises UnknownCase and what `notices.check_issuable` refuses."""
    found = money.outstanding(institution_id)
    notices.check_issuable(
        case=cases.get(institution_id),
        remaining=liabilities(found),
        minimum_fen=found.minimum_fen,
        payable_fen=payable_fen(found),
        by=by,
    )
    return found


def issue(*, proposal: Proposal, approval: Part, by: str, now: datetime) -> Notice:
    """Issue the notice that was proposed, if the amounts are still those. Raises as `check_issuable` does."""
    school = institutions.get(proposal.institution_id)
    found = check_issuable(school.institution_id, by=by)
    if dict(proposal.figures) != to_return(found):
        raise CheckOutdated()
    accounts = school.accounts
    payee = proposal.words["payee_account_no"]
    due = (
        Return(Purpose.MINIMUM_BALANCE.value, accounts.minimum_balance_account_no, found.minimum_fen),
        Return(Purpose.TUITION.value, accounts.tuition_account_no, payable_fen(found)),
    )
    told = {"name": school.name, "credit_code": school.credit_code, "payee_account_no": payee}
    return notices.issue(
        institution_id=school.institution_id,
        school=told,
        returns=[one for one in due if one.amount_fen],
        key=settings().notice_signing_keys[0],
        proposed_by=proposal.proposed_by,
        approved_by=by,
        approval=approval,
        now=now,
    )
