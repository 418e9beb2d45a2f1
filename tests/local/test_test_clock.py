from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.test_clock import Backwards, TestClock

MONDAY = datetime(2026, 8, 17, tzinfo=UTC)


class TestTestClock:
    def test_it_stands_still_until_it_is_moved(self) -> None:
        clock = TestClock(starts_at=MONDAY)
        assert clock() == MONDAY
        assert clock.advance(timedelta(days=7)) == clock() == MONDAY + timedelta(days=7)
        assert clock.travel_to(MONDAY + timedelta(days=8)) == clock() == MONDAY + timedelta(days=8)

    def test_it_never_goes_back(self) -> None:
        clock = TestClock(starts_at=MONDAY)
        with pytest.raises(Backwards):
            clock.travel_to(MONDAY - timedelta(seconds=1))
        with pytest.raises(Backwards):
            clock.advance(timedelta(seconds=-1))
        assert clock() == MONDAY

    def test_it_stays_when_it_is_past_what_it_shall_reach(self) -> None:
        clock = TestClock(starts_at=MONDAY)
        assert clock.reach(MONDAY - timedelta(days=1)) == clock() == MONDAY
        assert clock.reach(MONDAY + timedelta(days=1)) == clock() == MONDAY + timedelta(days=1)

    def test_it_runs_when_it_is_told_to(self) -> None:
        clock = TestClock(starts_at=MONDAY)
        clock.run()
        first = clock()
        while clock() == first:
            pass
        assert MONDAY <= first < clock() < MONDAY + timedelta(seconds=30)

    def test_it_goes_on_from_where_it_was_left(self, tmp_path: Path) -> None:
        path = tmp_path / "clock.json"
        TestClock(starts_at=MONDAY, path=path).advance(timedelta(days=30))
        assert TestClock(starts_at=MONDAY, path=path)() == MONDAY + timedelta(days=30)

    def test_its_time_is_in_utc_wherever_it_started(self) -> None:
        clock = TestClock(starts_at=datetime.fromisoformat("2026-08-17T08:00:00+08:00"))
        assert clock().isoformat() == "2026-08-17T00:00:00+00:00"
