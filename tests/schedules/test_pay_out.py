"""The weekly payout and its tries, against a bank over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.edge import wiring
from functions.schedules import pay_out, resend_payouts
from shared.funds import payout_answers, payout_model, usecases
from shared.funds import queries as funds
from shared.kernel.ids import InstitutionId
from tests import builders, steps, tables
from tests.bank.instructed import KEY, Bank
from tests.builders import NOW, PAYOUT_NO, SCHOOL, TUITION_NO, an_id
from tests.schedules.running import run
from tests.tables import busy, just_before, killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("hurried")

OTHER = InstitutionId(an_id("ins", 2))


@pytest.fixture(autouse=True)
def bank_of_ours(bank: Bank, settings: pytest.MonkeyPatch) -> Iterator[None]:
    """Our instructions go to the bank of the test."""
    settings.setenv("BANK_URL", f"http://127.0.0.1:{bank.server_port}")
    settings.setenv("BANK_SIGNING_KEY", KEY)
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture(autouse=True)
def released(in_memory: Any) -> None:
    """Two schools with a lesson released each, all of it counted."""

    def put() -> None:
        for number, school in ((1, SCHOOL), (2, OTHER)):
            account = builders.a_tuition_account(number)
            steps.register(number)
            steps.open_account(number, institution_id=school, account_no=account.account_no)
            fact = builders.a_deposit(
                bank_reference=f"BK00000{number}",
                account_no=account.account_no,
                remittance=an_id("enr", number).removeprefix("enr_"),
            )
            usecases.post_deposit(fact=fact, account=account, now=NOW)
            steps.release(1, enrolment=number, institution_id=school)
        steps.count_all()

    tables.put_in_memory(__name__, put)


def last(school: InstitutionId = SCHOOL) -> payout_model.Payout:
    found = funds.find_last_payout(school)
    assert found is not None
    return found


def told(bank: Bank) -> list[dict[str, Any]]:
    """What the bank was instructed to do."""
    return [json.loads(body) for _, _, body in bank.sent]


class TestPayOut:
    def test_builds_and_sends_one_payout_a_school(self, bank: Bank) -> None:
        assert run(pay_out.pay_out) == {"built": 2, "sent": 2, "amount_fen": 666}

        assert (last().amount_fen, last().status.value, last().tries) == (333, "sent", 1)
        assert told(bank)[0] == {
            "payout_id": last().payout_id,
            "from_account_no": TUITION_NO,
            "to_account_no": PAYOUT_NO,
            "amount_fen": 333,
            "currency": "CNY",
            "purpose": "课时费划拨",
        }
        steps.count_all()
        assert steps.violations() == {}

    def test_twice_pays_once(self, bank: Bank) -> None:
        run(pay_out.pay_out)

        assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}  # the totals are behind
        steps.count_all()
        assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}  # nothing is payable
        assert len(bank.sent) == 2

    def test_two_at_once_pay_once(self, bank: Bank) -> None:
        with just_before("TransactWriteItems", lambda: run(pay_out.pay_out)):
            figures = run(pay_out.pay_out)

        assert figures == {"built": 0, "sent": 0, "amount_fen": 0}
        assert [one["amount_fen"] for one in told(bank)] == [333, 333]
        assert len({one["payout_id"] for one in told(bank)}) == 2

    def test_what_is_released_meanwhile_is_in_the_next(self, bank: Bank) -> None:
        run(pay_out.pay_out)
        payout_answers.settle(fact=builders.a_settlement(last()), now=NOW)
        steps.release(2)
        steps.count_all()

        assert run(pay_out.pay_out) == {"built": 1, "sent": 1, "amount_fen": 333}
        assert last().number == 2

    def test_builds_none_while_the_last_is_in_transit(self, bank: Bank) -> None:
        run(pay_out.pay_out)
        steps.release(2)
        steps.count_all()

        assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}
        assert last().number == 1

    @pytest.mark.parametrize("call", [1, 2, 3, 4])
    def test_killed_anywhere_pays_once_in_the_end(self, bank: Bank, call: int) -> None:
        """1 and 3 build a school's payout, 2 and 4 note that it is sent."""
        with killed_before("TransactWriteItems", call=call):
            run(pay_out.pay_out)

        run(resend_payouts.resend_payouts)
        steps.count_all()
        run(pay_out.pay_out)
        steps.count_all()
        run(pay_out.pay_out)

        assert {one["payout_id"] for one in told(bank)} == {last().payout_id, last(OTHER).payout_id}
        assert {(one["payout_id"], one["amount_fen"]) for one in told(bank)} == {
            (last().payout_id, 333),
            (last(OTHER).payout_id, 333),
        }
        assert (last().number, last(OTHER).number) == (1, 1)
        assert steps.violations() == {}

    def test_a_frozen_school_does_not_stop_the_others(self, bank: Bank) -> None:
        steps.freeze()

        assert run(pay_out.pay_out) == {"built": 1, "sent": 1, "amount_fen": 333}
        assert funds.find_last_payout(SCHOOL) is None
        assert last(OTHER).status.value == "sent"

    def test_a_school_frozen_in_the_very_moment_is_not_paid(self, bank: Bank) -> None:
        with just_before("TransactWriteItems", steps.freeze):
            run(pay_out.pay_out)

        assert funds.find_last_payout(SCHOOL) is None
        assert [one["payout_id"] for one in told(bank)] == [last(OTHER).payout_id]

    def test_while_dynamodb_is_busy_builds_nothing(self, bank: Bank) -> None:
        with busy("TransactWriteItems"):
            assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}
        assert bank.sent == []

    def test_whose_answer_was_lost_is_sent_under_its_id_later(self, bank: Bank) -> None:
        with lost_answers("TransactWriteItems"):
            run(pay_out.pay_out)
        assert last().status.value == "built"

        assert run(resend_payouts.resend_payouts) == {"waiting": 1, "sent": 1}
        assert sorted(one["payout_id"] for one in told(bank)) == sorted([last().payout_id, last(OTHER).payout_id])

    @pytest.mark.parametrize("status", [0, 401, 422, 500])
    def test_that_the_bank_does_not_take_stays_built(self, bank: Bank, status: int) -> None:
        bank.status = status

        assert run(pay_out.pay_out) == {"built": 2, "sent": 0, "amount_fen": 666}
        assert (last().status.value, last().tries) == ("built", 0)


class TestResendPayouts:
    def test_sends_again_what_the_bank_did_not_take(self, bank: Bank) -> None:
        bank.status = 503
        run(pay_out.pay_out)
        bank.status = 202

        assert run(resend_payouts.resend_payouts) == {"waiting": 2, "sent": 2}
        assert bank.sent[0][2] == bank.sent[2][2]  # the same instruction, to the byte
        assert (last().status.value, last().tries) == ("sent", 1)

    def test_sends_again_what_the_bank_could_not_pay(self, bank: Bank) -> None:
        run(pay_out.pay_out)
        payout_answers.fail(fact=builders.a_failure(last()))

        assert run(resend_payouts.resend_payouts) == {"waiting": 1, "sent": 1}
        assert (last().status.value, last().tries) == ("sent", 2)
        assert told(bank)[2] == told(bank)[0]

    def test_sends_nothing_that_is_sent_or_settled(self, bank: Bank) -> None:
        run(pay_out.pay_out)
        payout_answers.settle(fact=builders.a_settlement(last()), now=NOW)

        assert run(resend_payouts.resend_payouts) == {"waiting": 0, "sent": 0}
        assert len(bank.sent) == 2

    def test_twice_while_the_bank_is_down_changes_nothing(self, bank: Bank) -> None:
        bank.status = 503
        run(pay_out.pay_out)
        before = tables.dump_memory()

        for _ in range(2):
            assert run(resend_payouts.resend_payouts) == {"waiting": 2, "sent": 0}
        assert tables.dump_memory() == before

    def test_loses_to_the_banks_word_in_the_very_moment(self, bank: Bank) -> None:
        bank.status = 503
        run(pay_out.pay_out)
        bank.status = 202
        settle = builders.a_settlement(last())

        with just_before("TransactWriteItems", lambda: payout_answers.settle(fact=settle, now=NOW)):
            run(resend_payouts.resend_payouts)

        assert last().status.value == "settled"
