"""What ends is warned of 60, 30 and 7 days before, and told as over; each once."""

from datetime import date
from typing import Any

import pytest

from functions.schedules.watch_certificates import watch_certificates
from shared.alerts import store as alerts
from shared.institutions import store as institutions
from tests import steps, tables
from tests.builders import SCHOOL
from tests.edge.doors import Clock
from tests.profiles.examples import CERTIFICATE, NEW_TEACHER, accepted
from tests.schedules.running import run

pytestmark = pytest.mark.usefixtures("hurried", "published")


@pytest.fixture
def published(in_memory: Any) -> None:
    """A school with a certificate that ends on 31 October, 60 days from now, and a teacher later."""

    def put() -> None:
        steps.register()
        accepted(item={**CERTIFICATE, "valid_to": "2026-10-31"})
        accepted(2, {**NEW_TEACHER, "valid_to": "2026-11-30"}, item_id="tch_00000000000000000000000009")

    tables.put_in_memory(__name__, put)


def raised() -> set[tuple[str, str, str]]:
    rows = alerts.list_alerts(SCHOOL, limit=20, cursor=None).rows
    return {(one.severity.value, one.threshold, str(one.figures["kind"])) for one in rows}


class TestWatchCertificates:
    def test_warns_at_each_of_the_policys_days_once_and_turns_red_when_it_is_over(self, at: Clock) -> None:
        figures = []
        for days in (0, 0, 29, 1, 23, 6, 1, 1):  # in all: 0, 0, 29, 30, 53, 59, 60, 61
            at.pass_by(days=days)
            figures.append(run(watch_certificates)["raised"])

        assert figures == [1, 0, 0, 2, 1, 0, 1, 1]
        assert raised() == {
            ("yellow", "60 days", "fire_safety"),
            ("yellow", "30 days", "fire_safety"),
            ("yellow", "7 days", "fire_safety"),
            ("red", "0 days", "fire_safety"),
            ("yellow", "60 days", "teacher"),
            ("yellow", "30 days", "teacher"),
        }

    def test_a_renewal_ends_the_warnings_and_lets_it_sell_again(self, at: Clock) -> None:
        at.pass_by(days=61)
        run(watch_certificates)
        today = date(2026, 11, 1)
        assert institutions.get(SCHOOL).may_sell_on(today) is False

        accepted(3, {**CERTIFICATE, "valid_to": "2027-10-31"}, now=at.now)

        assert institutions.get(SCHOOL).may_sell_on(today) is True
        assert run(watch_certificates)["ending"] == 1

    def test_a_run_that_was_missed_raises_what_holds_now(self, at: Clock) -> None:
        at.pass_by(days=55)

        run(watch_certificates)

        assert raised() == {("yellow", "7 days", "fire_safety"), ("yellow", "60 days", "teacher")}
