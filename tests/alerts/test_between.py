from datetime import timedelta

import pytest

from shared.alerts import rules, store
from tests import builders
from tests.builders import NOW, POLICY, SCHOOL

pytestmark = pytest.mark.usefixtures("in_memory")


def raise_alert(number: int, *, minutes: int) -> str:
    fact = builders.a_movement(
        {"outside": -880, "suspense": 880},
        entry_key=f"bank#BK{number}/entry",
        booked_at=NOW + timedelta(minutes=minutes),
    )
    (alert,) = rules.on_money_moved(fact, POLICY)
    store.add(alert)
    return alert.alert_id


class TestListBetween:
    def test_gives_those_of_a_half_open_period_newest_first(self) -> None:
        ids = [raise_alert(number, minutes=number) for number in range(4)]

        found = store.list_between(
            SCHOOL, first=NOW + timedelta(minutes=1), before=NOW + timedelta(minutes=3), at_most=9
        )

        assert [one.alert_id for one in found] == [ids[2], ids[1]]

    def test_gives_the_newest_when_there_are_more(self) -> None:
        ids = [raise_alert(number, minutes=number) for number in range(3)]

        found = store.list_between(SCHOOL, first=NOW, before=NOW + timedelta(hours=1), at_most=1)

        assert [one.alert_id for one in found] == [ids[2]]
