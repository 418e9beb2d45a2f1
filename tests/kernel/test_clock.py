from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import clock

EVE = datetime(2026, 9, 1, 15, 59, 59, 999_000, tzinfo=UTC)  # the last millisecond of the 1st in Shanghai


class TestBusinessDay:
    def test_a_day_ends_at_midnight_in_shanghai(self) -> None:
        assert clock.business_day(EVE) == date(2026, 9, 1)
        assert clock.business_day(EVE + timedelta(milliseconds=1)) == date(2026, 9, 2)


class TestStartAndEndOfADay:
    def test_a_day_is_half_open(self) -> None:
        assert clock.start_of(date(2026, 9, 1)) == datetime(2026, 8, 31, 16, tzinfo=UTC)
        assert clock.end_of(date(2026, 9, 1)) == clock.start_of(date(2026, 9, 2))

    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_every_day_begins_and_ends_on_itself(self, day: date) -> None:
        assert clock.business_day(clock.start_of(day)) == day
        assert clock.business_day(clock.end_of(day) - timedelta(microseconds=1)) == day


class TestStored:
    def test_a_moment_is_stored_in_utc_with_milliseconds(self) -> None:
        assert clock.stored(datetime(2026, 9, 1, 8, tzinfo=clock.SHANGHAI)) == "2026-09-01T00:00:00.000Z"

    def test_a_naive_moment_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            clock.stored(datetime(2026, 9, 1, 8))  # noqa: DTZ001

    @given(
        st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)), min_size=2, max_size=2)  # noqa: DTZ001
    )
    def test_stored_moments_sort_as_they_happened(self, moments: list[datetime]) -> None:
        zones = (UTC, timezone(timedelta(hours=8)))
        first, second = (
            moment.replace(microsecond=0, tzinfo=zone) for moment, zone in zip(moments, zones, strict=True)
        )
        assert (clock.stored(first) < clock.stored(second)) == (first < second)
        assert clock.read(clock.stored(first)) == first


class TestShown:
    def test_people_see_the_time_in_shanghai(self) -> None:
        assert clock.shown(EVE) == "2026-09-01T23:59:59+08:00"
