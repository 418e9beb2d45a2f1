from datetime import timedelta
from typing import Any

import pytest

from functions.edge import parked
from functions.schedules import auto_confirm
from shared.dynamo import rows
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.teaching import queries
from shared.teaching.model import Due, LessonStatus, Outcome
from tests import tables
from tests.builders import NOW, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import busy, just_before, killed_before
from tests.teaching import examples

pytestmark = pytest.mark.usefixtures("hurried")

CONFIRM_BY = clock.end_of(clock.business_day(NOW) + timedelta(days=9))  # of what is marked at NOW


def statuses() -> list[str]:
    """Of the first three enrolments' lessons."""
    lessons = [queries.list_lessons(EnrolmentId(an_id("enr", number)))[0] for number in (1, 2, 3)]
    return [lesson.status.value for lesson in lessons]


@pytest.fixture
def marked(in_memory: Any) -> None:
    """Three lessons are marked, the last one a day later."""
    for number, days in ((1, 0), (2, 0), (3, 1)):
        examples.claim(number=number, now=NOW + timedelta(days=days))


@pytest.mark.usefixtures("marked")
class TestAutoConfirm:
    def test_confirms_what_is_due_and_nothing_else(self, at: Clock) -> None:
        at.now = CONFIRM_BY

        assert run(auto_confirm.auto_confirm) == {"due": 2, "confirmed": 2}
        assert statuses() == ["auto_confirmed", "auto_confirmed", "taught"]

    def test_a_moment_before_confirms_nothing(self, at: Clock) -> None:
        at.now = CONFIRM_BY - timedelta(milliseconds=1)

        assert run(auto_confirm.auto_confirm) == {"due": 0, "confirmed": 0}

    def test_twice_confirms_once(self, at: Clock) -> None:
        at.now = CONFIRM_BY
        run(auto_confirm.auto_confirm)
        before = tables.dump_memory()

        assert run(auto_confirm.auto_confirm) == {"due": 0, "confirmed": 0}
        assert tables.dump_memory() == before

    def test_killed_in_the_middle_comes_to_the_same(self, at: Clock) -> None:
        at.now = CONFIRM_BY + timedelta(days=1)
        with killed_before("TransactWriteItems", call=2):
            run(auto_confirm.auto_confirm)
        assert sorted(statuses()) == ["auto_confirmed", "taught", "taught"]

        assert run(auto_confirm.auto_confirm) == {"due": 2, "confirmed": 2}
        assert statuses() == ["auto_confirmed"] * 3

    def test_leaves_what_is_disputed_confirmed_or_missed(self, at: Clock) -> None:
        examples.claim(Outcome.ABSENT, number=4)
        examples.dispute()
        at.now = CONFIRM_BY

        assert run(auto_confirm.auto_confirm) == {"due": 1, "confirmed": 1}
        assert statuses() == ["disputed", "auto_confirmed", "taught"]

    def test_loses_to_a_dispute_in_the_very_moment(self, at: Clock) -> None:
        at.now = CONFIRM_BY
        with just_before("TransactWriteItems", lambda: examples.dispute(now=CONFIRM_BY)):
            assert run(auto_confirm.auto_confirm)["due"] == 2

        assert statuses()[0] == "disputed"
        assert not [one for one in queries.list_due(Due.RELEASE, until=CONFIRM_BY) if one[0] == an_id("enr")]

    def test_what_cannot_be_done_while_dynamodb_is_busy_is_told_and_done_next_time(
        self, at: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        at.now = CONFIRM_BY

        with busy("TransactWriteItems"):
            assert run(auto_confirm.auto_confirm) == {"due": 2, "confirmed": 0}
        assert [one.code for one in caplog.records if one.msg == "put_off"] == ["try_again"] * 2  # type: ignore[attr-defined]
        assert statuses() == [LessonStatus.TAUGHT] * 3
        assert run(auto_confirm.auto_confirm)["confirmed"] == 2

    def test_a_lesson_that_cannot_be_handled_is_parked_and_stops_no_other(self, at: Clock, in_memory: Any) -> None:
        at.now = CONFIRM_BY
        broken = queries.list_due(Due.AUTO_CONFIRMATION, until=CONFIRM_BY)[0]
        key = {"pk": {"S": broken[0]}, "sk": {"S": f"lesson#{broken[1]}"}}
        in_memory.update_item(
            TableName=rows.table_name("teaching"),
            Key=key,
            UpdateExpression="SET confirm_by = :broken",
            ExpressionAttributeValues={":broken": {"S": "never"}},
        )

        for _ in range(2):
            run(auto_confirm.auto_confirm)
        [one] = parked.list_parked(limit=10, cursor=None).rows
        assert (one.function, one.event_id) == ("auto_confirm", "/".join(broken))
        assert "auto_confirmed" in [
            queries.list_lessons(EnrolmentId(an_id("enr", number)))[0].status.value
            for number in (1, 2)
            if an_id("enr", number) != broken[0]
        ]
