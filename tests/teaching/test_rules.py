"""The table of a lesson's statuses and actions, cell by cell, as docs and README have it."""

import pytest

from shared.kernel import errors
from shared.teaching import rules
from shared.teaching.model import Action, LessonStatus
from tests import builders
from tests.builders import NOW

# A cell is the next status in capitals, or the code of the refusal.
TABLE = """
                confirm                   auto_confirm              dispute                   uphold               reject               release                   refund
missed          lesson_not_taught         lesson_not_taught         lesson_not_taught         lesson_not_disputed  lesson_not_disputed  lesson_not_taught         lesson_not_taught
taught          CONFIRMED                 AUTO_CONFIRMED            DISPUTED                  lesson_not_disputed  lesson_not_disputed  lesson_not_confirmed      lesson_not_confirmed
disputed        lesson_disputed           lesson_disputed           lesson_disputed           UPHELD               CONFIRMED            lesson_disputed           lesson_disputed
upheld          dispute_upheld            dispute_upheld            dispute_upheld            lesson_not_disputed  lesson_not_disputed  dispute_upheld            dispute_upheld
confirmed       lesson_already_confirmed  lesson_already_confirmed  lesson_already_confirmed  lesson_not_disputed  lesson_not_disputed  RELEASED                  REFUNDED
auto_confirmed  lesson_already_confirmed  lesson_already_confirmed  lesson_already_confirmed  lesson_not_disputed  lesson_not_disputed  RELEASED                  REFUNDED
released        lesson_already_confirmed  lesson_already_confirmed  lesson_already_confirmed  lesson_not_disputed  lesson_not_disputed  lesson_already_confirmed  lesson_already_confirmed
refunded        lesson_refunded           lesson_refunded           lesson_refunded           lesson_not_disputed  lesson_not_disputed  lesson_refunded           lesson_refunded
"""  # noqa: E501 -- a table


def cells() -> list[tuple[LessonStatus, Action, str]]:
    """Every status with every action."""
    actions, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return [
        (LessonStatus(status), Action(action), cell)
        for status, *told in lines
        for action, cell in zip(actions, told, strict=True)
    ]


class TestNextStatus:
    def test_is_told_of_every_status_and_action(self) -> None:
        assert {cell[:2] for cell in cells()} == {(status, action) for status in LessonStatus for action in Action}

    @pytest.mark.parametrize(("status", "action", "cell"), cells())
    def test_is_what_the_table_says(self, status: LessonStatus, action: Action, cell: str) -> None:
        if cell.isupper():
            assert rules.next_status(status, action) is LessonStatus[cell]
        else:
            with pytest.raises(errors.Conflict) as refused:
                rules.next_status(status, action)
            assert refused.value.code == cell


class TestCheckOver:
    def test_a_session_is_over_from_its_end_on(self) -> None:
        rules.check_over(builders.a_session(ends_at=NOW), NOW)

    def test_a_session_is_not_over_before_its_end(self) -> None:
        with pytest.raises(rules.SessionNotOver):
            rules.check_over(builders.a_session(ends_at=NOW.replace(microsecond=1)), NOW)
