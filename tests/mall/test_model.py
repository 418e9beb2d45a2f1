"""What the mall's facts say by themselves."""

from datetime import UTC, date, datetime, time

from shared.mall import store
from shared.mall.model import Period, WeeklyTime, weekly_in_english, weekly_times
from tests import builders


class TestWeeklyTimes:
    def test_each_is_told_once_in_the_order_of_the_week(self) -> None:
        sunday, thursday = datetime(2026, 9, 13, 1, tzinfo=UTC), datetime(2026, 9, 10, 10, 30, tzinfo=UTC)
        periods = [
            Period(day, day.replace(hour=day.hour + 1)) for day in (sunday, thursday, thursday.replace(day=17), sunday)
        ]

        assert weekly_times(periods) == (WeeklyTime(4, time(18, 30), time(19, 30)), WeeklyTime(7, time(9), time(10)))
        assert "、".join(map(str, weekly_times(periods))) == "周四 18:30-19:30、周日 09:00-10:00"

    def test_in_english_have_its_weekdays(self) -> None:
        assert weekly_in_english("周四 18:30-19:30、周日 09:00-10:00") == "Thu 18:30-19:30, Sun 09:00-10:00"
        assert weekly_in_english("2026-09-12 09:00-10:00、2026-09-19 09:00-10:00").count(", ") == 1
        assert weekly_in_english("") == ""

    def test_a_day_is_one_of_shanghai(self) -> None:
        late = datetime(2026, 9, 12, 17, tzinfo=UTC)  # 01:00 of Sunday there

        assert Period(late, late.replace(hour=18)).weekly.weekday == 7
        assert Period(late, late.replace(hour=18)).day == date(2026, 9, 13)


class TestTheClassesItem:
    def test_it_stays_under_a_kilobyte_with_long_names_and_a_time_on_every_day(self) -> None:
        """So that a sale writes one unit of it, and costs what docs/budget.md says."""
        long = builders.a_class(
            number="临" * 20,
            name="临" * 30,
            room="临" * 30,
            teacher_name="临" * 10,
            weekly=tuple(WeeklyTime(day, time(9), time(10)) for day in range(1, 8)),
        )

        item = store.row_of(long).serialize()
        size = sum(len(name) + len(str(next(iter(told.values()))).encode()) for name, told in item.items())

        assert size < 1024
