"""A waitlist under families that all want the same seat at once, through the API's own server, on the engine."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from functions.schedules import call_waiting
from infra.local.doors import Answer
from shared.funds.store import accounts
from shared.kernel import errors
from shared.mall import model as mall
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import Ticket, TicketStatus
from tests import steps
from tests.api.test_races import a_guardian, enrol, together, told, url, with_children
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, an_id
from tests.edge.doors import Clock
from tests.mall import waiting
from tests.mall.waiting import the_class
from tests.schedules.running import run

__all__ = ["url"]
pytestmark = pytest.mark.usefixtures("on_engine")

SEATS, FAMILIES = 5, range(11, 61)
DAY = timedelta(hours=24)


@pytest.fixture
def sold_out(url: str) -> mall.Offering:
    """Five seats, sold and not paid; and fifty families that want one."""
    steps.register()
    offering = steps.put_on_sale(seats=SEATS)
    with_children(60)
    for number in range(1, SEATS + 1):
        steps.enrol(offering, number)
    return offering


def join(url: str, number: int) -> Answer:
    wish = {"course_id": COURSE, "offering_id": OFFERING, "student_id": an_id("stu", number)}
    return patiently(lambda: a_guardian(url, number).call("POST", "/v1/me/waitlist", wish, key="wait-0001"))


def in_line(families: Iterable[int]) -> None:
    """These families wait, in this order."""
    for number in families:
        waiting.join(number)


def leave(url: str, number: int) -> Answer:
    path = f"/v1/me/waitlist/{an_id('stu', number)}/{OFFERING}/leaving"
    return patiently(lambda: a_guardian(url, number).call("POST", path, {}, key="leave-0001"))


def patiently(act: Callable[[], Answer]) -> Answer:
    """What is answered in the end to who asks again while the service is busy, as a mini-program does."""
    for _ in range(20):
        answer = act()
        if answer.code not in ("try_again", "in_flight"):
            break
    return answer


def line() -> list[Ticket]:
    """Every ticket that was ever given out, in order."""
    return sorted(tickets.scan(), key=lambda one: one.number)


def at_once(acts: Iterable[Callable[[], Any]]) -> list[Any]:
    def safely(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except errors.Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(20) as threads:
        return list(threads.map(safely, acts))


class TestFiftyFamilies:
    def test_that_join_at_once_get_fifty_numbers(self, url: str, sold_out: mall.Offering) -> None:
        answers = together(lambda number: join(url, number), FAMILIES)

        assert told(answers) == {(201, ""): 50}
        assert sorted(answer.body["number"] for answer in answers) == list(range(1, 51))
        assert [one.number for one in tickets.list_waiting(the_class())] == list(range(1, 51))
        assert steps.seats_astray() == []

    def test_are_called_in_order_however_many_call_and_no_seat_is_lost_or_doubled(
        self, url: str, sold_out: mall.Offering, at: Clock
    ) -> None:
        in_line(FAMILIES)
        at.pass_by(hours=72)

        at_once([partial(steps.expire, number, now=at.now) for number in range(1, 6)] * 2)
        at_once([lambda: run(call_waiting.call_waiting)] * 8)

        assert [one.number for one in line() if one.status is TicketStatus.OFFERED] == [1, 2, 3, 4, 5]
        assert steps.seats_astray() == []

    def test_that_snatch_leave_take_and_let_pass_keep_the_order_and_every_seat(
        self, url: str, sold_out: mall.Offering, at: Clock
    ) -> None:
        """Day by day: everybody tries to buy, some of the called take their seat, some decline, some say nothing."""
        in_line(FAMILIES)
        at.pass_by(hours=72)
        for number in range(1, SEATS + 1):
            steps.expire(number, now=at.now)
        bought, key = [], count(1)
        for _ in range(4):
            run(call_waiting.call_waiting)
            called = [one for one in line() if one.status is TicketStatus.OFFERED]
            ends = [one.number for one in line() if one.status is not TicketStatus.WAITING]
            assert ends == list(range(1, len(ends) + 1)), "nobody is called before who came earlier"
            wants = {
                one.student_id: one.number % 4 for one in called
            }  # 1 declines, 3 says nothing, who is even takes it

            def act(number: int, wants: dict[Any, int] = wants, of: int = next(key)) -> Answer:
                mine = wants.get(an_id("stu", number), 0)
                if mine == 1:
                    return leave(url, number)
                if mine == 3:
                    return a_guardian(url, number).call("GET", "/v1/me/waitlist")
                return patiently(lambda: enrol(url, sold_out, number, key=f"enrol-{of:04d}"))

            answers = together(act, FAMILIES)

            sold = [FAMILIES[place] for place, answer in enumerate(answers) if answer.status == 201]
            assert sold == sorted(int(one.student_id[-2:]) for one in called if one.number % 2 == 0)
            bought += sold
            assert steps.seats_astray() == []
            at.pass_by(hours=24)
        assert (
            len(bought)
            == the_class().seats_sold
            == sum(one.seated for one in accounts.list_by_offering(SCHOOL, OFFERING))
        )
        assert len(set(bought)) == len(bought) == SEATS

    def test_a_seat_that_comes_free_is_never_the_publics_while_somebody_waits(
        self, url: str, sold_out: mall.Offering, at: Clock
    ) -> None:
        public = range(21, 61)
        in_line(range(11, 21))
        at.now = NOW + timedelta(hours=72)

        acts: list[Callable[[], Any]] = [partial(enrol, url, sold_out, number) for number in public]
        acts[5:5] = [partial(steps.expire, number, now=at.now) for number in range(1, 6)]
        acts[20:20] = [lambda: run(call_waiting.call_waiting)] * 4
        answers = [one for one in at_once(acts) if isinstance(one, Answer)]

        assert set(told(answers)) == {(409, "class_sold_out")}
        run(call_waiting.call_waiting)
        assert [one.number for one in line() if one.status is TicketStatus.OFFERED] == [1, 2, 3, 4, 5]
        assert steps.seats_astray() == []
