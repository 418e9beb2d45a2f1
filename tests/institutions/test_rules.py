import itertools
from datetime import timedelta

import pytest

from shared.institutions import rules
from shared.institutions.model import Change, Status, StatusChange
from tests import builders


class TestCheckRegistration:
    @pytest.mark.parametrize("licence_no", ["3703057000001", "教民137030570000019"])
    def test_both_kinds_of_licence_number_are_taken(self, licence_no: str) -> None:
        rules.check_registration(builders.a_school(licence_no=licence_no))

    @pytest.mark.parametrize("licence_no", ["", "370305700000", "37030570000011", "教民12345", "教民" + "1" * 16])
    def test_any_other_licence_number_is_refused(self, licence_no: str) -> None:
        with pytest.raises(rules.WrongLicence):
            rules.check_registration(builders.a_school(licence_no=licence_no))

    def test_a_credit_code_with_a_wrong_check_digit_is_refused(self) -> None:
        right = builders.a_school().credit_code
        wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
        with pytest.raises(rules.WrongCreditCode) as refused:
            rules.check_registration(builders.a_school(credit_code=wrong))
        assert refused.value.pointer == "/credit_code"


class TestCheckChange:
    def test_every_pair_of_statuses_is_decided(self) -> None:
        assert set(rules.TRANSITIONS) == set(itertools.product(Status, Status))

    @pytest.mark.parametrize(("pair", "allowed"), rules.TRANSITIONS.items())
    def test_a_status_changes_only_as_the_table_says(self, pair: tuple[Status, Status], allowed: bool) -> None:
        if allowed:
            rules.check_change(*pair, "整改")
            with pytest.raises(rules.ReasonMissing):
                rules.check_change(*pair, "  ")
        else:
            with pytest.raises(rules.StatusCantChange):
                rules.check_change(*pair, "整改")


class TestStoppedPeriods:
    def told(self, *changes: str) -> list[tuple[int, int | None]]:
        """The periods of these changes, each an hour after the one before, in hours."""
        at = [builders.NOW + timedelta(hours=hour) for hour in range(len(changes))]
        history = [StatusChange(builders.SCHOOL, Change(one), "", "科长", at[hour]) for hour, one in enumerate(changes)]
        periods = rules.stopped_periods(history)
        return [(at.index(since), None if until is None else at.index(until)) for since, until in periods]

    def test_last_from_a_freeze_until_the_money_is_let_go(self) -> None:
        assert self.told("licensed", "frozen", "suspended", "thawed", "frozen") == [(1, 3), (4, None)]

    def test_have_no_end_after_a_termination(self) -> None:
        assert self.told("licensed", "terminating", "terminated") == [(1, None)]
        assert self.told("frozen", "terminating") == [(0, None)]

    def test_are_none_for_a_school_that_was_never_stopped(self) -> None:
        assert self.told("licensed", "suspended", "licensed") == []
