"""Interest: the bank's quarterly credit is booked, planned (who gets what is fixed) and distributed to the fen.

However often it is broken off, comes twice or runs beside itself: the plan that was named first counts, and what it
gives to somebody is an entry under a key of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from events import facts
from shared.dynamo import transaction
from shared.funds import accrual, chain, interest_rules, minimum_money, model, posting, rules
from shared.funds.interest_model import CreditStatus, InterestCredit, Share
from shared.funds.model import EntryKind, State
from shared.funds.periods import Basis, Period
from shared.funds.statements import STATES, Ledger
from shared.funds.store import accounts, days, entries, totals
from shared.funds.store import interest as store
from shared.funds.usecases import MinimumBalanceAccount, SupervisedAccount
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.policy import interest as policy
from shared.policy.model import Beneficiary

_PAGE = 100
_PUT_OFF = (policy.NoAgreedRate, policy.WrongPeriod)


class SumsBehind(errors.Unavailable):
    code = "sums_behind"
    zh = "该机构的汇总尚未跟上分录，利息稍后再分配。"
    en = "The school's sums haven't counted every entry yet; the interest is distributed later."


def post(*, fact: facts.InterestPosted, account: SupervisedAccount, now: datetime) -> model.Posting:
    """Book what the bank has credited: to be distributed, or to the minimum balance where it was earned there.

    Raises ReferenceReused when the bank reference is posted with another body, Unavailable when too busy.
    """
    told = (fact.account_no, fact.amount_fen, fact.period_from, fact.period_to, fact.booked_at)
    body = rules.digest("interest", *told)
    minimum = isinstance(account, MinimumBalanceAccount)
    legs = {State.OUTSIDE: -fact.amount_fen, State.MINIMUM_BALANCE if minimum else State.INTEREST: +fact.amount_fen}
    entry = posting.bank_entry(fact, EntryKind.INTEREST_IN, account.institution_id, legs, body, now)
    entry = replace(entry, reason=f"{fact.period_from}/{fact.period_to}")
    if minimum:
        return minimum_money.post(entry, now)
    return transaction.retried(lambda: _post(entry, fact, now))


def _post(entry: model.Entry, fact: facts.InterestPosted, now: datetime) -> model.Posting:
    posted, _ = accounts.read_with_entry((entry.pk, entry.sk), None)
    if posted is not None:
        return posting.repeat(posted, entry.digest, fact.amount_fen, now)
    entry = chain.sealed(entry)
    credit = InterestCredit(
        institution_id=entry.institution_id,
        account_no=entry.account_no,
        bank_reference=fact.bank_reference,
        amount_fen=fact.amount_fen,
        period_from=fact.period_from,
        period_to=fact.period_to,
        booked_at=fact.booked_at,
    )
    transaction.commit([entries.put(entry), store.put_new(credit)])
    return model.Posting(False, entry)


def plan(*, credit: InterestCredit, now: datetime) -> InterestCredit:
    """Fix who gets what of a credit, once; the credit as it is then. A period that isn't over is left for later.

    What can't be planned keeps the reason. Raises NoAgreedRate, WrongPeriod, SumsBehind, Unavailable.
    """
    if credit.status is not CreditStatus.CREDITED or clock.business_day(now) <= credit.period_to:
        return credit
    try:
        return _planned(credit)
    except _PUT_OFF as refusal:
        _move_on(credit, replace(credit, problem=refusal.sentence("zh")))
        raise


def _planned(credit: InterestCredit) -> InterestCredit:
    first, end = policy.credit_period(first=credit.period_from, last=credit.period_to)
    enrolments = list(_accounts(credit.institution_id))
    _require_complete(credit, enrolments)
    found = interest_rules.plan(
        amount_fen=credit.amount_fen,
        first=first,
        end=end,
        account=_account_days(credit.institution_id, first, end),
        claims=list(_claims(credit, enrolments, first, end)),
    )
    name, parts = store.put_plan(credit, found)
    after = replace(
        credit,
        status=CreditStatus.PLANNED,
        plan=name,
        segments=parts,
        claimants=found.claimants,
        own_fen=found.own_fen,
        expected_fen=found.expected_fen,
        problem="",
    )
    return _move_on(credit, after)


def _account_days(institution_id: InstitutionId, first: date, end: date) -> accrual.FenDays:
    """What was in a school's tuition account, day by day, by the days on which it took effect."""
    states = STATES[Ledger.TUITION]
    moved = days.by_day(institution_id, Period(first, end), Basis.EFFECTIVE)
    return interest_rules.account_days(
        opening_fen=days.before(institution_id, first, Basis.EFFECTIVE).net_fen(states),
        net_fen={day: sums.net_fen(states) for day, sums in moved.items()},
        first=first,
        end=end,
    )


def _require_complete(credit: InterestCredit, enrolments: Sequence[model.EnrolmentAccount]) -> None:
    """The school's own part is computed from its sums. Raises SumsBehind while the stream still brings entries."""
    counted = totals.get(credit.institution_id).by_state
    held = sum(account.held_fen + account.refund_pending_fen for account in enrolments)
    of_enrolments = counted.get(State.HELD, 0) + counted.get(State.REFUND_PENDING, 0)
    if of_enrolments != held or counted.get(State.INTEREST, 0) < credit.amount_fen:
        raise SumsBehind()


def _claims(
    credit: InterestCredit, enrolments: Sequence[model.EnrolmentAccount], first: date, end: date
) -> Iterator[interest_rules.Claim]:
    """What each enrolment of the account claims.

    What earlier periods have left: a share of less than a fen, and what became known after they were planned. What an
    earlier credit of the same period was for weighs again.
    """
    earlier = [one for one in store.list_all(credit.institution_id) if one.plan and one.account_no == credit.account_no]
    ended = [policy.credit_period(first=one.period_from, last=one.period_to) for one in earlier]
    same = [one for one, period in zip(earlier, ended, strict=True) if period == (first, end)]
    credited = _credited(same, (first, end))
    for account in enrolments:
        if account.account_no != credit.account_no:
            continue
        counted = accrual.counted(account, end=end)
        of_period = Counter(accrual.within(counted, [(first, end)]))
        of_period.update(credited.get(account.enrolment_id, {}))
        not_credited = accrual.within(counted, [(first, end), *ended])
        if not_credited or of_period:
            yield interest_rules.Claim(account.enrolment_id, of_period, not_credited)


def _credited(earlier: Sequence[InterestCredit], period: tuple[date, date]) -> Mapping[EnrolmentId, Counter[date]]:
    """The fen × days of a period that credits were for, by enrolment."""
    found: dict[EnrolmentId, Counter[date]] = defaultdict(Counter)
    for credit in earlier:
        for number in range(1, credit.segments + 1):
            for share in store.shares_of(credit, number):
                found[share.enrolment_id].update(accrual.within(share.fen_days, [period]))
    return found


def _accounts(institution_id: InstitutionId) -> Iterator[model.EnrolmentAccount]:
    cursor: str | None = None
    while True:
        page = accounts.list_by_institution(institution_id, limit=_PAGE, cursor=cursor)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def distribute(*, credit: InterestCredit, now: datetime) -> int:
    """Carry a planned credit out, from where it was left; how many shares were credited now. Raises Unavailable."""
    done = 0
    while credit.status is CreditStatus.PLANNED and credit.segments_done < credit.segments:
        for share in store.shares_of(credit, credit.segments_done + 1):
            done += give(credit=credit, share=share, now=now)
        credit = _move_on(credit, replace(credit, segments_done=credit.segments_done + 1))
    if credit.status is CreditStatus.PLANNED:
        done += transaction.retried(lambda: _give_own(credit, now)) if credit.own_fen else 0
        _move_on(credit, replace(credit, status=CreditStatus.DISTRIBUTED, distributed_at=now))
    return done


def give(*, credit: InterestCredit, share: Share, now: datetime) -> bool:
    """Credit one share of a planned credit, once; whether it was now. Raises Unavailable."""
    return transaction.retried(lambda: _give_share(credit, share, now))


def _give_share(credit: InterestCredit, share: Share, now: datetime) -> bool:
    key = (share.enrolment_id, entries.interest_sk(credit.bank_reference))
    posted, before = accounts.read_with_entry(key, share.enrolment_id)
    if posted is not None:
        return False
    assert before is not None, "a plan is of enrolments"
    amount = share.amount_fen
    after = replace(before, interest_fen=Fen(before.interest_fen + amount))
    whose = policy.interest_terms(on=credit.period_to).beneficiary
    if whose is Beneficiary.GUARDIAN:
        held, kept = Fen(before.held_fen + amount), Fen(before.interest_held_fen + amount)
        after = replace(after, held_fen=held, interest_held_fen=kept)
    else:
        after = replace(after, released_fen=Fen(before.released_fen + amount))
    to = State.HELD if whose is Beneficiary.GUARDIAN else State.PAYABLE
    entry = _entry(credit, key, to, amount, whose, now)
    entry = replace(entry, figures={begins.isoformat(): count for begins, count in share.fen_days.items()})
    [entry] = chain.linked(before, entry)
    transaction.commit(posting.on_account(before, after, [entry]))
    return True


def _give_own(credit: InterestCredit, now: datetime) -> bool:
    """What the school's own money in the account earned is paid to it."""
    key = (credit.institution_id, entries.interest_sk(credit.bank_reference))
    if entries.find(*key) is not None:
        return False
    entry = _entry(credit, key, State.PAYABLE, credit.own_fen, Beneficiary.SCHOOL, now)
    transaction.commit([entries.put(chain.sealed(entry))])
    return True


def _entry(
    credit: InterestCredit, key: tuple[str, str], to: State, amount: Fen, whose: Beneficiary, now: datetime
) -> model.Entry:
    return model.Entry(
        *key,
        kind=EntryKind.INTEREST_CREDIT,
        institution_id=credit.institution_id,
        account_no=credit.account_no,
        legs={State.INTEREST: -amount, to: +amount},
        reference=credit.bank_reference,
        digest=rules.digest("interest_credit", *key, amount),
        booked_at=now,
        effective_on=clock.business_day(now),
        reason=whose.value,
    )


def _move_on(before: InterestCredit, after: InterestCredit) -> InterestCredit:
    """The credit as it is now: moved on, or as somebody else has moved it on meanwhile."""
    try:
        store.change(before, after)
    except transaction.LostRace:
        return store.get(before.institution_id, before.name)
    return after
