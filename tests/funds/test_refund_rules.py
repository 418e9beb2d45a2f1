"""What a refund gives back, from no lesson taught to all of them."""

import pytest

from shared.funds import refund_rules
from shared.funds.refund_model import RefundRule
from tests.builders import an_enrolment


class TestPreview:
    @pytest.mark.parametrize(
        ("released", "taught", "taught_fen", "refundable_fen", "rule"),
        [
            (0, 0, 0, 1000, RefundRule.BEFORE_START),
            (0, 1, 333, 667, RefundRule.PRO_RATA),
            (0, 2, 666, 334, RefundRule.PRO_RATA),
            (0, 3, 1000, 0, RefundRule.PRO_RATA),
            (1, 0, 0, 667, RefundRule.PRO_RATA),
            (1, 1, 333, 334, RefundRule.PRO_RATA),
            (2, 0, 0, 334, RefundRule.PRO_RATA),
            (2, 1, 334, 0, RefundRule.PRO_RATA),
        ],
    )
    def test_is_all_before_the_first_lesson_and_then_what_is_not_taught(
        self, released: int, taught: int, taught_fen: int, refundable_fen: int, rule: RefundRule
    ) -> None:
        account = an_enrolment(1000, released_fen=333 * released, lessons_released=released)

        found = refund_rules.preview(account, taught_lessons=taught)

        assert (found.taught_fen, found.refundable_fen, found.rule) == (taught_fen, refundable_fen, rule)

    def test_of_a_refund_that_the_bank_could_not_pay_gives_the_remainder_back_again(self) -> None:
        account = an_enrolment(1000, lessons_refunded=2)

        assert refund_rules.preview(account, taught_lessons=1).refundable_fen == 667
