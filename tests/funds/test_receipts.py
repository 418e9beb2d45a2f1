"""Receipts of deposits that were split, too large, or taken back by the bank."""

import pytest

from shared.funds import queries, receipts, reversals, usecases
from shared.funds.receipts import Receipt, Received
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, an_id

TODAY = NOW.date()
OTHER = EnrolmentId(an_id("enr", 2))

pytestmark = pytest.mark.usefixtures("in_memory")


def of(enrolment_id: EnrolmentId) -> Receipt:
    return receipts.of(queries.get_account(enrolment_id))


def taken_back(amount_fen: int) -> None:
    fact = builders.a_reversal(amount_fen, original_reference="BK-ONE", bank_reference="BK-BACK")
    reversals.reverse(fact=fact, now=NOW)


class TestOf:
    def test_before_a_deposit_there_is_none(self) -> None:
        with pytest.raises(receipts.NoDepositYet):
            receipts.of(steps.open_account())

    def test_of_more_than_the_price_is_of_the_price(self) -> None:
        steps.open_account(price_fen=1000)
        steps.pay(ENROLMENT, 1500, reference="BK-ONE")

        assert of(ENROLMENT).deposits == [Received("BK-ONE", TODAY, Fen(1000))]
        taken_back(1500)
        assert of(ENROLMENT).deposits == [Received("BK-ONE", TODAY, Fen(1000), TODAY)]
        assert of(ENROLMENT).total_fen == 0

    def test_of_a_split_deposit_is_of_each_share(self) -> None:
        for number in (1, 2):
            steps.open_account(number, price_fen=1000)
        both = f"{ENROLMENT.removeprefix('enr_')} {OTHER.removeprefix('enr_')}"
        fact = builders.a_deposit(2000, bank_reference="BK-ONE", remittance=both)
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)

        assert [one.bank_reference for one in of(OTHER).deposits] == ["BK-ONE"]
        assert (of(ENROLMENT).total_fen, of(OTHER).total_fen) == (1000, 1000)
        assert of(ENROLMENT).code[27:] != of(OTHER).code[27:]
        taken_back(2000)
        assert [one.reversed_on for one in of(OTHER).deposits] == [TODAY]

    def test_keeps_its_code_when_more_comes_in(self) -> None:
        steps.open_account(price_fen=1000)
        steps.pay(ENROLMENT, 400)
        before = of(ENROLMENT)
        steps.pay(ENROLMENT, 600)

        assert of(ENROLMENT).code == before.code
        assert (before.total_fen, of(ENROLMENT).total_fen) == (400, 1000)


class TestFind:
    def test_finds_by_the_whole_code_only(self) -> None:
        steps.open_account(paid_fen=400)
        code = of(ENROLMENT).code

        assert receipts.find(code) == of(ENROLMENT)
        for wrong in (code[:-1], code.upper(), "", "-", f"enr_{code}"):
            with pytest.raises(receipts.UnknownReceipt):
                receipts.find(wrong)
