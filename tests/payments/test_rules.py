from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.payments import rules
from shared.payments.model import PaymentOrder, Status, TradeState, Waits
from tests.builders import ENROLMENT, NOW, an_id
from tests.payments.examples import FIRST, MERCHANT, a_trade, a_wish, an_order

HALF_AN_HOUR = timedelta(minutes=30)
BY = date(2026, 9, 4)


class TestBegin:
    def test_is_for_all_that_is_due_and_ends_with_the_enrolment(self) -> None:
        order = rules.begin(a_wish(), 1, NOW, ask_after=HALF_AN_HOUR)

        assert order == an_order()
        assert (order.out_trade_no, order.waits_for) == (FIRST, Waits.PAYMENT)
        assert 6 <= len(rules.begin(a_wish(), 99, NOW, ask_after=HALF_AN_HOUR).out_trade_no) <= 32  # WeChat's limits

    def test_is_never_looked_at_later_than_at_its_end(self) -> None:
        wish = a_wish(expires_at=NOW + timedelta(minutes=2))

        assert rules.begin(wish, 1, NOW, ask_after=HALF_AN_HOUR).look_at == wish.expires_at

    @pytest.mark.parametrize(("seconds", "begins"), [(61, True), (60, False), (0, False), (-1, False)])
    def test_needs_more_than_a_minute(self, seconds: int, begins: bool) -> None:
        wish = a_wish(expires_at=NOW + timedelta(seconds=seconds))

        if begins:
            assert rules.begin(wish, 1, NOW, ask_after=HALF_AN_HOUR).expires_at == wish.expires_at
        else:
            with pytest.raises(rules.NothingToPay):
                rules.begin(wish, 1, NOW, ask_after=HALF_AN_HOUR)

    @pytest.mark.parametrize("amount", [0, -1])
    def test_is_not_for_nothing(self, amount: int) -> None:
        with pytest.raises(rules.NothingToPay):
            rules.begin(a_wish(amount_fen=Fen(amount)), 1, NOW, ask_after=HALF_AN_HOUR)

    def test_comes_to_an_end_after_99_tries(self) -> None:
        with pytest.raises(rules.TooManyTries):
            rules.begin(a_wish(), 100, NOW, ask_after=HALF_AN_HOUR)


class TestNamedBy:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            (f"微信支付 {FIRST}", [1]),
            (f"{FIRST}", [1]),
            (f"财付通{FIRST}结算", [1]),
            (f"{FIRST[:-2]}-12 {FIRST} {FIRST}", [12, 1]),
            (FIRST[:-2], []),  # a transfer with the enrolment's reference alone
            (f"{FIRST}23", []),
            (f"X{FIRST}", []),
            (f"{FIRST[:-2]}-0", []),
            ("", []),
        ],
    )
    def test_finds_the_numbers_of_orders(self, text: str, numbers: list[int]) -> None:
        assert rules.named_by(text) == [(ENROLMENT, number) for number in numbers]

    def test_takes_small_letters(self) -> None:
        assert rules.named_by("01j8zq4t9f6x3m2c7v5b1n8k0d-3") == [(EnrolmentId("enr_01J8ZQ4T9F6X3M2C7V5B1N8K0D"), 3)]


class TestCheck:
    def test_lets_pass_what_was_agreed(self) -> None:
        rules.check(an_order(), a_trade(), MERCHANT)

    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            ({"amount_fen": 999}, "amount"),
            ({"amount_fen": 1001}, "amount"),
            ({"amount_fen": 0}, "amount"),
            ({"amount_fen": None}, "amount"),
            ({"currency": "USD"}, "currency"),
            ({"currency": None}, "currency"),
            ({"mch_id": "1900000110"}, "mchid"),
            ({"app_id": "wx1"}, "appid"),
            ({"transaction_id": ""}, "transaction"),
        ],
    )
    def test_refuses_anything_else(self, changes: dict[str, object], what: str) -> None:
        with pytest.raises(rules.PaymentDiffers) as refused:
            rules.check(an_order(), a_trade(**changes), MERCHANT)

        assert refused.value.figures["what"] == what

    def test_refuses_a_second_transaction_of_one_order(self) -> None:
        with pytest.raises(rules.PaymentDiffers):
            rules.check(an_order(transaction_id="another"), a_trade(), MERCHANT)

    def test_asks_no_amount_of_what_is_not_paid(self) -> None:
        rules.check(an_order(), a_trade(state=TradeState.NOTPAY, amount_fen=None, transaction_id=""), MERCHANT)


LEARNT = {
    TradeState.SUCCESS: {
        Status.PREPARED: Status.PAID_UNSETTLED,
        Status.CLOSED: Status.PAID_UNSETTLED,  # the money is there, whatever we thought
    },
    TradeState.REFUND: {
        Status.PREPARED: Status.REFUNDED,
        Status.PAID_UNSETTLED: Status.REFUNDED,
        Status.CLOSED: Status.REFUNDED,
    },
    TradeState.CLOSED: {Status.PREPARED: Status.CLOSED},
    TradeState.REVOKED: {Status.PREPARED: Status.CLOSED},
}


class TestLearn:
    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize("state", TradeState)
    def test_takes_every_status_to_the_one_that_is_meant(self, status: Status, state: TradeState) -> None:
        before = an_order(status=status, settle_by=BY)

        after = rules.learn(before, a_trade(state=state), settle_by=BY, now=NOW)

        assert after.status is LEARNT.get(state, {}).get(status, status)

    def test_of_a_payment_notes_what_it_was(self) -> None:
        after = rules.learn(an_order(), a_trade(), settle_by=BY, now=NOW + HALF_AN_HOUR)

        assert (after.transaction_id, after.paid_at, after.settle_by) == (a_trade().transaction_id, NOW, BY)

    def test_again_changes_nothing(self) -> None:
        once = rules.learn(an_order(), a_trade(), settle_by=BY, now=NOW)

        assert rules.learn(once, a_trade(), settle_by=date(2026, 9, 9), now=NOW + HALF_AN_HOUR) == once

    def test_after_the_deposit_adds_the_transaction(self) -> None:
        after = rules.learn(settled(), a_trade(), settle_by=BY, now=NOW)

        assert (after.status, after.transaction_id) == (Status.SETTLED, a_trade().transaction_id)


def settled(status: Status = Status.PREPARED, amount: int = 1000, suspense: int = 0) -> PaymentOrder:
    before = an_order(status=status, settle_by=BY)
    return rules.settle(
        before, bank_reference="BK1", amount_fen=Fen(amount), suspense_fen=Fen(suspense), at=NOW + HALF_AN_HOUR
    )


class TestSettle:
    @pytest.mark.parametrize("status", Status)
    def test_is_what_the_bank_says_whatever_wechat_has_told(self, status: Status) -> None:
        after = settled(status, suspense=100)

        assert (after.status, after.settled_fen, after.suspense_fen) == (Status.SETTLED, 1000, 100)
        assert (after.bank_reference, after.over) == ("BK1", True)

    def test_is_once(self) -> None:
        again = rules.settle(settled(), bank_reference="BK2", amount_fen=Fen(1), suspense_fen=Fen(0), at=NOW)

        assert again == settled()


class TestClose:
    @pytest.mark.parametrize("status", Status)
    def test_ends_only_what_waits_for_its_payment(self, status: Status) -> None:
        after = rules.close(an_order(status=status))

        assert after.status is (Status.CLOSED if status is Status.PREPARED else status)


class TestIsUnsettled:
    @pytest.mark.parametrize(("today", "late"), [(date(2026, 9, 3), False), (BY, False), (date(2026, 9, 5), True)])
    def test_is_from_the_day_after_the_last(self, today: date, late: bool) -> None:
        order = an_order(status=Status.PAID_UNSETTLED, settle_by=BY)

        assert rules.is_unsettled(order, today) is late
        assert not rules.is_unsettled(replace(order, status=Status.SETTLED), today)


class TestIsStill:
    @pytest.mark.parametrize(
        ("changes", "same"),
        [
            ({}, True),
            ({"description": "学费"}, True),
            ({"amount_fen": Fen(999)}, False),
            ({"account_no": "8000000099"}, False),
            ({"expires_at": NOW}, False),
        ],
    )
    def test_is_for_what_is_wanted(self, changes: dict[str, object], same: bool) -> None:
        assert rules.is_still(an_order(), a_wish(**changes)) is same

    def test_an_enrolment_has_its_own_number(self) -> None:
        other = an_order(enrolment_id=EnrolmentId(an_id("enr", 2)))

        assert other.out_trade_no != an_order().out_trade_no
