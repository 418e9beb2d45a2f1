"""A school's payout (划拨批次): what was released to it and isn't paid yet, set aside to be sent to the bank."""

from datetime import date, datetime

from shared.dynamo import transaction
from shared.funds import chain, minimum_rules, model, payout_model, rules
from shared.funds.model import EntryKind, State
from shared.funds.store import days, entries, totals
from shared.funds.store import payouts as store
from shared.funds.usecases import TuitionAccount
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.policy import queries as policies


class PayoutOutstanding(errors.Conflict):
    code = "payout_outstanding"
    zh = "划拨批次 {payout_id} 尚未结清，结清后再建下一批。"
    en = "The payout {payout_id} isn't settled yet; the next is built when it is."


def build(
    *, account: TuitionAccount, to_account_no: str, latch: transaction.Part, now: datetime
) -> payout_model.Payout | None:
    """Build a school's next payout of all that the totals show as payable; None when nothing is.

    The number after the last counted payout is its key, so a payout that the totals haven't counted can't be paid
    twice. One at a time: while its money is in transit nothing follows it, so what couldn't be paid is sent again
    first. Raises PayoutOutstanding, TotalsBehind, the latch's refusal, Unavailable.
    """
    counted = totals.get(account.institution_id)
    amount = Fen(counted.by_state.get(State.PAYABLE, 0))
    if amount <= 0:
        return None
    if counted.by_state.get(State.IN_TRANSIT, 0) > 0:
        raise PayoutOutstanding(payout_id=store.id_of(account.institution_id, counted.payouts_counted))
    number = counted.payouts_counted + 1
    payout = payout_model.Payout(
        payout_id=store.id_of(account.institution_id, number),
        institution_id=account.institution_id,
        number=number,
        amount_fen=amount,
        from_account_no=account.account_no,
        to_account_no=to_account_no,
        status=payout_model.PayoutStatus.BUILT,
        built_at=now,
    )
    entry = entry_of(payout, effective_on=clock.business_day(now))
    transaction.commit([store.build(payout), entries.put(chain.sealed(entry)), latch])
    return payout


def entry_of(payout: payout_model.Payout, *, effective_on: date) -> model.Entry:
    """The entry that sets a payout's money aside, with what families have paid in lately beside it."""
    months = policies.in_force(at=payout.built_at).payout_receipts_months
    return model.Entry(
        pk=payout.payout_id,
        sk="entry#built",
        kind=EntryKind.PAYOUT,
        institution_id=payout.institution_id,
        account_no=payout.from_account_no,
        legs={State.PAYABLE: -payout.amount_fen, State.IN_TRANSIT: +payout.amount_fen},
        reference=payout.payout_id,
        digest=rules.digest("payout", payout.payout_id, payout.amount_fen),
        booked_at=payout.built_at,
        effective_on=effective_on,
        figures={"receipts_fen": _receipts_fen(payout.institution_id, months, payout.built_at)},
    )


def _receipts_fen(institution_id: InstitutionId, months: int, now: datetime) -> Fen:
    """What families paid in to a school in this month and the `months` before it, as the totals have counted it."""
    today = clock.business_day(now)
    first, _ = minimum_rules.receipt_months(today, months)
    return Fen(sum(one.deposited_fen for one in days.list_months(institution_id, first=first, last=today)))
