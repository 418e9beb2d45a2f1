"""The console's words for the domain's codes, Chinese and English side by side. Sentences stand in the templates."""

from collections.abc import Mapping

from shared.alerts.model import RULE_NAMES, Rule, Severity
from shared.approvals.model import Status as ProposalStatus
from shared.bank.store import Outcome as BankOutcome
from shared.filings.catalogue import SECTIONS, TYPES
from shared.filings.inspections import STANDING_NAMES
from shared.filings.inspections import Standing as Inspected
from shared.filings.model import Filing, InstitutionType
from shared.filings.model import ObjectionStatus as FilingObjection
from shared.filings.model import Outcome as FilingOutcome
from shared.filings.model import Review as MaterialReview
from shared.filings.model import Role as FilingRole
from shared.filings.model import State as FilingState
from shared.funds.interest_model import CreditStatus
from shared.funds.minimum_model import WITHDRAWAL_NAMES, WithdrawalStatus
from shared.funds.model import EnrolmentStatus, EntryKind, State, SuspenseReason, Unmarked
from shared.funds.payout_model import PayoutStatus
from shared.funds.refund_model import AgreedBy, RefundRule, RefundStatus, RefundWait
from shared.funds.suspense_model import ReturnStatus
from shared.institutions.amending import FIELD_NAMES as AMENDED_NAMES
from shared.institutions.matching import FIELD_NAMES, Field
from shared.institutions.model import (
    BAR_NAMES,
    CERTIFICATE_NAMES,
    CHANGE_NAMES,
    STATUS_NAMES,
    VALIDITY_NAMES,
    BarKind,
    CertificateKind,
    Change,
    Status,
)
from shared.listings.model import APPEAL_NAMES, LIST_NAMES, AppealStatus, ChangeKind, ListName
from shared.listings.model import CHANGE_NAMES as LIST_CHANGE_NAMES
from shared.listings.model import RULE_NAMES as ELIGIBILITY_NAMES
from shared.listings.model import Rule as EligibilityRule
from shared.mall.model import CATEGORIES
from shared.mall.model import Status as SaleStatus
from shared.people.model import StaffRole
from shared.personnel.model import LIST_NAMES as PERSONNEL_LIST_NAMES
from shared.personnel.model import ChangeKind as PersonChangeKind
from shared.policy.model import Beneficiary
from shared.profiles.model import ChangeStatus
from shared.profiles.model import Kind as ProfileKind
from shared.reconciliation.model import BreakKind, BreakState
from shared.reconciliation.model import Outcome as LineOutcome
from shared.teaching.model import LessonStatus, Outcome
from shared.terminations.model import STEP_NAMES, NoticeStatus, ObjectionStatus, Standing, Step

Both = tuple[str, str]

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

LESSONS: Mapping[LessonStatus, Both] = {
    LessonStatus.MISSED: ("未到课", "Missed"),
    LessonStatus.TAUGHT: ("待确认", "To be confirmed"),
    LessonStatus.DISPUTED: ("争议中", "Disputed"),
    LessonStatus.UPHELD: ("争议成立", "Dispute upheld"),
    LessonStatus.CONFIRMED: ("已确认", "Confirmed"),
    LessonStatus.AUTO_CONFIRMED: ("视为确认", "Auto-confirmed"),
    LessonStatus.RELEASED: ("已拨付", "Released"),
    LessonStatus.REFUNDED: ("已退费", "Refunded"),
}

UNMARKED: Mapping[Unmarked, Both] = {
    Unmarked.SCHEDULED: ("未上课", "To come"),
    Unmarked.REFUNDED: ("已退费", "Refunded"),
    Unmarked.CANCELLED: ("已取消", "Cancelled"),
}

OUTCOMES: Mapping[Outcome, Both] = {
    Outcome.PRESENT: ("到课", "Present"),
    Outcome.ABSENT: ("缺课", "Absent"),
    Outcome.LEAVE: ("请假", "On leave"),
}

SCHOOLS: Mapping[Status, Both] = STATUS_NAMES

SCHOOL_STANDINGS: Mapping[str, Both] = {
    **{status.value: names for status, names in STATUS_NAMES.items()},
    "frozen": CHANGE_NAMES[Change.FROZEN],
}

CHANGES: Mapping[Change, Both] = CHANGE_NAMES

BARS: Mapping[BarKind, Both] = BAR_NAMES

PROPOSAL_FIGURES: Mapping[str, Both] = {
    **{field.value: names for field, names in AMENDED_NAMES.items()},
    "decision_no": ("处罚决定书文号", "Number of the decision"),
    "files": ("依据文件", "Files that show it"),
    "licence_no": ("办学许可证号", "Licence number"),
    "licence_valid_to": ("有效期至", "Valid until"),
    "bank_name": ("监管银行", "Supervising bank"),
    "tuition_account_no": ("学费监管账户", "Tuition account"),
    "minimum_balance_account_no": ("最低余额账户", "Minimum balance account"),
    "payout_account_no": ("机构收款账户", "Payout account"),
    "tuition_balance_fen": ("银行答复：学费账户余额", "By the bank, in the tuition account"),
    "minimum_balance_fen": ("银行答复：最低余额账户余额", "By the bank, in the minimum balance account"),
    "required_fen": ("核定最低余额", "Required"),
    "in_force_fen": ("现行核定额", "Required so far"),
    "floor_fen": ("按规模的下限", "Floor by size"),
    "receipts_fen": ("近月收费总额", "Receipts of the last months"),
    "receipts_percent": ("收费总额比例（%）", "Share of the receipts (%)"),
    "requirement_number": ("第几次核定", "Number of the requirement"),
    "size": ("规模", "Size"),
    "first_month": ("收费起月", "Receipts from"),
    "last_month": ("收费止月", "Receipts to"),
    "policy_version": ("规则版本", "Policy version"),
    "amount_fen": ("金额", "Amount"),
    "left_fen": ("提出时在待查款", "In suspense when proposed"),
    "rest_fen": ("提出时未到账", "Not settled when proposed"),
    "deposit": ("入账流水", "Deposit"),
    "enrolment": ("转入报名", "To the enrolment"),
    "balance_fen": ("现有余额", "Balance"),
    "to_account_no": ("收款账户", "To account"),
    "school_reason": ("机构申请理由", "The school's reason"),
    "minimum_return_fen": ("退还最低余额", "Minimum balance to return"),
    "payable_return_fen": ("结清应付机构款", "Payable to the school"),
    "payee_account_no": ("收款账号", "Paid to the account"),
    "notice": ("终止通知书", "Termination notice"),
    "until": ("在名单上至", "On the list until"),
    "evidence": ("依据", "Evidence"),
    "listing_change": ("所申诉的变更（本机构第几次）", "Change appealed against (of the school)"),
    "appeal": ("申诉", "Appeal"),
    "appeal_answer": ("答复", "Answer"),
    "qualification_no": ("资格证号", "Qualification no."),
    "person_name": ("姓名", "Name"),
    "person_list": ("名单", "List"),
    "on_list": ("名单", "List"),
}

FIELDS: Mapping[Field, Both] = FIELD_NAMES

LISTS: Mapping[ListName, Both] = LIST_NAMES

LIST_CHANGES: Mapping[ChangeKind, Both] = LIST_CHANGE_NAMES

APPEALS: Mapping[AppealStatus, Both] = APPEAL_NAMES

PERSONNEL_LISTS: Mapping[str, Both] = dict(PERSONNEL_LIST_NAMES.items())

PERSON_CHANGES: Mapping[PersonChangeKind, Both] = {
    PersonChangeKind.LISTED: ("列入", "Listed"),
    PersonChangeKind.REMOVED: ("移出", "Taken off"),
}

PROFILE_KINDS: Mapping[ProfileKind, Both] = {
    ProfileKind.CERTIFICATE: ("证书", "Certificate"),
    ProfileKind.TEACHER: ("教师", "Teacher"),
    ProfileKind.ROOM: ("教学环境", "Room"),
}

PROFILE_CHANGES: Mapping[ChangeStatus, Both] = {
    ChangeStatus.DRAFT: ("草稿", "Draft"),
    ChangeStatus.SUBMITTED: ("待审核", "To be reviewed"),
    ChangeStatus.ACCEPTED: ("已通过并公示", "Accepted and published"),
    ChangeStatus.RETURNED: ("已退回", "Returned"),
    ChangeStatus.REPLACED: ("已被替代", "Replaced"),
}

CERTIFICATES: Mapping[CertificateKind, Both] = CERTIFICATE_NAMES

VALIDITIES: Mapping[str, Both] = VALIDITY_NAMES

PROFILE_FIELDS: Mapping[str, Both] = {
    "certificate": ("证书类型", "Certificate"),
    "kind": ("证书类型", "Certificate"),
    "number": ("证号", "Number"),
    "issuer": ("发证机关", "Issuer"),
    "valid_from": ("有效期自", "Valid from"),
    "valid_to": ("有效期至", "Valid until"),
    "name": ("姓名", "Name"),
    "subject": ("任教科目", "Subject"),
    "qualification": ("资格证书", "Qualification"),
    "qualification_no": ("资格证号", "Qualification no."),
    "serves_public_school": ("是否在职中小学教师", "Teaches at a public school"),
    "caption": ("名称", "Name"),
    "area_m2": ("面积（平方米）", "Area (m²)"),
}

YES_NO: Mapping[str, Both] = {"yes": ("是", "Yes"), "no": ("否", "No")}

ELIGIBILITY: Mapping[EligibilityRule, Both] = ELIGIBILITY_NAMES

STANDINGS: Mapping[Standing, Both] = {Standing.OPEN: ("办理中", "Under way"), Standing.CLOSED: ("已办结", "Closed")}

TERMINATION_STEPS: Mapping[Step, Both] = STEP_NAMES

OBJECTIONS: Mapping[ObjectionStatus, Both] = {
    ObjectionStatus.OPEN: ("待处理", "Open"),
    ObjectionStatus.UPHELD: ("成立", "Upheld"),
    ObjectionStatus.DISMISSED: ("不成立", "Dismissed"),
}

NOTICE_STATUSES: Mapping[NoticeStatus, Both] = {
    NoticeStatus.VALID: ("有效，未执行完毕", "Valid"),
    NoticeStatus.USED: ("已执行", "Used"),
    NoticeStatus.FAILED: ("银行未能退还", "The bank couldn't pay"),
    NoticeStatus.REVOKED: ("已撤销", "Revoked"),
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

PROPOSALS: Mapping[ProposalStatus, Both] = {
    ProposalStatus.PROPOSED: ("待批准", "Waiting"),
    ProposalStatus.APPROVED: ("已批准", "Approved"),
    ProposalStatus.REJECTED: ("已否决", "Rejected"),
    ProposalStatus.WITHDRAWN: ("已撤回", "Withdrawn"),
}

WITHDRAWALS: Mapping[WithdrawalStatus, Both] = WITHDRAWAL_NAMES

SIZES: Mapping[str, Both] = {"small": ("小型", "Small"), "medium": ("中型", "Medium"), "large": ("大型", "Large")}

SALES: Mapping[SaleStatus, Both] = {
    SaleStatus.PUBLISHED: ("在售", "On sale"),
    SaleStatus.WITHDRAWN: ("已下架", "Withdrawn"),
}

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

CONFIRMED: Mapping[str, Both] = {
    "confirmed": ("监护人确认", "Guardian confirmed"),
    "auto_confirmed": ("到期视为确认", "Silence counted as confirmed"),
}

LINES: Mapping[LineOutcome, Both] = {
    LineOutcome.MATCHED: ("一致", "Matched"),
    LineOutcome.ADOPTED: ("补记", "Adopted"),
    LineOutcome.BROKEN: ("差异", "Break"),
}

BREAKS: Mapping[BreakKind, Both] = {
    BreakKind.AMOUNT: ("金额不符", "Amount"),
    BreakKind.ACCOUNT: ("账号不符", "Account"),
    BreakKind.DAY: ("日期不符", "Day"),
    BreakKind.CURRENCY: ("币种不符", "Currency"),
    BreakKind.TWICE: ("流水重复", "Reference twice"),
    BreakKind.NOT_BOOKABLE: ("不能补记", "Can't be booked"),
    BreakKind.NOT_IN_STATEMENT: ("银行未列", "Not in the statement"),
    BreakKind.OPENING: ("期初不符", "Opening balance"),
    BreakKind.ARITHMETIC: ("合计不符", "Doesn't add up"),
    BreakKind.CUSTODY: ("余额不符", "Balance"),
    BreakKind.UNKNOWN_ACCOUNT: ("账号未监管", "Unknown account"),
    BreakKind.UNREADABLE: ("文件无法读取", "Unreadable file"),
    BreakKind.MISSING: ("对账单缺失", "Statement missing"),
}

BREAK_STATES: Mapping[BreakState, Both] = {
    BreakState.OPEN: ("待查", "Open"),
    BreakState.EXPLAINED: ("已说明", "Explained"),
    BreakState.RESOLVED: ("已解决", "Resolved"),
}

SEVERITIES: Mapping[Severity, Both] = {Severity.RED: ("高", "High"), Severity.YELLOW: ("中", "Medium")}

RULES: Mapping[Rule, Both] = RULE_NAMES

ROLES: Mapping[StaffRole, Both] = {
    StaffRole.REVIEWER: ("审核员", "Reviewer"),
    StaffRole.SUPERVISOR: ("监管员", "Supervisor"),
    StaffRole.FINANCE_OFFICER: ("财务", "Finance officer"),
    StaffRole.AUDITOR: ("审计", "Auditor"),
    StaffRole.ADMINISTRATOR: ("管理员", "Administrator"),
}

BANK: Mapping[BankOutcome, Both] = {
    BankOutcome.RECEIVED: ("已收存，未处理", "Received"),
    BankOutcome.POSTED: ("已入账", "Posted"),
    BankOutcome.DUPLICATE: ("重复", "Duplicate"),
    BankOutcome.RECORDED: ("已记录", "Recorded"),
    BankOutcome.REFUSED: ("已拒绝", "Refused"),
}

SOURCES: Mapping[str, Both] = {
    "rule": ("已公布的规定", "Published rule"),
    "practice": ("外地做法", "Practice elsewhere"),
    "assumed": ("本系统假定", "Assumed here"),
}

PURPOSES: Mapping[str, Both] = {
    "dispute": ("处理课时争议", "Deciding a dispute"),
    "suspense": ("核对待查款", "Tracing money in suspense"),
    "complaint": ("处理投诉举报", "Handling a complaint"),
    "audit": ("审计抽查", "Audit sample"),
}

CATEGORY_NAMES: Mapping[str, Both] = {one.code: (one.zh, one.en) for one in CATEGORIES}

FILINGS: Mapping[Filing, Both] = {
    Filing.APPLICATION: ("设立申请", "Application"),
    Filing.CHANGE: ("变更", "Change"),
    Filing.ANNUAL_INSPECTION: ("年检", "Annual inspection"),
}

INSTITUTION_TYPES: Mapping[InstitutionType, Both] = {
    InstitutionType.COMPANY: ("公司", "Company"),
    InstitutionType.NON_PROFIT: ("民办非企业单位", "Civil non-profit"),
}

FILING_ROLES: Mapping[FilingRole, Both] = {
    FilingRole.SCHOOL: ("机构", "School"),
    FilingRole.REVIEWER: ("审核员", "Reviewer"),
    FilingRole.SUPERVISOR: ("监管员", "Supervisor"),
    FilingRole.SYSTEM: ("系统", "The platform"),
    FilingRole.PUBLIC: ("公众", "The public"),
}

FILING_STATES: Mapping[FilingState, Both] = {
    FilingState.DRAFT: ("草稿", "Draft"),
    FilingState.SUBMITTED: ("已提交", "Submitted"),
    FilingState.ACCEPTED: ("已受理", "Accepted"),
    FilingState.DOCUMENT_REVIEW: ("材料审核", "Document review"),
    FilingState.CORRECTION_REQUIRED: ("待补正", "Corrections required"),
    FilingState.RESUBMITTED: ("已补正", "Resubmitted"),
    FilingState.SITE_VISIT: ("现场核查", "Site visit"),
    FilingState.DECIDED: ("已决定", "Decided"),
    FilingState.PUBLICISED: ("公示中", "Publicised"),
    FilingState.CLOSED: ("已办结", "Closed"),
}

FILING_OUTCOMES: Mapping[FilingOutcome, Both] = {
    FilingOutcome.PASS: ("通过", "Passed"),
    FilingOutcome.CONDITIONAL: ("整改后通过", "Passed under conditions"),
    FilingOutcome.FAIL: ("不通过", "Not passed"),
}

INSPECTIONS: Mapping[Inspected, Both] = STANDING_NAMES

MATERIAL_REVIEWS: Mapping[MaterialReview, Both] = {
    MaterialReview.GIVEN: ("待审核", "To be reviewed"),
    MaterialReview.ACCEPTED: ("符合", "Accepted"),
    MaterialReview.RETURNED: ("退回", "Returned"),
}

FILING_OBJECTIONS: Mapping[FilingObjection, Both] = {
    FilingObjection.OPEN: ("待处理", "Open"),
    FilingObjection.UPHELD: ("成立", "Upheld"),
    FilingObjection.DISMISSED: ("不成立", "Dismissed"),
}

MATERIAL_SECTIONS: Mapping[str, Both] = SECTIONS

CONTENT_TYPES: Mapping[str, Both] = {code: (name, name) for code, name in TYPES.items()}

NOTICES: Mapping[str, Both] = {
    "profile_accepted": ("已通过，变更已公示。", "Accepted: the change is published."),
    "profile_returned": ("已退回机构。", "Returned to the school."),
    "serving_imported": ("已导入，见下方记录。", "Imported; see the record below."),
    "break_taken": ("已认领该差异。", "The break has its owner."),
    "break_settled": ("已记录说明。", "What you said of the break is kept."),
    "reading_recorded": ("查阅目的已记录，可以打开文件。", "The purpose is recorded; the file can be opened."),
    "filing_acted": ("已办理。", "Done."),
    "proposed": ("已提出，等待另一人批准。", "Proposed; another person approves it."),
    "approved": ("已批准并办理。", "Approved and done."),
    "not_approved": ("已否决。", "Rejected; nothing was done."),
    "taken_back": ("已撤回。", "Withdrawn."),
    "suspended": ("已暂停该机构招生，立即生效。", "The school is suspended from selling, at once."),
    "reinstated": ("已恢复该机构招生。", "The school may sell again."),
    "plaque_issued": ("牌匾已签发。", "The plaque is issued."),
    "upheld": ("争议成立：这节课不再拨付。", "The dispute is upheld; the lesson won't be paid."),
    "recommended": ("处理意见已记录，等待另一人裁决。", "The recommendation is kept; another person decides."),
    "withdrawal_refused": ("已告知机构不予办理。", "The school is told that it isn't let go."),
    "refund_agreed": ("已裁决退费：将原路退回。", "The refund is agreed and will be paid back."),
    "refund_rejected": ("退费申请已驳回。", "The refund is rejected."),
    "refunds_begun": ("已开始清退，系统逐笔办理。", "The refunds begin; the platform goes through them one by one."),
    "publicised": ("已开始公示。", "The termination is public."),
    "objection_recorded": ("异议已记录。", "The objection is recorded."),
    "objection_decided": ("异议已处理。", "The objection is decided."),
    "liabilities_checked": ("核验通过，没有未了结的负债。", "Checked: nothing is owed."),
    "cover_asked_again": (
        "已再次申请，15分钟内提交承保机构。",
        "It will be asked for again within a quarter of an hour.",
    ),
    "rejected": ("争议驳回：这节课按已确认拨付。", "The dispute is rejected; the lesson counts as confirmed."),
}
