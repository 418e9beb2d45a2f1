"""Withdrawals, the bank's own, and repeats of both, all at once, on an engine that serialises transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from shared.funds import minimum_money, minimum_rules, minimum_withdrawals
from shared.funds.store import minimums
from shared.kernel import errors
from tests import steps
from tests.builders import NOW, SCHOOL

THREADS, TIMES = 16, 4


@pytest.mark.usefixtures("on_engine", "hurried")
def test_no_withdrawal_goes_below_what_is_required_then() -> None:
    steps.register()
    steps.pay_minimum(20_000)
    first = steps.ask_to_withdraw(7_000)
    acts: list[Callable[[], object]] = [
        *[lambda: minimum_money.hold(withdrawal_id=first.withdrawal_id, now=NOW)] * TIMES,
        *[lambda: steps.ask_to_withdraw(1_000)] * TIMES,
        *[lambda: steps.lose_minimum(4_000)] * TIMES,
        lambda: minimum_withdrawals.refuse(withdrawal_id=first.withdrawal_id, reason="不同意", now=NOW),
    ]
    Random(5).shuffle(acts)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(_try, acts))

    found = minimums.get(SCHOOL)
    held = found.pending.get(first.withdrawal_id, 0)
    assert found.balance_fen == 16_000 - held
    assert held in (0, 7_000)
    steps.count_all()
    assert steps.violations() == {}


def _try(act: Callable[[], object]) -> None:
    """What is refused has a reason; what the engine is too busy for comes again."""
    for _ in range(50):
        try:
            act()
        except errors.Unavailable:
            continue
        except (minimum_rules.BelowRequirement, minimum_rules.WithdrawalMovedOn, minimum_rules.WithdrawalOpen):
            return
        return
    raise AssertionError("never got through")
