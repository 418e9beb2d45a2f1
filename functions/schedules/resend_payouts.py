"""Sends payouts again that the bank hasn't accepted or couldn't pay, under the same id. Hourly."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled
from functions.schedules import pay_out

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("30", "*", "*", "*", "?", "*"))
@scheduled.run
def resend_payouts() -> dict[str, int]:
    """Each school's last payout, if it still waits to be sent."""
    waiting = pay_out.unsent()
    return {"waiting": len(waiting), "sent": pay_out.send_each("resend_payouts", waiting)}
