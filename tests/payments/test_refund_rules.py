"""What WeChat says of a refund, and what becomes of it: every state against every word."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.kernel.money import Fen
from shared.payments import refund_rules, trades
from shared.payments.refund_model import RefundState, RefundStatus, RefundTold, WeChatRefund
from shared.payments.rules import PaymentDiffers
from tests.builders import NOW
from tests.payments.examples import MCH_ID, SAMPLES, an_order

REFUND = "ref_0000000000000000000000000101-1"


def begun(paid_fen: int = 1000, *, refunded_fen: int = 0) -> WeChatRefund:
    order = an_order(refunded_fen=Fen(refunded_fen))
    arrives_by = date(2026, 9, 8)
    return refund_rules.begun(order, payment_id=REFUND, paid_fen=Fen(paid_fen), arrives_by=arrives_by, now=NOW)


def told(**changes: Any) -> RefundTold:
    content = json.loads((SAMPLES / "refund.json").read_text(encoding="utf-8"))
    return trades.parse_refund({**content, **changes})


class TestSample:
    def test_is_read(self) -> None:
        found = told()

        assert (found.out_refund_no, found.state, found.amount_fen, found.mch_id) == (REFUND, "SUCCESS", 1000, MCH_ID)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"refund_status": "PAID"}, "/refund_status"),
            ({"amount": {"total": 1000}}, "/amount/refund"),
            ({"amount": {"total": 1000, "refund": "1000"}}, "/amount/refund"),
            ({"out_refund_no": None}, "/out_refund_no"),
        ],
    )
    def test_that_is_wrong_is_refused_with_its_field(self, changes: dict[str, Any], pointer: str) -> None:
        with pytest.raises(trades.WrongTrade) as refused:
            told(**changes)

        assert refused.value.pointer == pointer


class TestBegun:
    @pytest.mark.parametrize(
        ("paid", "refunded", "amount", "beyond"),
        [(1000, 0, 1000, 0), (1001, 0, 1000, 1), (400, 600, 400, 0), (401, 600, 400, 1), (5, 1000, 0, 5)],
    )
    def test_gives_back_no_more_than_the_order_has(self, paid: int, refunded: int, amount: int, beyond: int) -> None:
        found = begun(paid, refunded_fen=refunded)

        assert (found.amount_fen, found.beyond_fen, found.over) == (amount, beyond, not amount)
        assert refund_rules.stuck(found, now=NOW) == ("beyond" if beyond else "")


class TestLearn:
    @pytest.mark.parametrize("status", RefundStatus)
    @pytest.mark.parametrize("state", RefundState)
    def test_goes_only_forward(self, status: RefundStatus, state: RefundState) -> None:
        before = replace(begun(), status=status)
        after = refund_rules.learn(before, told(refund_status=state.value), now=NOW)

        becomes = RefundStatus(state.value.lower())
        assert after.status is (becomes if becomes in refund_rules.NEXT[status] else status)

    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            ({"mchid": "1900000110"}, "refund mchid"),
            ({"out_trade_no": "00000000000000000000000001-2"}, "refund order"),
            ({"amount": {"total": 1001, "refund": 1000}}, "refund total"),
            ({"amount": {"total": 1000, "refund": 999}}, "refund amount"),
            ({"refund_id": ""}, "refund id"),
        ],
    )
    def test_what_differs_is_refused(self, changes: dict[str, Any], what: str) -> None:
        with pytest.raises(PaymentDiffers) as differs:
            refund_rules.check(begun(), told(**changes), mch_id=MCH_ID)

        assert differs.value.figures["what"] == what


class TestStuck:
    @pytest.mark.parametrize(("days", "why"), [(7, ""), (8, "late")])
    def test_late_from_the_day_after_the_last(self, days: int, why: str) -> None:
        assert refund_rules.stuck(begun(), now=NOW + timedelta(days=days)) == why
