"""What every posting shares: an entry and the account that it changes are written together, sealed and numbered; and
the bank's word has its reference for a key, so that the same one twice is posted once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import accrual, chain, model, rules
from shared.funds.model import EntryKind, State
from shared.funds.store import accounts, entries
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


class ReferenceReused(errors.Conflict):
    code = "bank_reference_reused"
    zh = "银行流水号 {reference} 已入账，且内容不同；本次未入账，已记入预警。"
    en = "The bank reference {reference} is posted already with another body. Nothing was booked; an alert is kept."


BankMovement = (
    facts.DepositPosted
    | facts.DepositReversed
    | facts.WithdrawalPosted
    | facts.PayoutSettled
    | facts.PayoutPartlySettled
    | facts.PayoutReturned
    | facts.RefundPaid
    | facts.InterestPosted
    | facts.MinimumWithdrawalPaid
    | facts.TerminationPaid
)


def on_account(
    before: model.EnrolmentAccount, after: model.EnrolmentAccount, new: Sequence[model.Entry]
) -> list[transaction.Part]:
    """The parts that write an enrolment's next entries and move its account on by as many versions.

    The entries are those that `chain.linked` has numbered and sealed. The days of its balance are counted on with it.
    """
    after = replace(accrual.moved_on(before, after, new), version=new[-1].version, seal=new[-1].seal)
    return [*map(entries.put, new), accounts.change(before, after)]


def move_reference(deposit_reference: str, number: int) -> str:
    """How an enrolment's account names the `number`-th thing that a deposit's money did."""
    return f"{deposit_reference}#{number:03d}"


def move(
    deposit: model.Entry,
    number: int,
    kind: EntryKind,
    legs: dict[State, int],
    *,
    booked_at: datetime,
    effective_on: date,
) -> model.Entry:
    """The `number`-th thing that a deposit's money does. Two can't take the same number."""
    pk, sk = entries.move_key(deposit.reference, number)
    return model.Entry(
        pk=pk,
        sk=sk,
        kind=kind,
        institution_id=deposit.institution_id,
        account_no=deposit.account_no,
        legs=legs,
        reference=deposit.reference,
        digest=rules.digest(kind.value, deposit.reference, number, sorted(legs.items())),
        booked_at=booked_at,
        effective_on=effective_on,
    )


def on_account_move(
    before: model.EnrolmentAccount, after: model.EnrolmentAccount, entry: model.Entry, number: int
) -> list[transaction.Part]:
    """The parts of a deposit's move that changes an enrolment's account, which lists it."""
    reference = move_reference(entry.reference, number)
    after = replace(after, bank_references=(*before.bank_references, reference))
    return on_account(before, after, chain.linked(before, entry))


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
    fact: BankMovement,
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
