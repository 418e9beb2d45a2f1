"""What a guardian has paid for an enrolment, as a receipt (收据) that everybody can hold against the ledger.

Its code is the payment reference and the beginning of the seal of its first deposit: nobody who hasn't the paper can
guess it, no key has to be kept for it, and it stays the same whatever comes in later.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.funds.model import EnrolmentAccount, Entry, EntryKind, State
from shared.funds.rules import PAID_IN
from shared.funds.store import accounts, entries
from shared.kernel import errors, ids
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen

SEAL_LETTERS = 24  # 96 bits


class NoDepositYet(errors.Conflict):
    code = "no_deposit_yet"
    zh = "银行尚未通知入账，还不能开具收据。"
    en = "The bank hasn't told of a deposit yet, so there is nothing to give a receipt for."


class UnknownReceipt(errors.Missing):
    code = "unknown_receipt"
    zh = "没有这张收据，它可能是伪造的。请核对校验码，并只向银行监管账户缴费。"
    en = "There is no such receipt; it may be forged. Check the code, and pay only into the bank's supervised account."


@dataclass(frozen=True)
class Received:
    """What a deposit gave to the enrolment, and the day on which the bank took it back, if it did."""

    bank_reference: str
    day: date
    amount_fen: Fen
    reversed_on: date | None = None


@dataclass(frozen=True)
class Receipt:
    """All deposits of an enrolment, in the order of their booking. `account` is as it is now."""

    account: EnrolmentAccount
    code: str
    deposits: Sequence[Received]

    @property
    def total_fen(self) -> Fen:
        """What came in and wasn't taken back by the bank. Refunds don't lower it."""
        return Fen(sum(one.amount_fen for one in self.deposits if one.reversed_on is None))


def of(account: EnrolmentAccount) -> Receipt:
    """An enrolment's receipt. Raises NoDepositYet."""
    booked = entries.list_of_enrolment(account)
    paid_in = [entry for entry in booked if entry.kind in PAID_IN and _amount(entry)]
    if not paid_in:
        raise NoDepositYet()
    taken_back = {entry.reason: entry.effective_on for entry in booked if entry.kind is EntryKind.REVERSAL}
    deposits = [
        Received(entry.reference, entry.effective_on, _amount(entry), taken_back.get(entry.reference))
        for entry in paid_in
    ]
    return Receipt(account, f"{account.payment_reference}-{paid_in[0].seal[:SEAL_LETTERS]}", deposits)


def find(code: str) -> Receipt:
    """The receipt with this code. Raises UnknownReceipt."""
    enrolment_id = f"enr_{code.partition('-')[0]}"
    if not ids.is_id(enrolment_id, "enr"):
        raise UnknownReceipt()
    try:
        found = of(accounts.get(EnrolmentId(enrolment_id)))
    except (accounts.UnknownEnrolment, NoDepositYet):
        raise UnknownReceipt() from None
    if not hmac.compare_digest(found.code.encode(), code.encode()):
        raise UnknownReceipt()
    return found


def _amount(entry: Entry) -> Fen:
    """What came from outside or out of suspense and didn't stay in suspense: what it makes up for is in it."""
    return Fen(-entry.legs.get(State.OUTSIDE, 0) - entry.legs.get(State.SUSPENSE, 0))
