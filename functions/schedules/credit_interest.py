"""Distributes the interest that the bank has credited, and pays back what enrolments that are over hold of it.

Daily, 04:30 in Shanghai: after the sweep, so that the account's days are complete.
"""

from chalice.app import Blueprint, Cron

from events import facts
from functions.edge import scheduled, wiring
from functions.streams import raise_alerts
from shared.funds import interest, queries, refunds
from shared.funds.interest_model import CreditStatus, InterestCredit
from shared.institutions import store as institutions
from shared.kernel.ids import EnrolmentId

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("30", "20", "*", "*", "?", "*"))
@scheduled.run
def credit_interest() -> dict[str, int]:
    """Every credit that isn't distributed, and every enrolment that holds interest though it is over."""
    waiting = [
        credit
        for institution_id in institutions.list_ids()
        for credit in queries.list_all_interest(institution_id)
        if credit.status is not CreditStatus.DISTRIBUTED
    ]
    credited = scheduled.each("credit_interest", waiting, credit_one, key=lambda one: one.bank_reference)
    held = queries.list_interest_waiting()
    opened = scheduled.each("credit_interest", held, _give_back, key=str)
    return {"waiting": len(waiting), "credited": credited, "given_back": opened}


def credit_one(credit: InterestCredit) -> int:
    """Plan and distribute a credit, as far as it isn't yet; how many shares were credited now.

    Raises NoAgreedRate, WrongPeriod, SumsBehind, Unavailable.
    """
    now = wiring.now()
    credit = interest.plan(credit=credit, now=now)
    if credit.differs:
        raise_alerts.consider(
            facts.InterestDiffers(
                institution_id=credit.institution_id,
                account_no=credit.account_no,
                reference=credit.bank_reference,
                amount_fen=credit.amount_fen,
                expected_fen=credit.expected_fen,
                claimants=credit.claimants,
                noticed_at=now,
            )
        )
    return interest.distribute(credit=credit, now=now)


def _give_back(enrolment_id: EnrolmentId) -> bool:
    return refunds.give_back_interest(enrolment_id=enrolment_id, now=wiring.now())
