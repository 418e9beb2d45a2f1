"""A school's payouts: what is on its way, what has come, what was recalled or sent back."""

from chalice.app import Blueprint

from functions.api.views import View, money
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, PageQuery, endpoint
from shared.funds import queries
from shared.funds.payout_model import Payout
from shared.kernel import clock
from shared.kernel.page import Page

blueprint = Blueprint(__name__)


class PayoutView(View):
    """A payout. amount = settled + rest; the rest is on its way, or was recalled. `reason` is the bank's, or ours."""

    payout_id: str
    number: int
    status: str
    amount: Money
    settled: Money
    rest: Money
    returned: Money
    built_at: str
    settled_at: str | None
    bank_references: list[str]
    reason: str | None


@endpoint(
    blueprint,
    "GET",
    "/v1/school/payouts",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=PayoutView,
    summary_zh="本校的划拨批次",
    summary_en="The school's payouts, newest first",
)
def list_school_payouts(call: Call[None]) -> Page[PayoutView]:
    page = call.page
    return queries.list_payouts(call.institution_id, limit=page.limit, cursor=page.cursor).map(_view)


def _view(payout: Payout) -> PayoutView:
    return PayoutView(
        payout_id=payout.payout_id,
        number=payout.number,
        status=payout.status.value,
        amount=money(payout.amount_fen),
        settled=money(payout.settled_fen),
        rest=money(payout.rest_fen),
        returned=money(payout.returned_fen),
        built_at=clock.shown(payout.built_at),
        settled_at=clock.shown(payout.settled_at) if payout.settled_at else None,
        bank_references=list(payout.bank_references),
        reason=payout.reason or None,
    )
