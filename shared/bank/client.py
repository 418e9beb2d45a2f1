"""The bank as we instruct it: payouts, their recall, refunds, withdrawals and terminations, signed, over HTTPS."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import urllib3

from shared.bank import signature
from shared.kernel import errors
from shared.kernel.money import Fen

PAYOUT_PURPOSE, REFUND_PURPOSE, MINIMUM_PURPOSE = "课时费划拨", "退费", "最低余额支取"
"""What the payee reads beside the money."""


class BankRefused(errors.Conflict):
    code = "bank_refused"
    zh = "银行拒绝了该指令（HTTP {status_code}）。"
    en = "The bank refused the instruction (HTTP {status_code})."


@dataclass(frozen=True)
class PayoutInstruction:
    """Pay released money to the school. The id stays the same on every try, and the bank pays it once."""

    payout_id: str
    from_account_no: str
    to_account_no: str
    amount_fen: Fen
    purpose: str


@dataclass(frozen=True)
class RecallInstruction:
    """Don't pay what isn't paid yet of a payout. The bank answers what never left, or that it has paid."""

    payout_id: str
    from_account_no: str
    amount_fen: Fen
    reason: str


@dataclass(frozen=True)
class RefundInstruction:
    """Pay a payer back to where her deposit came from. The id stays on every try, and the bank pays it once."""

    payment_id: str
    from_account_no: str
    to_account_no: str
    payee_name: str
    amount_fen: Fen
    original_bank_reference: str
    purpose: str


@dataclass(frozen=True)
class MinimumWithdrawalInstruction:
    """Pay a school from its minimum balance. The id stays the same on every try, and the bank pays it once."""

    withdrawal_id: str
    from_account_no: str
    to_account_no: str
    amount_fen: Fen
    purpose: str


@dataclass(frozen=True)
class TerminationInstruction:
    """Return what a terminated school's accounts hold. `notice` is the text that `signature` (Ed25519) signs."""

    notice_no: str
    notice: str
    signature: str


class BankClient:
    """Sends instructions to `url`, signed with `key` (`whsec_…`)."""

    def __init__(self, *, url: str, key: str, timeout_seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._key = key
        timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=8)

    def instruct_payout(self, instruction: PayoutInstruction, *, now: datetime) -> None:
        """Hand an instruction over. Returns when the bank has accepted it (again, if it came before).

        Raises Unavailable when the bank doesn't answer or is busy (it may have accepted: send again), BankRefused
        when it says no.
        """
        self._instruct("payouts", instruction.payout_id, asdict(instruction), now)

    def recall_payout(self, instruction: RecallInstruction, *, now: datetime) -> None:
        """Ask for a payout back. Returns when the bank has accepted that (again), and raises as `instruct_payout`."""
        door = f"payouts/{instruction.payout_id}/recall"
        self._instruct(door, f"{instruction.payout_id}-recall", asdict(instruction), now)

    def instruct_refund(self, instruction: RefundInstruction, *, now: datetime) -> None:
        """Hand an instruction over. Returns and raises as `instruct_payout` does."""
        self._instruct("refunds", instruction.payment_id, asdict(instruction), now)

    def instruct_minimum_withdrawal(self, instruction: MinimumWithdrawalInstruction, *, now: datetime) -> None:
        """Hand an instruction over. Returns and raises as `instruct_payout` does."""
        self._instruct("minimum-withdrawals", instruction.withdrawal_id, asdict(instruction), now)

    def instruct_termination(self, instruction: TerminationInstruction, *, now: datetime) -> None:
        """Hand a notice over. Returns and raises as `instruct_payout` does."""
        self._instruct("terminations", f"notice-{instruction.notice_no}", asdict(instruction), now)

    def _instruct(self, door: str, message_id: str, instruction: Mapping[str, object], now: datetime) -> None:
        told = {**instruction, "currency": "CNY"}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signature.sign(self._key, message_id=message_id, at=now, body=body)
        try:
            answer = self._http.request(
                "POST", f"{self._url}/{door}", body=body, headers={**headers, "content-type": "application/json"}
            )
        except urllib3.exceptions.HTTPError:
            raise errors.Unavailable() from None
        if answer.status in (200, 202):
            return
        if answer.status >= 500 or answer.status == 429:
            raise errors.Unavailable()
        raise BankRefused(status_code=answer.status)
