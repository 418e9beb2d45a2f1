"""What a page of the mall reads, counted: the same with ten times the schools."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import botocore.client
import pytest

from shared.institutions import store as institutions
from shared.kernel.ids import CourseId
from shared.kernel.page import Page
from shared.mall import queries
from shared.mall.model import Offering, WeeklyTime
from tests import builders, steps
from tests.builders import NOW
from tests.mall import waiting
from tests.reads import counted

pytestmark = pytest.mark.usefixtures("on_engine")


def open_schools(first: int, last: int) -> None:
    """Schools with one course each on sale."""
    for number in range(first, last + 1):
        school = steps.register(number)
        course = builders.a_course(
            course_id=CourseId(builders.an_id("crs", number)), institution_id=school.institution_id
        )
        steps.put_on_sale(course)


def schools_page(cursor: str | None) -> Page[Any]:
    page = queries.list_schools_of_category("dance", limit=5, cursor=cursor)
    assert len(institutions.get_many(list(page.rows))) == 5
    return page


def courses_page(cursor: str | None) -> Page[Any]:
    page = queries.list_courses_of_category("dance", limit=5, cursor=cursor)
    assert len(institutions.get_many([course.institution_id for course in page.rows])) == 5
    return page


class TestAPageOfACategory:
    @pytest.mark.parametrize("page", [schools_page, courses_page])
    def test_it_costs_the_same_reads_with_ten_times_the_schools(
        self, page: Callable[[str | None], Page[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_schools(1, 6)
        with counted(monkeypatch) as few:
            first = page(None)
        open_schools(7, 60)
        with counted(monkeypatch) as many:
            page(None)
        with counted(monkeypatch) as later:
            page(first.next_cursor)
        assert few == many == later == [("Query", 6), ("BatchGetItem", 5)]


class TestASale:
    def test_writes_four_items_for_eight_units_and_its_indexes_however_long_the_facts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offering = self.long_winded()
        assert self.written(monkeypatch, lambda: steps.enrol(offering)) == (
            4,
            # two units an item; the account writes to three indexes besides
            {"hui-institutions": 2, "hui-mall": 2 + 2, "hui-funds": 2 + 3},
        )

    def test_of_a_seat_that_was_waited_for_writes_its_ticket_besides_and_no_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offering = self.long_winded(seats=1)
        steps.enrol(offering, 9)
        for number in (1, 2, 3):
            waiting.join(number)
        steps.expire(9, now=NOW + timedelta(hours=72))
        waiting.call_next()
        assert self.written(monkeypatch, lambda: steps.enrol(offering)) == (
            5,
            # the class's item has its waitlist's counts in it, and is still one unit; its offer leaves the index
            {"hui-institutions": 2, "hui-mall": 2 + 2 + 2 + 1, "hui-funds": 2 + 3},
        )

    def long_winded(self, **changes: Any) -> Offering:
        """A class with the longest facts that there can be."""
        steps.register()
        return steps.put_on_sale(
            number="临" * 20,
            name="临" * 30,
            room="临" * 30,
            weekly=tuple(WeeklyTime(day, time(9), time(10)) for day in range(1, 8)),
            **changes,
        )

    def written(self, monkeypatch: pytest.MonkeyPatch, sell: Callable[[], object]) -> tuple[int, dict[str, int]]:
        """The items of a sale's one transaction, and its units by table."""
        writes: list[tuple[int, dict[str, int]]] = []
        call = botocore.client.BaseClient._make_api_call

        def watched(client: Any, operation: str, told: dict[str, Any]) -> Any:
            answer = call(client, operation, told)
            if operation == "TransactWriteItems":
                units = {one["TableName"]: one["CapacityUnits"] for one in answer["ConsumedCapacity"]}
                writes.append((len(told["TransactItems"]), units))
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
            sell()
        [sale] = writes
        return sale
