"""The weekly payout: one batch a school of what was released, sent to the bank. Monday 02:00 in Shanghai."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.bank.client import BankRefused, PayoutInstruction
from shared.funds import queries, usecases
from shared.funds.model import Payout
from shared.funds.store import payouts
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("0", "18", "?", "*", "SUN", "*"))
@scheduled.run
def pay_out() -> dict[str, int]:
    """Build and send each school's payout. A school whose payout can't be built now doesn't stop the others."""
    built = [payout for institution_id in institutions.list_ids() if (payout := _build(institution_id))]
    return {"built": len(built), "sent": sum(map(send, built)), "amount_fen": sum(one.amount_fen for one in built)}


def _build(institution_id: InstitutionId) -> Payout | None:
    school = institutions.get(institution_id)
    account = usecases.TuitionAccount(school.accounts.tuition_account_no, institution_id)
    latch = institutions.releasing_latch(institution_id, spread_by=account.account_no)
    try:
        return usecases.build_payout(
            account=account, to_account_no=school.accounts.payout_account_no, latch=latch, now=wiring.now()
        )
    except (institutions.ReleasesStopped, errors.Unavailable) as refusal:
        scheduled.tell("payout_not_built", institution_id=institution_id, code=refusal.code)
        return None


def send(payout: Payout) -> bool:
    """Send a payout's instruction, again under the same id if need be; whether the bank has accepted it."""
    instruction = PayoutInstruction(
        payout.payout_id, payout.from_account_no, payout.to_account_no, payout.amount_fen, "课时费划拨"
    )
    try:
        wiring.bank().instruct_payout(instruction, now=wiring.now())
    except (BankRefused, errors.Unavailable) as refusal:
        scheduled.tell("payout_not_sent", payout_id=payout.payout_id, code=refusal.code)
        return False
    payouts.mark_sent(payout)
    return True


def unsent() -> list[Payout]:
    """Each school's last payout, where the bank hasn't accepted it or couldn't pay it."""
    last = [queries.find_last_payout(institution_id) for institution_id in institutions.list_ids()]
    return [payout for payout in last if payout is not None and payout.status in ("built", "failed")]
