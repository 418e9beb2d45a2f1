from datetime import timedelta

import pytest

from shared.alerts import store, usecases
from shared.alerts.model import Alert
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from tests import builders, tables
from tests.builders import NOW, POLICY, SCHOOL, an_id
from tests.tables import busy, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")

UNMATCHED = {"outside": -1000, "suspense": 1000}


def consider(number: int = 1, *, school: str = SCHOOL, minutes: int = 0) -> list[Alert]:
    """The `number`-th deposit goes to suspense."""
    fact = builders.a_movement(
        UNMATCHED,
        entry_key=f"bank#BK{number:06d}/entry",
        institution_id=InstitutionId(school),
        booked_at=NOW + timedelta(minutes=minutes),
    )
    return usecases.consider(fact=fact, policy=POLICY)


def listed(of: str = SCHOOL) -> list[Alert]:
    return list(store.list_alerts(of, limit=99, cursor=None).rows)


class TestConsider:
    def test_keeps_an_alert_whole_for_the_school_and_for_the_district(self) -> None:
        [alert] = consider()

        assert listed() == listed(store.DISTRICT) == [alert]
        assert alert.figures == {"reference": "BK000001", "suspense_fen": 1000, "reason": ""}
        assert (alert.threshold, alert.rule_version) == ("suspense_fen > 0", POLICY.version)

    def test_of_a_fact_that_comes_again_raises_nothing(self) -> None:
        consider()
        before = tables.dump_memory()

        assert consider() == []
        assert tables.dump_memory() == before

    def test_of_a_fact_that_comes_again_long_after_raises_nothing(self) -> None:
        consider()

        assert consider(minutes=60 * 24 * 400) == []

    def test_of_a_fact_that_says_nothing_raises_nothing(self) -> None:
        fact = builders.a_movement({"outside": -1000, "held": 1000})

        assert usecases.consider(fact=fact, policy=POLICY) == []
        assert listed(store.DISTRICT) == []

    def test_while_dynamodb_is_busy_is_to_be_tried_again(self) -> None:
        with busy("TransactWriteItems"), pytest.raises(errors.Unavailable):
            consider()
        assert listed(store.DISTRICT) == []
        assert len(consider()) == 1

    def test_whose_answer_was_lost_is_kept_once(self) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            consider()

        assert consider() == []
        assert len(listed(store.DISTRICT)) == 1


class TestListAlerts:
    def test_gives_a_schools_newest_first_page_by_page(self) -> None:
        other = an_id("ins", 2)
        for number, school in enumerate((SCHOOL, other, SCHOOL, SCHOOL)):
            consider(number, school=school, minutes=number)

        first = store.list_alerts(SCHOOL, limit=2, cursor=None)
        rest = store.list_alerts(SCHOOL, limit=2, cursor=first.next_cursor)

        assert [one.figures["reference"] for one in (*first.rows, *rest.rows)] == ["BK000001"] * 3
        assert [one.raised_at - NOW for one in (*first.rows, *rest.rows)] == [timedelta(minutes=m) for m in (3, 2, 0)]
        assert len(listed(other)) == 1
        assert len(listed(store.DISTRICT)) == 4
