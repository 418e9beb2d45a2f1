"""What the bank is instructed to pay, by the business day on which the ledger set the money aside for it.

An instruction belongs to the day of the entry that sets its money aside: a payout's, a refund's or a return's hold, a
withdrawal's hold. What was given back since, or is wanted back, isn't in the list: it must not be paid any more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.funds import refund_money, refund_rules, suspense
from shared.funds.minimum_model import WithdrawalStatus
from shared.funds.model import Entry, EntryKind, State
from shared.funds.payout_model import Payout, PayoutStatus
from shared.funds.periods import Basis, Period
from shared.funds.store import days, entries, payouts, returns, totals, withdrawals
from shared.funds.suspense_model import ReturnStatus
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen

_SET_ASIDE = (State.IN_TRANSIT, State.REFUND_PENDING, State.MINIMUM_PENDING)


class InstructionKind(StrEnum):
    """What the bank is to pay; each has a file of its own."""

    PAYOUT = "payout"
    REFUND = "refund"
    SUSPENSE_RETURN = "suspense_return"
    MINIMUM_WITHDRAWAL = "minimum_withdrawal"


@dataclass(frozen=True)
class Instruction:
    """One payment out of a school's supervised account. `payee_name` is empty where the school itself is paid."""

    kind: InstructionKind
    instruction_id: str
    institution_id: InstitutionId
    from_account_no: str
    to_account_no: str
    payee_name: str
    amount_fen: Fen


def list_of_day(institution_ids: Sequence[InstitutionId], day: date) -> list[Instruction]:
    """The instructions of a business day, of these schools, in the order of booking; as far as the totals have counted.

    It reads the journals of the schools that set money aside on that day, and of no other.
    """
    moved = days.list_at(institution_ids, day, Basis.BOOKING)
    schools = [school for school, sums in moved.items() if any(sums.of(state).into_fen for state in _SET_ASIDE)]
    period = Period(day, day + timedelta(days=1))
    booked = [entry for school in sorted(schools) for entry in totals.list_booked(school, period)]
    return [one for kind, instruct in _INSTRUCT.items() for one in instruct([e for e in booked if _kind_of(e) is kind])]


def _kind_of(entry: Entry) -> InstructionKind | None:
    match entry.kind:
        case EntryKind.PAYOUT:
            return InstructionKind.PAYOUT
        case EntryKind.REFUND_HOLD if suspense.is_return(entry.reason):
            return InstructionKind.SUSPENSE_RETURN
        case EntryKind.REFUND_HOLD:
            return InstructionKind.REFUND
        case EntryKind.MINIMUM_HOLD:
            return InstructionKind.MINIMUM_WITHDRAWAL
    return None


def of_payout(one: Payout) -> Instruction:
    """A payout's instruction: its whole amount on every try, of which the bank pays what it hasn't paid."""
    return Instruction(
        InstructionKind.PAYOUT,
        one.payout_id,
        one.institution_id,
        one.from_account_no,
        one.to_account_no,
        "",
        one.amount_fen,
    )


def _payouts(built: Sequence[Entry]) -> Iterator[Instruction]:
    for one in [payouts.get(entry.reference) for entry in built]:
        if one.status not in (PayoutStatus.RECALLING, PayoutStatus.RECALLED):
            yield of_payout(one)


def _refunds(holds: Sequence[Entry]) -> Iterator[Instruction]:
    voided = {entry.reason for entry in entries.list_at([refund_money.void_key(hold) for hold in holds])}
    for hold in holds:
        if hold.reason not in voided:
            yield _back_to_payer(InstructionKind.REFUND, hold)


def _returns(holds: Sequence[Entry]) -> Iterator[Instruction]:
    known = {one.payment.payment_id: one.status for one in returns.get_many([hold.reason for hold in holds])}
    for hold in holds:
        if known[hold.reason] is not ReturnStatus.FAILED:
            yield _back_to_payer(InstructionKind.SUSPENSE_RETURN, hold)


def _back_to_payer(kind: InstructionKind, hold: Entry) -> Instruction:
    payment = refund_rules.payment_of(hold)
    return Instruction(
        kind,
        payment.payment_id,
        hold.institution_id,
        payment.from_account_no,
        payment.payee_account_no,
        payment.payee_name,
        payment.amount_fen,
    )


def _withdrawals(holds: Sequence[Entry]) -> Iterator[Instruction]:
    for hold in holds:
        one = withdrawals.get(hold.reference)
        if one.status is not WithdrawalStatus.FAILED:
            yield Instruction(
                InstructionKind.MINIMUM_WITHDRAWAL,
                one.withdrawal_id,
                one.institution_id,
                one.from_account_no,
                one.to_account_no,
                "",
                one.amount_fen,
            )


_INSTRUCT: Mapping[InstructionKind, Callable[[Sequence[Entry]], Iterator[Instruction]]] = {
    InstructionKind.PAYOUT: _payouts,
    InstructionKind.REFUND: _refunds,
    InstructionKind.SUSPENSE_RETURN: _returns,
    InstructionKind.MINIMUM_WITHDRAWAL: _withdrawals,
}
