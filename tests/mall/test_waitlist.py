from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.mall import rules, store, waitlist
from shared.mall.store import waitlist as tickets
from shared.mall.waitlist_model import TicketStatus
from shared.policy import queries as policies
from tests import steps, tables
from tests.builders import NOW, OFFERING, an_id
from tests.mall import waiting
from tests.mall.waiting import call_next, counts, join, leave, the_class, ticket_of
from tests.tables import dump, just_before

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")

KEPT = timedelta(hours=24)
UNPAID = timedelta(hours=72)


@pytest.fixture(autouse=True)
def offering(in_memory: Any) -> None:
    tables.put_in_memory(__name__, waiting.sold_out)


def give_back(number: int = 1) -> None:
    """The `number`-th enrolment expires, which frees its seat."""
    assert steps.expire(number, now=NOW + UNPAID)


def buy(number: int, *, now: Any = NOW, **changes: Any) -> None:
    """The `number`-th family takes a seat, in an enrolment that nobody has yet."""
    steps.enrol(the_class(), number, now=now, **changes)


def whole() -> list[str]:
    """What doesn't add up of the class."""
    return steps.seats_astray()


class TestJoin:
    def test_a_child_gets_the_next_number_of_a_class_that_is_sold_out(self) -> None:
        assert [join(number).number for number in (3, 4, 5)] == [1, 2, 3]
        assert counts() == (0, 0, 3)
        assert [tickets.count_before(the_class(), ticket_of(number)) for number in (3, 4, 5)] == [0, 1, 2]
        assert [one.student_id for one in tickets.list_waiting(the_class())] == [an_id("stu", n) for n in (3, 4, 5)]
        assert whole() == []

    def test_a_child_that_waits_stays_where_it_is(self, in_memory: Any) -> None:
        first = join(3)
        join(4)
        before = dump(in_memory)

        assert join(3, now=NOW + timedelta(hours=1)) == first
        assert dump(in_memory) == before

    def test_a_class_with_free_seats_is_bought_instead(self, in_memory: Any) -> None:
        give_back()
        before = dump(in_memory)
        with pytest.raises(waitlist.SeatsFree) as refused:
            join(3)
        assert refused.value.figures == {"free": 1}
        assert dump(in_memory) == before

    def test_a_seat_that_comes_free_while_others_wait_lets_more_wait(self) -> None:
        join(3)
        give_back()
        assert join(4).number == 2

    def test_a_seat_that_comes_free_between_reading_and_writing_is_bought_instead(self) -> None:
        with just_before("TransactWriteItems", give_back), pytest.raises(waitlist.SeatsFree):
            join(3)
        assert counts() == (1, 0, 0)

    def test_no_more_wait_than_the_policy_allows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        policy = replace(policies.in_force(at=NOW), waitlist_most=2)
        monkeypatch.setattr(policies, "in_force", lambda at: policy)
        join(3), join(4)
        with pytest.raises(waitlist.WaitlistFull) as refused:
            join(5)
        assert refused.value.figures == {"waiting": 2, "limit": 2}
        leave(3)
        assert join(5).number == 3

    def test_the_rules_of_a_sale_hold(self) -> None:
        with pytest.raises(rules.AlreadyEnrolled):
            join(1)
        with pytest.raises(rules.AlreadyStarted):
            join(3, now=NOW + timedelta(days=7))
        steps.withdraw_class()
        with pytest.raises(rules.NotOnSale):
            join(3)

    def test_a_suspended_school_lets_nobody_wait(self) -> None:
        steps.suspend()
        with pytest.raises(institutions.NotSelling):
            join(3)

    def test_who_has_left_begins_at_the_end_again(self) -> None:
        join(3), join(4)
        leave(3)
        assert join(3).number == 3
        assert [one.number for one in tickets.list_waiting(the_class())] == [2, 3]

    def test_an_offer_that_has_passed_is_ended_before_its_child_waits_anew(self) -> None:
        join(3), join(4)
        give_back()
        call_next()
        assert join(3, now=NOW + KEPT).number == 3
        assert counts() == (1, 0, 2)


class TestLeave:
    def test_who_waits_has_left(self, in_memory: Any) -> None:
        join(3), join(4)
        assert leave(3).status is TicketStatus.LEFT
        assert counts() == (0, 0, 1)
        before = dump(in_memory)
        assert leave(3).status is TicketStatus.LEFT
        assert dump(in_memory) == before

    def test_the_last_who_leaves_lets_everybody_buy(self) -> None:
        join(3)
        give_back()
        leave(3)
        assert tickets.list_waiting_classes() == []
        buy(4)
        assert counts() == (0, 0, 0)

    def test_who_is_offered_a_seat_declines_it_and_it_goes_on(self) -> None:
        join(3), join(4)
        give_back()
        call_next()
        assert leave(3).status is TicketStatus.DECLINED
        assert counts() == (1, 0, 1)
        called = call_next()
        assert called is not None
        assert called.student_id == an_id("stu", 4)

    def test_who_never_waited_is_missing(self) -> None:
        with pytest.raises(tickets.UnknownTicket):
            leave(9)


class TestCallNext:
    def test_offers_the_seat_that_came_free_to_who_has_waited_longest(self) -> None:
        join(3), join(4)
        give_back()

        called = call_next()

        assert called == ticket_of(3)
        assert (called.status, called.expires_at) == (TicketStatus.OFFERED, NOW + KEPT)
        assert counts() == (0, 1, 1)
        assert call_next() is None
        assert whole() == []

    def test_keeps_no_seat_beyond_the_day_the_class_starts_on(self) -> None:
        join(3)
        give_back()
        late = NOW + timedelta(days=6)
        called = call_next(now=late)
        assert called is not None
        assert called.expires_at == clock.end_of(the_class().starts_on) < late + KEPT

    def test_offers_every_seat_that_a_higher_cap_brings(self) -> None:
        join(3), join(4), join(5)
        offering = the_class()
        transaction.commit(
            [store.changed(replace(offering, seats=4), was_seats=2, unsold=False, refused=rules.SoldOut())]
        )
        assert [one.number for one in iter(call_next, None)] == [1, 2]
        assert counts() == (0, 2, 1)
        assert whole() == []

    def test_a_cap_cannot_fall_below_what_is_sold_and_offered(self) -> None:
        join(3)
        give_back()
        call_next()
        offering = the_class()
        with pytest.raises(rules.SoldOut):
            transaction.commit(
                [store.changed(replace(offering, seats=1), was_seats=2, unsold=False, refused=rules.SoldOut())]
            )

    def test_passes_over_who_has_left(self) -> None:
        join(3), join(4), join(5)
        leave(3), leave(4)
        give_back()
        called = call_next()
        assert called is not None
        assert called.number == 3

    @pytest.mark.parametrize("meanwhile", [lambda: leave(3), lambda: join(5)])
    def test_what_changes_between_reading_and_writing_is_seen(self, meanwhile: Callable[[], object]) -> None:
        join(3), join(4)
        give_back()
        with just_before("TransactWriteItems", meanwhile):
            called = call_next()
        assert called is not None
        assert called.number == (2 if ticket_of(3).status is TicketStatus.LEFT else 1)
        assert whole() == []

    def test_a_suspended_school_offers_nothing(self, in_memory: Any) -> None:
        join(3)
        give_back()
        steps.suspend()
        before = dump(in_memory)
        with pytest.raises(institutions.NotSelling):
            call_next()
        assert dump(in_memory) == before

    def test_a_class_off_sale_offers_nothing(self) -> None:
        join(3)
        give_back()
        steps.withdraw_class()
        assert call_next() is None


class TestASaleWhileSomebodyWaits:
    def test_nobody_else_takes_the_seat_that_came_free(self, in_memory: Any) -> None:
        join(3)
        give_back()
        before = dump(in_memory)
        with pytest.raises(rules.SoldOut):
            buy(4)
        with pytest.raises(rules.SoldOut):
            buy(3)  # not before her turn is called
        assert dump(in_memory) == before

    def test_a_seat_is_not_taken_from_who_begins_to_wait_in_between(self) -> None:
        give_back()
        with just_before("TransactWriteItems", lambda: buy(3)), pytest.raises(rules.SoldOut):
            buy(4)

    def test_whose_turn_it_is_takes_the_seat_that_is_kept(self) -> None:
        join(3), join(4)
        give_back()
        call_next()

        buy(3, now=NOW + KEPT - timedelta(milliseconds=1))

        assert ticket_of(3).status is TicketStatus.TAKEN
        assert counts() == (0, 0, 1)
        assert whole() == []

    def test_too_late_is_sold_out_though_nobody_has_ended_the_offer(self) -> None:
        join(3)
        give_back()
        call_next()
        with pytest.raises(rules.SoldOut):
            buy(3, now=NOW + KEPT)

    def test_an_offer_declined_between_reading_and_writing_is_not_taken(self) -> None:
        join(3), join(4)
        give_back()
        call_next()
        with just_before("TransactWriteItems", lambda: leave(3)), pytest.raises(rules.SoldOut):
            buy(3)
        assert counts() == (1, 0, 1)
        assert whole() == []

    def test_the_seat_is_asked_for_under_the_terms_on_sale(self) -> None:
        join(3)
        give_back()
        call_next()
        with pytest.raises(rules.TermsChanged):
            buy(3, terms_hash="f" * 64)


class TestLapse:
    def test_ends_an_offer_whose_time_is_over_once(self, in_memory: Any) -> None:
        join(3)
        give_back()
        offered = call_next()
        assert offered is not None
        assert tickets.list_lapsing(until=NOW + KEPT) == [offered]
        assert not waitlist.lapse(offered, now=NOW + KEPT - timedelta(milliseconds=1))
        assert waitlist.lapse(offered, now=NOW + KEPT)
        assert (ticket_of(3).status, counts()) == (TicketStatus.LAPSED, (1, 0, 0))
        before = dump(in_memory)
        assert not waitlist.lapse(offered, now=NOW + KEPT)
        assert dump(in_memory) == before
        assert tickets.list_lapsing(until=NOW + KEPT) == []


class TestClose:
    def test_ends_the_waitlist_of_a_class_that_has_started(self) -> None:
        join(3), join(4)
        started = clock.start_of(the_class().starts_on + timedelta(days=1))
        told: dict[str, Any] = {"course_id": the_class().course_id, "offering_id": OFFERING}
        assert waitlist.close(**told, now=started - timedelta(milliseconds=1)) == 0
        assert waitlist.close(**told, now=started) == 2
        assert {ticket_of(number).status for number in (3, 4)} == {TicketStatus.CLOSED}
        assert counts() == (0, 0, 0)
        assert waitlist.close(**told, now=started) == 0
        assert whole() == []
