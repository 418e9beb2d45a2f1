"""A school's minimum balance: what is there, what is required and why, what is missing; what it wants back of it."""

from datetime import date, timedelta
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api.views import View, money
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, PageQuery, Request, endpoint
from shared.funds import minimum_rules, minimum_withdrawals, minimum_words, queries
from shared.funds.minimum_model import Formula, MinimumBalance, Shortfall, Withdrawal
from shared.funds.store.withdrawals import UnknownWithdrawal
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock
from shared.kernel.page import Page

blueprint = Blueprint(__name__)


class FormulaView(View):
    """max(`floor` by size, `percent` % of the `receipts` from one month to another, rounded up to whole fen)."""

    size: str
    floor: Money
    receipts: Money
    percent: int
    first_month: str | None
    last_month: str | None
    policy_version: str
    explanation: str


class ShortfallView(View):
    """What is missing. `deadline_assumed`: no calendar is published yet, Monday to Friday are assumed."""

    amount: Money
    since: date
    due_on: date
    deadline_assumed: bool
    overdue: bool


class MinimumBalanceView(View):
    """`withdrawable` is what is beyond the requirement; `pending` what is on its way to the school's own account.

    `lowest` and `average` are of yesterday's month, as far as they are checked. What the bank let out
    before it has told of what came in can make a figure less than nothing: 0 is told then.
    """

    balance: Money
    required: Money
    pending: Money
    withdrawable: Money
    formula: FormulaView | None
    in_force_since: str | None
    lowest: Money | None
    average: Money | None
    shortfall: ShortfallView | None


class MinimumWithdrawalView(View):
    """A withdrawal. `failure` says why the bank couldn't pay; the money is in the minimum balance again then."""

    withdrawal_id: str
    status: str
    amount: Money
    reason: str
    to_account: str
    requested_at: str
    ended_at: str | None
    decision_reason: str | None
    failure: str | None
    bank_reference: str | None


class MinimumWithdrawalRequest(Request):
    """Paid to the school's own payout account, once two officers of the bureau have let it go."""

    amount_fen: Annotated[int, pydantic.Field(gt=0, le=10**13)]
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=200)]


class CancellationRequest(Request):
    """Nothing needs to be said."""


@endpoint(
    blueprint,
    "GET",
    "/v1/school/minimum-balance",
    audience=Audience.SCHOOL_ADMIN,
    response=MinimumBalanceView,
    summary_zh="本校最低余额：余额、核定额及其计算、缺口、可支取金额",
    summary_en="The school's minimum balance: what is there, what is required and why, what is missing",
)
def get_minimum_balance(call: Call[None]) -> MinimumBalanceView:
    iid, today = call.institution_id, clock.business_day(call.now)
    yesterday = today - timedelta(days=1)
    minimum = queries.get_minimum_balance(iid)
    in_force = next(iter(queries.list_requirements(iid, limit=1, cursor=None).rows), None)
    days = queries.list_minimum_days(iid, first=yesterday.replace(day=1), last=yesterday)
    since = minimum.short_since
    shortfall = queries.get_minimum_shortfalls([(iid, since)]).get(iid) if since else None
    return MinimumBalanceView(
        **_amounts(minimum),
        formula=_formula(in_force.formula, call.language) if in_force else None,
        in_force_since=clock.shown(in_force.at) if in_force else None,
        lowest=money(max(min(day.lowest_fen for day in days), 0)) if days else None,
        average=money(max(days[-1].average_fen, 0)) if days else None,
        shortfall=_shortfall(shortfall, today) if shortfall else None,
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/minimum-balance/withdrawals",
    audience=Audience.SCHOOL_ADMIN,
    request=MinimumWithdrawalRequest,
    response=MinimumWithdrawalView,
    status=201,
    idempotent=True,
    errors=(
        UnknownInstitution,
        minimum_rules.BelowRequirement,
        minimum_rules.WithdrawalOpen,
        minimum_rules.WithdrawalReasonNeeded,
    ),
    summary_zh="申请支取最低余额中超出核定额的部分",
    summary_en="Ask for money that is beyond what the minimum balance must be",
)
def request_minimum_withdrawal(call: Call[MinimumWithdrawalRequest]) -> MinimumWithdrawalView:
    accounts = institutions.get(call.institution_id).accounts
    withdrawal = minimum_withdrawals.request(
        institution_id=call.institution_id,
        amount_fen=call.body.amount_fen,
        from_account_no=accounts.minimum_balance_account_no,
        to_account_no=accounts.payout_account_no,
        reason=call.body.reason,
        by=call.principal.subject,
        now=call.now,
    )
    return _withdrawal(withdrawal)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/minimum-balance/withdrawals",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=MinimumWithdrawalView,
    summary_zh="本校的最低余额支取",
    summary_en="The school's withdrawals from its minimum balance, newest first",
)
def list_minimum_withdrawals(call: Call[None]) -> Page[MinimumWithdrawalView]:
    page = call.page
    return queries.list_withdrawals(call.institution_id, limit=page.limit, cursor=page.cursor).map(_withdrawal)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/minimum-balance/withdrawals/{withdrawal_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=MinimumWithdrawalView,
    errors=(UnknownWithdrawal,),
    summary_zh="一笔最低余额支取",
    summary_en="One withdrawal from the minimum balance",
)
def get_minimum_withdrawal(call: Call[None]) -> MinimumWithdrawalView:
    return _withdrawal(_own(call))


@endpoint(
    blueprint,
    "POST",
    "/v1/school/minimum-balance/withdrawals/{withdrawal_id}/cancellation",
    audience=Audience.SCHOOL_ADMIN,
    request=CancellationRequest,
    response=MinimumWithdrawalView,
    status=201,
    idempotent=True,
    errors=(UnknownWithdrawal, minimum_rules.WithdrawalMovedOn),
    summary_zh="撤回尚未办理的最低余额支取",
    summary_en="Take back a withdrawal that isn't decided yet",
)
def cancel_minimum_withdrawal(call: Call[CancellationRequest]) -> MinimumWithdrawalView:
    withdrawal_id = call.path["withdrawal_id"]
    minimum_withdrawals.cancel(withdrawal_id=withdrawal_id, institution_id=call.institution_id, now=call.now)
    return _withdrawal(_own(call))


def _own(call: Call[Any]) -> Withdrawal:
    """A withdrawal of this very school. Raises UnknownWithdrawal."""
    found = queries.get_withdrawal(call.path["withdrawal_id"])
    if found.institution_id != call.institution_id:
        raise UnknownWithdrawal()
    return found


def _amounts(minimum: MinimumBalance) -> dict[str, Money]:
    return {
        "balance": money(max(minimum.balance_fen, 0)),
        "required": money(minimum.required_fen),
        "pending": money(minimum.pending_fen),
        "withdrawable": money(minimum.free_fen),
    }


def _formula(formula: Formula, language: str) -> FormulaView:
    return FormulaView(
        size=formula.size,
        floor=money(formula.floor_fen),
        receipts=money(formula.receipts_fen),
        percent=formula.percent,
        first_month=formula.first_month or None,
        last_month=formula.last_month or None,
        policy_version=formula.policy_version,
        explanation=minimum_words.explained(formula, language=language),
    )


def _shortfall(shortfall: Shortfall, today: date) -> ShortfallView:
    return ShortfallView(
        amount=money(shortfall.short_fen),
        since=shortfall.since,
        due_on=shortfall.due_on,
        deadline_assumed=shortfall.deadline_assumed,
        overdue=shortfall.is_overdue(today),
    )


def _withdrawal(withdrawal: Withdrawal) -> MinimumWithdrawalView:
    return MinimumWithdrawalView(
        withdrawal_id=withdrawal.withdrawal_id,
        status=withdrawal.status.value,
        amount=money(withdrawal.amount_fen),
        reason=withdrawal.reason,
        to_account=f"…{withdrawal.to_account_no[-4:]}",
        requested_at=clock.shown(withdrawal.requested_at),
        ended_at=clock.shown(withdrawal.ended_at) if withdrawal.ended_at else None,
        decision_reason=withdrawal.decision_reason or None,
        failure=withdrawal.failure or None,
        bank_reference=withdrawal.bank_reference or None,
    )
