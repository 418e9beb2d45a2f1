"""What the acts of two people are called, and what both are told of their consequences."""

from collections.abc import Mapping

from shared.approvals.model import Kind
from shared.institutions.amending import FIELD_NAMES as AMENDED_NAMES

Both = tuple[str, str]

NAMES: Mapping[Kind, Both] = {
    Kind.LICENCE: ("发放办学许可证", "Give the licence"),
    Kind.ACCOUNT_OPENING: ("开立监管账户，纳入监管", "Open the accounts: under supervision"),
    Kind.AMENDMENT: ("变更登记事项", "Amend the record"),
    Kind.FREEZE: ("冻结资金", "Freeze the money"),
    Kind.THAW: ("解除冻结", "Let the money go"),
    Kind.MINIMUM_REQUIREMENT: ("调整核定最低余额", "Set the minimum balance required"),
    Kind.MINIMUM_WITHDRAWAL: ("支取最低余额", "Withdraw from the minimum balance"),
    Kind.TERMINATION: ("终止办学", "Terminate the school"),
    Kind.LICENCE_REVOCATION: ("吊销办学许可证", "Revoke the licence"),
    Kind.TERMINATION_NOTICE: ("签发终止通知书", "Issue the termination notice"),
    Kind.NOTICE_REVOCATION: ("撤销终止通知书", "Revoke the termination notice"),
    Kind.SUSPENSE_ALLOCATION: ("待查款转入报名", "Give money in suspense to an enrolment"),
    Kind.SUSPENSE_RETURN: ("待查款退回付款人", "Return money in suspense to its payer"),
    Kind.PAYOUT_RECALL: ("撤回划拨批次", "Recall a payout"),
    Kind.WHITELISTING: ("列入白名单", "Put on the white list"),
    Kind.BLACKLISTING: ("列入黑名单", "Put on the black list"),
    Kind.DELISTING: ("移出名单", "Take off the list"),
    Kind.LISTING_APPEAL: ("答复黑名单申诉", "Answer an appeal"),
    Kind.PERSON_BLACKLISTING: ("列入从业人员黑名单", "Put a person on the personnel blacklist"),
    Kind.PERSON_DELISTING: ("移出人员名单", "Take a person off a list"),
    Kind.POLICY: ("变更规则", "Change the policy"),
    Kind.POLICY_WITHDRAWAL: ("撤销待施行的规则", "Withdraw a version of the policy"),
}

WARNINGS: Mapping[Kind, Both] = {
    Kind.LICENCE: (
        "批准后该机构成为持证机构，申请办结；监管账户开立后方可招生。",
        "The applicant is a licensed school then and its case is closed. It sells once its accounts are opened.",
    ),
    Kind.ACCOUNT_OPENING: (
        "批准时再次向银行核实户名；批准后即纳入监管：列入机构名单，可以招生，并按规模核定最低余额。",
        "The bank is asked again as it is approved. From then on the school is supervised: on the list of schools, "
        "it may sell, and its first minimum balance is required.",
    ),
    Kind.AMENDMENT: (
        "批准后立即按所列变更登记事项并办结申报；已售课程的合同不受影响。申报之后登记事项另有变更的，不予办理。",
        "The record is amended as listed and the case closed from the approval on; contracts sold stay as they "
        "are. It isn't done if the record has changed otherwise since it was filed.",
    ),
    Kind.FREEZE: (
        "批准后立即停止拨付、划拨和招生；课程可以继续，家长仍可退费。",
        "Nothing is released, paid out or sold from the approval on. Lessons may go on; guardians can be refunded.",
    ),
    Kind.THAW: (
        "批准后恢复拨付和划拨；冻结期间确认的课时随后补拨。",
        "Money moves again from the approval on; what was confirmed meanwhile is released after it.",
    ),
    Kind.MINIMUM_REQUIREMENT: (
        "批准后立即按测算结果核定；现有余额不足的，次日核查时开始计算补足期限。",
        "It is required from the approval on. What is short is to be made up within the policy's working days.",
    ),
    Kind.MINIMUM_WITHDRAWAL: (
        "批准后从最低余额中冻结该笔款项，并指令银行付至机构的收款账户；支取后余额不得低于核定额。",
        "The money is held from the approval on, and the bank is told to pay the school. What is required stays.",
    ),
    Kind.TERMINATION: (
        "批准后立即停止招生、拨付和划拨，不可恢复；随后结清已上课时、清退全部学员，公示并核验无负债后退还最低余额。",
        "Sales, releases and payouts stop at once and for good. Lessons taught are settled, every student is "
        "refunded, and after publicity and a check that nothing is owed the minimum balance is returned.",
    ),
    Kind.LICENCE_REVOCATION: (
        "批准后立即停止招生、拨付和划拨，不可恢复；按终止办学清退全部学员后，该机构为“已吊销”，许可证号不再使用。",
        "Sales, releases and payouts stop at once and for good. Every student is refunded as in a termination; "
        "then the licence is revoked, and its number is never given again.",
    ),
    Kind.TERMINATION_NOTICE: (
        "批准后编号签发专用账户终止通知书，银行凭此退还下列金额；每个账户只能执行一次。",
        "The notice gets its number and is signed; the bank returns these amounts on it, once an account.",
    ),
    Kind.NOTICE_REVOCATION: (
        "批准后该通知书作废，银行不得再执行；须重新核验负债后另行签发。",
        "The notice is void and may not be executed; liabilities are checked anew before another is issued.",
    ),
    Kind.SUSPENSE_ALLOCATION: (
        "批准后这笔钱立即计入该报名的已付款；批准时以待查余额和待付金额为准，超出则不办理。",
        "Once approved it counts as paid on that enrolment. What is in suspense and what is due then decide.",
    ),
    Kind.SUSPENSE_RETURN: (
        "批准后冻结这笔钱并指令银行原路退回；银行未能支付的，转回待查款。",
        "Once approved it is held back and the bank is told to return it to where it came from.",
    ),
    Kind.PAYOUT_RECALL: (
        "批准后不再重发，并要求银行撤回尚未支付的部分；银行若已支付，则撤回无效。撤回的钱进入下一批。",
        "Once approved it isn't sent again, and the bank is asked for what it hasn't paid. If it has, it's void. "
        "What comes back is in the next payout.",
    ),
    Kind.WHITELISTING: (
        "批准后立即公布；批准时须具备全部资格，之后失去资格的，名单上注明。",
        "It is public from the approval on. The school must be eligible then; if it loses that, the list says so.",
    ),
    Kind.BLACKLISTING: (
        "批准后立即公布并禁止招生；已售课程继续上课，家长仍可退费。机构可以申诉。",
        "It is public, and the school sells nothing, from the approval on. Lessons sold go on and guardians "
        "can be refunded. The school may appeal.",
    ),
    Kind.DELISTING: (
        "批准后立即公布；因黑名单被禁止招生的，随即解除。变更记录永久保留。",
        "It is public from the approval on; a bar by the black list is lifted. The record of it is kept for ever.",
    ),
    Kind.LISTING_APPEAL: (
        "批准后答复告知机构；申诉成立的，同时移出黑名单。",
        "The school is told from the approval on; an appeal that is upheld takes it off the black list.",
    ),
    Kind.PERSON_BLACKLISTING: (
        "批准后任何机构都不能再公示其任教；已公示其任教的机构立即收到红色预警，须撤下。",
        "From the approval on no school can publish the person as a teacher. Those that do get a red alert at "
        "once and have to withdraw.",
    ),
    Kind.PERSON_DELISTING: (
        "批准后机构可以申请公示其任教；变更记录永久保留。",
        "From the approval on schools can have the person published as a teacher. The record is kept for ever.",
    ),
    Kind.POLICY: (
        "批准后形成新版本，自施行日零时起适用；此前的报名、退费仍按原版本。施行日前10分钟起不能再批准。",
        "It becomes the next version, in force from the start of its day; what was sold before keeps its own. It "
        "can't be approved in the 10 minutes before that day.",
    ),
    Kind.POLICY_WITHDRAWAL: (
        "批准后该版本不再施行，现行版本继续适用；记录永久保留。",
        "It never comes into force, and the version before it stays. The record of it is kept for ever.",
    ),
}

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
