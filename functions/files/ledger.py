"""The ledger as reconciling needs it: what is booked, how a line is booked, what an account holds by the ledger."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from events import facts
from functions.api import bank
from functions.files import adoption
from functions.streams import keep_totals
from shared.funds import queries as funds
from shared.funds.model import Entry
from shared.funds.store import totals
from shared.funds.store.payouts import UnknownPayout
from shared.funds.store.refunds import UnknownRefund
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.reconciliation.model import Booked, Custody

_PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2}) 至 (\d{4}-\d{2}-\d{2})")


class UnknownMovement(errors.Invalid):
    code = "unknown_movement"
    zh = "对账单上的业务类型 {movement} 无法入账。"
    en = "The statement's kind of movement {movement} can't be booked."


class FundsLedger:
    """For one file: it remembers what it has found, so that the totals can be made to count it."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._today = clock.business_day(now)
        self._entries: dict[str, Entry] = {}

    def institutions_of(self, account_nos: Sequence[str]) -> Mapping[str, InstitutionId]:
        """Whose supervised accounts these are."""
        return {one.account_no: one.institution_id for one in institutions.find_accounts(account_nos)}

    def find(self, references: Sequence[str]) -> Mapping[str, Booked]:
        """What is booked under these references of the bank."""
        found = funds.list_bank_entries(list(dict.fromkeys(references)))
        self._entries |= {entry.reference: entry for entry in found}
        return {entry.reference: _booked(entry) for entry in found}

    def book(self, statement: facts.Statement, line: facts.StatementLine) -> Booked:
        """Book what a line tells, as the bank's message would have been. Raises what the ledger refuses.

        A payout or a refund that the ledger has never heard of is adopted where its rules allow that.
        """
        fact = fact_of(statement.account_no, line)
        try:
            bank.act(fact)
        except (UnknownPayout, UnknownRefund):
            if not adoption.adopt(fact, line, now=self._now):
                raise
        return self.find([line.bank_reference])[line.bank_reference]

    def custody(self, account_no: str, day: date) -> Custody:
        """What an account holds at the end of a day, by the ledger."""
        known = [entry for entry in self._entries.values() if entry.account_no == account_no]
        keep_totals.count(totals.missing(known))  # the stream may still be bringing them; it does nothing then
        found = funds.get_custody(account_no, day)
        return Custody(found.closing_fen, found.moves)

    def custodies(self, places: Sequence[tuple[str, date]]) -> Mapping[tuple[str, date], Custody]:
        """The same of many accounts and days, as far as the totals have counted."""
        found = funds.list_custody(places, today=self._today)
        return {place: Custody(one.closing_fen, one.moves) for place, one in found.items()}

    def list_moves(self, account_no: str, day: date) -> list[Booked]:
        """Every movement of an account that takes effect on a day."""
        institution_id = self.institutions_of([account_no])[account_no]
        return [_booked(entry) for entry in funds.list_moves(institution_id, account_no, day)]


def fact_of(account_no: str, line: facts.StatementLine) -> facts.BankFact:
    """What a line tells, in the words of the bank's messages. Raises UnknownMovement.

    What a termination's notice returns isn't among them: it is booked by the bank's signed word alone.
    """
    told: dict[str, Any] = {
        "bank_reference": line.bank_reference,
        "account_no": account_no,
        "amount_fen": Fen(abs(line.amount_fen)),
        "booked_at": line.booked_at,
    }
    one = line.end_to_end_id[:3] + "_" + line.end_to_end_id[3:]
    if line.reversal != (line.code == "REVERSAL"):
        raise UnknownMovement(movement=f"{line.code} reversal")
    came_in = line.amount_fen > 0
    if line.code in _PAYMENTS and came_in == (line.code == "PAYOUT_RETURN"):
        return _PAYMENTS[line.code](told, line, one)
    match line.code, came_in:
        case "DEPOSIT", True:
            told |= {"payer_name": line.counterparty, "payer_account_no": line.counterparty_account_no}
            return facts.DepositPosted(**told, remittance=line.remittance)
        case "REVERSAL", False:
            return facts.DepositReversed(**told, original_reference=line.end_to_end_id, reason=line.remittance)
        case "INTR", True if period := _PERIOD.search(line.remittance):
            first, last = map(date.fromisoformat, period.groups())
            return facts.InterestPosted(**told, period_from=first, period_to=last)
        case "WITHDRAWAL", False:
            return facts.WithdrawalPosted(**told, counterparty=line.counterparty, purpose=line.remittance)
    raise UnknownMovement(movement=line.code)


_Told = dict[str, Any]
_PAYMENTS: Mapping[str, Callable[[_Told, facts.StatementLine, str], facts.BankFact]] = {
    "PAYOUT": lambda told, line, one: facts.PayoutSettled(**told, payout_id=one),
    "PAYOUT_PART": lambda told, line, one: facts.PayoutPartlySettled(**told, payout_id=one),
    "PAYOUT_RETURN": lambda told, line, one: facts.PayoutReturned(**told, payout_id=one, reason=line.remittance),
    "REFUND": lambda told, line, one: facts.RefundPaid(**told, payment_id=one),
    "MINIMUM_WITHDRAWAL": lambda told, line, one: facts.MinimumWithdrawalPaid(**told, withdrawal_id=one),
}
"""What a movement of one of our instructions tells; `one` is the instruction's id."""


def _booked(entry: Entry) -> Booked:
    return Booked(entry.reference, entry.account_no, funds.moved_at_bank(entry), entry.effective_on)
