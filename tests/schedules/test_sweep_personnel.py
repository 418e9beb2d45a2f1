"""What the personnel table's stream lost is found by the nightly sweep: listed teachers, teachers in two places."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import personnel_acts
from functions.schedules import sweep
from shared.alerts import store as alerts
from shared.dynamo import transaction
from shared.personnel.store import presences
from tests import steps
from tests.builders import NOW, SCHOOL
from tests.edge.doors import Clock
from tests.personnel import examples as persons
from tests.personnel.test_rules import a_presence
from tests.schedules.running import run

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


class TestPersonnel:
    def test_that_the_stream_lost_is_told_and_counted_once(self, in_memory: Any, at: Clock) -> None:
        for number in (1, 2):
            personnel_acts.note_teachers(steps.register(number), now=NOW)
        persons.blacklisted(persons.NUMBER)
        transaction.commit([presences.noted(a_presence(number), now=NOW) for number in (1, 2)])

        at.now = NOW + timedelta(minutes=9)
        assert run(sweep.sweep) == NOTHING
        at.now = NOW + timedelta(minutes=10)
        assert run(sweep.sweep) == {**NOTHING, "alerts_raised": 4}
        assert run(sweep.sweep) == NOTHING

        rules = sorted(one.rule for one in alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows)
        assert rules == ["listed_teacher", "teacher_in_two_places"]

    def test_noted_before_the_day_of_the_last_sweep_was_looked_at_then(self, in_memory: Any, at: Clock) -> None:
        transaction.commit([presences.noted(a_presence(number), now=NOW) for number in (1, 2)])
        at.now = NOW + timedelta(days=1, minutes=10)
        assert run(sweep.sweep) == {**NOTHING, "alerts_raised": 2, "covers_followed": 0}

        assert list(presences.list_noted(NOW, NOW)) != []
        assert list(presences.list_noted(NOW + timedelta(seconds=1), NOW + timedelta(days=40))) == []
