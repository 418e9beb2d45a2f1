"""The same line of a statement by many at once, on an engine that serialises transactions: booked once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from events import facts
from shared.funds import adoption, queries, refund_money
from shared.funds.store import accounts, entries
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.kernel.money import Fen
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, PAYOUT_NO, SCHOOL, TUITION_NO

pytestmark = pytest.mark.usefixtures("on_engine", "hurried")
THREADS = 8


def adopt_payout() -> None:
    """A statement has the school's first payout, of 1,000 fen."""
    fact = facts.PayoutSettled(f"pay_{SCHOOL[4:]}000001", "BK000101", TUITION_NO, Fen(1000), NOW)
    adoption.adopt_payout(
        fact=fact,
        account=builders.a_tuition_account(),
        to_account_no=PAYOUT_NO,
        payee_account_no=PAYOUT_NO,
        latch=institutions.releasing_latch(SCHOOL, spread_by=TUITION_NO),
        now=NOW,
    )


def adopt_refund() -> None:
    """A statement has the only payment of the enrolment's first refund, of 1,000 fen."""
    fact = facts.RefundPaid(f"ref_{ENROLMENT[4:]}01-1", "BK000201", TUITION_NO, Fen(1000), NOW)
    adoption.adopt_refund(fact=fact, payee_account_no="6222000000000001", taught=(), now=NOW)


def build_payout() -> None:
    steps.build_payout()


def hold_refund() -> None:
    [refund] = queries.list_refunds(ENROLMENT)
    refund_money.hold(refund=refund, taught=(), now=NOW)


def ask_and_agree() -> None:
    steps.agree_to_refund(steps.ask_for_refund())


def at_once(*acts: object) -> list[str]:
    """Each act on every thread; the codes of what was refused."""

    def attempt(act: object) -> str:
        try:
            act()  # type: ignore[operator]
        except errors.Refusal as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(THREADS) as threads:
        return [code for code in threads.map(attempt, [*acts] * THREADS) if code]


def test_a_payout_is_built_and_settled_once() -> None:
    steps.register()
    steps.open_account(paid_fen=1000)
    for lesson in (1, 2, 3):
        steps.release(lesson)
    steps.count_all()

    refused = at_once(adopt_payout, build_payout)

    assert set(refused) <= {"totals_behind"}  # who has lost to another comes again, and finds the payout
    adopt_payout()
    steps.count_all()
    [payout] = queries.list_payouts(SCHOOL, limit=9, cursor=None).rows
    assert (payout.amount_fen, payout.settled_fen, payout.status) == (1000, 1000, "settled")
    assert steps.violations() == {}


@pytest.mark.parametrize("begin", [ask_and_agree, lambda: None], ids=["agreed", "unknown"])
def test_a_refund_is_held_and_paid_once(begin: object) -> None:
    steps.register()
    steps.open_account(paid_fen=1000)
    begin()  # type: ignore[operator]

    refused = at_once(adopt_refund, hold_refund) if begin is ask_and_agree else at_once(adopt_refund)

    assert set(refused) <= {"try_again"}
    adopt_refund()
    assert (accounts.get(ENROLMENT).refunded_fen, accounts.get(ENROLMENT).held_fen) == (1000, 0)
    assert len(entries.list_of_refunds(ENROLMENT)) == 1
