"""Money that comes into a tuition account: to the enrolments that its text names, the rest to suspense (待查款)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, model, posting, rules
from shared.funds.model import EntryKind, State, SuspenseReason
from shared.funds.store import accounts, entries
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


def post(
    *, fact: facts.DepositPosted, institution_id: InstitutionId, also: Sequence[transaction.Part] = (), now: datetime
) -> model.Posting:
    """Book a deposit, and what is in `also` with it. Raises ReferenceReused, what `also` refuses, Unavailable."""
    return transaction.retried(lambda: _post(fact, institution_id, also, now))


def digest(fact: facts.DepositPosted) -> str:
    """What tells a repeated deposit from another under the same reference."""
    payer = (fact.payer_name, fact.payer_account_no)  # a refund goes back there
    return rules.digest("deposit", fact.account_no, fact.amount_fen, fact.remittance, fact.booked_at, *payer)


def _post(
    fact: facts.DepositPosted, institution_id: InstitutionId, also: Sequence[transaction.Part], now: datetime
) -> model.Posting:
    body = digest(fact)
    named = rules.find_references(fact.remittance)[: rules.MOST_NAMED + 1]
    posted, found = accounts.read_several_with_entry(posting.bank_key(fact.bank_reference), named)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    split = rules.split_deposit(named=found, account_no=fact.account_no, amount_fen=fact.amount_fen)
    legs = {State.OUTSIDE: -fact.amount_fen, State.SUSPENSE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.DEPOSIT, institution_id, legs, body, now)
    entry = replace(entry, payer=fact.payer_name, payer_account_no=fact.payer_account_no, reason=split.reason or "")
    entry, parts = _parts(entry, split, now)
    transaction.commit([*parts, *also])
    return model.Posting(False, entry)


def _parts(entry: model.Entry, split: rules.Split, now: datetime) -> tuple[model.Entry, list[transaction.Part]]:
    """The deposit's entry as it is booked, and the parts that book it."""
    if len(split.shares) > 1:
        return _split(entry, split, now)
    if split.shares:
        return _matched(entry, split)
    entry = chain.sealed(entry)
    return entry, [entries.put(entry)]


def _matched(entry: model.Entry, split: rules.Split) -> tuple[model.Entry, list[transaction.Part]]:
    """One enrolment's: the entry is in its history."""
    [(before, amount)] = split.shares
    after, paid = rules.pay_in(before, amount)
    legs = {State.OUTSIDE: entry.legs[State.OUTSIDE], **paid}
    if split.suspense_fen:
        legs[State.SUSPENSE] = split.suspense_fen
    [entry] = chain.linked(before, replace(entry, legs=legs))
    after = replace(after, bank_references=(*before.bank_references, entry.reference))
    return entry, posting.on_account(before, after, [entry])


def _split(entry: model.Entry, split: rules.Split, now: datetime) -> tuple[model.Entry, list[transaction.Part]]:
    """Several enrolments': all of it comes in, then each gets its share, in the same transaction."""
    unmatched = {"unmatched_fen": split.suspense_fen}
    entry = chain.sealed(replace(entry, reason=split.reason or SuspenseReason.SPLIT, figures=unmatched))
    parts = [entries.put(entry)]
    for number, (before, amount) in enumerate(split.shares, 1):
        parts += allocation(entry, number, before, amount, booked_at=now, effective_on=entry.effective_on)
    return entry, parts


def allocation(
    deposit: model.Entry,
    number: int,
    before: model.EnrolmentAccount,
    amount_fen: Fen,
    *,
    booked_at: datetime,
    effective_on: date,
) -> list[transaction.Part]:
    """The parts that give an enrolment money of a deposit that is in suspense, as the `number`-th thing it does."""
    after, legs = rules.pay_in(before, amount_fen)
    legs = {State.SUSPENSE: -amount_fen, **legs}
    entry = posting.move(deposit, number, EntryKind.ALLOCATION, legs, booked_at=booked_at, effective_on=effective_on)
    entry = replace(entry, payer=deposit.payer, payer_account_no=deposit.payer_account_no)
    return posting.on_account_move(before, after, entry, number)
