"""Early warnings (预警): what was seen, against which threshold, under which version of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import AlertId, InstitutionId


class Rule(StrEnum):
    """The rules that raise alerts."""

    UNMATCHED_DEPOSIT = "unmatched_deposit"
    DEPOSIT_REVERSED = "deposit_reversed"
    MONEY_MISSING = "money_missing"
    LARGE_OUTFLOW = "large_outflow"
    LARGE_PAYOUT = "large_payout"
    MINIMUM_BALANCE_LOW = "minimum_balance_low"
    MINIMUM_OVERDUE = "minimum_overdue"
    REFERENCE_CONFLICT = "reference_conflict"
    INTEREST_DIFFERS = "interest_differs"
    RECONCILIATION_BREAK = "reconciliation_break"
    VALIDITY_ENDING = "validity_ending"
    INSPECTION_FAILED = "inspection_failed"
    INSPECTION_OVERDUE = "inspection_overdue"
    LISTED_TEACHER = "listed_teacher"
    TEACHER_IN_TWO_PLACES = "teacher_in_two_places"
    WECHAT_DIFFERS = "wechat_differs"
    WECHAT_UNSETTLED = "wechat_unsettled"
    WECHAT_REFUND_STUCK = "wechat_refund_stuck"
    PRIVATE_PAYMENT = "private_payment"


class Severity(StrEnum):
    """red: act today; yellow: watch."""

    RED = "red"
    YELLOW = "yellow"


RULE_NAMES: Mapping[Rule, tuple[str, str]] = {
    Rule.UNMATCHED_DEPOSIT: ("入账无法匹配报名", "Deposit matches nothing"),
    Rule.DEPOSIT_REVERSED: ("银行冲正入账", "Deposit reversed by the bank"),
    Rule.MONEY_MISSING: ("监管账户资金缺口", "Money missing in a supervised account"),
    Rule.LARGE_OUTFLOW: ("单笔支出过大", "One large outflow"),
    Rule.LARGE_PAYOUT: ("单批划拨过大", "One large payout"),
    Rule.MINIMUM_BALANCE_LOW: ("最低余额不足", "Minimum balance low"),
    Rule.MINIMUM_OVERDUE: ("最低余额逾期未补足", "Minimum balance not made up in time"),
    Rule.REFERENCE_CONFLICT: ("银行流水号内容冲突", "Bank reference conflict"),
    Rule.INTEREST_DIFFERS: ("利息与约定不符", "Interest isn't as agreed"),
    Rule.VALIDITY_ENDING: ("证照到期", "A licence or certificate ends"),
    Rule.INSPECTION_FAILED: ("年检不合格", "Annual inspection not passed"),
    Rule.INSPECTION_OVERDUE: ("年检逾期", "Annual inspection overdue"),
    Rule.LISTED_TEACHER: ("名单上的人员任教", "A teacher who is on a list"),
    Rule.TEACHER_IN_TWO_PLACES: ("教师同时在两处上课", "A teacher in two places"),
    Rule.WECHAT_DIFFERS: ("微信支付与订单不符", "WeChat Pay isn't as agreed"),
    Rule.WECHAT_UNSETTLED: ("微信已付、银行未到账", "Paid by WeChat, no deposit"),
    Rule.WECHAT_REFUND_STUCK: ("微信退款未到家长", "Refund stuck at WeChat"),
    Rule.PRIVATE_PAYMENT: ("举报诱导私下付费", "Private payment reported"),
    Rule.RECONCILIATION_BREAK: ("对账差异", "Reconciliation break"),
}


@dataclass(frozen=True)
class Alert:
    """One warning. `figures` are what the rule saw, in fen or percent; `threshold` what it compared with."""

    alert_id: AlertId
    rule: Rule
    severity: Severity
    institution_id: InstitutionId
    subject: str
    figures: Mapping[str, int | str]
    threshold: str
    rule_version: str
    raised_at: datetime
