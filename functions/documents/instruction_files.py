"""What the bank is instructed to pay, as pain.001 files: one for each business day and kind, or of one payout."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from shared.bank.client import MINIMUM_PURPOSE, PAYOUT_PURPOSE, REFUND_PURPOSE
from shared.bank.iso20022 import payments
from shared.bank.iso20022.payments import Payment
from shared.funds.instructions import Instruction, InstructionKind
from shared.institutions.model import Institution
from shared.kernel.ids import InstitutionId
from shared.policy.file import record

_TOLD: Mapping[InstructionKind, tuple[str, str]] = {
    InstructionKind.PAYOUT: ("PAYOUT", PAYOUT_PURPOSE),
    InstructionKind.REFUND: ("REFUND", REFUND_PURPOSE),
    InstructionKind.SUSPENSE_RETURN: ("REFUND", REFUND_PURPOSE),
    InstructionKind.MINIMUM_WITHDRAWAL: ("MINIMUM_WITHDRAWAL", MINIMUM_PURPOSE),
}
"""The code that the bank's statement has for each, and what the payee reads."""


def of(
    instructions: Sequence[Instruction],
    schools: Mapping[InstitutionId, Institution],
    *,
    kind: InstructionKind,
    day: date,
    now: datetime,
) -> bytes:
    """The file of instructions of one kind, at least one. `schools` has those that the instructions name."""
    code, purpose = _TOLD[kind]
    told = [_payment(one, schools[one.institution_id], purpose) for one in instructions]
    return payments.write(told, code=code, day=day, initiator=record()["authority"]["name"], now=now)


def _payment(one: Instruction, school: Institution, purpose: str) -> Payment:
    return Payment(
        instruction_id=one.instruction_id,
        payer_name=school.name,
        from_account_no=one.from_account_no,
        bank_name=school.accounts.bank_name,
        payee_name=one.payee_name or school.name,
        to_account_no=one.to_account_no,
        amount_fen=one.amount_fen,
        purpose=purpose,
    )
