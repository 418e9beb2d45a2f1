from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy import calendar
from shared.policy.calendar import Deadline
from shared.policy.model import OwnDays

NONE = OwnDays()


class TestIsWorkingDay:
    @pytest.mark.parametrize(
        ("day", "working"),
        [
            (date(2026, 9, 1), True),  # a Tuesday
            (date(2026, 9, 5), False),  # a Saturday
            (date(2026, 9, 20), True),  # a Sunday made up for National Day
            (date(2026, 9, 25), False),  # Mid-Autumn, a Friday
            (date(2026, 10, 1), False),  # National Day, a Thursday
            (date(2026, 10, 7), False),  # its last day, a Wednesday
            (date(2026, 10, 10), True),  # a Saturday made up
        ],
    )
    def test_holidays_and_made_up_days_are_those_published(self, day: date, working: bool) -> None:
        assert calendar.is_working_day(day, NONE) == (working, False)

    @pytest.mark.parametrize(("day", "working"), [(date(2027, 1, 1), True), (date(2027, 1, 2), False)])
    def test_beyond_the_published_calendar_monday_to_friday_is_assumed_and_said(self, day: date, working: bool) -> None:
        assert calendar.is_working_day(day, NONE) == (working, True)

    def test_the_bureaus_table_comes_first_and_is_no_assumption(self) -> None:
        snow, new_year, made_up = date(2026, 12, 1), date(2027, 1, 1), date(2027, 1, 2)
        own = OwnDays(frozenset({snow, new_year}), frozenset({made_up}))
        assert calendar.is_working_day(snow, own) == (False, False)
        assert calendar.is_working_day(new_year, own) == (False, False)
        assert calendar.is_working_day(made_up, own) == (True, False)


class TestWorkingDaysAfter:
    def test_a_week_without_holidays_is_five_working_days(self) -> None:
        assert calendar.working_days_after(date(2026, 9, 1), 7, NONE) == Deadline(date(2026, 9, 10), assumed=False)

    def test_national_day_is_jumped_and_the_made_up_saturday_counts(self) -> None:
        # 29 and 30 September, 8 and 9 October, Saturday the 10th, 12 and 13 October
        assert calendar.working_days_after(date(2026, 9, 28), 7, NONE) == Deadline(date(2026, 10, 13), assumed=False)

    def test_the_day_itself_does_not_count(self) -> None:
        assert calendar.working_days_after(date(2026, 9, 1), 0, NONE).day == date(2026, 9, 1)
        assert calendar.working_days_after(date(2026, 9, 1), 1, NONE).day == date(2026, 9, 2)

    def test_a_term_that_leaves_the_published_calendar_is_assumed(self) -> None:
        inside = calendar.working_days_after(date(2026, 12, 28), 3, NONE)
        beyond = calendar.working_days_after(date(2026, 12, 28), 4, NONE)
        assert inside == Deadline(date(2026, 12, 31), assumed=False)
        assert beyond == Deadline(date(2027, 1, 1), assumed=True)

    def test_the_bureaus_table_makes_it_certain_again(self) -> None:
        days = [date(2027, 1, day) for day in (1, 2, 3)]
        own = OwnDays(frozenset(days), frozenset({date(2027, 1, 4)}))
        assert calendar.working_days_after(date(2026, 12, 31), 1, own) == Deadline(date(2027, 1, 4), assumed=False)

    @given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 15))
    def test_a_deadline_is_a_working_day_with_so_many_behind_it(self, day: date, count: int) -> None:
        deadline = calendar.working_days_after(day, count, NONE).day
        between = [date.fromordinal(number) for number in range(day.toordinal() + 1, deadline.toordinal() + 1)]
        assert calendar.is_working_day(deadline, NONE)[0]
        assert sum(calendar.is_working_day(one, NONE)[0] for one in between) == count
