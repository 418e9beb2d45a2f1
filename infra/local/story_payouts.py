"""Payouts that don't go straight: one that the bank pays in two parts, one that it can't pay and two people recall."""

from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

_REASON = "收款账户状态异常，先撤回，核实后随下一批划拨"


class PayoutStory:
    """The steps of a payout in parts, and of one that is recalled: what it was is in the next week's."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def steps(self) -> Iterator[Step]:
        """Both; payouts are built on Mondays at 2 in the morning, and sent again from 10 minutes later on."""
        faults = self._cast.district.bank.faults
        yield _step("09-13 12:00", "payout-in-parts", lambda: faults.arm("partly_payout"))
        yield _step("09-27 23:00", "recall-fails", lambda: faults.arm("fail_payout", reason="收款账户状态异常"))
        yield _step("09-28 02:05", "recall-by-two", self._recall)

    def _recall(self) -> None:
        """The duty officers recall the payout that the bank couldn't pay, before it is sent again."""
        books = self._cast.district.bank.books
        for failed in books.rows("select id from instructions where kind = 'payout' and status = 'failed'"):
            page = f"/console/payouts/{failed['id']}"
            self._cast.two_people(page, f"{page}/recall", reason=_REASON)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
