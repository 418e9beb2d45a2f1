"""What every posting of the bank's word shares: the reference is its key, and the same one twice is posted once."""

from datetime import datetime

from events import facts
from shared.funds import model
from shared.funds.model import EntryKind, State
from shared.funds.store import entries
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


class ReferenceReused(errors.Conflict):
    code = "bank_reference_reused"
    zh = "银行流水号 {reference} 已入账，且内容不同；本次未入账，已记入预警。"
    en = "The bank reference {reference} is posted already with another body. Nothing was booked; an alert is kept."


def repeat(posted: model.Entry, body: str, sent_fen: Fen, now: datetime) -> model.Posting:
    """The same message again is a duplicate; another one is kept as a conflict. Raises ReferenceReused then."""
    if posted.digest == body:
        return model.Posting(True, posted)
    entries.put_conflict(posted, sent_fen=sent_fen, digest=body, noticed_at=now)
    raise ReferenceReused(reference=posted.reference)


def bank_key(reference: str) -> tuple[str, str]:
    """Where what a reference of the bank booked is kept, for ever."""
    return f"bank#{reference}", "entry"


def bank_entry(
    fact: facts.DepositPosted | facts.WithdrawalPosted | facts.PayoutSettled | facts.RefundPaid,
    kind: EntryKind,
    institution_id: InstitutionId,
    legs: dict[State, int],
    body: str,
    now: datetime,
) -> model.Entry:
    """The entry of a message that moves money at the bank. It takes effect on the bank's day, never after ours."""
    pk, sk = bank_key(fact.bank_reference)
    return model.Entry(
        pk=pk,
        sk=sk,
        kind=kind,
        institution_id=institution_id,
        account_no=fact.account_no,
        legs=legs,
        reference=fact.bank_reference,
        digest=body,
        booked_at=now,
        effective_on=min(clock.business_day(fact.booked_at), clock.business_day(now)),
    )
