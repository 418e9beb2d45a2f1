"""The bank takes a pain.001 of ours over HTTP: signed, read without harm, each id paid once, whichever way it came."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from shared.bank.client import MinimumWithdrawalInstruction, RefundInstruction
from shared.bank.iso20022 import payments, statements
from shared.bank.iso20022.payments import Payment
from shared.kernel.money import Fen
from tests.local.bank_alone import MINIMUM, MONDAY, SCHOOLS_OWN, TUITION, District

DAY = date(2026, 8, 17)
PAYER = "6222000000000009"
PAYOUT, REFUND, RETURN, WITHDRAWAL = (
    f"pay_{'0' * 25}1000001",
    f"ref_{'0' * 25}101-1",
    f"sus_{'0' * 25}1",
    f"wdl_{'0' * 25}1000001",
)


@pytest.fixture
def district() -> Iterator[District]:
    it = District()
    it.bank.open_account(MINIMUM, holder="示例舞蹈学校")
    for account_no, amount in ((TUITION, 50_000), (MINIMUM, 20_000)):
        it.bank.transfer(account_no, amount, remittance="开户")
    it.bank.flush()
    yield it
    it.stop()


def a_payment(instruction_id: str = PAYOUT, amount_fen: int = 20_000, **changes: str) -> Payment:
    to = PAYER if instruction_id in (REFUND, RETURN) else SCHOOLS_OWN
    told = {
        "instruction_id": instruction_id,
        "payer_name": "示例舞蹈学校",
        "from_account_no": MINIMUM if instruction_id == WITHDRAWAL else TUITION,
        "bank_name": "临淄银行",
        "payee_name": "李雷" if to == PAYER else "示例舞蹈学校",
        "to_account_no": to,
        "purpose": "付款",
    }
    return Payment(**{**told, **changes}, amount_fen=Fen(amount_fen))


def a_file(*told: Payment, code: str = "PAYOUT") -> bytes:
    return payments.write(told or [a_payment()], code=code, day=DAY, initiator="示例教育局", now=MONDAY)


class TestPostFile:
    def test_each_kind_is_paid_and_told_by_the_same_messages_as_by_call(self, district: District) -> None:
        assert district.hand_over(a_file()) == (202, {"status": "accepted", "new": 1, "known": 0})
        refunds = a_file(a_payment(REFUND, 300), a_payment(RETURN, 40), code="REFUND")
        assert district.hand_over(refunds)[1]["new"] == 2
        assert district.hand_over(a_file(a_payment(WITHDRAWAL, 5000), code="MINIMUM_WITHDRAWAL"))[0] == 202
        district.bank.flush()

        told = [(one["type"], one["data"]["amount_fen"]) for _, one in district.us.taken[2:]]
        assert told == [
            ("payout.settled", 20_000),
            ("refund.paid", 300),
            ("refund.paid", 40),
            ("minimum_withdrawal.paid", 5000),
        ]
        assert [one["data"].get("payment_id") for _, one in district.us.taken[3:5]] == [REFUND, RETURN]
        assert [district.bank.books.balance_fen(one) for one in (TUITION, MINIMUM)] == [29_660, 15_000]

    def test_its_statement_shows_them_with_our_ids(self) -> None:
        files: list[bytes] = []
        district = District(deliver_file=lambda name, content: files.append(content))
        district.bank.transfer(TUITION, 50_000, remittance="开户")
        district.bank.flush()
        district.hand_over(a_file(a_payment(REFUND, 300), code="REFUND"))
        district.bank.flush()
        district.clock.advance(timedelta(days=1))
        district.bank.flush()
        district.stop()

        [statement] = statements.read(files[-1])
        line = statement.lines[-1]
        assert (line.code, line.amount_fen, line.end_to_end_id) == ("REFUND", -300, REFUND.replace("_", ""))
        assert (line.counterparty, line.counterparty_account_no) == ("李雷", PAYER)

    def test_the_same_file_again_pays_nothing_again(self, district: District) -> None:
        for _ in range(2):
            district.hand_over(a_file())
            district.bank.flush()

        assert district.hand_over(a_file()) == (200, {"status": "accepted", "new": 0, "known": 1})
        assert district.bank.books.balance_fen(TUITION) == 30_000

    def test_what_came_by_call_is_not_paid_again_nor_the_other_way_round(self, district: District) -> None:
        refund = RefundInstruction(REFUND, TUITION, PAYER, "李雷", Fen(300), "BK1", "退费")
        withdrawal = MinimumWithdrawalInstruction(WITHDRAWAL, MINIMUM, SCHOOLS_OWN, Fen(5000), "最低余额支取")
        district.client.instruct_refund(refund, now=district.clock())
        district.hand_over(a_file(a_payment(REFUND, 300), code="REFUND"))
        district.hand_over(a_file(a_payment(WITHDRAWAL, 5000), code="MINIMUM_WITHDRAWAL"))
        district.bank.flush()
        district.client.instruct_minimum_withdrawal(withdrawal, now=district.clock())
        district.client.instruct_refund(refund, now=district.clock())
        district.bank.flush()

        assert [district.bank.books.balance_fen(one) for one in (TUITION, MINIMUM)] == [49_700, 15_000]

    def test_a_known_id_with_another_amount_is_told_by_name_and_nothing_of_the_file_is_paid(
        self, district: District
    ) -> None:
        district.instruct(payout_id=PAYOUT, amount_fen=20_000)
        district.bank.flush()
        other = f"pay_{'0' * 25}1000002"

        status, told = district.hand_over(a_file(a_payment(other, 10), a_payment(PAYOUT, 20_001)))
        assert (status, told["code"], told["ids"]) == (409, "other_body", [PAYOUT])
        district.bank.flush()
        assert district.bank.books.balance_fen(TUITION) == 30_000
        assert district.hand_over(a_file(a_payment(PAYOUT, to_account_no=PAYER)))[0] == 409

    def test_what_fails_is_told_and_not_tried_again_by_another_file(self, district: District) -> None:
        district.bank.faults.arm("fail_refund")
        for _ in range(2):
            district.hand_over(a_file(a_payment(REFUND, 300), code="REFUND"))
            district.bank.flush()

        assert [one["type"] for _, one in district.us.taken[2:]] == ["refund.failed"]
        assert district.bank.books.balance_fen(TUITION) == 50_000

    def test_an_answer_that_is_lost_is_asked_for_again_and_paid_once(self, district: District) -> None:
        district.bank.faults.arm("no_answer")
        with pytest.raises(OSError, match="closed"):
            district.hand_over(a_file())
        district.bank.flush()

        assert district.hand_over(a_file())[1] == {"status": "accepted", "new": 0, "known": 1}
        district.bank.flush()
        assert district.bank.books.balance_fen(TUITION) == 30_000

    def test_is_refused_without_our_signature_before_it_is_read(self, district: District) -> None:
        wrong = "whsec_d3JvbmcgbnVtYmVyLCB0cnkgYWdhaW4gbGF0ZXI="
        assert district.hand_over(b"<", key=wrong) == (401, {"error": "the signature is wrong"})
        assert district.call("POST", "/files")[0] == 401

    def test_of_an_account_of_another_bank_is_refused_with_its_line(self, district: District) -> None:
        status, told = district.hand_over(a_file(a_payment(from_account_no="9999000000000001")))
        assert (status, told["code"], told["line"]) == (422, "unknown_account", 39)


def changed(old: str, new: str) -> bytes:
    content = a_file().decode()
    assert old in content
    return content.replace(old, new).encode()


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY file SYSTEM "file:///etc/passwd">]>
<Document>&b;&file;</Document>"""


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "code", "line"),
        [
            pytest.param(b"", "broken_file", 1, id="empty"),
            pytest.param(b"<Document>\n<a>", "wrong_file", 1, id="no namespace"),
            pytest.param(a_file()[:-40], "broken_file", 60, id="cut off"),
            pytest.param(BOMB.encode(), "hostile_file", 2, id="entities"),
            pytest.param(changed("pain.001.001.09", "pain.001.001.03"), "wrong_file", 2, id="another version"),
            pytest.param(changed("<PmtMtd>TRF", "<PmtMtd>CHK"), "wrong_file", 15, id="a cheque"),
            pytest.param(changed("<NbOfTxs>1", "<NbOfTxs>2"), "wrong_file", 7, id="one too few"),
            pytest.param(changed("<CtrlSum>200.00", "<CtrlSum>200.01"), "wrong_file", 8, id="another sum"),
            pytest.param(changed('Ccy="CNY"', 'Ccy="USD"'), "wrong_file", 44, id="dollars"),
            pytest.param(changed(">200.00</InstdAmt>", ">-200.00</InstdAmt>"), "wrong_file", 44, id="negative"),
            pytest.param(changed(">200.00</InstdAmt>", ">0.00</InstdAmt>"), "wrong_file", 44, id="nothing"),
            pytest.param(changed("<EndToEndId>pay", "<EndToEndId>xxx"), "wrong_file", 41, id="no id of ours"),
            pytest.param(changed("<Prtry>PAYOUT", "<Prtry>BRIBE"), "wrong_file", 18, id="another kind"),
            pytest.param(changed("<GrpHdr>", "<GrpHdr><Grtng>x</Grtng>"), "wrong_file", 4, id="one element more"),
            pytest.param(changed("<Ustrd>", "<Strd/><Ustrd>"), "wrong_file", 56, id="one element more below"),
            pytest.param(a_file(a_payment(), a_payment()), "wrong_file", 60, id="one id twice"),
            pytest.param(b"<a>" * 50, "wrong_file", 1, id="no document"),
            pytest.param(b'<?xml version="1.0" encoding="utf-33"?><a/>', "broken_file", 1, id="no encoding"),
        ],
    )
    def test_name_their_line_and_pay_nothing(self, district: District, content: bytes, code: str, line: int) -> None:
        status, told = district.hand_over(content)

        assert (status, told["code"], told["line"]) == (422, code, line)
        assert f"line {line}: " in told["error"]
        assert district.bank.books.rows("select * from instructions") == []

    def test_a_file_that_is_too_long_is_not_read(self, district: District) -> None:
        assert district.hand_over(b" " * (5 * 1024 * 1024 + 1))[1]["code"] == "file_too_large"

    def test_one_that_is_too_deep_is_not_read_to_its_end(self, district: District) -> None:
        deep = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">{"<a>" * 5000}'
        assert district.hand_over(deep.encode())[1]["code"] == "hostile_file"
