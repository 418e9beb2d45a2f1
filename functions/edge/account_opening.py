"""A school's accounts at the bank: asked for by the school, proposed and approved by two people, on the bank's word."""

from collections.abc import Mapping
from datetime import datetime

from functions.edge import wiring
from shared.approvals import rules as approval_rules
from shared.approvals import store as approvals
from shared.approvals.model import Proposal, Status
from shared.bank import inquiries
from shared.bank.inquiries import BankAccount
from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.funds import minimum_requirements, minimum_rules
from shared.institutions import store as institutions
from shared.institutions import supervision
from shared.institutions.model import AccountRequest, Accounts, Institution
from shared.institutions.store import account_requests
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.policy import queries as policies


class AccountsProposed(errors.Conflict):
    code = "accounts_proposed"
    zh = "该机构的开户已提出，正待批准。"
    en = "The school's accounts are proposed already and wait for approval."


def ask(
    *, institution_id: InstitutionId, payout_bank_name: str, payout_account_no: str, by: str, now: datetime
) -> AccountRequest:
    """Ask for accounts, or for others as long as nothing is proposed.

    Raises AccountsProposed, what `supervision.ask` refuses, Unavailable.
    """

    def attempt() -> AccountRequest:
        before = account_requests.find(institution_id)
        check_not_proposed(before)
        return supervision.ask(
            institution_id=institution_id,
            payout_bank_name=payout_bank_name,
            payout_account_no=payout_account_no,
            replaces=before,
            by=by,
            now=now,
        )

    return transaction.retried(attempt)


def last_proposal(request: AccountRequest | None) -> Proposal | None:
    """What was proposed on a request last."""
    return approvals.get(request.proposal) if request and request.proposal else None


def check_not_proposed(request: AccountRequest | None) -> None:
    """Raises AccountsProposed. Once a proposal is rejected or taken back it stays so."""
    proposal = last_proposal(request)
    if proposal is not None and proposal.status is Status.PROPOSED:
        raise AccountsProposed()


def check_at_bank(school: Institution, accounts: Accounts, *, now: datetime) -> Mapping[str, BankAccount]:
    """The accounts as the bank has them, if they are this school's and not supervised for another.

    Raises AccountTaken, PayoutAccountSupervised, BankSilent, BankUnclear and what `inquiries.check_held` refuses.
    """
    supervised = (accounts.tuition_account_no, accounts.minimum_balance_account_no)
    for taken in institutions.find_accounts([*supervised, accounts.payout_account_no]):
        if taken.account_no == accounts.payout_account_no:
            raise supervision.PayoutAccountSupervised(pointer="/payout_account_no")
        raise institutions.AccountTaken(account_no=taken.account_no)
    found = wiring.bank_inquiries().find_accounts([*supervised, accounts.payout_account_no], now=now)
    inquiries.check_held(found, holder=school.name, supervised=supervised, payout_account_no=accounts.payout_account_no)
    return found


def words(accounts: Accounts, *, size: str, policy_version: str) -> dict[str, str]:
    """What a proposal says of the accounts (`carry_out` reads it again)."""
    return {
        "bank_name": accounts.bank_name,
        "tuition_account_no": accounts.tuition_account_no,
        "minimum_balance_account_no": accounts.minimum_balance_account_no,
        "payout_account_no": accounts.payout_account_no,
        "size": size,
        "policy_version": policy_version,
    }


def carry_out(*, proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Take over the accounts that are proposed and set the first minimum requirement, with the approval.

    The bank is asked again before. Raises ProposalDecided when somebody else was faster, NoAccountRequest,
    AccountRequestMoved, what `check_at_bank` and `supervision.supervising` refuse, Unavailable.
    """
    try:
        _carry_out(proposal, approval, by, now)
    except (errors.Conflict, errors.Missing):
        approval_rules.check_open(approvals.get(proposal.proposal_id))
        raise


def _carry_out(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    told = proposal.words
    accounts = Accounts(
        bank_name=told["bank_name"],
        tuition_account_no=told["tuition_account_no"],
        minimum_balance_account_no=told["minimum_balance_account_no"],
        payout_account_no=told["payout_account_no"],
    )
    school = institutions.get(proposal.institution_id)
    request = account_requests.get(proposal.institution_id)
    if request.proposal != proposal.proposal_id:
        raise account_requests.AccountRequestMoved()
    check_at_bank(school, accounts, now=now)
    formula = minimum_rules.first_formula(policies.get(version=told["policy_version"]), size=told["size"])
    required = minimum_requirements.first(
        institution_id=proposal.institution_id,
        formula=formula,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
    )

    def attempt() -> None:
        taken_over = supervision.supervising(
            request=request, accounts=accounts, size=told["size"], reason=proposal.reason, by=by, now=now
        )
        transaction.commit([approval, *taken_over, *required])

    transaction.retried(attempt)
