"""Random histories of a class that is sold out: whatever comes, in whatever order, no seat is lost, order is kept."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from shared.kernel import errors, ids
from shared.kernel.ids import EnrolmentId, StudentId
from shared.mall import waitlist
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import TicketStatus
from tests import steps
from tests.builders import NOW, an_id
from tests.edge.doors import Clock
from tests.mall import waiting

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")

FAMILIES, STEPS = range(1, 9), 100


class History:
    """What families and the schedule do, one after another, with what they may be refused."""

    def __init__(self, random: Random) -> None:
        self.random, self.clock = random, Clock(NOW)
        self.unpaid: list[EnrolmentId] = []
        self.made = 0
        waiting.sold_out(seats=2)

    def join(self, family: int) -> None:
        waiting.join(family, now=self.clock())

    def leave(self, family: int) -> None:
        waiting.leave(family, now=self.clock())

    def buy(self, family: int) -> None:
        """Only whose turn it is may, while somebody waits."""
        before, now = waiting.the_class(), self.clock()
        ticket = tickets.find_ticket(before.offering_id, StudentId(an_id("stu", family)))
        self.made += 1
        enrolment_id = EnrolmentId(ids.derived("enr", str(self.made)))
        steps.enrol(before, family, now=now, enrolment_id=enrolment_id)
        self.unpaid.append(enrolment_id)
        assert not before.waiting or (ticket is not None and ticket.offers_at(now))

    def expire(self, family: int) -> None:
        """An enrolment that isn't paid gives its seat back."""
        number = self.random.randrange(2) + 1
        steps.expire(number, now=NOW + timedelta(hours=72))
        if self.unpaid:
            steps.expire(of=self.unpaid.pop(0), now=self.clock() + timedelta(hours=72))

    def call(self, family: int) -> None:
        waiting.call_next(now=self.clock())

    def lapse(self, family: int) -> None:
        self.clock.pass_by(hours=8)
        for ticket in tickets.list_lapsing(until=self.clock()):
            waitlist.lapse(ticket, now=self.clock())


@pytest.mark.parametrize("seed", range(12))
def test_no_seat_is_lost_or_doubled_and_nobody_is_called_before_who_came_earlier(in_memory: Any, seed: int) -> None:
    random = Random(seed)
    history, called = History(random), 0
    moves: list[Callable[[int], None]] = [
        history.join,
        history.join,
        history.leave,
        history.buy,
        history.buy,
        history.expire,
        history.call,
        history.call,
        history.lapse,
    ]
    for _ in range(STEPS):
        with suppress(errors.Conflict, errors.Missing):  # refused, and nothing has changed
            random.choice(moves)(random.choice(FAMILIES))
        assert steps.seats_astray() == []
        offering = waiting.the_class()
        assert offering.called >= called
        called = offering.called
        still = [one.number for one in tickets.scan() if one.status is TicketStatus.WAITING]
        assert all(number > called for number in still)
    ends = {one.status for one in tickets.scan()}
    assert len(ends - {TicketStatus.WAITING}) > 1, "a history in which something happens"
