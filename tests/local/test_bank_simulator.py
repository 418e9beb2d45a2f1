import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local import trouble
from infra.local.site import Site
from shared.bank.client import BankClient, BankRefused, PayoutInstruction, TerminationInstruction
from shared.bank.inquiries import BankInquiries, BankSilent, BankUnclear
from shared.kernel import errors
from shared.kernel.money import Fen
from shared.terminations import rules
from shared.terminations import signature as notice_signature
from tests.local.bank_alone import (
    INQUIRY_KEY,
    MINIMUM,
    MONDAY,
    NOTICE_KEY,
    OUR_KEY,
    SCHOOLS_OWN,
    TUITION,
    WEBHOOK_KEY,
    District,
)


@pytest.fixture
def district() -> Iterator[District]:
    it = District()
    yield it
    it.stop()


class TestTransfers:
    def test_a_transfer_is_booked_and_told_in_a_message_that_our_code_accepts(self, district: District) -> None:
        status, told = district.call(
            "POST",
            "/transfers",
            {"to_account_no": TUITION, "amount_fen": 36000, "remittance": "舞蹈 01J8", "payer_name": "李雷"},
        )
        assert status == 201
        assert district.bank.flush() == 1
        ((_, message),) = district.us.taken
        assert message["type"] == "deposit.posted"
        assert message["data"] == {
            "bank_reference": told["bank_reference"],
            "account_no": TUITION,
            "amount_fen": 36000,
            "currency": "CNY",
            "payer_name": "李雷",
            "payer_account_no": "",
            "remittance": "舞蹈 01J8",
            "booked_at": "2026-08-17T08:00:00.000+08:00",
        }
        assert district.call("GET", f"/accounts/{TUITION}")[1]["balance_fen"] == 36000
        assert district.bank.flush() == 0

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"to_account_no": "99999999"}, 404),
            ({"amount_fen": -1}, 422),
            ({"amount_fen": 1.5}, 422),
            ({"remittance": 1}, 422),
        ],
    )
    def test_a_wrong_transfer_changes_nothing(self, district: District, changed: dict[str, Any], status: int) -> None:
        body = {"to_account_no": TUITION, "amount_fen": 100, "remittance": "", **changed}
        assert district.call("POST", "/transfers", body)[0] == status
        assert district.bank.books.transactions() == []
        assert district.bank.flush() == 0

    def test_money_to_an_account_that_nobody_supervises_is_not_told(self, district: District) -> None:
        district.bank.open_account(SCHOOLS_OWN, holder="示例舞蹈学校", supervised=False)
        district.bank.transfer(SCHOOLS_OWN, 100, remittance="")
        assert district.bank.flush() == 0

    def test_a_transfer_that_is_asked_for_twice_is_booked_once(self, district: District) -> None:
        first, again = (district.bank.transfer(TUITION, 100, remittance="", transfer_id="t-1") for _ in range(2))
        assert first == again
        assert district.bank.books.balance_fen(TUITION) == 100
        assert district.bank.flush() == 1


class TestAccounts:
    def test_a_school_has_two_supervised_ones_opened_once_and_its_own(self, district: District) -> None:
        told = {"holder": "新星美术学校", "payout_account_no": SCHOOLS_OWN}
        opened, again = (district.call("POST", "/school-accounts", told) for _ in range(2))

        assert opened == again
        assert opened[0] == 201
        numbers = list(opened[1].values())
        assert len({*numbers, TUITION, SCHOOLS_OWN}) == 4
        asked = district.inquiries.find_accounts([*numbers, SCHOOLS_OWN, "9999"], now=district.clock())
        assert {one.account_no: one.supervised for one in asked.values()} == dict.fromkeys(numbers, True) | {
            SCHOOLS_OWN: False
        }
        assert {one.holder for one in asked.values()} == {"新星美术学校"}

    def test_another_school_has_other_numbers_and_an_account_tells_what_it_holds(self, district: District) -> None:
        first = district.bank.open_accounts_for("甲校")
        second = district.bank.open_accounts_for("乙校")
        assert not set(first.values()) & set(second.values())

        district.transfer(700)
        assert district.inquiries.find_accounts([TUITION], now=district.clock())[TUITION].balance_fen == 700

    @pytest.mark.parametrize("key", [OUR_KEY, WEBHOOK_KEY])
    def test_an_inquiry_is_signed_with_a_key_that_can_do_nothing_else(self, district: District, key: str) -> None:
        with pytest.raises(BankUnclear):
            BankInquiries(url=district.bank.site.url, key=key).find_accounts([TUITION], now=district.clock())
        with pytest.raises(BankRefused):
            district.instruct(client=BankClient(url=district.bank.site.url, key=INQUIRY_KEY))

    @pytest.mark.parametrize(
        ("fault", "refused"),
        [("busy_inquiry", BankSilent), ("silent_inquiry", BankSilent), ("garbled_inquiry", BankUnclear)],
    )
    def test_what_goes_wrong_goes_wrong_once(
        self, district: District, fault: str, refused: type[errors.Refusal]
    ) -> None:
        district.bank.faults.arm(fault)
        with pytest.raises(refused):
            district.inquiries.find_accounts([TUITION], now=district.clock())
        assert TUITION in district.inquiries.find_accounts([TUITION], now=district.clock())


class TestWithdrawals:
    def test_money_that_leaves_without_our_instruction_is_told(self, district: District) -> None:
        district.transfer(50000)
        body = {"account_no": TUITION, "amount_fen": 20000, "counterparty": "某公司", "purpose": "转出"}
        assert district.call("POST", "/withdrawals", body)[0] == 201
        district.bank.flush()
        assert [told["type"] for _, told in district.us.taken] == ["deposit.posted", "withdrawal.posted"]
        assert district.bank.books.balance_fen(TUITION) == 30000

    def test_an_account_never_goes_below_zero(self, district: District) -> None:
        body = {"account_no": TUITION, "amount_fen": 1, "counterparty": "", "purpose": ""}
        assert district.call("POST", "/withdrawals", body)[0] == 409
        assert district.bank.books.audit() == []


class TestPayouts:
    def test_our_instruction_is_paid_and_settled(self, district: District) -> None:
        district.transfer(50000)
        district.instruct()
        district.bank.flush()
        _, settled = district.us.taken[-1]
        assert settled["type"] == "payout.settled"
        assert settled["data"]["payout_id"] == "pay_1"
        assert settled["data"]["amount_fen"] == 20000
        assert district.bank.books.balance_fen(TUITION) == 30000

    def test_the_same_instruction_again_pays_once(self, district: District) -> None:
        district.transfer(50000)
        for _ in range(3):
            district.instruct()
            district.bank.flush()
        assert district.bank.books.balance_fen(TUITION) == 30000
        assert [told["type"] for _, told in district.us.taken].count("payout.settled") == 1

    def test_the_same_id_with_another_body_is_refused(self, district: District) -> None:
        district.instruct()
        with pytest.raises(BankRefused, match="409"):
            district.instruct(amount_fen=1)

    def test_an_instruction_that_we_did_not_sign_is_refused(self, district: District) -> None:
        stranger = BankClient(url=district.bank.site.url, key=WEBHOOK_KEY)
        with pytest.raises(BankRefused, match="401"):
            district.instruct(client=stranger)
        assert district.call("POST", "/payouts", {"payout_id": "pay_1"})[0] == 401

    def test_an_old_instruction_is_refused(self, district: District) -> None:
        instruction = PayoutInstruction("pay_1", TUITION, SCHOOLS_OWN, Fen(1), "")
        with pytest.raises(BankRefused, match="401"):
            district.client.instruct_payout(instruction, now=MONDAY - timedelta(seconds=301))

    def test_a_payout_over_the_balance_fails_and_is_paid_on_a_later_try(self, district: District) -> None:
        district.instruct()
        district.bank.flush()
        assert district.us.taken[-1][1]["type"] == "payout.failed"
        assert district.us.taken[-1][1]["data"]["reason"] == "账户余额不足"
        district.transfer(50000)
        district.instruct()
        district.bank.flush()
        assert district.us.taken[-1][1]["type"] == "payout.settled"

    def test_a_payout_fails_on_demand(self, district: District) -> None:
        district.transfer(50000)
        district.call("POST", "/faults", {"fault": "fail_payout", "reason": "户名不符"})
        district.instruct()
        district.bank.flush()
        assert district.us.taken[-1][1]["data"]["reason"] == "户名不符"
        assert district.bank.books.balance_fen(TUITION) == 50000

    def test_no_answer_means_it_may_have_been_accepted(self, district: District) -> None:
        district.transfer(50000)
        district.bank.faults.arm("no_answer")
        with pytest.raises(errors.Unavailable):
            district.instruct()
        district.instruct()
        district.bank.flush()
        assert district.bank.books.balance_fen(TUITION) == 30000


class TestDelivery:
    def test_a_message_comes_until_it_is_taken_under_the_same_id(self, district: District) -> None:
        district.us.down = 2
        district.transfer()
        assert [district.bank.flush() for _ in range(3)] == [0, 0, 1]
        assert len(district.us.taken) == 1

    def test_a_patient_bank_waits_between_tries_on_the_districts_clock(self, district: District) -> None:
        district.us.down = 1
        district.transfer()
        deliver = district.bank.messages.deliver
        assert [deliver(patient=True) for _ in range(3)] == [0, 0, 0]
        district.clock.advance(timedelta(seconds=6))
        assert deliver(patient=True) == 1

    def test_it_delivers_by_itself_while_it_works(self, district: District) -> None:
        district.bank.work()
        district.transfer()
        deadline = time.monotonic() + 10
        while not district.us.taken:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        district.bank.rest()

    def test_what_is_owed_is_told_after_a_restart(self, tmp_path: Path) -> None:
        first = District(tmp_path / "bank.sqlite")
        first.transfer(500)
        first.stop()
        again = District(tmp_path / "bank.sqlite")
        assert again.bank.flush() == 1
        assert again.bank.books.balance_fen(TUITION) == 500
        again.transfer(700)
        again.bank.flush()
        assert len(set(again.us.references())) == 2
        again.stop()


class TestFaults:
    def test_a_lost_message_is_never_sent(self, district: District) -> None:
        district.bank.faults.arm("lose", count=2)
        references = [district.transfer() for _ in range(3)]
        district.bank.flush()
        assert district.us.references() == references[2:]
        assert district.bank.messages.counts() == {"delivered": 1, "lost": 2}
        assert district.bank.books.balance_fen(TUITION) == 3 * 36000

    def test_a_message_comes_several_times_under_one_id(self, district: District) -> None:
        district.bank.faults.arm("duplicate", times=5)
        district.transfer()
        assert district.bank.flush() == 5
        assert len({message_id for message_id, _ in district.us.taken}) == 1

    def test_a_late_message_waits_for_the_districts_clock(self, district: District) -> None:
        district.bank.faults.arm("delay", seconds=3600)
        late, prompt = district.transfer(), district.transfer()
        district.bank.flush()
        assert district.us.references() == [prompt]
        district.clock.advance(timedelta(hours=1))
        district.bank.flush()
        assert district.us.references() == [prompt, late]

    def test_messages_come_in_reverse_order(self, district: District) -> None:
        district.bank.faults.arm("reverse", count=3)
        references = [district.transfer() for _ in range(3)]
        district.bank.flush()
        assert district.us.references() == references[::-1]

    @pytest.mark.parametrize(
        ("fault", "code"),
        [("alter", "bad_signature"), ("bad_signature", "bad_signature"), ("stale", "stale_signature")],
    )
    def test_a_bad_message_is_followed_by_the_good_one(self, district: District, fault: str, code: str) -> None:
        district.bank.faults.arm(fault)
        district.transfer()
        assert district.bank.flush() == 1
        assert district.us.refused == [code]
        assert district.us.taken[0][1]["data"]["amount_fen"] == 36000

    def test_another_amount_comes_under_the_same_reference(self, district: District) -> None:
        district.bank.faults.arm("conflict", amount_fen=1)
        district.transfer()
        district.bank.flush()
        assert len(set(district.us.references())) == 1
        assert [told["data"]["amount_fen"] for _, told in district.us.taken] == [36000, 1]
        assert len({message_id for message_id, _ in district.us.taken}) == 2

    def test_faults_are_listed_and_cleared(self, district: District) -> None:
        told = district.call("POST", "/faults", {"fault": "lose", "count": 2})
        assert told == (200, {"data": [{"fault": "lose", "count": 2}]})
        assert district.call("DELETE", "/faults") == (200, {"data": []})
        assert district.call("POST", "/faults", {"fault": "explode"})[0] == 422


class TestAudit:
    def test_the_balances_are_the_transactions(self, district: District) -> None:
        for amount in (100, 2000, 30000):
            district.transfer(amount)
        district.bank.withdraw(TUITION, 5000, counterparty="", purpose="")
        assert district.bank.books.audit() == []
        assert district.bank.books.balance_fen(TUITION) == 27100
        assert sum(row["amount_fen"] for row in district.bank.books.transactions(TUITION)) == 27100
        assert len(district.bank.books.transactions(day="2026-08-17")) == 4
        assert district.bank.books.transactions(day="2026-08-18") == []


class TestTerminations:
    """The bank reads a notice by its own means, and returns what it says once."""

    @pytest.fixture
    def district(self) -> Iterator[District]:
        district = District(notice_key=notice_signature.public_key(NOTICE_KEY))
        for account_no, amount in ((TUITION, 667), (MINIMUM, 20_000)):
            district.bank.open_account(account_no, holder="示例舞蹈学校")
            district.bank.transfer(account_no, amount, remittance="开户")
        district.bank.flush()
        yield district
        district.stop()

    def instruct(self, district: District, **changes: Any) -> None:
        returns = [
            {"purpose": "minimum_balance", "account_no": MINIMUM, "amount_fen": 20_000},
            {"purpose": "tuition", "account_no": TUITION, "amount_fen": 667},
        ]
        told = {"notice_no": "2026-001", "title": "一号", "school": "示例", "payee_account_no": SCHOOLS_OWN}
        content = rules.content({**told, "returns": returns})
        signed, _ = notice_signature.sign(changes.pop("key", NOTICE_KEY), content)
        fields = {"notice_no": "2026-001", "notice": content, "signature": signed, **changes}
        district.client.instruct_termination(TerminationInstruction(**fields), now=district.clock())

    def test_are_paid_once_an_account_and_told(self, district: District) -> None:
        self.instruct(district)
        self.instruct(district)
        district.bank.flush()
        self.instruct(district)
        district.bank.flush()

        told = [told["data"] for _, told in district.us.taken if told["type"] == "termination.paid"]
        assert [(one["account_no"], one["amount_fen"]) for one in told] == [(MINIMUM, 20_000), (TUITION, 667)]
        assert {one["notice_no"] for one in told} == {"2026-001"}
        assert [district.bank.books.balance_fen(one) for one in (MINIMUM, TUITION)] == [0, 0]

    @pytest.mark.parametrize(
        "changes",
        [
            {"key": "whsk_" + "b3RoZXItMzItYnl0ZXMta2V5LWZvci10ZXN0cy0xMjM="},
            {"signature": "bm8="},
            {"notice": "{}"},
            {"notice_no": "2026-002"},
        ],
    )
    def test_that_the_bureau_has_not_signed_are_refused(self, district: District, changes: dict[str, Any]) -> None:
        with pytest.raises(BankRefused, match="422"):
            self.instruct(district, **changes)
        district.bank.flush()
        assert district.bank.books.balance_fen(MINIMUM) == 20_000

    def told(self, district: District) -> list[tuple[str, str, str]]:
        told = [one for _, one in district.us.taken if one["type"].startswith("termination.")]
        return [(one["type"], one["data"]["account_no"], one["data"].get("reason", "")) for one in told]

    def test_are_not_paid_from_an_account_that_holds_too_little(self, district: District) -> None:
        district.bank.withdraw(TUITION, 1, counterparty="某公司", purpose="往来款")
        self.instruct(district)
        district.bank.flush()
        assert self.told(district) == [
            ("termination.paid", MINIMUM, ""),
            ("termination.failed", TUITION, "账户余额不足"),
        ]
        assert district.bank.books.rows("select status from instructions") == [{"status": "failed"}]

    def test_fail_when_that_is_asked_for_and_are_not_tried_again(self, district: District) -> None:
        district.bank.faults.arm("fail_termination", count=2, reason="收款账户已销户")
        self.instruct(district)
        district.bank.flush()
        self.instruct(district)
        district.bank.flush()
        assert self.told(district) == [
            ("termination.failed", MINIMUM, "收款账户已销户"),
            ("termination.failed", TUITION, "收款账户已销户"),
        ]
        assert district.bank.books.balance_fen(MINIMUM) == 20_000

    def test_are_refused_when_that_is_asked_for(self, district: District) -> None:
        district.bank.faults.arm("refuse_termination")
        with pytest.raises(BankRefused, match="409"):
            self.instruct(district)
        self.instruct(district)

    def test_leave_the_accounts_told_of(self, district: District) -> None:
        self.instruct(district)
        district.bank.flush()
        district.bank.transfer(TUITION, 5, remittance="晚到的学费")
        district.bank.flush()
        assert [told["type"] for _, told in district.us.taken][-1] == "deposit.posted"

    def test_that_do_not_stand_any_more_are_not_paid(self, district: District) -> None:
        site = Site("notices", trouble.free_ports(1), {"GET /v1/notices/2026-001": lambda _: {"status": "revoked"}})
        site.start()
        district.bank._notices._url = f"{site.url}/v1/notices"
        self.instruct(district)
        district.bank.flush()
        site.stop()
        assert district.bank.books.balance_fen(MINIMUM) == 20_000
