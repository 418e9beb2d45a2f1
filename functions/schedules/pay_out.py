"""The weekly payout: one batch a school of what was released, sent to the bank. Monday 02:00 in Shanghai."""

from collections.abc import Sequence

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.bank.client import PAYOUT_PURPOSE, PayoutInstruction, RecallInstruction
from shared.funds import payouts, queries, usecases
from shared.funds.payout_model import Payout
from shared.funds.store import payouts as store
from shared.institutions import store as institutions
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("0", "18", "?", "*", "SUN", "*"))
@scheduled.run
def pay_out() -> dict[str, int]:
    """Build and send each school's payout. A school whose payout can't be built now doesn't stop the others."""
    built: list[Payout] = []

    def build(institution_id: InstitutionId) -> bool:
        payout = _build(institution_id)
        built.extend([payout] if payout else [])
        return payout is not None

    count = scheduled.each("pay_out", institutions.list_ids(), build, key=str)
    return {"built": count, "sent": send_each("pay_out", built), "amount_fen": sum(one.amount_fen for one in built)}


def _build(institution_id: InstitutionId) -> Payout | None:
    school = institutions.get(institution_id)
    if not school.accounts.opened:
        return None
    account = usecases.TuitionAccount(school.accounts.tuition_account_no, institution_id)
    latch = institutions.releasing_latch(institution_id, spread_by=account.account_no)
    return payouts.build(
        account=account, to_account_no=school.accounts.payout_account_no, latch=latch, now=wiring.now()
    )


def send_each(function: str, waiting: Sequence[Payout]) -> int:
    """Send each of these payouts; how many the bank has accepted."""
    return scheduled.each(function, waiting, send, key=lambda payout: payout.payout_id)


def send(payout: Payout) -> bool:
    """Send a payout's instruction, again under the same id if need be. Raises BankRefused, Unavailable."""
    instruction = PayoutInstruction(
        payout.payout_id, payout.from_account_no, payout.to_account_no, payout.amount_fen, PAYOUT_PURPOSE
    )
    wiring.bank().instruct_payout(instruction, now=wiring.now())
    store.mark_sent(payout)
    return True


def ask_back(payout: Payout) -> bool:
    """Ask the bank to recall a payout, again until it has answered. Raises BankRefused, Unavailable."""
    instruction = RecallInstruction(payout.payout_id, payout.from_account_no, payout.amount_fen, payout.reason)
    wiring.bank().recall_payout(instruction, now=wiring.now())
    return True


def unfinished() -> list[Payout]:
    """Each school's last payout, where something is on its way: only that one can be."""
    return [payout for payout in queries.list_last_payouts() if not payout.over]
