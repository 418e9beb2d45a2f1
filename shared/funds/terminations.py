"""The money of a school that is terminated: a refund for every student, what is outstanding, what the bank returns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, model, posting, rules, totals_model
from shared.funds.model import EntryKind, State
from shared.funds.store import accounts, entries, minimums, payouts, totals
from shared.funds.usecases import MinimumBalanceAccount, SupervisedAccount
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen

REASON = "机构终止办学，统一清退"
_PAGE = 100


class ReturnOverBalance(errors.Conflict):
    code = "return_over_balance"
    zh = "退还金额超过账户余额；本次未入账。"
    en = "More was returned than the account holds. Nothing was booked."


def post_return(
    *, fact: facts.TerminationPaid, account: SupervisedAccount, use: Callable[[], transaction.Part], now: datetime
) -> model.Posting:
    """Book that the bank has returned what a terminated school's account held: the minimum balance, the payable rest.

    `use` gives the part that uses the notice up on this account; it isn't asked for what is booked already. Raises what
    it refuses, ReferenceReused, ReturnOverBalance, Unavailable.
    """
    said = ("termination", fact.notice_no, fact.account_no, fact.amount_fen, fact.booked_at)
    body = rules.digest(*said)
    if isinstance(account, MinimumBalanceAccount):
        return transaction.retried(lambda: _return_minimum(fact, account.institution_id, body, use, now))
    return transaction.retried(lambda: _return_payable(fact, account.institution_id, body, use, now))


def _return_minimum(
    fact: facts.TerminationPaid,
    institution_id: InstitutionId,
    body: str,
    use: Callable[[], transaction.Part],
    now: datetime,
) -> model.Posting:
    posted, before = minimums.read_with_entry(posting.bank_key(fact.bank_reference), institution_id)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    used = use()
    after = replace(before, balance_fen=Fen(before.balance_fen - fact.amount_fen), version=before.version + 1)
    if after.balance_fen < 0:
        raise ReturnOverBalance()
    legs = {State.MINIMUM_BALANCE: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.MINIMUM_RETURN, institution_id, legs, body, now)
    entry = chain.sealed(replace(entry, reason=fact.notice_no, version=after.version))
    transaction.commit([entries.put(entry), minimums.change(before, after, over=True), used])
    return model.Posting(False, entry)


def _return_payable(
    fact: facts.TerminationPaid,
    institution_id: InstitutionId,
    body: str,
    use: Callable[[], transaction.Part],
    now: datetime,
) -> model.Posting:
    """What is payable can't change any more: no lesson is settled after a notice, and no payout is built."""
    posted, _ = accounts.read_with_entry(posting.bank_key(fact.bank_reference), None)
    if posted is not None:
        return posting.repeat(posted, body, fact.amount_fen, now)
    legs = {State.PAYABLE: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.FINAL_PAYOUT, institution_id, legs, body, now)
    entry = chain.sealed(replace(entry, reason=fact.notice_no))
    transaction.commit([entries.put(entry), use()])
    return model.Posting(False, entry)


def outstanding(institution_id: InstitutionId) -> totals_model.Outstanding:
    """What a school still owes or is owed: every enrolment is looked at, and the totals are held against them."""
    counted = totals.get(institution_id)
    found = _all_accounts(institution_id)
    held = sum(one.held_fen for one in found)
    pending = sum(one.refund_pending_fen for one in found)
    refunded = sum(one.refunded_fen for one in found)
    released = sum(one.released_fen for one in found)
    last = payouts.find_last(institution_id)
    ours = (held, pending, refunded, released, last.number if last else 0)
    by_state = counted.by_state
    told = (
        by_state.get(State.HELD, 0),
        by_state.get(State.REFUND_PENDING, 0),
        counted.refunded_fen,
        counted.released_fen,
        counted.payouts_counted,
    )
    minimum = minimums.get(institution_id)
    in_minimum = (by_state.get(State.MINIMUM_BALANCE, 0), by_state.get(State.MINIMUM_PENDING, 0))
    return totals_model.Outstanding(
        totals=counted,
        minimum_fen=minimum.balance_fen,
        enrolments=len(found),
        unsettled=sum(bool(one.held_fen or one.refund_pending_fen) for one in found),
        awaiting=sum(one.status is model.EnrolmentStatus.AWAITING_DEPOSIT for one in found),
        held_fen=Fen(held),
        pending_fen=Fen(pending),
        refunded_fen=Fen(refunded),
        behind=ours != told or in_minimum != (minimum.balance_fen, minimum.pending_fen),
    )


def _all_accounts(institution_id: InstitutionId) -> list[model.EnrolmentAccount]:
    found: list[model.EnrolmentAccount] = []
    cursor: str | None = None
    while True:
        page = accounts.list_by_institution(institution_id, limit=_PAGE, cursor=cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found
