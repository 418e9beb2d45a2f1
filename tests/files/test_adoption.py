"""A ledger that was restored from a backup, and the statements since then: what the bank has paid comes back with them
where the ledger's own rules would have paid exactly that, and stays a break where they wouldn't.
"""

from datetime import timedelta
from typing import Any

import pytest

from functions.api import bank
from functions.schedules import pay_refunds
from infra.local.bank_statements import Statement
from shared.bank.store import Outcome
from shared.funds import queries as funds
from shared.funds import refund_money
from shared.funds.refund_model import AgreedBy, RefundStatus
from shared.funds.store import entries
from shared.kernel import errors
from shared.mall import store as mall
from tests import builders, steps, tables
from tests.builders import COURSE, ENROLMENT, NOW, OFFERING, PAYOUT_NO, SCHOOL, TODAY, an_id
from tests.edge.doors import Clock
from tests.files.bucket import Bucket, kept, open_breaks, pay
from tests.schedules import running
from tests.statements import a_file, a_line, a_statement, on

pytestmark = pytest.mark.usefixtures("hurried")
PAYER = "6222000000000001"


def payout_line(amount_fen: int = 1000, number: int = 1, **changes: Any) -> dict[str, Any]:
    """The bank has paid the school's `number`-th payout, to its own account."""
    told = {"code": "PAYOUT", "end_to_end": f"pay{SCHOOL[4:]}{number:06d}", "counterparty_account_no": PAYOUT_NO}
    return a_line(-amount_fen, f"BK00010{number}", **{**told, **changes})


def refund_line(amount_fen: int = 1000, number: int = 1, payment: int = 1, **changes: Any) -> dict[str, Any]:
    """The bank has made a payment of the first enrolment's `number`-th refund, to who had paid."""
    end_to_end = f"ref{ENROLMENT[4:]}{number:02d}-{payment}"
    return a_line(-amount_fen, f"BK00020{payment}", **{"code": "REFUND", "end_to_end": end_to_end, **changes})


def comes(bucket: Bucket, *lines: dict[str, Any]) -> dict[str, int]:
    """The day's statement: the deposit that the ledger has, and these lines."""
    return bucket.comes(a_file(a_statement(a_line(), *lines)))


def refused_as(bucket: Bucket, line: dict[str, Any]) -> str:
    """The code of the break that a line becomes; it moves nothing."""
    before = list(entries.scan())
    assert comes(bucket, line)["broken"] == 1
    assert list(entries.scan()) == before
    [code] = [one.finding.figures["code"] for one in open_breaks() if one.finding.kind == "not_bookable"]
    return str(code)


def sound() -> bool:
    """Whether every invariant holds over all the books, and the bank's closing is the ledger's."""
    steps.count_all()
    assert steps.violations() == {}
    return open_breaks() == [] and kept().closing_fen == kept().ledger_fen


@pytest.fixture
def released(bucket: Bucket) -> Bucket:
    """Three lessons were released, 1,000 fen; the backup knows of no payout."""

    def put() -> None:
        pay()
        for lesson in (1, 2, 3):
            steps.release(lesson)
        steps.count_all()

    tables.put_in_memory(f"{__name__}.released", put)
    return bucket


@pytest.fixture
def paid(bucket: Bucket) -> Bucket:
    """1,000 fen are held for a child with a seat; the backup knows of no refund."""

    def put() -> None:
        steps.enrol(steps.put_on_sale(), 2)
        pay()

    tables.put_in_memory(f"{__name__}.paid", put)
    return bucket


def seats_left() -> int:
    return mall.find_offering(mall.get_course(COURSE), OFFERING).seats_left


class TestAPayout:
    def test_that_was_lost_is_built_and_settled_as_the_bank_paid_it(self, released: Bucket) -> None:
        assert comes(released, payout_line()) == {"statements": 1, "matched": 1, "adopted": 1}

        [payout] = funds.list_payouts(SCHOOL, limit=9, cursor=None).rows
        assert (payout.amount_fen, payout.status, payout.bank_references) == (1000, "settled", ("BK000101",))
        assert {(one.kind, one.effective_on) for one in funds.list_payout_entries(payout)} == {
            ("payout", TODAY),
            ("settlement", TODAY),
        }
        assert sound()

    def test_of_less_than_is_payable_leaves_the_rest_for_the_next(self, released: Bucket) -> None:
        comes(released, payout_line(600))
        steps.count_all()

        following = steps.build_payout()
        assert following is not None
        assert (following.number, following.amount_fen) == (2, 400)
        assert sound()

    def test_and_the_next_come_back_one_after_the_other(self, released: Bucket) -> None:
        assert comes(released, payout_line(600), payout_line(400, 2))["adopted"] == 2

        assert [one.amount_fen for one in funds.list_payouts(SCHOOL, limit=9, cursor=None).rows] == [400, 600]
        assert sound()

    def test_again_is_the_same_and_the_message_is_a_duplicate(self, released: Bucket) -> None:
        comes(released, payout_line())
        before = list(entries.scan())

        assert comes(released, payout_line()) == {"statements": 1, "repeated": 1}
        [payout] = funds.list_payouts(SCHOOL, limit=9, cursor=None).rows
        fact = builders.a_settlement(payout, bank_reference="BK000101", booked_at=NOW)
        assert bank.act(fact) is Outcome.DUPLICATE
        assert list(entries.scan()) == before

    def test_of_a_closed_day_is_a_correction_of_that_day(self, released: Bucket, at: Clock) -> None:
        at.pass_by(days=10)
        comes(released, payout_line())

        settlement = entries.find("bank#BK000101", "entry")
        assert settlement is not None
        assert (settlement.effective_on, settlement.correction) == (TODAY, True)
        assert sound()

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (payout_line(1001), "payable_too_little"),
            (payout_line(number=2), "not_next_payout"),
            (payout_line(counterparty_account_no="6222000000000099"), "paid_to_another_account"),
            (payout_line(counterparty_account_no=""), "paid_to_another_account"),
            (payout_line(end_to_end=f"pay{an_id('ins', 2)[4:]}000001"), "unknown_payout"),
            (payout_line(end_to_end="pay01"), "unknown_payout"),
            (payout_line(400, code="PAYOUT_PART"), "unknown_payout"),
            (a_line(400, "BK000101", code="PAYOUT_RETURN", end_to_end=f"pay{SCHOOL[4:]}000001"), "unknown_payout"),
        ],
    )
    def test_that_the_ledger_would_not_have_made_is_a_break(
        self, released: Bucket, line: dict[str, Any], code: str
    ) -> None:
        assert refused_as(released, line) == code

    def test_of_a_school_whose_money_is_stopped_is_a_break_until_it_goes_on(self, released: Bucket) -> None:
        steps.freeze()
        assert refused_as(released, payout_line()) == "releases_stopped"

        steps.thaw()
        assert comes(released, payout_line())["adopted"] == 1
        assert sound()

    def test_while_another_is_under_way_is_a_break(self, released: Bucket) -> None:
        steps.build_payout()
        steps.count_all()
        pay("BK000001b", 500)

        assert refused_as(released, payout_line(100, 2)) == "payout_outstanding"

    def test_that_is_built_in_the_same_moment_is_settled_by_the_next_try(self, released: Bucket) -> None:
        with tables.just_before("TransactWriteItems", steps.build_payout), pytest.raises(errors.Unavailable):
            comes(released, payout_line())

        assert comes(released, payout_line()) == {"statements": 1, "matched": 1, "adopted": 1}
        assert len(funds.list_payouts(SCHOOL, limit=9, cursor=None).rows) == 1
        assert sound()


class TestARefund:
    def test_that_was_agreed_is_held_and_paid_at_once(self, paid: Bucket) -> None:
        refund = steps.agree_to_refund(steps.ask_for_refund())
        left = seats_left()

        assert comes(paid, refund_line()) == {"statements": 1, "matched": 1, "adopted": 1}
        after = funds.get_refund(refund.refund_id)
        assert (after.status, after.held_fen, after.agreed_by) == (RefundStatus.PAID, 1000, AgreedBy.SCHOOL)
        assert funds.get_account(ENROLMENT).status == "refunded"
        assert seats_left() == left + 1
        assert sound()

    def test_that_nobody_has_asked_for_is_kept_as_agreed_by_the_banks_word(self, paid: Bucket) -> None:
        assert comes(paid, refund_line())["adopted"] == 1

        [refund] = funds.list_refunds(ENROLMENT)
        assert (refund.status, refund.agreed_by, refund.requested_fen) == (RefundStatus.PAID, AgreedBy.BANK, 1000)
        assert {one.effective_on for one in entries.list_of_refunds(ENROLMENT)} == {TODAY}
        assert sound()

    def test_in_two_payments_comes_back_payment_by_payment(self, bucket: Bucket) -> None:
        steps.enrol(steps.put_on_sale(), 2)
        pay("BK000001", 400)
        pay("BK000002", 600, payer_account_no="6222000000000002")
        told = [a_line(400), a_line(600, "BK000002", counterparty_account_no="6222000000000002")]
        first = refund_line(600, counterparty_account_no="6222000000000002")

        bucket.comes(a_file(a_statement(*told, first)))
        [refund] = funds.list_refunds(ENROLMENT)
        assert refund.status is RefundStatus.HELD
        bucket.comes(a_file(a_statement(*told, first, refund_line(400, payment=2))))
        assert funds.get_refund(refund.refund_id).status is RefundStatus.PAID
        assert sound()

    def test_again_is_the_same_and_the_message_is_a_duplicate(self, paid: Bucket) -> None:
        comes(paid, refund_line())
        before = list(entries.scan())

        assert comes(paid, refund_line()) == {"statements": 1, "repeated": 1}
        [payment] = refund_money.payments(funds.list_refunds(ENROLMENT)[0])
        fact = builders.a_refund_paid(payment, bank_reference="BK000201", booked_at=NOW)
        assert bank.act(fact) is Outcome.DUPLICATE
        assert list(entries.scan()) == before

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (refund_line(999), "refund_mismatch"),
            (refund_line(payment=2), "refund_mismatch"),
            (refund_line(number=2), "not_next_refund"),
            (refund_line(counterparty_account_no="6222000000000099"), "paid_to_another_account"),
            (refund_line(end_to_end=f"ref{an_id('enr', 9)[4:]}01-1"), "unknown_refund"),
            (refund_line(end_to_end="ref01"), "unknown_refund"),
            (refund_line(end_to_end=f"sus{ENROLMENT[4:]}"), "unknown_return"),
        ],
    )
    def test_that_the_ledger_would_not_have_paid_is_a_break(
        self, paid: Bucket, line: dict[str, Any], code: str
    ) -> None:
        assert refused_as(paid, line) == code

    def test_that_is_only_asked_for_is_a_break_until_it_is_agreed_to(self, paid: Bucket) -> None:
        refund = steps.ask_for_refund()
        assert refused_as(paid, refund_line()) == "refund_moved_on"

        steps.agree_to_refund(refund)
        assert comes(paid, refund_line())["adopted"] == 1
        assert sound()

    def test_of_what_was_taught_meanwhile_is_a_break(self, released: Bucket) -> None:
        assert refused_as(released, refund_line()) == "nothing_to_refund"

    def test_that_is_held_in_the_same_moment_is_settled(self, paid: Bucket) -> None:
        refund = steps.agree_to_refund(steps.ask_for_refund())
        with tables.just_before("TransactWriteItems", lambda: steps.hold_refund(refund)):
            comes(paid, refund_line())

        assert funds.get_refund(refund.refund_id).status is RefundStatus.PAID
        assert len(entries.list_of_refunds(ENROLMENT)) == 1
        assert sound()


class TestDeposits:
    def test_what_the_backup_lacks_comes_back_from_the_statements(self, bucket: Bucket, at: Clock) -> None:
        """The tables are restored as they were on the first day; the bank has moved on for three."""
        days = [TODAY + timedelta(days=number) for number in range(4)]
        pay("BK000001", 400)
        backup = tables._memory.copy()
        facts_ = []
        statements: list[Statement] = []
        closing = 400
        for number, day in enumerate(days[1:], 2):
            line = a_line(100 * number, f"BK00000{number}", **on(day))
            moment = NOW + timedelta(days=number - 1, hours=2)
            facts_.append(builders.a_deposit(100 * number, bank_reference=line["reference"], booked_at=moment))
            statements.append(a_statement(line, day=day, opening_fen=closing))
            closing += 100 * number
        first = a_statement(a_line(400), day=TODAY)
        at.now = NOW + timedelta(days=4)
        tables._memory.restore(backup)

        bucket.comes(a_file(first, *statements))

        assert kept(day=days[-1]).closing_fen == kept(day=days[-1]).ledger_fen == 1300
        assert open_breaks() == []
        assert [bank.act(fact) for fact in facts_] == [Outcome.DUPLICATE] * 3
        steps.count_all()
        assert steps.violations() == {}
        assert funds.get_account(ENROLMENT).paid_fen == 1000


@pytest.mark.parametrize(
    ("begin", "line", "call"),
    [
        *(("released", payout_line(), call) for call in (1, 2, 3)),
        *(("paid", refund_line(), call) for call in (1, 2, 3, 4)),
    ],
)
def test_a_run_that_was_ended_anywhere_goes_on(
    request: pytest.FixtureRequest, begin: str, line: dict[str, Any], call: int
) -> None:
    bucket: Bucket = request.getfixturevalue(begin)
    with tables.killed_before("TransactWriteItems", call=call):
        comes(bucket, line)

    comes(bucket, line)
    running.run(pay_refunds.pay_refunds)  # takes up a record that didn't follow
    assert kept().adopted + kept().matched == 2
    assert sound()
    assert all(one.status is RefundStatus.PAID for one in funds.list_refunds(ENROLMENT))
