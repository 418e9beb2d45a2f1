"""Releases, refunds and repeats of both, all at once, on an engine that serialises transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from shared.funds import model, refund_money, rules
from shared.funds.store import accounts
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from tests import builders, steps
from tests.builders import NOW, an_id

ENROLMENTS, THREADS, TIMES = range(1, 9), 20, 3


@pytest.mark.usefixtures("on_engine", "hurried")
def test_each_lesson_is_released_or_refunded_never_both() -> None:
    steps.register()
    for number in ENROLMENTS:
        steps.open_account(number, paid_fen=1000)
    agreed = {number: steps.agree_to_refund(steps.ask_for_refund(number)) for number in ENROLMENTS}
    acts: list[Callable[[], object]] = []
    for number in ENROLMENTS:
        for lesson in (1, 2, 3):
            acts += [lambda number=number, lesson=lesson: steps.release(lesson, enrolment=number)] * TIMES  # type: ignore[misc]
        acts += [lambda refund=agreed[number]: refund_money.hold(refund=refund, taught=(), now=NOW)] * TIMES  # type: ignore[misc]
    Random(3).shuffle(acts)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(_try, acts))
    for number, refund in agreed.items():
        for payment in refund_money.payments(refund):
            fact = builders.a_refund_paid(payment, bank_reference=f"BKR{number:06d}")
            refund_money.settle(fact=fact, now=NOW)

    found = [accounts.get(EnrolmentId(an_id("enr", number))) for number in ENROLMENTS]
    assert all(account.held_fen == account.refund_pending_fen == 0 for account in found)
    assert {account.released_fen + account.refunded_fen for account in found} == {1000}
    assert {account.lessons_released + account.lessons_refunded for account in found} == {3}
    assert 0 < sum(account.lessons_refunded for account in found) < 3 * len(found)
    over = (model.EnrolmentStatus.COMPLETED, model.EnrolmentStatus.REFUNDED)
    assert {account.status for account in found} <= set(over)
    steps.count_all()
    assert steps.violations() == {}


def _try(act: Callable[[], object]) -> None:
    """A lesson that comes after the refund finds nothing left; one that the engine is too busy for comes again."""
    for _ in range(50):
        try:
            act()
        except rules.ShareRefunded:
            return
        except errors.Unavailable:
            continue
        return
    raise AssertionError("never got through")
