"""Payments by WeChat, several at once, on an engine that takes threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app import app
from infra.local.wechat_pay_simulator import WeChatPay
from shared.funds import queries as funds
from shared.kernel.ids import EnrolmentId, StudentId
from shared.payments import store
from shared.people.store import families
from tests import letters, steps
from tests.api.district import enrolling
from tests.api.test_wechat_payments import PRICE, hears, paid, pay, paying
from tests.builders import GUARDIAN, TUITION_NO, an_id
from tests.edge.doors import Door, bearer
from tests.payments.examples import a_callback, a_transaction
from tests.people import examples as people

__all__ = ["pay"]


class TestAtOnce:
    @pytest.fixture
    def enrolments(self, on_engine: Any, pay: WeChatPay) -> str:
        families.add_guardian("openid-1", GUARDIAN)
        steps.register()
        offering = steps.put_on_sale()
        people.add_child(StudentId(an_id("stu")))
        return str(enrolling(offering)(Door(app, authorization=bearer())).body["enrolment_id"])

    def test_one_order_is_made(self, enrolments: str, pay: WeChatPay) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = list(
                threads.map(
                    lambda n: paying(enrolments, key=f"pay-by-wechat-{n}")(Door(app, authorization=bearer())), range(8)
                )
            )

        assert {answer.status for answer in answers} == {201}
        assert len({answer.body["out_trade_no"] for answer in answers}) == 1
        assert len(pay.orders.numbers()) == 1

    def test_callbacks_and_the_deposit_come_to_the_same(self, enrolments: str, pay: WeChatPay) -> None:
        number = paying(enrolments)(Door(app, authorization=bearer())).body["out_trade_no"]
        told = [a_callback(paid(number)), a_callback(paid(number), event_id="EV-2")] * 4
        letter = letters.written(
            letters.a_letter(bank_reference="BKW00001", amount_fen=PRICE, remittance=number, account_no=TUITION_NO)
        )

        def act(one: int) -> int:
            if one < len(told):
                return hears(told[one]).status
            return Door(app, **letters.signed(letter)).post("/v1/bank/events", letter).status

        with ThreadPoolExecutor(6) as threads:
            statuses = list(threads.map(act, [0, 8, 1, 9, 2, 10, 3, 4, 5, 6, 7]))
        again = [act(one) for one in (0, 1, 8)]  # what was too busy comes again

        assert set(statuses) <= {200, 503}
        assert again == [200] * 3
        order = store.get(number)
        assert (order.status.value, order.settled_fen) == ("settled", PRICE)
        assert order.transaction_id == a_transaction()["transaction_id"]
        assert funds.get_account(EnrolmentId(enrolments)).paid_fen == PRICE
