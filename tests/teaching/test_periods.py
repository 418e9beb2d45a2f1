"""Weeks and months of a timetable, at their edges."""

from datetime import UTC, date, datetime

import pytest

from shared.kernel import errors
from shared.teaching import periods
from shared.teaching.periods import Days


class TestAskedFor:
    @pytest.mark.parametrize(
        ("week", "first", "last"),
        [
            ("2026-W37", date(2026, 9, 7), date(2026, 9, 13)),
            ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
            ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
            ("2000-W01", date(2000, 1, 3), date(2000, 1, 9)),
            ("2099-W53", date(2099, 12, 28), date(2100, 1, 3)),
        ],
    )
    def test_a_week_is_from_monday_through_sunday(self, week: str, first: date, last: date) -> None:
        days = periods.asked_for(week, None)

        assert (days.first, days.last) == (first, last)

    @pytest.mark.parametrize(
        ("month", "last"),
        [
            ("2026-09", date(2026, 9, 30)),
            ("2026-12", date(2026, 12, 31)),
            ("2026-02", date(2026, 2, 28)),
            ("2028-02", date(2028, 2, 29)),
        ],
    )
    def test_a_month_is_whole(self, month: str, last: date) -> None:
        days = periods.asked_for(None, month)

        assert (days.first, days.last) == (last.replace(day=1), last)

    @pytest.mark.parametrize(
        ("week", "month", "refused"),
        [
            (None, None, periods.WeekOrMonth),
            ("2026-W37", "2026-09", periods.WeekOrMonth),
            ("", "2026-09", periods.WeekOrMonth),
            *(
                (wrong, None, periods.NoSuchWeek)
                for wrong in ("", "2026-W00", "2025-W53", "2026-W54", "2026-37", "2026-w37", "2026W37", "1999-W52")
            ),
            *((wrong, None, periods.NoSuchWeek) for wrong in ("2100-W01", "２０２６-W37", "2026-W37 ", "2026-W370")),
            *(
                (None, wrong, periods.NoSuchMonth)
                for wrong in ("", "2026-00", "2026-13", "2026-9", "2026-09-01", "1999-12", "2100-01", "2026-W37")
            ),
        ],
    )
    def test_what_is_neither_is_refused(
        self, week: str | None, month: str | None, refused: type[errors.Refusal]
    ) -> None:
        with pytest.raises(refused):
            periods.asked_for(week, month)


class TestDays:
    WEEK = Days(date(2026, 9, 7), date(2026, 9, 14))

    @pytest.mark.parametrize(
        ("moment", "has"),
        [
            (datetime(2026, 9, 6, 15, 59, 59, tzinfo=UTC), False),
            (datetime(2026, 9, 6, 16, tzinfo=UTC), True),
            (datetime(2026, 9, 13, 15, 59, 59, tzinfo=UTC), True),
            (datetime(2026, 9, 13, 16, tzinfo=UTC), False),
        ],
    )
    def test_have_what_is_on_them_in_shanghai(self, moment: datetime, has: bool) -> None:
        assert self.WEEK.has(moment) is has

    @pytest.mark.parametrize(
        ("first", "last", "meets"),
        [
            (date(2026, 9, 1), date(2026, 9, 6), False),
            (date(2026, 9, 1), date(2026, 9, 7), True),
            (date(2026, 9, 13), date(2026, 11, 30), True),
            (date(2026, 9, 14), date(2026, 11, 30), False),
            (date(2026, 1, 1), date(2026, 12, 31), True),
        ],
    )
    def test_meet_a_class_that_is_taught_on_one_of_them(self, first: date, last: date, meets: bool) -> None:
        assert self.WEEK.meets(first, last) is meets
