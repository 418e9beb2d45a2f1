"""What two people of the bureau do together: who may propose each act, who may approve it, and what is done then.

The approval is a part of the act's own transaction, so an act is done exactly once.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime

from functions.console import closing, roles
from functions.edge import account_opening, amending, listing_acts, personnel_acts, policy_acts
from shared.approvals.model import Kind, Proposal
from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.filings import decisions as filing_decisions
from shared.funds import minimum_money, minimum_requirements, payout_answers, suspense
from shared.funds.minimum_model import Formula
from shared.funds.store import withdrawals
from shared.institutions import store as institutions_store
from shared.institutions import usecases as institutions
from shared.kernel.ids import EnrolmentId, FileId
from shared.kernel.money import Fen
from shared.listings import store as listings
from shared.listings.model import ChangeKind, ListName
from shared.people.model import StaffRole
from shared.personnel.model import ListName as PersonnelList
from shared.terminations import notices
from shared.terminations import usecases as terminations

Both = tuple[str, str]
CarryOut = Callable[[Proposal, Part, str, datetime], None]
"""Takes the proposal, the approval to commit with the act, who approves, and the time."""


@dataclass(frozen=True)
class Act:
    """One kind of act. `warning` is what both people are told of its consequences."""

    name: Both
    warning: Both
    proposers: Set[StaffRole]
    approvers: Set[StaffRole]
    carry_out: CarryOut


def _freeze(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.freeze(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _thaw(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    institutions.thaw(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval])


def _require_minimum(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    minimum_requirements.set_anew(
        institution_id=proposal.institution_id,
        number=proposal.figures["requirement_number"],
        formula=proposed_formula(proposal),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def proposed_formula(proposal: Proposal) -> Formula:
    """How the requirement that is proposed comes about."""
    return Formula(
        size=proposal.words["size"],
        floor_fen=Fen(proposal.figures["floor_fen"]),
        receipts_fen=Fen(proposal.figures["receipts_fen"]),
        percent=proposal.figures["receipts_percent"],
        first_month=proposal.words["first_month"],
        last_month=proposal.words["last_month"],
        policy_version=proposal.words["policy_version"],
    )


def proposed_words(formula: Formula) -> dict[str, str]:
    """What a proposal says of a formula in words; its figures are amounts."""
    return {
        "size": formula.size,
        "first_month": formula.first_month,
        "last_month": formula.last_month,
        "policy_version": formula.policy_version,
    }


def _withdraw_minimum(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    school = institutions_store.get(proposal.institution_id)
    if school.frozen or school.status.ending:
        raise institutions_store.ReleasesStopped()
    minimum_money.hold(withdrawal_id=proposal.subject, also=[approval], now=now)
    withdrawals.mark_held(proposal.subject)


def _terminate(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    case = terminations.opening(institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now)
    institutions.begin_termination(
        institution_id=proposal.institution_id, reason=proposal.reason, by=by, now=now, also=[approval, case]
    )


def _revoke(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    number = proposal.words["decision_no"]
    case = terminations.opening(
        institution_id=proposal.institution_id,
        reason=proposal.reason,
        by=by,
        now=now,
        decision_no=number,
        evidence=proposal.words["evidence"],
    )
    institutions.begin_revocation(
        institution_id=proposal.institution_id,
        decision_no=number,
        reason=proposal.reason,
        by=by,
        now=now,
        also=[approval, case],
    )


def _issue_notice(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    closing.issue(proposal=proposal, approval=approval, by=by, now=now)


def _revoke_notice(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    notices.revoke(number=proposal.subject, reason=proposal.reason, by=by, approval=approval, now=now)


def _allocate(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amount, enrolment_id = Fen(proposal.figures["amount_fen"]), EnrolmentId(proposal.words["enrolment"])
    suspense.allocate(
        reference=proposal.subject, enrolment_id=enrolment_id, amount_fen=amount, approval=approval, now=now
    )


def _return(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amount = Fen(proposal.figures["amount_fen"])
    suspense.hold_return(reference=proposal.subject, amount_fen=amount, approval=approval, now=now)


def _recall(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    payout_answers.ask_back(payout_id=proposal.subject, reason=proposal.reason, approval=approval)


def _whitelist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    _list(proposal, ListName.WHITE, approval, by, now)


def _blacklist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    _list(proposal, ListName.BLACK, approval, by, now)


def _list(proposal: Proposal, becomes: ListName, approval: Part, by: str, now: datetime) -> None:
    until = proposal.words.get("until")
    listing_acts.put_on(
        institution_id=proposal.institution_id,
        becomes=becomes,
        reason=proposal.reason,
        evidence=proposal.words["evidence"],
        files=named_files(proposal),
        until=date.fromisoformat(until) if until else None,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def named_files(proposal: Proposal) -> tuple[FileId, ...]:
    """The files that a proposal names as evidence."""
    return tuple(FileId(one) for one in proposal.words.get("files", "").split())


def _delist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    listing_acts.take_off(
        institution_id=proposal.institution_id,
        kind=ChangeKind.REMOVED,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def _answer_appeal(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    listing_acts.answer_appeal(
        appeal=listings.get_appeal(proposal.institution_id, proposal.figures["listing_change"]),
        upheld=proposal.words["appeal_answer"] == "upheld",
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        approval=approval,
    )


def _blacklist_person(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    until = proposal.words.get("until")
    personnel_acts.blacklist(
        number=proposal.words["qualification_no"],
        name=proposal.words["person_name"],
        reason=proposal.reason,
        evidence=proposal.words["evidence"],
        until=date.fromisoformat(until) if until else None,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def _delist_person(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    personnel_acts.take_off(
        number=proposal.words["qualification_no"],
        on=PersonnelList(proposal.words["person_list"]),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def _license(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    def attempt() -> None:
        _, closed = filing_decisions.licensing(case_id=proposal.subject, by=by, now=now)
        licensed = institutions.licensing(
            institution_id=proposal.institution_id,
            licence_no=proposal.words["licence_no"],
            valid_to=date.fromisoformat(proposal.words["licence_valid_to"]),
            reason=proposal.reason,
            by=by,
            now=now,
        )
        transaction.commit([approval, *closed, *licensed])

    transaction.retried(attempt)


def _open_accounts(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    account_opening.carry_out(proposal=proposal, approval=approval, by=by, now=now)


def _amend(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    amending.apply(case_id=proposal.subject, reason=proposal.reason, by=by, now=now, also=[approval])


ACTS: Mapping[Kind, Act] = {
    Kind.LICENCE: Act(
        ("发放办学许可证", "Give the licence"),
        (
            "批准后该机构成为持证机构，申请办结；监管账户开立后方可招生。",
            "The applicant is a licensed school then and its case is closed. It sells once its accounts are opened.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _license,
    ),
    Kind.ACCOUNT_OPENING: Act(
        ("开立监管账户，纳入监管", "Open the accounts: under supervision"),
        (
            "批准时再次向银行核实户名；批准后即纳入监管：列入机构名单，可以招生，并按规模核定最低余额。",
            "The bank is asked again as it is approved. From then on the school is supervised: on the list of schools, "
            "it may sell, and its first minimum balance is required.",
        ),
        roles.FINANCE_OFFICERS,
        roles.SUPERVISORS,
        _open_accounts,
    ),
    Kind.AMENDMENT: Act(
        ("变更登记事项", "Amend the record"),
        (
            "批准后立即按所列变更登记事项并办结申报；已售课程的合同不受影响。申报之后登记事项另有变更的，不予办理。",
            "The record is amended as listed and the case closed from the approval on; contracts sold stay as they "
            "are. It isn't done if the record has changed otherwise since it was filed.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _amend,
    ),
    Kind.FREEZE: Act(
        ("冻结资金", "Freeze the money"),
        (
            "批准后立即停止拨付、划拨和招生；课程可以继续，家长仍可退费。",
            "Nothing is released, paid out or sold from the approval on. Lessons may go on; guardians can be refunded.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _freeze,
    ),
    Kind.THAW: Act(
        ("解除冻结", "Let the money go"),
        (
            "批准后恢复拨付和划拨；冻结期间确认的课时随后补拨。",
            "Money moves again from the approval on; what was confirmed meanwhile is released after it.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _thaw,
    ),
    Kind.MINIMUM_REQUIREMENT: Act(
        ("调整核定最低余额", "Set the minimum balance required"),
        (
            "批准后立即按测算结果核定；现有余额不足的，次日核查时开始计算补足期限。",
            "It is required from the approval on. What is short is to be made up within the policy's working days.",
        ),
        roles.FINANCE_OFFICERS,
        roles.SUPERVISORS,
        _require_minimum,
    ),
    Kind.MINIMUM_WITHDRAWAL: Act(
        ("支取最低余额", "Withdraw from the minimum balance"),
        (
            "批准后从最低余额中冻结该笔款项，并指令银行付至机构的收款账户；支取后余额不得低于核定额。",
            "The money is held from the approval on, and the bank is told to pay the school. What is required stays.",
        ),
        roles.FINANCE_OFFICERS,
        roles.SUPERVISORS,
        _withdraw_minimum,
    ),
    Kind.TERMINATION: Act(
        ("终止办学", "Terminate the school"),
        (
            "批准后立即停止招生、拨付和划拨，不可恢复；随后结清已上课时、清退全部学员，公示并核验无负债后退还最低余额。",
            "Sales, releases and payouts stop at once and for good. Lessons taught are settled, every student is "
            "refunded, and after publicity and a check that nothing is owed the minimum balance is returned.",
        ),
        roles.MONEY_MOVERS,
        roles.SUPERVISORS,
        _terminate,
    ),
    Kind.LICENCE_REVOCATION: Act(
        ("吊销办学许可证", "Revoke the licence"),
        (
            "批准后立即停止招生、拨付和划拨，不可恢复；按终止办学清退全部学员后，该机构为“已吊销”，许可证号不再使用。",
            "Sales, releases and payouts stop at once and for good. Every student is refunded as in a termination; "
            "then the licence is revoked, and its number is never given again.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _revoke,
    ),
    Kind.TERMINATION_NOTICE: Act(
        ("签发终止通知书", "Issue the termination notice"),
        (
            "批准后编号签发专用账户终止通知书，银行凭此退还下列金额；每个账户只能执行一次。",
            "The notice gets its number and is signed; the bank returns these amounts on it, once an account.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _issue_notice,
    ),
    Kind.NOTICE_REVOCATION: Act(
        ("撤销终止通知书", "Revoke the termination notice"),
        (
            "批准后该通知书作废，银行不得再执行；须重新核验负债后另行签发。",
            "The notice is void and may not be executed; liabilities are checked anew before another is issued.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _revoke_notice,
    ),
    Kind.SUSPENSE_ALLOCATION: Act(
        ("待查款转入报名", "Give money in suspense to an enrolment"),
        (
            "批准后这笔钱立即计入该报名的已付款；批准时以待查余额和待付金额为准，超出则不办理。",
            "Once approved it counts as paid on that enrolment. What is in suspense and what is due then decide.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _allocate,
    ),
    Kind.SUSPENSE_RETURN: Act(
        ("待查款退回付款人", "Return money in suspense to its payer"),
        (
            "批准后冻结这笔钱并指令银行原路退回；银行未能支付的，转回待查款。",
            "Once approved it is held back and the bank is told to return it to where it came from.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _return,
    ),
    Kind.PAYOUT_RECALL: Act(
        ("撤回划拨批次", "Recall a payout"),
        (
            "批准后不再重发，并要求银行撤回尚未支付的部分；银行若已支付，则撤回无效。撤回的钱进入下一批。",
            "Once approved it isn't sent again, and the bank is asked for what it hasn't paid. If it has, it's void. "
            "What comes back is in the next payout.",
        ),
        roles.MONEY_MOVERS,
        roles.MONEY_MOVERS,
        _recall,
    ),
    Kind.WHITELISTING: Act(
        ("列入白名单", "Put on the white list"),
        (
            "批准后立即公布；批准时须具备全部资格，之后失去资格的，名单上注明。",
            "It is public from the approval on. The school must be eligible then; if it loses that, the list says so.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _whitelist,
    ),
    Kind.BLACKLISTING: Act(
        ("列入黑名单", "Put on the black list"),
        (
            "批准后立即公布并禁止招生；已售课程继续上课，家长仍可退费。机构可以申诉。",
            "It is public, and the school sells nothing, from the approval on. Lessons sold go on and guardians "
            "can be refunded. The school may appeal.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _blacklist,
    ),
    Kind.DELISTING: Act(
        ("移出名单", "Take off the list"),
        (
            "批准后立即公布；因黑名单被禁止招生的，随即解除。变更记录永久保留。",
            "It is public from the approval on; a bar by the black list is lifted. The record of it is kept for ever.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _delist,
    ),
    Kind.LISTING_APPEAL: Act(
        ("答复黑名单申诉", "Answer an appeal"),
        (
            "批准后答复告知机构；申诉成立的，同时移出黑名单。",
            "The school is told from the approval on; an appeal that is upheld takes it off the black list.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _answer_appeal,
    ),
    Kind.PERSON_BLACKLISTING: Act(
        ("列入从业人员黑名单", "Put a person on the personnel blacklist"),
        (
            "批准后任何机构都不能再公示其任教；已公示其任教的机构立即收到红色预警，须撤下。",
            "From the approval on no school can publish the person as a teacher. Those that do get a red alert at "
            "once and have to withdraw.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _blacklist_person,
    ),
    Kind.PERSON_DELISTING: Act(
        ("移出人员名单", "Take a person off a list"),
        (
            "批准后机构可以申请公示其任教；变更记录永久保留。",
            "From the approval on schools can have the person published as a teacher. The record is kept for ever.",
        ),
        roles.RECOMMENDERS,
        roles.SUPERVISORS,
        _delist_person,
    ),
    Kind.POLICY: Act(
        ("变更规则", "Change the policy"),
        (
            "批准后形成新版本，自施行日零时起适用；此前的报名、退费仍按原版本。施行日前10分钟起不能再批准。",
            "It becomes the next version, in force from the start of its day; what was sold before keeps its own. It "
            "can't be approved in the 10 minutes before that day.",
        ),
        roles.POLICY_MAKERS,
        roles.SUPERVISORS,
        policy_acts.adopt,
    ),
    Kind.POLICY_WITHDRAWAL: Act(
        ("撤销待施行的规则", "Withdraw a version of the policy"),
        (
            "批准后该版本不再施行，现行版本继续适用；记录永久保留。",
            "It never comes into force, and the version before it stays. The record of it is kept for ever.",
        ),
        roles.POLICY_MAKERS,
        roles.SUPERVISORS,
        policy_acts.withdraw,
    ),
}

NAMES: Mapping[Kind, Both] = {kind: act.name for kind, act in ACTS.items()}


def of(kind: str) -> Act:
    """The act of a kind. Raises ValueError for none."""
    return ACTS[Kind(kind)]
