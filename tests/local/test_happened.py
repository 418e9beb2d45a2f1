"""What the closing table tells besides the ordinary, from small books with literal figures."""

import pytest

from infra.local import happened
from infra.local.wechat_pay_simulator import PAYER
from shared.approvals.model import Kind
from shared.funds import payout_answers, suspense, usecases
from shared.funds.store import books, returns
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, an_id
from tests.tables import hurried, in_memory, memory_tables

__all__ = ["hurried", "in_memory", "memory_tables"]

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


TOLD = {
    "seats_waited_for": 1,
    "reviews": 9,
    "reviews_weighed_down": 6,
    "reviews_hidden": 1,
    "messages": 40,
    "wechat_refunds": 1,
    "claims": 1,
    "private_payments": 1,
}


def told(*, messages_refused: int = 0) -> dict[str, tuple[int, int]]:
    """What happened at all: how often, how many fen."""
    found = happened.of(books.read(), messages_refused=messages_refused, told={})
    return {name: (one["count"], one["fen"]) for name, one in found.items() if one["count"]}


class TestOf:
    def test_an_ordinary_term_tells_nothing(self) -> None:
        steps.register()
        steps.settle(steps.a_built_payout())

        assert told() == {}

    def test_tells_a_deposit_of_two_siblings(self) -> None:
        steps.register()
        first, second = (steps.open_account(number) for number in (1, 2))
        both = f"{first.payment_reference} {second.payment_reference}"
        fact = builders.a_deposit(2000, remittance=both)
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)

        assert told() == {"deposits_split": (1, 2000)}

    def test_tells_what_was_paid_by_wechat(self) -> None:
        steps.register()
        account = steps.open_account()
        steps.pay(account.enrolment_id, 1000, payer_name=PAYER)

        assert told() == {"paid_by_wechat": (1, 1000)}

    def test_tells_what_two_people_did_with_suspense(self) -> None:
        steps.register()
        steps.open_account()
        steps.pay(EnrolmentId(an_id("enr", 9)), 1500, reference="BK000001")
        suspense.allocate(
            reference="BK000001",
            enrolment_id=ENROLMENT,
            amount_fen=Fen(1000),
            approval=steps.approval(Kind.SUSPENSE_ALLOCATION, "BK000001"),
            now=NOW,
        )
        approval = steps.approval(Kind.SUSPENSE_RETURN, "BK000001")
        suspense.hold_return(reference="BK000001", amount_fen=Fen(500), approval=approval, now=NOW)
        [held] = returns.list_waiting()
        suspense.settle_return(fact=builders.a_refund_paid(held.payment, bank_reference="BKR-1"), now=NOW)

        assert told() == {"suspense_allocated": (1, 1000), "suspense_returned": (1, 500)}

    def test_tells_payouts_in_parts_and_recalled(self) -> None:
        steps.register()
        payout = steps.a_built_payout()
        payout_answers.settle(fact=builders.a_part(payout, 400), now=NOW)
        payout_answers.settle(fact=builders.a_part(payout, 600, bank_reference="BKP-2"), now=NOW)

        assert told() == {"payouts_in_parts": (1, 1000)}

    def test_tells_what_was_sold_under_a_changed_policy(self) -> None:
        steps.register()
        steps.open_account()
        steps.open_account(2, policy_version="linzi-2026.2", price_fen=Fen(700))

        assert told() == {"sold_under_a_change": (1, 700)}

    def test_tells_refused_messages(self) -> None:
        assert told(messages_refused=3) == {"messages_refused": (3, 0)}

    def test_has_words_for_everything(self) -> None:
        found = happened.of(books.read(), messages_refused=0, told=TOLD)

        assert happened.table(found).row_count == len(found)
        assert {name: found[name]["count"] for name in TOLD} == TOLD
