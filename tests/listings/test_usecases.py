from datetime import date, timedelta
from typing import Any

import pytest

from functions.edge import listing_acts
from functions.schedules.end_listings import end_listings
from shared.approvals.model import Kind
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.institutions.model import BarKind, Change
from shared.listings import rules, store, usecases
from shared.listings.model import AppealStatus, ChangeKind, ListName
from tests import builders, steps, tables
from tests.builders import NOW, SCHOOL
from tests.edge.doors import Clock
from tests.institutions.test_usecases import may_sell
from tests.listings.examples import put_on, school, take_off
from tests.schedules.running import run

pytestmark = pytest.mark.usefixtures("registered")
WHITE, BLACK = ListName.WHITE, ListName.BLACK


@pytest.fixture
def registered(in_memory: Any) -> None:
    def put() -> None:
        for number in (1, 2, 3):
            steps.register(number, required_fen=0)

    tables.put_in_memory(__name__, put)


class TestPutOn:
    def test_a_blacklisted_school_sells_nothing_through_any_latch_from_the_commit_on(self) -> None:
        assert all(may_sell())

        put_on(BLACK, now=NOW + timedelta(minutes=1))

        assert not any(may_sell())
        assert not institutions.get(SCHOOL).may_sell_on(builders.TODAY)
        assert [one.change for one in institutions.list_changes(SCHOOL)][:1] == [Change.BARRED]

    def test_a_suspended_school_that_is_reinstated_stays_barred(self) -> None:
        put_on(BLACK)
        steps.suspend()
        institution_usecases.reinstate(institution_id=SCHOOL, reason="整改", by="科长", now=NOW + timedelta(minutes=2))

        assert not any(may_sell())

    def test_a_bar_of_another_kind_stays_when_one_is_lifted(self) -> None:
        told: dict[str, Any] = {"institution_id": SCHOOL, "reason": "逾期", "by": "minimum-check", "now": NOW}
        institution_usecases.bar(**told, kind=BarKind.MINIMUM_OVERDUE, until=None)
        put_on(BLACK, now=NOW + timedelta(minutes=1))
        take_off(now=NOW + timedelta(minutes=2))

        assert not any(may_sell())
        assert [bar.kind for bar in institutions.get(SCHOOL).bars] == [BarKind.MINIMUM_OVERDUE]

        institution_usecases.unbar(**{**told, "now": NOW + timedelta(minutes=3)}, kind=BarKind.MINIMUM_OVERDUE)
        assert all(may_sell())

    def test_after_its_last_day_it_sells_again_by_itself(self) -> None:
        put_on(BLACK, until=date(2026, 9, 30))

        assert not any(may_sell(on=date(2026, 9, 30)))
        assert all(may_sell(on=date(2026, 10, 1)))

    def test_the_white_list_needs_eligibility_at_the_approval(self) -> None:
        put_on(WHITE)
        steps.freeze(school(2))

        with pytest.raises(rules.NotEligible) as refused:
            put_on(WHITE, 2)

        assert "资金未被冻结" in refused.value.sentence("zh")
        assert "Money not frozen" in refused.value.sentence("en")
        assert store.get(school(2)).on is None

    def test_eligibility_lost_between_the_look_and_the_commit_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing_acts, "check_eligible", lambda *_: steps.suspend())

        with pytest.raises(institutions.NotSelling):
            put_on(WHITE)

        assert (store.get(SCHOOL).on, store.last_number()) == (None, 0)

    def test_from_the_white_list_to_the_black_is_one_change(self) -> None:
        put_on(WHITE)
        put_on(BLACK, now=NOW + timedelta(minutes=1))

        [newest, oldest] = store.list_history(SCHOOL, limit=9, cursor=None).rows
        assert (newest.was, newest.becomes) == (WHITE, BLACK)
        assert (oldest.was, oldest.becomes) == (None, WHITE)
        assert [one.institution_id for one in store.list_page(WHITE, limit=9, cursor=None).rows] == []

    def test_twice_is_refused_and_writes_nothing(self) -> None:
        put_on(BLACK)
        before = tables.dump_memory(but=["approvals"])

        with pytest.raises(rules.AlreadyListed):
            put_on(BLACK)

        assert tables.dump_memory(but=["approvals"]) == before


class TestFeed:
    def test_every_change_comes_once_oldest_first_whatever_the_pages(self) -> None:
        for number in (1, 2, 3):
            put_on(BLACK, number, now=NOW + timedelta(minutes=number))
        take_off(2, now=NOW + timedelta(minutes=4))

        told: list[tuple[int, str]] = []
        while found := store.list_changes(after=len(told), limit=3):
            told += [(one.number, one.institution_id) for one in found]

        assert told == [(1, school(1)), (2, school(2)), (3, school(3)), (4, school(2))]

    def test_a_change_numbered_at_the_same_time_takes_the_next_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put_on(BLACK, 3)
        stale = iter([0])
        last_number = store.last_number
        monkeypatch.setattr(store, "last_number", lambda: next(stale, last_number()))

        put_on(BLACK)

        assert [one.institution_id for one in store.list_changes(after=0, limit=9)] == [school(3), SCHOOL]


class TestTakeOff:
    def test_it_sells_again_and_the_record_stays(self) -> None:
        put_on(BLACK)
        take_off(now=NOW + timedelta(minutes=1))

        assert all(may_sell())
        listing = store.get(SCHOOL)
        assert (listing.on, listing.changes, listing.blacklisted) == (None, 2, 1)

    def test_from_no_list_is_refused(self) -> None:
        with pytest.raises(rules.NotListed):
            take_off()


class TestAppeal:
    def test_one_that_is_upheld_lets_the_school_sell_in_the_same_commit(self) -> None:
        put_on(BLACK)
        appeal = usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW)
        answer(appeal, upheld=True)

        assert all(may_sell())
        assert store.get_appeal(SCHOOL, 1).status is AppealStatus.UPHELD
        assert store.list_history(SCHOOL, limit=1, cursor=None).rows[0].kind is ChangeKind.APPEAL_UPHELD
        assert store.count_open_appeals(at_most=9) == 0

    def test_one_that_is_dismissed_changes_nothing_but_itself(self) -> None:
        put_on(BLACK)
        answer(usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW), upheld=False)

        assert not any(may_sell())
        told = store.get_appeal(SCHOOL, 1)
        assert (told.status, told.answer) == (AppealStatus.DISMISSED, "复核")

    def test_it_is_answered_once(self) -> None:
        put_on(BLACK)
        appeal = usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW)
        answer(appeal, upheld=False)

        with pytest.raises(rules.AppealAnswered):
            answer(appeal, upheld=True)

        assert not any(may_sell())

    def test_a_listing_that_is_over_takes_its_appeal_with_it(self) -> None:
        put_on(BLACK)
        appeal = usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW)
        take_off(now=NOW + timedelta(minutes=1))

        with pytest.raises(rules.AppealAnswered):
            answer(appeal, upheld=True)

    def test_the_next_time_it_is_listed_it_may_appeal_again(self) -> None:
        for minute in (0, 2):
            put_on(BLACK, now=NOW + timedelta(minutes=minute))
            usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW)
            with pytest.raises(rules.AlreadyAppealed):
                usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=NOW)
            take_off(now=NOW + timedelta(minutes=minute + 1))

        assert len(store.list_appeals(SCHOOL, at_most=9)) == 2


def answer(appeal: Any, *, upheld: bool) -> None:
    """Two people answer an appeal."""
    listing_acts.answer_appeal(
        appeal=appeal,
        upheld=upheld,
        reason="复核",
        proposed_by="reviewer",
        approved_by="supervisor",
        now=NOW + timedelta(minutes=1),
        approval=steps.approval(Kind.LISTING_APPEAL, SCHOOL),
    )


class TestEndListings:
    def test_what_is_over_is_taken_off_once(self, at: Clock) -> None:
        put_on(BLACK, until=date(2026, 9, 30))
        put_on(WHITE, 2, until=date(2026, 9, 30))
        put_on(BLACK, 3, until=date(2026, 10, 1))
        at.now = builders.NOW.replace(year=2026, month=9, day=30, hour=16, minute=5)

        assert [run(end_listings), run(end_listings)] == [{"ended": 2}, {"ended": 0}]

        assert [store.get(school(number)).on for number in (1, 2, 3)] == [None, None, BLACK]
        assert {one.kind for one in store.list_changes(after=3, limit=9)} == {ChangeKind.LAPSED}
        assert institutions.get(SCHOOL).bars == ()
