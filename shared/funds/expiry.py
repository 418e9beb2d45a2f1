"""The end of an enrolment that wasn't paid in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.funds import chain, model, posting, rules
from shared.funds.model import EnrolmentStatus, EntryKind, State, SuspenseReason
from shared.funds.store import accounts, entries
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen


def expire_enrolment(
    *,
    enrolment_id: EnrolmentId,
    give_back_seat: Callable[[model.EnrolmentAccount], transaction.Part],
    now: datetime,
    at_once: bool = False,
) -> bool:
    """End an enrolment that wasn't paid in time and give its seat back; whether it was ended now.

    What was paid in part goes to suspense, with the interest it has earned. `at_once`: the time to pay isn't waited
    for, where nothing is paid yet. Raises UnknownEnrolment, Unavailable.
    """
    return transaction.retried(lambda: _expire(enrolment_id, give_back_seat, now, at_once))


def _expire(
    enrolment_id: EnrolmentId,
    give_back_seat: Callable[[model.EnrolmentAccount], transaction.Part],
    now: datetime,
    at_once: bool,
) -> bool:
    before = accounts.get(enrolment_id)
    if not rules.may_expire(before, now) and not (at_once and rules.is_unpaid(before)):
        return False
    kept = Fen(before.interest_fen - before.interest_held_fen)
    after = replace(before, status=EnrolmentStatus.EXPIRED, paid_fen=Fen(0), held_fen=Fen(0))
    after = replace(after, interest_fen=kept, interest_held_fen=Fen(0))
    if before.held_fen:
        parts = _to_suspense(before, after, now)
    else:
        parts = [accounts.change(before, replace(after, version=before.version + 1))]
    transaction.commit([*parts, give_back_seat(before)])
    return True


def _to_suspense(
    before: model.EnrolmentAccount, after: model.EnrolmentAccount, now: datetime
) -> list[transaction.Part]:
    """What each deposit has brought stands in suspense under that deposit, to be allocated or returned."""
    moves, references = [], []
    brought = rules.brought(entries.list_of_bank(before.bank_references))
    paid = {reference: amount for reference, amount in brought.items() if amount}
    paid[[*paid][-1]] += before.interest_held_fen  # it goes with the newest
    for reference, amount in paid.items():
        history = entries.find_deposit(reference)
        assert history is not None
        legs = {State.HELD: -amount, State.SUSPENSE: +amount}
        number = history.next_number
        move = posting.move(
            history.deposit, number, EntryKind.EXPIRY, legs, booked_at=now, effective_on=clock.business_day(now)
        )
        moves.append(replace(move, reason=SuspenseReason.EXPIRED))
        references.append(posting.move_reference(reference, number))
    after = replace(after, bank_references=(*before.bank_references, *references))
    return posting.on_account(before, after, chain.linked(before, *moves))
