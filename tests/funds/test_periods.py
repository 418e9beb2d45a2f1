from datetime import UTC, date, datetime

import pytest

from shared.funds import periods
from shared.funds.model import State
from shared.funds.periods import Basis, Moved, Period, PeriodEmpty, PeriodTooLong, Sums
from tests.funds import histories


class TestPeriod:
    def test_has_its_first_day_and_not_its_end(self) -> None:
        assert Period(date(2026, 9, 1), date(2026, 10, 1)).last == date(2026, 9, 30)

    @pytest.mark.parametrize("end", [date(2026, 9, 1), date(2026, 8, 31)])
    def test_is_not_empty(self, end: date) -> None:
        with pytest.raises(PeriodEmpty):
            Period(date(2026, 9, 1), end)

    def test_is_at_most_a_year(self) -> None:
        assert Period(date(2026, 1, 1), date(2027, 1, 2)).last == date(2027, 1, 1)
        with pytest.raises(PeriodTooLong):
            Period(date(2026, 1, 1), date(2027, 1, 3))


class TestDayOf:
    def test_is_the_day_in_shanghai_on_which_it_was_booked_or_the_day_of_effect(self) -> None:
        late = histories.an_entry(1, datetime(2026, 9, 1, 16, 0, tzinfo=UTC), effective_on=date(2026, 8, 30))

        assert periods.day_of(late, Basis.BOOKING) == date(2026, 9, 2)
        assert periods.day_of(late, Basis.EFFECTIVE) == date(2026, 8, 30)


class TestSumUp:
    def test_keeps_what_came_apart_from_what_went(self) -> None:
        at = datetime(2026, 9, 1, 2, tzinfo=UTC)
        deposit = histories.an_entry(1, at, amount_fen=1000)
        release = histories.an_entry(2, at, moved=histories._MOVES[1], amount_fen=333)
        found = periods.sum_up([deposit, release])

        assert (found.entries, found.of(State.HELD)) == (2, Moved(1000, 333))
        assert found.net_fen([State.HELD, State.PAYABLE]) == 1000
        assert found.net_fen(State) == 0

    def test_sums_add_up(self) -> None:
        history = histories.a_history(1, entries=20)

        assert periods.sum_up(history[:7]) + periods.sum_up(history[7:]) == periods.sum_up(history)
        assert (Sums() + periods.sum_up(history)).by_state == periods.sum_up(history).by_state
