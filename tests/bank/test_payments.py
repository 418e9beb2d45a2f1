"""What we write as pain.001, before two judges: the official classes, and the schema that sepaxml ships."""

from pathlib import Path

import pytest
import sepaxml
import xmlschema

from shared.bank.iso20022 import payments
from shared.bank.iso20022.payments import Payment
from shared.kernel.money import Fen
from tests import official
from tests.builders import MINIMUM_NO, NOW, PAYOUT_NO, TODAY, TUITION_NO

PAYOUT = f"pay_{'0' * 25}1000001"
SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"


def a_payment(amount_fen: int = 123_456, **changes: str) -> Payment:
    told = {
        "instruction_id": PAYOUT,
        "payer_name": "示例学校",
        "from_account_no": TUITION_NO,
        "bank_name": "中国银行临淄支行",
        "payee_name": "示例学校",
        "to_account_no": PAYOUT_NO,
        "purpose": "课时费划拨",
    }
    return Payment(**{**told, **changes}, amount_fen=Fen(amount_fen))


def a_file(*told: Payment) -> bytes:
    return payments.write(told or [a_payment()], code="PAYOUT", day=TODAY, initiator="示例教育局", now=NOW)


class TestWrite:
    @pytest.mark.parametrize(
        "content",
        [a_file(), a_file(a_payment(1), a_payment(2, from_account_no=MINIMUM_NO, payee_name="长" * 300))],
        ids=["one", "two accounts"],
    )
    def test_both_judges_accept_it(self, content: bytes) -> None:
        assert official.faults("pain.001.001.09", content) == []
        xmlschema.XMLSchema(str(SCHEMA)).validate(content.decode())

    def test_says_how_much_in_yuan_and_to_whom(self) -> None:
        told = a_file(a_payment(), a_payment(4)).decode()

        assert "<NbOfTxs>2</NbOfTxs>" in told
        assert "<CtrlSum>1234.60</CtrlSum>" in told
        assert '<InstdAmt Ccy="CNY">1234.56</InstdAmt>' in told
        assert f"<EndToEndId>{PAYOUT.replace('_', '')}</EndToEndId>" in told

    def test_each_account_is_a_batch_of_its_holder(self) -> None:
        told = a_file(
            a_payment(), a_payment(2, from_account_no=MINIMUM_NO, payer_name="另一学校"), a_payment(4)
        ).decode()

        assert told.count("<PmtInf>") == 2
        assert told.count("<Prtry>PAYOUT</Prtry>") == 2
        assert "<Nm>另一学校</Nm>" in told
        assert told.count("<ReqdExctnDt>") == 2

    def test_other_payments_are_another_message(self) -> None:
        assert a_file(a_payment(1)).partition(b"</MsgId>")[0] != a_file(a_payment(2)).partition(b"</MsgId>")[0]

    def test_a_payout_has_the_35_characters_that_an_id_may_have(self) -> None:
        assert len(payments.end_to_end_id(PAYOUT)) == 35
