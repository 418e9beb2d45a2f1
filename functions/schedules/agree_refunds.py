"""Counts a school's silence on a refund as agreed when the policy's working days are over. Hourly."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.funds import queries, refunds
from shared.funds.refund_model import Refund, RefundWait

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("10", "*", "*", "*", "?", "*"))
@scheduled.run
def agree_refunds() -> dict[str, int]:
    """Every refund whose days to answer are over."""
    now = wiring.now()
    due = queries.list_all_refunds_waiting(RefundWait.ANSWER, until=now)

    def agree(refund: Refund) -> bool:
        return refunds.agree_by_silence(refund_id=refund.refund_id, now=now)

    return {"due": len(due), "agreed": scheduled.each("agree_refunds", due, agree, key=lambda one: one.refund_id)}
