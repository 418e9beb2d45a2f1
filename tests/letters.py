"""The bank's messages, signed by a package that isn't ours."""

import json
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from tests.builders import ENROLMENT, MINIMUM_NO, NOW, TUITION_NO
from tests.edge.conftest import BANK_KEY

BOOKED_AT = "2026-09-01T09:59:00+08:00"
_DATA: dict[str, dict[str, Any]] = {
    "deposit.posted": {
        "bank_reference": "BK000001",
        "account_no": TUITION_NO,
        "amount_fen": 1000,
        "currency": "CNY",
        "payer_name": "示例家长",
        "payer_account_no": "6222000000000001",
        "remittance": f"学费 {ENROLMENT.removeprefix('enr_')}",
        "booked_at": BOOKED_AT,
    },
    "withdrawal.posted": {
        "bank_reference": "BK000901",
        "account_no": MINIMUM_NO,
        "amount_fen": 1000,
        "currency": "CNY",
        "counterparty": "示例公司",
        "purpose": "往来款",
        "booked_at": BOOKED_AT,
    },
    "payout.settled": {
        "payout_id": "",
        "bank_reference": "BKS00001",
        "account_no": TUITION_NO,
        "amount_fen": 1000,
        "currency": "CNY",
        "booked_at": BOOKED_AT,
    },
    "payout.failed": {
        "payout_id": "",
        "account_no": TUITION_NO,
        "amount_fen": 1000,
        "currency": "CNY",
        "reason": "收款账户状态异常",
        "booked_at": BOOKED_AT,
    },
}


def a_letter(kind: str = "deposit.posted", **data: Any) -> dict[str, Any]:
    """A message of the bank, right until `data` says otherwise: a deposit of 1,000 fen for the first enrolment."""
    return {"type": kind, "occurred_at": BOOKED_AT, "data": {**_DATA[kind], **data}}


def written(told: Any) -> bytes:
    """A message as the bank sends it."""
    return json.dumps(told, ensure_ascii=False).encode()


def signed(body: bytes, *, message_id: str = "msg_0001", at: datetime = NOW, key: str = BANK_KEY) -> dict[str, str]:
    """The headers of a message of the bank."""
    return {
        "webhook_id": message_id,
        "webhook_timestamp": str(int(at.timestamp())),
        "webhook_signature": Webhook(key).sign(message_id, at, body.decode()),
    }
