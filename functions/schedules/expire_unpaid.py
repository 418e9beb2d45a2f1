"""Ends enrolments that weren't paid in time and gives their seats back. Every quarter of an hour."""

from collections.abc import Sequence
from datetime import timedelta

from chalice.app import Blueprint, Cron

from functions.edge import payment_orders, scheduled, wiring
from functions.edge.seats import seat_of
from shared.funds import expiry, queries
from shared.funds.model import EnrolmentAccount
from shared.kernel import clock

blueprint = Blueprint(__name__)

_DAYS_BACK = 3  # so that nothing stays behind when the schedule didn't run for a weekend; the sweep looks at everything


@blueprint.schedule(Cron("0/15", "*", "*", "*", "?", "*"))
@scheduled.run
def expire_unpaid() -> dict[str, int]:
    """The enrolments whose time to pay ended today or in the days before."""
    now = wiring.now()
    today = clock.business_day(now)
    due = [
        enrolment_id
        for days in range(_DAYS_BACK + 1)
        for enrolment_id in queries.list_expiring(today - timedelta(days=days))
    ]
    unpaid = [account for account in queries.get_accounts(due) if account.status == "awaiting_deposit"]
    return {"due": len(due), "expired": expire_each("expire_unpaid", unpaid)}


def expire_each(function: str, unpaid: Sequence[EnrolmentAccount]) -> int:
    """End each of these enrolments if its time to pay is over; how many were ended now."""
    return scheduled.each(function, unpaid, expire, key=lambda account: account.enrolment_id)


def expire(account: EnrolmentAccount) -> bool:
    """End one enrolment if its time to pay is over and it isn't paid; whether it was ended now.

    One that is paid by WeChat keeps its seat for as long as the bank's deposit is expected.
    """
    if payment_orders.holds(account, now=wiring.now()):
        return False
    return expiry.expire_enrolment(enrolment_id=account.enrolment_id, give_back_seat=seat_of, now=wiring.now())
