"""Asks WeChat about the orders that are due: what was paid and not told, what is to be closed; and tells the bureau of
what was paid and hasn't come to the bank in time. Asks for the refunds of what the bank has paid back. Every quarter of
an hour.
"""

from chalice.app import Blueprint, Cron

from functions.edge import payment_orders, scheduled, wechat_refunds, wiring
from shared.funds import queries as funds
from shared.payments import rules, usecases
from shared.payments.model import PaymentOrder
from shared.payments.store import refunds as store
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_MOST_REFUNDS = 500  # in one run; the rest by the next


@blueprint.schedule(Cron("13/15", "*", "*", "*", "?", "*"))
@scheduled.run
def watch_wechat_payments() -> dict[str, int]:
    """The orders that wait for a payment or for the bank's deposit and are due, and the refunds."""
    due = usecases.list_due(wiring.now())
    done = scheduled.each("watch_wechat_payments", due, look_after, key=lambda order: order.out_trade_no)
    refunds = store.list_due(until=wiring.now(), at_most=_MOST_REFUNDS)
    passed = scheduled.each("watch_wechat_payments", refunds, wechat_refunds.look_after, key=lambda one: one.payment_id)
    return {"due": len(due), "done": done, "refunds_due": len(refunds), "refunds_moved": passed}


def look_after(order: PaymentOrder) -> int:
    """Ask WeChat about one order; 1 when it could be seen to. Raises PaymentDiffers (after an alert), Unavailable."""
    now = wiring.now()
    [account] = funds.get_accounts([order.enrolment_id])
    wechat, policy = wiring.wechat_pay(), policies.in_force(at=now)
    try:
        unsettled = usecases.look_after(order, owes=account.owes, wechat=wechat, policy=policy, now=now)
    except rules.PaymentDiffers as differs:
        figures = {name: str(figure) for name, figure in differs.figures.items()}
        payment_orders.raise_alert(usecases.difference(order, **figures, now=now), now=now)
        raise
    if unsettled is not None:
        payment_orders.raise_alert(unsettled, now=now)
    return 1
