"""The bank's files in the simulation: what moved in an account, as lines of a statement."""

from collections.abc import Callable, Mapping
from typing import Any

from events import facts
from shared.kernel import clock

_IN = (facts.DepositPosted, facts.InterestPosted, facts.PayoutReturned)
_Told = dict[str, Any]
_LINES: Mapping[type[Any], tuple[str, Callable[[Any], _Told]]] = {
    facts.DepositPosted: (
        "DEPOSIT",
        lambda fact: {
            "counterparty": fact.payer_name,
            "counterparty_account_no": fact.payer_account_no,
            "remittance": fact.remittance,
        },
    ),
    facts.DepositReversed: (
        "REVERSAL",
        lambda fact: {"end_to_end_id": fact.original_reference, "remittance": fact.reason, "reversal": True},
    ),
    facts.WithdrawalPosted: (
        "WITHDRAWAL",
        lambda fact: {"counterparty": fact.counterparty, "remittance": fact.purpose},
    ),
    facts.InterestPosted: ("INTR", lambda fact: {"remittance": f"结息 {fact.period_from} 至 {fact.period_to}"}),
    facts.PayoutSettled: ("PAYOUT", lambda fact: {"end_to_end_id": _ours(fact.payout_id)}),
    facts.PayoutPartlySettled: ("PAYOUT_PART", lambda fact: {"end_to_end_id": _ours(fact.payout_id)}),
    facts.PayoutReturned: (
        "PAYOUT_RETURN",
        lambda fact: {"end_to_end_id": _ours(fact.payout_id), "remittance": fact.reason},
    ),
    facts.RefundPaid: ("REFUND", lambda fact: {"end_to_end_id": _ours(fact.payment_id)}),
    facts.MinimumWithdrawalPaid: ("MINIMUM_WITHDRAWAL", lambda fact: {"end_to_end_id": _ours(fact.withdrawal_id)}),
}
"""The code of each fact's line, and what the line tells beside its amount. A termination's return has none."""


def moved(fact: facts.BankFact) -> bool:
    """Whether a statement has a line of a fact, and a line is all that is needed to book it."""
    return type(fact) in _LINES


def a_notice(account_no: str, told: list[Any]) -> facts.Statement:
    """A camt.054 of what these facts tell of an account, in the order of their references."""
    in_order = sorted(told, key=lambda fact: (fact.booked_at, fact.bank_reference))
    lines = tuple(_line(fact, number) for number, fact in enumerate(in_order, 1))
    day = clock.business_day(in_order[-1].booked_at)
    return facts.Statement("simulated", account_no, "CNY", day, None, None, lines)


def _line(fact: Any, number: int) -> facts.StatementLine:
    code, tell = _LINES[type(fact)]
    told = {"reversal": False, "end_to_end_id": "", "counterparty": "", "counterparty_account_no": "", "remittance": ""}
    return facts.StatementLine(
        order=number,
        bank_reference=fact.bank_reference,
        amount_fen=fact.amount_fen if isinstance(fact, _IN) else -fact.amount_fen,
        currency="CNY",
        code=code,
        booked_at=fact.booked_at,
        value_on=clock.business_day(fact.booked_at),
        **{**told, **tell(fact)},
    )


def _ours(instruction_id: str) -> str:
    return instruction_id.replace("_", "", 1)
