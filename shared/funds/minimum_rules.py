"""The rules of a minimum balance: how much is required, what may be withdrawn. Pure; all amounts in fen."""

from collections.abc import Sequence
from datetime import date, timedelta

from shared.funds.minimum_model import WITHDRAWAL_NAMES, Formula, MinimumBalance, Withdrawal, WithdrawalStatus
from shared.funds.totals_model import Day
from shared.kernel import errors, money
from shared.kernel.money import Fen
from shared.policy.model import Policy

MOST_REASON = 200


class BelowRequirement(errors.Conflict):
    code = "below_minimum_requirement"
    zh = "支取后余额将低于核定的最低余额：现有{balance}，核定{required}，至多可支取{free}。"
    en = "It would leave less than is required: {balance} there, {required} required, at most {free} may be withdrawn."


class WithdrawalOpen(errors.Conflict):
    code = "minimum_withdrawal_open"
    zh = "上一笔最低余额支取申请尚未办结。"
    en = "An earlier withdrawal from the minimum balance hasn't been decided yet."


class WithdrawalMovedOn(errors.Conflict):
    code = "minimum_withdrawal_moved_on"
    zh = "该笔支取现为“{status_zh}”，不能这样办理。"
    en = "The withdrawal is {status} by now; this can't be done to it."


class WithdrawalReasonNeeded(errors.Invalid):
    code = "minimum_withdrawal_reason_needed"
    zh = "请填写理由（至多200字）。"
    en = "Give a reason of at most 200 characters."


def floor_fen(policy: Policy, size: str) -> Fen:
    """The least that a school of this size must keep. Source: practice (Hefei, Zigong). Raises KeyError for no size."""
    floors = {
        "small": policy.minimum_floor_small_fen,
        "medium": policy.minimum_floor_medium_fen,
        "large": policy.minimum_floor_large_fen,
    }
    return Fen(floors[size])


def first_formula(policy: Policy, *, size: str) -> Formula:
    """What a school must keep that is only beginning: the floor by its size."""
    return Formula(size, floor_fen(policy, size), Fen(0), policy.minimum_receipts_percent, "", "", policy.version)


def receipt_months(today: date, count: int) -> tuple[date, date]:
    """The last `count` whole months before today's: their first and their last day."""
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    for _ in range(count - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first, last


def formula(policy: Policy, *, size: str, days: Sequence[Day], today: date) -> Formula:
    """max(floor by size, a share of the last months' receipts). `days` are those of `receipt_months`.

    Source: practice (Hefei, Zigong).
    """
    first, last = receipt_months(today, policy.minimum_receipts_months)
    receipts = sum(day.deposited_fen for day in days if first <= day.day <= last)
    return Formula(
        size=size,
        floor_fen=floor_fen(policy, size),
        receipts_fen=Fen(receipts),
        percent=policy.minimum_receipts_percent,
        first_month=f"{first:%Y-%m}",
        last_month=f"{last:%Y-%m}",
        policy_version=policy.version,
    )


def check_withdrawal(minimum: MinimumBalance, amount_fen: int) -> None:
    """Whether so much may leave: what is required stays. Raises BelowRequirement."""
    if amount_fen > minimum.free_fen:
        raise BelowRequirement(
            balance=money.text(minimum.balance_fen),
            required=money.text(minimum.required_fen),
            free=money.text(minimum.free_fen),
        )


def check_undecided(withdrawal: Withdrawal, *, held: bool = False) -> None:
    """Whether it still waits for the bureau. `held`: its money is, whatever it says. Raises WithdrawalMovedOn."""
    status = WithdrawalStatus.HELD if held else withdrawal.status
    if status is not WithdrawalStatus.REQUESTED:
        raise WithdrawalMovedOn(status=status.value, status_zh=WITHDRAWAL_NAMES[status][0])


def check_reason(reason: str) -> str:
    """The reason without the space around it. Raises WithdrawalReasonNeeded."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise WithdrawalReasonNeeded(pointer="/reason")
    return told
