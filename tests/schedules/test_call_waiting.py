from datetime import timedelta
from typing import Any

import pytest

from functions.edge import telling
from functions.schedules import call_waiting
from shared.kernel import clock
from shared.kernel.ids import GuardianId
from shared.mall.store import waitlist as tickets
from shared.messages import store as messages
from tests import steps, tables
from tests.builders import NOW, an_id
from tests.edge.doors import Clock
from tests.mall import waiting
from tests.mall.waiting import counts, join, leave, the_class, ticket_of
from tests.schedules.running import run
from tests.tables import just_before, killed_before

pytestmark = pytest.mark.usefixtures("hurried")

KEPT = timedelta(hours=24)


@pytest.fixture(autouse=True)
def sold_out(in_memory: Any) -> None:
    """Two seats are sold and not paid, two families wait; the first seat has come free."""

    def put() -> None:
        waiting.sold_out()
        join(3), join(4)
        assert steps.expire(1, now=NOW + timedelta(hours=72))

    tables.put_in_memory(__name__, put)


class TestCallWaiting:
    def test_offers_what_is_free_to_who_has_waited_longest(self) -> None:
        assert run(call_waiting.call_waiting) == {"lapsed": 0, "offered": 1, "closed": 0}
        assert (ticket_of(3).status.value, ticket_of(4).status.value) == ("offered", "waiting")
        assert (counts(), steps.seats_astray()) == ((0, 1, 1), [])

    def test_tells_her_with_the_offer(self) -> None:
        run(call_waiting.call_waiting)
        [told] = messages.list_of(GuardianId(an_id("grd", 3)), limit=9, cursor=None).rows
        assert (told.kind, told.good_until) == ("seat_offered", ticket_of(3).expires_at)
        assert told.figures == {"course": "少儿中国舞基础", "class": "周六上午一班", "until": "09-02 10:00"}
        assert telling.still_so(told)
        leave(3)
        assert not telling.still_so(told)

    def test_twice_offers_once(self) -> None:
        run(call_waiting.call_waiting)
        before = tables.dump_memory()
        assert run(call_waiting.call_waiting) == {"lapsed": 0, "offered": 0, "closed": 0}
        assert tables.dump_memory() == before

    def test_an_offer_that_is_over_moves_on_in_the_same_run(self, at: Clock) -> None:
        run(call_waiting.call_waiting)
        at.pass_by(hours=24)
        assert run(call_waiting.call_waiting) == {"lapsed": 1, "offered": 1, "closed": 0}
        assert (ticket_of(3).status.value, ticket_of(4).status.value) == ("lapsed", "offered")
        assert ticket_of(4).expires_at == NOW + 2 * KEPT

    def test_after_the_last_of_them_the_seat_is_everybodys(self, at: Clock) -> None:
        for _ in range(3):
            run(call_waiting.call_waiting)
            at.pass_by(hours=24)
        assert (the_class().seats_free, counts(), tickets.list_waiting_classes()) == (1, (1, 0, 0), [])
        steps.enrol(the_class(), 5)
        assert steps.seats_astray() == []

    @pytest.mark.parametrize("call", [1, 2])
    def test_killed_in_the_middle_comes_to_the_same(self, at: Clock, call: int) -> None:
        run(call_waiting.call_waiting)
        at.pass_by(hours=24)
        with killed_before("TransactWriteItems", call=call):
            run(call_waiting.call_waiting)
        assert steps.seats_astray() == []
        run(call_waiting.call_waiting)
        assert (ticket_of(3).status.value, ticket_of(4).status.value) == ("lapsed", "offered")
        assert (counts(), steps.seats_astray()) == ((0, 1, 0), [])

    def test_loses_to_a_sale_in_the_very_moment(self, at: Clock) -> None:
        run(call_waiting.call_waiting)
        at.pass_by(hours=24)
        bought = at.now - timedelta(seconds=1)
        with just_before("TransactWriteItems", lambda: steps.enrol(the_class(), 3, now=bought)):
            assert run(call_waiting.call_waiting)["lapsed"] == 0
        assert ticket_of(3).status.value == "taken"
        assert steps.seats_astray() == []

    def test_what_a_suspended_school_cannot_sell_waits(self) -> None:
        steps.suspend()
        assert run(call_waiting.call_waiting)["offered"] == 0
        assert counts() == (1, 0, 2)

    def test_the_waitlist_ends_when_the_class_has_started(self, at: Clock) -> None:
        at.now = clock.start_of(the_class().starts_on + timedelta(days=1))
        assert run(call_waiting.call_waiting) == {"lapsed": 0, "offered": 0, "closed": 2}
        assert tickets.list_waiting_classes() == []

    def test_who_has_left_is_not_called(self) -> None:
        leave(3)
        run(call_waiting.call_waiting)
        assert ticket_of(4).status.value == "offered"
