"""What the bank says of accounts: read over real HTTP, and held to the school."""

import json

import pytest
from standardwebhooks import Webhook

from infra.local import trouble
from shared.bank import inquiries
from shared.bank.inquiries import BankAccount, BankInquiries
from shared.kernel.money import Fen
from tests.bank.instructed import KEY, Bank
from tests.builders import NOW

TUITION = BankAccount("8000000011", "星河舞蹈（临淄）", True, Fen(0))
MINIMUM = BankAccount("8000000012", "星河舞蹈（临淄）", True, Fen(100))
PAYOUT = BankAccount("8000000013", "星河舞蹈（临淄）", False, Fen(0))
SUPERVISED = ("8000000011", "8000000012")
TOLD = {"account_no": "8000000011", "holder": "甲", "supervised": True, "balance_fen": 5, "currency": "CNY"}


def asked(bank: Bank, **changes: float) -> dict[str, BankAccount]:
    client = BankInquiries(url=f"http://127.0.0.1:{bank.server_port}", key=KEY, **changes)
    return client.find_accounts(["8000000011", "8000000013"], now=NOW)


class TestFindAccounts:
    def test_is_asked_signed_and_read(self, bank: Bank) -> None:
        bank.status, bank.body = 200, json.dumps({"data": [TOLD]}).encode()

        assert asked(bank) == {"8000000011": BankAccount("8000000011", "甲", True, Fen(5))}

        [(path, headers, body)] = bank.sent
        assert (path, json.loads(body)) == ("/account-inquiries", {"account_nos": ["8000000011", "8000000013"]})
        name = headers["webhook-id"]
        assert headers["webhook-signature"] == Webhook(KEY).sign(name, NOW, body.decode())

    @pytest.mark.parametrize("status", [429, 500, 503, 0])
    def test_a_busy_bank_is_silent(self, bank: Bank, status: int) -> None:
        bank.status = status
        with pytest.raises(inquiries.BankSilent):
            asked(bank)

    def test_a_bank_that_takes_too_long_is_silent(self, bank: Bank) -> None:
        bank.held.clear()
        with pytest.raises(inquiries.BankSilent):
            asked(bank, timeout_seconds=0.05)

    def test_nobody_there_is_silent(self) -> None:
        client = BankInquiries(url=f"http://127.0.0.1:{trouble.free_ports(1)}", key=KEY)
        with pytest.raises(inquiries.BankSilent):
            client.find_accounts(["8000000011"], now=NOW)

    @pytest.mark.parametrize("status", [201, 301, 401, 404, 422])
    def test_another_status_is_unclear(self, bank: Bank, status: int) -> None:
        bank.status = status
        with pytest.raises(inquiries.BankUnclear):
            asked(bank)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b'{"data": 1}',
            b'{"data": [null]}',
            b'{"data": [[]]}',
            json.dumps({"data": [{**TOLD, "balance_fen": 1.5}]}).encode(),
            json.dumps({"data": [{**TOLD, "supervised": 1}]}).encode(),
            json.dumps({"data": [{**TOLD, "currency": "USD"}]}).encode(),
            json.dumps({"data": [{**TOLD, "account_no": "8000000099"}]}).encode(),
            json.dumps({"data": [TOLD, {**TOLD, "holder": "乙"}]}).encode(),
            b'{"data": [], "data": []}',
        ],
    )
    def test_anything_else_is_unclear(self, bank: Bank, body: bytes) -> None:
        bank.status, bank.body = 200, body
        with pytest.raises(inquiries.BankUnclear):
            asked(bank)


class TestCheckHeld:
    def held(self, *accounts: BankAccount, holder: str = "星河舞蹈(临淄) ") -> None:
        found = {one.account_no: one for one in accounts}
        inquiries.check_held(found, holder=holder, supervised=SUPERVISED, payout_account_no="8000000013")

    def test_a_name_is_the_same_in_any_width_and_with_any_spaces(self) -> None:
        self.held(TUITION, MINIMUM, PAYOUT)

    def test_a_payout_account_may_be_of_another_bank(self) -> None:
        self.held(TUITION, MINIMUM)

    def test_each_supervised_account_must_be_there(self) -> None:
        for only in (TUITION, MINIMUM):
            with pytest.raises(inquiries.BankKnowsNot):
                self.held(only, PAYOUT)

    def test_each_must_be_supervised_and_the_payout_account_must_not(self) -> None:
        plain = BankAccount("8000000012", MINIMUM.holder, False, Fen(0))
        with pytest.raises(inquiries.NotSupervised):
            self.held(TUITION, plain)
        with pytest.raises(inquiries.PayoutSupervised):
            self.held(TUITION, MINIMUM, BankAccount("8000000013", PAYOUT.holder, True, Fen(0)))

    @pytest.mark.parametrize("number", ["8000000011", "8000000012", "8000000013"])
    def test_each_must_be_held_by_the_school(self, number: str) -> None:
        of = {one.account_no: one for one in (TUITION, MINIMUM, PAYOUT)}
        of[number] = BankAccount(number, "别家", of[number].supervised, Fen(0))
        with pytest.raises(inquiries.HeldByOther) as refused:
            self.held(*of.values())
        assert refused.value.figures["account_no"] == number
