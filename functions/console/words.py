"""The console's words for the domain's codes, Chinese and English side by side. Sentences stand in the templates."""

from collections.abc import Mapping

from shared.alerts.model import RULE_NAMES, Rule, Severity
from shared.approvals.model import Status as ProposalStatus
from shared.funds.model import Unmarked
from shared.institutions.matching import FIELD_NAMES, Field
from shared.institutions.model import (
    BAR_NAMES,
    CHANGE_NAMES,
    STATUS_NAMES,
    BarKind,
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
from shared.teaching.model import LessonStatus, Outcome
from shared.terminations.model import STEP_NAMES, NoticeStatus, ObjectionStatus, Standing, Step

Both = tuple[str, str]

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

FIELDS: Mapping[Field, Both] = FIELD_NAMES

LISTS: Mapping[ListName, Both] = LIST_NAMES

LIST_CHANGES: Mapping[ChangeKind, Both] = LIST_CHANGE_NAMES

APPEALS: Mapping[AppealStatus, Both] = APPEAL_NAMES

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

PROPOSALS: Mapping[ProposalStatus, Both] = {
    ProposalStatus.PROPOSED: ("待批准", "Waiting"),
    ProposalStatus.APPROVED: ("已批准", "Approved"),
    ProposalStatus.REJECTED: ("已否决", "Rejected"),
    ProposalStatus.WITHDRAWN: ("已撤回", "Withdrawn"),
}

SIZES: Mapping[str, Both] = {"small": ("小型", "Small"), "medium": ("中型", "Medium"), "large": ("大型", "Large")}

SALES: Mapping[SaleStatus, Both] = {
    SaleStatus.PUBLISHED: ("在售", "On sale"),
    SaleStatus.WITHDRAWN: ("已下架", "Withdrawn"),
}

CONFIRMED: Mapping[str, Both] = {
    "confirmed": ("监护人确认", "Guardian confirmed"),
    "auto_confirmed": ("到期视为确认", "Silence counted as confirmed"),
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
