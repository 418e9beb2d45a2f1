"""The nightly sweep: finds what a stream lost, counts it as a repair, and finds nothing where nothing was lost."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import covers
from functions.schedules import sweep
from functions.streams import keep_totals, raise_alerts, release_lesson
from shared.alerts import store as alerts
from shared.funds import queries as funds
from shared.funds.posting import ReferenceReused
from shared.funds.store import books, entries, sweeps
from shared.kernel.ids import EnrolmentId
from shared.teaching import queries, store
from shared.teaching.model import Due, LessonStatus
from tests import steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, SESSION, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import killed_before
from tests.teaching import examples

pytestmark = pytest.mark.usefixtures("hurried")

NOTHING = {
    "lessons_released": 0,
    "enrolments_expired": 0,
    "entries_counted": 0,
    "alerts_raised": 0,
    "covers_followed": 0,
    "messages_posted": 0,
    "wechat_refunds_begun": 0,
    "reviews_followed": 0,
}
LATER = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def lost(in_memory: Any) -> None:
    """A confirmed lesson, an unpaid enrolment, three entries, an alert, a conflict; every stream lost them all."""

    def put() -> None:
        steps.register()
        offering = steps.put_on_sale()
        steps.enrol(offering, 2)
        steps.open_account()
        steps.pay(ENROLMENT, 1000)
        examples.claim()
        examples.confirm()
        steps.pay(ENROLMENT, 50, reference="BK000050")  # more than is due: to suspense
        with pytest.raises(ReferenceReused):
            steps.pay(ENROLMENT, 51, reference="BK000050")

    tables.put_in_memory(__name__, put)


def state() -> str:
    """Everything but the sweeps' own lines."""
    return "\n".join(line.rstrip(",") for line in tables.dump_memory().splitlines() if "repairs" not in line)


def streams_bring_everything() -> None:
    """What the streams would have done, all of it."""
    for lesson in queries.list_lessons(ENROLMENT):
        fact = queries.confirmed(lesson)
        if fact is not None:
            release_lesson.release(fact)
    keep_totals.count(list(entries.scan()))
    for entry in entries.scan():
        raise_alerts.consider(entries.moved(entry))
        covers.follow_entry(entry)
    for conflict in books.read().conflicts:
        raise_alerts.consider(conflict)


class TestSweep:
    def test_repairs_all_that_was_lost_and_says_so(self, at: Clock) -> None:
        at.pass_by(days=5, minutes=30)

        assert run(sweep.sweep) == {
            "lessons_released": 1,
            "enrolments_expired": 1,
            "entries_counted": 2,
            "alerts_raised": 2,
            "covers_followed": 1,
            "messages_posted": 0,
            "wechat_refunds_begun": 0,
            "reviews_followed": 0,
        }
        assert funds.get_account(ENROLMENT).lessons_released == 1
        assert examples.the_lesson().status is LessonStatus.RELEASED
        assert funds.get_account(EnrolmentId(an_id("enr", 2))).status == "expired"
        assert {one.rule for one in alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows} == {
            "unmatched_deposit",
            "reference_conflict",
        }
        assert sweeps.list_last(1)[0][1]["lessons_released"] == 1

    def test_counts_what_it_has_moved_itself_the_next_time(self, at: Clock) -> None:
        at.pass_by(days=5, minutes=30)
        run(sweep.sweep)
        at.pass_by(days=1)

        assert run(sweep.sweep) == {**NOTHING, "entries_counted": 1}  # its own release: no stream brought it either
        assert steps.violations() == {}
        at.pass_by(days=1)
        assert run(sweep.sweep) == NOTHING

    def test_twice_repairs_once(self, at: Clock) -> None:
        at.pass_by(days=5, minutes=30)
        run(sweep.sweep)
        before = state()

        assert run(sweep.sweep) == NOTHING
        assert state() == before

    def test_finds_nothing_where_nothing_was_lost(self, at: Clock) -> None:
        at.pass_by(minutes=1)
        streams_bring_everything()
        at.pass_by(hours=17)
        before = state()

        assert run(sweep.sweep) == NOTHING
        assert state() == before

    def test_leaves_alone_what_a_stream_may_still_bring(self, at: Clock) -> None:
        at.pass_by(minutes=9)

        assert run(sweep.sweep) == NOTHING

    def test_takes_what_no_stream_will_bring_any_more(self, at: Clock) -> None:
        at.now = NOW + LATER

        assert run(sweep.sweep) == {
            **NOTHING,
            "lessons_released": 1,
            "entries_counted": 2,
            "alerts_raised": 2,
            "covers_followed": 1,
            "messages_posted": 0,
            "wechat_refunds_begun": 0,
            "reviews_followed": 0,
        }

    def test_of_a_frozen_school_releases_nothing(self, at: Clock) -> None:
        steps.freeze()
        at.now = NOW + LATER

        assert run(sweep.sweep)["lessons_released"] == 0
        assert funds.get_account(ENROLMENT).lessons_released == 0
        assert examples.the_lesson().status is LessonStatus.CONFIRMED

    def test_one_lesson_that_the_ledger_refuses_stops_no_other(self, at: Clock) -> None:
        steps.open_account(3)
        examples.claim(number=3)
        third = EnrolmentId(an_id("enr", 3))
        lesson = queries.find_lesson(third, SESSION)
        assert lesson is not None
        store.move_lesson(lesson, LessonStatus.CONFIRMED, now=NOW - timedelta(days=1), due=Due.RELEASE)
        at.now = NOW + LATER

        assert run(sweep.sweep)["lessons_released"] == 1
        assert funds.get_account(third).lessons_released == 0

    @pytest.mark.parametrize("call", [1, 2, 3, 5])
    def test_killed_anywhere_comes_to_the_same(self, at: Clock, call: int) -> None:
        at.pass_by(days=5, minutes=30)
        with killed_before("TransactWriteItems", call=call):
            run(sweep.sweep)
        assert sweeps.list_last(1) == []

        run(sweep.sweep)
        at.pass_by(days=1)
        run(sweep.sweep)

        assert funds.get_account(ENROLMENT).lessons_released == 1
        assert funds.get_account(EnrolmentId(an_id("enr", 2))).status == "expired"
        assert len(alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows) == 2
        assert steps.violations() == {}

    def test_looks_at_what_is_new_since_a_day_before_the_last_one(self, at: Clock) -> None:
        at.now = NOW + LATER
        run(sweep.sweep)
        steps.release(2, now=at() - timedelta(hours=20))  # no stream brings it
        at.pass_by(days=1)

        assert run(sweep.sweep)["entries_counted"] == 2  # the sweep's own release, and this one
