"""Our instructions, to a bank on 127.0.0.1 over real HTTP that answers what it is told to."""

import json

import pytest
from standardwebhooks import Webhook

from infra.local import trouble
from shared.bank.client import BankClient, BankRefused, PayoutInstruction
from shared.kernel import errors
from shared.kernel.money import Fen
from tests.bank.instructed import KEY, Bank
from tests.builders import NOW

INSTRUCTION = PayoutInstruction("pay_1", "8000000011", "8000000013", Fen(12_345), "课时费划拨")


class TestInstructPayout:
    @pytest.mark.parametrize("status", [200, 202])
    def test_is_sent_signed_and_accepted(self, bank: Bank, status: int) -> None:
        bank.status = status

        bank.client().instruct_payout(INSTRUCTION, now=NOW)

        [(path, headers, body)] = bank.sent
        assert (path, headers["content-type"]) == ("/payouts", "application/json")
        assert json.loads(body) == {
            "payout_id": "pay_1",
            "from_account_no": "8000000011",
            "to_account_no": "8000000013",
            "amount_fen": 12_345,
            "currency": "CNY",
            "purpose": "课时费划拨",
        }
        assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("pay_1", str(int(NOW.timestamp())))
        assert headers["webhook-signature"] == Webhook(KEY).sign("pay_1", NOW, body.decode())

    def test_is_the_same_to_the_byte_on_every_try(self, bank: Bank) -> None:
        for _ in range(2):
            bank.client().instruct_payout(INSTRUCTION, now=NOW)

        assert bank.sent[0][2] == bank.sent[1][2]
        assert bank.sent[0][1]["webhook-id"] == bank.sent[1][1]["webhook-id"]

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 0])
    def test_may_have_been_accepted_when_the_bank_is_busy(self, bank: Bank, status: int) -> None:
        bank.status = status

        with pytest.raises(errors.Unavailable):
            bank.client().instruct_payout(INSTRUCTION, now=NOW)
        assert len(bank.sent) == 1  # once: who asks decides whether it is sent again

    @pytest.mark.parametrize("status", [201, 301, 400, 401, 404, 409, 422])
    def test_is_refused_by_anything_else(self, bank: Bank, status: int) -> None:
        bank.status = status

        with pytest.raises(BankRefused) as refused:
            bank.client().instruct_payout(INSTRUCTION, now=NOW)
        assert refused.value.figures == {"status_code": status}

    def test_may_have_been_accepted_when_no_answer_comes(self, bank: Bank) -> None:
        bank.held.clear()

        with pytest.raises(errors.Unavailable):
            bank.client(timeout_seconds=0.05).instruct_payout(INSTRUCTION, now=NOW)

    def test_of_nobody_there_is_to_be_sent_again(self) -> None:
        client = BankClient(url=f"http://127.0.0.1:{trouble.free_ports(1)}", key=KEY)

        with pytest.raises(errors.Unavailable):
            client.instruct_payout(INSTRUCTION, now=NOW)
