"""A listed person whom schools publish, and a person in two places: alerts at each school, once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.edge import personnel_acts
from functions.streams import watch_personnel
from infra import events
from infra.local import filters
from shared.alerts import store as alerts
from shared.alerts.model import Alert
from shared.dynamo import rows, transaction
from shared.kernel.ids import InstitutionId
from shared.personnel.model import Presence
from shared.personnel.store import presences
from tests import steps
from tests.builders import NOW, SCHOOL, an_id
from tests.edge.doors import Clock
from tests.personnel.examples import NUMBER, blacklisted, serving, taken_off
from tests.personnel.test_rules import a_presence
from tests.streams.records import Record, a_record, deliver, poison, put_aside
from tests.tables import busy

pytestmark = pytest.mark.usefixtures("hurried")
SECOND = InstitutionId(an_id("ins", 2))
[FUNCTION] = [one for one in events.STREAM_FUNCTIONS if one.name == "watch_personnel"]


@pytest.fixture
def published(in_memory: Any) -> Any:
    """Two schools that publish the same teacher."""
    for number in (1, 2):
        personnel_acts.note_teachers(steps.register(number), now=NOW)
    return in_memory


def records(client: Any) -> list[Record]:
    """Of each item that the filters let through, the oldest key first."""
    items = client.scan(TableName=rows.table_name("personnel"))["Items"]
    ordered = sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    found = [a_record(item, number=number, table="personnel") for number, item in enumerate(ordered, 1)]
    return [one for one in found if filters.any_matches(FUNCTION.filters, one)]


def noted(*found: Presence) -> list[transaction.Part]:
    return [presences.noted(one, now=NOW) for one in found]


def raised(of: str) -> list[Alert]:
    return list(alerts.list_alerts(of, limit=99, cursor=None).rows)


class TestListedTeacher:
    def test_is_told_red_to_each_school_that_publishes_her(self, published: Any) -> None:
        assert records(published) == []
        blacklisted(NUMBER)

        assert deliver(watch_personnel.watch_personnel, records(published)) == []

        for school in (SCHOOL, SECOND):
            [alert] = raised(school)
            assert (alert.rule.value, alert.severity.value, alert.threshold) == ("listed_teacher", "red", "0")
            assert alert.figures["on_list"] == "blacklist"
        assert len(raised(alerts.DISTRICT)) == 2

    def test_is_told_once_for_each_time_and_each_list(self, published: Any) -> None:
        blacklisted(NUMBER)
        batch = records(published)
        deliver(watch_personnel.watch_personnel, [*batch, *batch])
        serving(NUMBER)
        deliver(watch_personnel.watch_personnel, records(published))
        assert len(raised(SCHOOL)) == 2

        taken_off(NUMBER)
        blacklisted(NUMBER, now=NOW + timedelta(minutes=1))
        deliver(watch_personnel.watch_personnel, records(published))
        assert len(raised(SCHOOL)) == 3

    def test_whose_listing_is_over_is_not_told(self, published: Any, at: Clock) -> None:
        blacklisted(NUMBER, until=NOW.date() + timedelta(days=1))

        at.now = NOW + timedelta(days=2)
        deliver(watch_personnel.watch_personnel, records(published))

        assert raised(SCHOOL) == []

    def test_whom_nobody_publishes_never_reaches_the_function(self, in_memory: Any) -> None:
        blacklisted(NUMBER)

        assert records(in_memory) == []


class TestTwoPlaces:
    def test_are_told_to_both_schools_whichever_is_marked_first(self, in_memory: Any) -> None:
        transaction.commit(
            [
                presences.noted(a_presence(), now=NOW),
                presences.noted(a_presence(2, begins="09:59", ends="11:00"), now=NOW),
            ]
        )
        batch = records(in_memory)
        assert len(batch) == 2

        deliver(watch_personnel.watch_personnel, batch[::-1])

        [first], [second] = raised(SCHOOL), raised(SECOND)
        assert (first.figures["place"], first.figures["other_place"]) == ("学校1", "学校2")
        assert (second.figures["place"], second.figures["other_place"]) == ("学校2", "学校1")
        assert second.figures["other_ends_at"] == first.figures["ends_at"] == "2026-09-01T18:00:00+08:00"
        assert (first.rule.value, first.severity.value) == ("teacher_in_two_places", "red")

    def test_that_follow_on_one_another_are_none(self, in_memory: Any) -> None:
        transaction.commit(
            [
                presences.noted(a_presence(), now=NOW),
                presences.noted(a_presence(2, begins="10:00", ends="11:00"), now=NOW),
            ]
        )

        deliver(watch_personnel.watch_personnel, records(in_memory))

        assert raised(alerts.DISTRICT) == []

    def test_three_of_them_are_three_pairs(self, in_memory: Any) -> None:
        transaction.commit(noted(*map(a_presence, (1, 2, 3))))

        deliver(watch_personnel.watch_personnel, records(in_memory))

        assert len(raised(alerts.DISTRICT)) == 6

    def test_another_persons_are_nobodys_business(self, in_memory: Any) -> None:
        transaction.commit(noted(a_presence(), replace(a_presence(2), number="20260002")))

        deliver(watch_personnel.watch_personnel, records(in_memory))

        assert raised(alerts.DISTRICT) == []


class TestTrouble:
    def test_what_can_not_be_read_is_parked_and_stops_nobody(self, published: Any) -> None:
        blacklisted(NUMBER)

        assert deliver(watch_personnel.watch_personnel, [poison(77, table="personnel"), *records(published)]) == []

        assert [one[:2] for one in put_aside()] == [("watch_personnel", 77)]
        assert len(raised(SCHOOL)) == 1

    def test_what_can_not_be_done_now_comes_again(self, published: Any) -> None:
        blacklisted(NUMBER)
        batch = records(published)

        with busy("TransactWriteItems"):
            assert len(deliver(watch_personnel.watch_personnel, batch)) == 1
        deliver(watch_personnel.watch_personnel, batch)

        assert len(raised(SCHOOL)) == 1
