"""The schools that the bureau has an eye on: whose papers end first, which are frozen, terminating or ended."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.dynamo import transaction
from shared.institutions import store, usecases
from shared.institutions.store import watched
from shared.institutions.store.watched import Watch
from shared.kernel.ids import InstitutionId
from tests import builders, steps
from tests.builders import NOW, SCHOOL, an_id

pytestmark = pytest.mark.usefixtures("in_memory")

OTHER = InstitutionId(an_id("ins", 2))
UNTIL = date(2026, 10, 31)


def expiring(until: date = UNTIL) -> list[InstitutionId]:
    return list(watched.list_expiring(until=until, limit=9, cursor=None).rows)


def waiting(watch: Watch) -> list[InstitutionId]:
    return list(watched.list_waiting(watch, limit=9, cursor=None).rows)


class TestExpiring:
    def test_has_the_first_to_end_first_to_the_day(self) -> None:
        steps.register(licence_valid_to=UNTIL)
        steps.register(2, licence_valid_to=UNTIL - timedelta(days=1))
        steps.register(3, licence_valid_to=UNTIL + timedelta(days=1))

        assert expiring() == [OTHER, SCHOOL]
        assert expiring(UNTIL - timedelta(days=1)) == [OTHER]
        assert watched.count_expiring(until=UNTIL, at_most=9) == 2
        assert watched.count_expiring(until=UNTIL, at_most=1) == 1

    def test_counts_teachers_qualifications_and_follows_what_is_published(self) -> None:
        steps.register()
        assert expiring() == []

        def renewed(valid_to: date) -> None:
            teacher = replace(builders.a_school().teachers[0], valid_to=valid_to)
            transaction.commit(store.publish(SCHOOL, lambda school: replace(school, teachers=(teacher,))))

        renewed(UNTIL)
        assert expiring() == [SCHOOL]
        renewed(UNTIL + timedelta(days=365))
        assert expiring() == []

    def test_is_of_no_school_that_ends(self) -> None:
        steps.register(licence_valid_to=UNTIL)
        steps.terminate()

        assert expiring() == []

    def test_comes_page_by_page(self) -> None:
        for number in (1, 2, 3):
            steps.register(number, licence_valid_to=UNTIL - timedelta(days=number))

        first = watched.list_expiring(until=UNTIL, limit=2, cursor=None)
        last = watched.list_expiring(until=UNTIL, limit=2, cursor=first.next_cursor)
        assert [*first.rows, *last.rows] == [an_id("ins", number) for number in (3, 2, 1)]


class TestWaiting:
    def test_has_a_school_while_its_money_is_frozen(self) -> None:
        steps.register()
        steps.freeze()
        assert (waiting(Watch.FROZEN), watched.count_waiting(Watch.FROZEN, at_most=9)) == ([SCHOOL], 1)

        steps.thaw(now=NOW + timedelta(minutes=1))
        assert waiting(Watch.FROZEN) == []

    def test_has_it_once_from_the_stop_of_its_sales_to_the_end_and_after(self) -> None:
        steps.register()
        steps.freeze()
        steps.terminate(now=NOW + timedelta(minutes=1))
        assert [waiting(one) for one in Watch] == [[], [SCHOOL], []]

        later = NOW + timedelta(days=9)
        usecases.end_termination(
            institution_id=SCHOOL, revoked=False, reason="已执行", by="platform", now=later, also=[]
        )
        assert [waiting(one) for one in Watch] == [[], [], [SCHOOL]]

    def test_has_none_that_is_only_suspended(self) -> None:
        steps.register()
        steps.suspend()

        assert [waiting(one) for one in Watch] == [[], [], []]
