"""Sends payouts again that the bank hasn't accepted, has paid in part or couldn't pay, under the same id; and asks for
those back that the bureau recalls. Every quarter of an hour.
"""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled
from functions.schedules import pay_out
from shared.funds.payout_model import PayoutStatus

blueprint = Blueprint(__name__)


_TO_SEND = (PayoutStatus.BUILT, PayoutStatus.PARTLY, PayoutStatus.FAILED)


@blueprint.schedule(Cron("10/15", "*", "*", "*", "?", "*"))
@scheduled.run
def resend_payouts() -> dict[str, int]:
    """Each school's last payout, if it still waits to be sent or to be recalled."""
    unfinished = pay_out.unfinished()
    waiting = [payout for payout in unfinished if payout.status in _TO_SEND]
    wanted = [payout for payout in unfinished if payout.status is PayoutStatus.RECALLING]
    sent = pay_out.send_each("resend_payouts", waiting)
    sent += scheduled.each("resend_payouts", wanted, pay_out.ask_back, key=lambda payout: payout.payout_id)
    return {"waiting": len(waiting) + len(wanted), "sent": sent}
