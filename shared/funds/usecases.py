"""The commands that move money. Each can come twice, late or half done: the entry's key decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import chain, deposits, minimum_money, model, posting, rules
from shared.funds.model import EntryKind, State, SuspenseReason
from shared.funds.store import accounts, entries, totals
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class TuitionAccount:
    """A school's supervised tuition account."""

    account_no: str
    institution_id: InstitutionId


@dataclass(frozen=True)
class MinimumBalanceAccount:
    """A school's minimum-balance account."""

    account_no: str
    institution_id: InstitutionId


SupervisedAccount = TuitionAccount | MinimumBalanceAccount


def post_deposit(
    *, fact: facts.DepositPosted, account: SupervisedAccount, also: Sequence[transaction.Part] = (), now: datetime
) -> model.Posting:
    """Book money that came into a supervised account: to the enrolments it names, the rest to suspense (待查款).

    What is in `also` commits with it, when it wasn't posted before. Raises ReferenceReused when the bank reference is
    posted with another body, what `also` refuses, Unavailable when too busy.
    """
    if isinstance(account, MinimumBalanceAccount):
        body = deposits.digest(fact)
        legs = {State.OUTSIDE: -fact.amount_fen, State.MINIMUM_BALANCE: +fact.amount_fen}
        entry = posting.bank_entry(fact, EntryKind.MINIMUM_DEPOSIT, account.institution_id, legs, body, now)
        return minimum_money.post(replace(entry, payer=fact.payer_name), now, also=also)
    return deposits.post(fact=fact, institution_id=account.institution_id, also=also, now=now)


def post_withdrawal(*, fact: facts.WithdrawalPosted, account: SupervisedAccount, now: datetime) -> model.Posting:
    """Book money that left a supervised account without an instruction of ours, so that it is seen.

    From a tuition account it stands as missing in suspense. Raises ReferenceReused, Unavailable.
    """
    body = rules.digest("withdrawal", fact.account_no, fact.amount_fen, fact.counterparty, fact.booked_at)
    if isinstance(account, MinimumBalanceAccount):
        legs = {State.MINIMUM_BALANCE: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
        entry = posting.bank_entry(fact, EntryKind.WITHDRAWAL, account.institution_id, legs, body, now)
        return minimum_money.post(entry, now)
    legs = {State.SUSPENSE: -fact.amount_fen, State.OUTSIDE: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.WITHDRAWAL, account.institution_id, legs, body, now)
    balance = totals.get(account.institution_id).tuition_balance_fen
    entry = replace(entry, reason=SuspenseReason.UNINSTRUCTED, figures={"balance_before_fen": balance})
    return transaction.retried(lambda: _put_once(entry, fact.amount_fen, now))


def _put_once(entry: model.Entry, amount_fen: Fen, now: datetime) -> model.Posting:
    posted, _ = accounts.read_with_entry((entry.pk, entry.sk), None)
    if posted is not None:
        return posting.repeat(posted, entry.digest, amount_fen, now)
    entry = chain.sealed(entry)
    transaction.commit([entries.put(entry)])
    return model.Posting(False, entry)


def release_lesson(
    *,
    fact: facts.LessonConfirmed,
    latch: transaction.Part,
    now: datetime,
    also: Sequence[transaction.Part] = (),
    final: bool = False,
) -> model.Posting:
    """Release one confirmed lesson's share from held to payable (拨付), once, while the school's money isn't frozen.

    `latch` is the institution's releasing latch, and `also` what is written together with the release. Of a `final`
    release, which no payout follows, the latch is that the school's termination settles lessons. Raises
    UnknownEnrolment, NotActive, NothingLeft, ShareRefunded, what the latch and `also` refuse, Unavailable.
    """
    kind = EntryKind.FINAL_RELEASE if final else EntryKind.RELEASE
    return transaction.retried(lambda: _release(fact, kind, [latch, *also], now))


def _release(
    fact: facts.LessonConfirmed, kind: EntryKind, also: Sequence[transaction.Part], now: datetime
) -> model.Posting:
    key = (fact.enrolment_id, entries.release_sk(fact.session_id))
    posted, before = accounts.read_with_entry(key, fact.enrolment_id)
    if posted is not None:
        return model.Posting(True, posted)
    if before is None:
        raise accounts.UnknownEnrolment()
    share = rules.lesson_share(before)
    after = replace(
        before,
        held_fen=Fen(before.held_fen - share),
        released_fen=Fen(before.released_fen + share),
        lessons_released=before.lessons_released + 1,
    )
    after = replace(after, status=rules.status_of(after))
    entry = model.Entry(
        *key,
        kind=kind,
        institution_id=before.institution_id,
        account_no=before.account_no,
        legs={State.HELD: -share, State.PAYABLE: +share},
        reference=fact.session_id,
        digest=rules.digest("release", fact.enrolment_id, fact.session_id),
        booked_at=now,
        effective_on=clock.business_day(fact.confirmed_at),
        reason=model.BY_SILENCE if fact.automatic else "confirmed",
    )
    [entry] = chain.linked(before, entry)
    transaction.commit([*posting.on_account(before, after, [entry]), *also])
    return model.Posting(False, entry)
