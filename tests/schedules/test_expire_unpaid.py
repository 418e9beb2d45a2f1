from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import expire_unpaid
from shared.funds import queries as funds
from shared.funds.store import entries
from shared.kernel.ids import EnrolmentId
from shared.mall import store as mall
from tests import steps, tables
from tests.builders import COURSE, NOW, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried")

OVER = NOW + timedelta(hours=72)


@pytest.fixture(autouse=True)
def sold(in_memory: Any) -> None:
    """Three seats of ten are sold: not paid, paid in part, paid."""

    def put() -> None:
        steps.register()
        offering = steps.put_on_sale(seats=10)
        for number in (1, 2, 3):
            steps.enrol(offering, number)
        steps.pay(enrolment(2), 100_000)
        steps.pay(enrolment(3), 288_000)

    tables.put_in_memory(__name__, put)


def enrolment(number: int) -> EnrolmentId:
    return EnrolmentId(an_id("enr", number))


def statuses() -> list[str]:
    return [funds.get_account(enrolment(number)).status.value for number in (1, 2, 3)]


def seats_left() -> int:
    return mall.get_course(COURSE).offerings[0].seats_left


class TestExpireUnpaid:
    def test_ends_what_is_not_paid_in_full_and_gives_the_seats_back(self, at: Clock) -> None:
        at.now = OVER

        assert run(expire_unpaid.expire_unpaid) == {"due": 3, "expired": 2}
        assert statuses() == ["expired", "expired", "active"]
        assert seats_left() == 9

    def test_puts_what_was_paid_in_part_into_suspense(self, at: Clock) -> None:
        at.now = OVER
        run(expire_unpaid.expire_unpaid)

        [expiry] = [entry for entry in entries.scan() if entry.kind == "expiry"]
        assert (expiry.enrolment_id, dict(expiry.legs)) == (enrolment(2), {"held": -100_000, "suspense": 100_000})
        steps.count_all()
        assert steps.violations() == {}

    def test_a_moment_before_ends_nothing(self, at: Clock) -> None:
        at.now = OVER - timedelta(milliseconds=1)

        assert run(expire_unpaid.expire_unpaid) == {"due": 3, "expired": 0}
        assert (statuses()[0], seats_left()) == ("awaiting_deposit", 7)

    def test_twice_ends_once(self, at: Clock) -> None:
        at.now = OVER
        run(expire_unpaid.expire_unpaid)
        before = tables.dump_memory()

        assert run(expire_unpaid.expire_unpaid)["expired"] == 0
        assert tables.dump_memory() == before

    def test_killed_in_the_middle_comes_to_the_same(self, at: Clock) -> None:
        at.now = OVER
        with killed_before("TransactWriteItems", call=2):
            run(expire_unpaid.expire_unpaid)
        assert seats_left() == 8

        assert run(expire_unpaid.expire_unpaid)["expired"] == 1
        assert (statuses(), seats_left()) == (["expired", "expired", "active"], 9)

    @pytest.mark.parametrize(("days", "expired"), [(3, 2), (4, 0)])
    def test_finds_what_a_schedule_that_stood_still_has_missed(self, at: Clock, days: int, expired: int) -> None:
        at.now = OVER + timedelta(days=days)  # later than that, the sweep finds it

        assert run(expire_unpaid.expire_unpaid)["expired"] == expired

    def test_loses_to_a_deposit_in_the_very_moment(self, at: Clock) -> None:
        at.now = OVER
        with just_before("TransactWriteItems", lambda: steps.pay(enrolment(1), 288_000)):
            run(expire_unpaid.expire_unpaid)

        account = funds.get_account(enrolment(1))
        assert (account.status.value, account.held_fen) == ("active", 288_000)
        assert seats_left() == 8

    def test_lets_a_deposit_that_comes_after_go_to_suspense(self, at: Clock) -> None:
        at.now = OVER
        run(expire_unpaid.expire_unpaid)

        posting = steps.pay(enrolment(1), 288_000)

        assert dict(posting.entry.legs) == {"outside": -288_000, "suspense": 288_000}
        assert statuses()[0] == "expired"
