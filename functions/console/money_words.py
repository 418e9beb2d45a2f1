"""The console's words for money: its states and movements, enrolments, refunds, payouts, interest, suspense."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.bank.store import Outcome as BankOutcome
from shared.funds.interest_model import CreditStatus
from shared.funds.minimum_model import WITHDRAWAL_NAMES, WithdrawalStatus
from shared.funds.model import EnrolmentStatus, EntryKind, State, SuspenseReason
from shared.funds.payout_model import PayoutStatus
from shared.funds.refund_model import AgreedBy, RefundRule, RefundStatus, RefundWait
from shared.funds.suspense_model import ReturnStatus
from shared.policy.model import Beneficiary

STATES: Mapping[State, Both] = {
    State.HELD: ("监管中", "Held"),
    State.PAYABLE: ("待划拨", "Payable"),
    State.IN_TRANSIT: ("划拨中", "In transit"),
    State.REFUND_PENDING: ("退费中", "Refund pending"),
    State.SUSPENSE: ("待查款", "Suspense"),
    State.INTEREST: ("利息待分配", "Interest to distribute"),
    State.MINIMUM_BALANCE: ("最低余额", "Minimum balance"),
    State.MINIMUM_PENDING: ("最低余额支取中", "Minimum balance going out"),
    State.OUTSIDE: ("账外", "Outside"),
}

KINDS: Mapping[EntryKind, Both] = {
    EntryKind.DEPOSIT: ("入账", "Deposit"),
    EntryKind.ALLOCATION: ("转入报名", "Allocated to an enrolment"),
    EntryKind.REVERSAL: ("银行冲正", "Reversed by the bank"),
    EntryKind.RELEASE: ("拨付课时费", "Lesson released"),
    EntryKind.FINAL_RELEASE: ("终止结清课时费", "Lesson released finally"),
    EntryKind.EXPIRY: ("逾期未付清", "Expired unpaid"),
    EntryKind.PAYOUT: ("划拨批次建立", "Payout built"),
    EntryKind.SETTLEMENT: ("划拨到账", "Payout settled"),
    EntryKind.FINAL_PAYOUT: ("终止结清划付", "Paid out finally"),
    EntryKind.RECALL: ("划拨撤回", "Payout recalled"),
    EntryKind.PAYOUT_RETURN: ("划拨被退回", "Payout sent back"),
    EntryKind.REFUND_HOLD: ("退费冻结", "Held for a refund"),
    EntryKind.REFUND_PAID: ("退费到账", "Refund paid"),
    EntryKind.REFUND_VOID: ("退费未成，转回监管", "Refund failed, given back"),
    EntryKind.INTEREST_IN: ("利息入账", "Interest from the bank"),
    EntryKind.INTEREST_CREDIT: ("结息", "Interest credited"),
    EntryKind.MINIMUM_DEPOSIT: ("最低余额存入", "Minimum balance paid in"),
    EntryKind.MINIMUM_HOLD: ("最低余额支取冻结", "Held for a withdrawal"),
    EntryKind.MINIMUM_PAID: ("最低余额支取到账", "Withdrawal from the minimum paid"),
    EntryKind.MINIMUM_VOID: ("最低余额支取未成，转回", "Withdrawal failed, given back"),
    EntryKind.MINIMUM_RETURN: ("最低余额退还", "Minimum balance returned"),
    EntryKind.WITHDRAWAL: ("支出", "Withdrawal"),
}

ENROLMENTS: Mapping[EnrolmentStatus, Both] = {
    EnrolmentStatus.AWAITING_DEPOSIT: ("待付款", "Awaiting deposit"),
    EnrolmentStatus.ACTIVE: ("上课中", "Active"),
    EnrolmentStatus.IN_ARREARS: ("欠费", "In arrears"),
    EnrolmentStatus.COMPLETED: ("已结业", "Completed"),
    EnrolmentStatus.REFUNDING: ("退费中", "Refunding"),
    EnrolmentStatus.REFUNDED: ("已退费", "Refunded"),
    EnrolmentStatus.EXPIRED: ("已过期", "Expired"),
}

REFUNDS: Mapping[RefundStatus, Both] = {
    RefundStatus.REQUESTED: ("待机构答复", "Awaiting the school"),
    RefundStatus.CONTESTED: ("待裁决", "Contested"),
    RefundStatus.AGREED: ("已同意", "Agreed"),
    RefundStatus.HELD: ("已冻结待付", "Held"),
    RefundStatus.INSTRUCTED: ("已指令银行", "Instructed"),
    RefundStatus.PAID: ("已退回", "Paid"),
    RefundStatus.FAILED: ("未能退回", "Failed"),
    RefundStatus.REJECTED: ("已驳回", "Rejected"),
    RefundStatus.WITHDRAWN: ("已撤回", "Withdrawn"),
}

REFUND_WAITS: Mapping[RefundWait, Both] = {
    RefundWait.DECISION: ("待裁决", "To decide"),
    RefundWait.ANSWER: ("待机构答复", "Awaiting the school"),
    RefundWait.PAYMENT: ("待退回", "To be paid"),
    RefundWait.ATTENTION: ("未能退回", "Failed"),
}

REFUND_RULES: Mapping[RefundRule, Both] = {
    RefundRule.BEFORE_START: ("尚未上课，全额", "No lesson taught: in full"),
    RefundRule.PRO_RATA: ("已付减已上课时", "Paid minus lessons taught"),
    RefundRule.INTEREST: ("结业后退还利息", "Interest after the end"),
}

AGREED_BY: Mapping[AgreedBy, Both] = {
    AgreedBy.SCHOOL: ("机构同意", "The school agreed"),
    AgreedBy.SILENCE: ("逾期未答复视为同意", "The school's silence"),
    AgreedBy.BUREAU: ("教育局裁决", "The bureau decided"),
    AgreedBy.RULE: ("按规则自动", "By rule"),
    AgreedBy.TERMINATION: ("机构终止办学，统一清退", "The school is terminated"),
    AgreedBy.CLASS_NOT_OPENED: ("未达到最低开班人数，没有开班", "The class wasn't opened"),
    AgreedBy.BANK: ("银行已支付，按对账单补记", "Paid by the bank, adopted from its statement"),
}

PAYOUTS: Mapping[PayoutStatus, Both] = {
    PayoutStatus.BUILT: ("已建立", "Built"),
    PayoutStatus.SENT: ("已发送银行", "Sent"),
    PayoutStatus.PARTLY: ("部分到账", "Partly settled"),
    PayoutStatus.SETTLED: ("已到账", "Settled"),
    PayoutStatus.FAILED: ("银行未能支付", "Failed"),
    PayoutStatus.RECALLING: ("正在撤回", "Being recalled"),
    PayoutStatus.RECALLED: ("已撤回", "Recalled"),
    PayoutStatus.RETURNED: ("到账后被退回", "Sent back"),
}

CREDITS: Mapping[CreditStatus, Both] = {
    CreditStatus.CREDITED: ("待分配", "To distribute"),
    CreditStatus.PLANNED: ("分配中", "Being distributed"),
    CreditStatus.DISTRIBUTED: ("已分配", "Distributed"),
}

BENEFICIARIES: Mapping[Beneficiary, Both] = {
    Beneficiary.GUARDIAN: ("归监护人", "the guardian's"),
    Beneficiary.SCHOOL: ("归机构", "the school's"),
}

WITHDRAWALS: Mapping[WithdrawalStatus, Both] = WITHDRAWAL_NAMES

RETURNS: Mapping[ReturnStatus, Both] = {
    ReturnStatus.HELD: ("已冻结，待指令银行", "Held"),
    ReturnStatus.INSTRUCTED: ("已指令银行", "Instructed"),
    ReturnStatus.PAID: ("已退回", "Paid"),
    ReturnStatus.FAILED: ("未能退回，转回待查款", "Failed, in suspense again"),
}

SUSPENSE: Mapping[SuspenseReason, Both] = {
    SuspenseReason.UNKNOWN_REFERENCE: ("附言中没有可识别的报名编号", "The remittance names no enrolment"),
    SuspenseReason.TOO_MANY_NAMED: ("附言中的报名编号过多", "The remittance names too many enrolments"),
    SuspenseReason.WRONG_ACCOUNT: ("汇入了别的机构的监管账户", "Paid into another school's account"),
    SuspenseReason.EXPIRED: ("报名已过期", "The enrolment has expired"),
    SuspenseReason.EXCESS: ("多付的部分", "More than was due"),
    SuspenseReason.SPLIT: ("分给附言中的几笔报名", "Split over the enrolments that it names"),
    SuspenseReason.UNINSTRUCTED: ("没有指令的支出", "Left without an instruction"),
}

ACCOUNTS: Mapping[str, Both] = {
    "tuition": ("学费监管账户", "Tuition account"),
    "minimum_balance": ("最低余额账户", "Minimum-balance account"),
}

CHECKED: Mapping[str, Both] = {
    "enrolments": ("核对报名", "Enrolments looked at"),
    "unsettled": ("未清退报名", "Not settled"),
    "awaiting": ("待付款报名", "Awaiting a deposit"),
    "refunded_fen": ("累计退费", "Refunded so far"),
    "entries": ("已汇总分录", "Entries counted"),
    **{f"{state.value}_fen": names for state, names in STATES.items()},
}

BANK: Mapping[BankOutcome, Both] = {
    BankOutcome.RECEIVED: ("已收存，未处理", "Received"),
    BankOutcome.POSTED: ("已入账", "Posted"),
    BankOutcome.DUPLICATE: ("重复", "Duplicate"),
    BankOutcome.RECORDED: ("已记录", "Recorded"),
    BankOutcome.REFUSED: ("已拒绝", "Refused"),
}
