"""Statements that should have come: found in the morning, and no longer expected of an account that has ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.schedules import expect_statements
from shared.dynamo import transaction
from shared.reconciliation.model import BreakState
from shared.terminations.model import Step
from shared.terminations.store import cases
from tests import steps
from tests.builders import MINIMUM_NO, NOW, SCHOOL, TODAY, TUITION_NO
from tests.edge.doors import Clock
from tests.files.bucket import Bucket, kinds, of_state, open_breaks
from tests.schedules import running
from tests.statements import a_file, a_statement
from tests.terminations import examples

TOMORROW = TODAY + timedelta(days=1)
pytestmark = pytest.mark.usefixtures("hurried")


def run() -> dict[str, int]:
    return running.run(expect_statements.expect_statements)


def missing() -> set[tuple[str, int]]:
    return {(one.finding.account_no, one.finding.day.day) for one in open_breaks() if one.finding.kind == "missing"}


class TestExpectStatements:
    def test_a_day_without_its_statement_is_a_break_until_it_comes(self, bucket: Bucket, at: Clock) -> None:
        bucket.comes(a_file(a_statement(), a_statement(account_no=MINIMUM_NO)))
        bucket.comes(a_file(a_statement(day=TODAY + timedelta(days=2))), "3.xml")
        at.now = NOW + timedelta(days=3)

        assert run()["missing"] == 3
        assert run()["missing"] == 0
        assert missing() == {(TUITION_NO, 2), (MINIMUM_NO, 2), (MINIMUM_NO, 3)}

        bucket.comes(a_file(a_statement(day=TOMORROW)), "2.xml")
        assert (TUITION_NO, 2) not in missing()

    def test_an_account_that_never_had_one_is_missed_from_yesterday_on(self, bucket: Bucket) -> None:
        assert run()["missing"] == 2
        assert {one.finding.day for one in open_breaks()} == {TODAY}

    def test_what_agrees_by_now_is_resolved(self, bucket: Bucket) -> None:
        bucket.comes(a_file(a_statement(day=TOMORROW, opening_fen=1000)))
        assert kinds() == {"custody"}
        bucket.comes(a_file(), "before.xml")

        assert run()["resolved"] == 1
        assert "custody" not in kinds()


class TestOfATerminatedSchool:
    """Both accounts have a statement of the first day; on it the bank empties the minimum balance's on the notice."""

    @pytest.fixture(autouse=True)
    def _terminating(self, bucket: Bucket, at: Clock) -> None:
        bucket.comes(a_file(a_statement(), a_statement(account_no=MINIMUM_NO)))
        steps.terminate()
        cases.move(SCHOOL, lambda was: replace(examples.a_case(Step.ZERO_LIABILITY), version=was.version))
        self.notice = examples.issue()
        at.now = NOW + timedelta(days=3)

    def _emptied(self, **changes: Any) -> None:
        transaction.commit([examples.use(self.notice, **changes)])

    def test_nothing_is_expected_after_the_day_on_which_an_account_was_emptied(self) -> None:
        self._emptied()

        assert run()["missing"] == 2
        assert missing() == {(TUITION_NO, 2), (TUITION_NO, 3)}

    def test_the_statement_of_that_day_is(self) -> None:
        self._emptied(at=NOW + timedelta(days=1))

        run()
        assert missing() == {(TUITION_NO, 2), (TUITION_NO, 3), (MINIMUM_NO, 2)}

    def test_what_was_missed_before_the_banks_word_came_is_resolved_with_the_reason(self) -> None:
        assert run()["missing"] == 4
        self._emptied()

        assert run() == {"expected": 14, "missing": 0, "resolved": 2}
        assert missing() == {(TUITION_NO, 2), (TUITION_NO, 3)}
        assert {one.reason for one in of_state(BreakState.RESOLVED)} == {"账户已终止 the account has ended"}

    def test_an_account_that_is_not_emptied_yet_is_expected_like_any_other(self) -> None:
        assert run()["missing"] == 4
