"""A school's supervised accounts: asking for them once it is licensed, and how far that is."""

from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import account_opening
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.approvals.model import Status
from shared.institutions import store as institutions
from shared.institutions import supervision
from shared.institutions.store import account_requests
from shared.kernel import clock

blueprint = Blueprint(__name__)


class AccountsRequest(Request):
    """Where payouts go: the school's own account at its own bank. A number has 8 to 30 digits; spaces are left out."""

    payout_bank_name: Annotated[str, pydantic.Field(min_length=1, max_length=supervision.MOST_NAME)]
    payout_account_no: Annotated[str, pydantic.Field(min_length=8, max_length=40)]


class AccountsView(View):
    """`status`: none, asked, proposed (two people of the bureau decide) or opened. `answer`: why it was last rejected.

    Only the end of the payout account is told. `supervised_since` is null for a school that had its accounts from the
    beginning.
    """

    status: str
    payout_bank_name: str | None
    payout_account: str | None
    asked_at: str | None
    answer: str | None
    bank_name: str | None
    tuition_account_no: str | None
    minimum_balance_account_no: str | None
    supervised_since: date | None


@endpoint(
    blueprint,
    "GET",
    "/v1/school/accounts",
    audience=Audience.SCHOOL_ADMIN,
    response=AccountsView,
    errors=(institutions.UnknownInstitution,),
    summary_zh="本校的监管账户，或开户申请办理到哪一步",
    summary_en="The school's supervised accounts, or how far their opening is",
)
def get_accounts(call: Call[Any]) -> AccountsView:
    return _view(call)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/accounts",
    audience=Audience.SCHOOL_ADMIN,
    request=AccountsRequest,
    response=AccountsView,
    status=201,
    idempotent=True,
    errors=(
        institutions.UnknownInstitution,
        supervision.NeedsLicence,
        supervision.AccountsOpened,
        supervision.WrongBankName,
        supervision.WrongAccountNo,
        supervision.PayoutAccountSupervised,
        account_opening.AccountsProposed,
    ),
    summary_zh="取得许可证后申请开立监管账户，填写机构自己的收款账户；提出审批前可更改",
    summary_en="Ask for supervised accounts once licensed, naming where payouts go; again until they are proposed",
)
def ask_for_accounts(call: Call[AccountsRequest]) -> AccountsView:
    account_opening.ask(
        institution_id=call.institution_id,
        payout_bank_name=call.body.payout_bank_name,
        payout_account_no=call.body.payout_account_no,
        by=call.principal.subject,
        now=call.now,
    )
    return _view(call)


def _view(call: Call[Any]) -> AccountsView:
    # Before the school: whoever is faster in between, it asks or has them.
    request = account_requests.find(call.institution_id)
    accounts = institutions.get(call.institution_id).accounts
    proposal = account_opening.last_proposal(request)
    status = "asked" if request else "none"
    if proposal is not None and proposal.status is Status.PROPOSED:
        status = "proposed"
    rejected = proposal is not None and proposal.status is Status.REJECTED
    payout = accounts.payout_account_no if accounts.opened else request.payout_account_no if request else ""
    return AccountsView(
        status="opened" if accounts.opened else status,
        payout_bank_name=request.payout_bank_name if request else None,
        payout_account=f"…{payout[-4:]}" if payout else None,
        asked_at=clock.shown(request.asked_at) if request else None,
        answer=proposal.decision_reason if proposal and rejected else None,
        bank_name=accounts.bank_name or None,
        tuition_account_no=accounts.tuition_account_no or None,
        minimum_balance_account_no=accounts.minimum_balance_account_no or None,
        supervised_since=accounts.supervised_since,
    )
