"""The bank's files, read without harm and by their official structure."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.bank.iso20022 import safe_xml, statements, structure
from shared.bank.iso20022.safe_xml import BrokenXml, FileTooLarge, HostileXml
from shared.bank.iso20022.structure import WrongFile
from tests import official
from tests.builders import MINIMUM_NO, NOW, TODAY, TUITION_NO
from tests.statements import REFERENCE, a_file, a_line, a_statement

CAMT_053, CAMT_054 = "camt.053.001.08", "camt.054.001.08"
WITHDRAWAL = a_line(-300, "BK000002", counterparty="某公司", purpose="转出" * 150, counterparty_account_no="")
FILE = a_file(a_statement(a_line(), WITHDRAWAL), a_statement(account_no=MINIMUM_NO, opening_fen=20_000))


class TestSimulator:
    def test_writes_what_the_official_schemas_say(self) -> None:
        assert official.faults(CAMT_053, FILE) == []
        assert official.faults(CAMT_054, a_file(a_statement(a_line()), notice=True)) == []

    def test_the_judge_sees_what_is_wrong(self) -> None:
        spoilt = (
            FILE.replace(b"<NtryRef>1</NtryRef>", b"").replace(b"<Sts>", b"<Status>").replace(b"</Sts>", b"</Status>")
        )

        assert any("Status is unknown" in one for one in official.faults(CAMT_053, spoilt))
        assert any("lacks Sts" in one for one in official.faults(CAMT_053, spoilt))


class TestOrder:
    @pytest.mark.parametrize(
        ("name", "message", "class_name"),
        [
            ("BkToCstmrStmt", CAMT_053, "BankToCustomerStatementV08"),
            ("BkToCstmrDbtCdtNtfctn", CAMT_054, "BankToCustomerDebitCreditNotificationV08"),
            ("GrpHdr", CAMT_053, "GroupHeader81"),
            ("Stmt", CAMT_053, "AccountStatement9"),
            ("Ntfctn", CAMT_054, "AccountNotification17"),
            ("FrToDt", CAMT_053, "DateTimePeriod1"),
            ("Acct", CAMT_053, "CashAccount39"),
            ("Bal", CAMT_053, "CashBalance8"),
            ("Ntry", CAMT_053, "ReportEntry10"),
            ("NtryDtls", CAMT_053, "EntryDetails9"),
            ("TxDtls", CAMT_053, "EntryTransaction10"),
            ("Refs", CAMT_053, "TransactionReferences6"),
            ("RltdPties", CAMT_053, "TransactionParties6"),
            ("RmtInf", CAMT_053, "RemittanceInformation16"),
        ],
    )
    def test_is_the_official_one(self, name: str, message: str, class_name: str) -> None:
        assert structure.ORDER[name] == official.children(message, class_name)


class TestRead:
    def test_every_figure_of_every_line_arrives(self) -> None:
        [tuition, minimum] = statements.read(FILE)

        assert (tuition.account_no, tuition.currency, tuition.day) == (TUITION_NO, "CNY", TODAY)
        assert (tuition.opening_fen, tuition.closing_fen) == (0, 700)
        assert (minimum.account_no, minimum.opening_fen, minimum.closing_fen) == (MINIMUM_NO, 20_000, 20_000)
        first, second = tuition.lines
        assert (first.order, first.bank_reference, first.amount_fen, first.code) == (1, "BK000001", 1000, "DEPOSIT")
        assert (first.end_to_end_id, first.remittance) == (REFERENCE, f"学费 {REFERENCE}")
        assert (first.counterparty, first.counterparty_account_no) == ("示例家长", "6222000000000001")
        assert (first.booked_at, first.value_on, first.reversal) == (NOW, TODAY, False)
        assert (second.amount_fen, second.counterparty, second.remittance) == (-300, "某公司", "转出" * 150)

    def test_a_notice_has_no_balances(self) -> None:
        [notice] = statements.read(a_file(a_statement(a_line()), notice=True))

        assert (notice.opening_fen, notice.closing_fen, notice.whole) == (None, None, False)
        assert notice.lines == statements.read(a_file())[0].lines

    def test_a_booking_of_which_only_the_day_is_told_is_of_that_day(self) -> None:
        at = a_line()["booked_at"].encode()
        told = a_file().replace(b"<DtTm>" + at + b"</DtTm>", b"<Dt>2026-09-01</Dt>")

        [line] = statements.read(told)[0].lines
        assert line.booked_at == datetime(2026, 8, 31, 16, tzinfo=UTC)

    @pytest.mark.parametrize(("written", "fen"), [(b"10.00", 1000), (b"10", 1000), (b"10.5", 1050), (b"0.01", 1)])
    def test_amounts_are_whole_fen(self, written: bytes, fen: int) -> None:
        told = a_file(a_statement(a_line())).replace(b"10.00", written)

        assert statements.read(told)[0].lines[0].amount_fen == fen

    def test_another_currency_is_told_not_refused(self) -> None:
        [told] = statements.read(a_file(replace(a_statement(a_line(currency="USD")), currency="USD")))

        assert (told.currency, told.lines[0].currency) == ("USD", "USD")

    def test_a_reversal_is_told(self) -> None:
        told = a_file().replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>")

        assert statements.read(told)[0].lines[0].reversal


class TestRefusals:
    @pytest.mark.parametrize(
        ("old", "new", "element"),
        [
            (b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>", "Ntry"),
            (b"<AcctSvcrRef>BK000001</AcctSvcrRef>\n        <BkTxCd>", b"<BkTxCd>", "Ntry"),
            (b"BK000001", b"BK 1", "AcctSvcrRef"),
            (b">10.00<", b">10.001<", "Amt"),
            (b">10.00<", b">-10.00<", "Amt"),
            (b">10.00<", b">1e3<", "Amt"),
            (b'Ccy="CNY">10.00', b'Ccy="yuan">10.00', "Amt"),
            (b"<CdtDbtInd>CRDT", b"<CdtDbtInd>BOTH", "CdtDbtInd"),
            (b"<NtryRef>1</NtryRef>", b"<Nonsense/>", "Nonsense"),
            (b"<NtryRef>1</NtryRef>", b"<ValDt><Dt>2026-09-01</Dt></ValDt>", "Amt"),
            (b"<Cd>CLBD</Cd>", b"<Cd>OPBD</Cd>", "Stmt"),
            (b"8000000011", b"x", "Id"),
            (b"<Dt>2026-09-01</Dt>", b"<Dt>2026-09-31</Dt>", "Dt"),
            (b"<MsgId>", b"<MsgId> </MsgId><MsgId>", "MsgId"),
            (b"camt.053.001.08", b"camt.053.001.02", "Document"),
        ],
    )
    def test_a_wrong_file_is_refused_with_its_line_and_element(self, old: bytes, new: bytes, element: str) -> None:
        told = a_file()
        assert old in told

        with pytest.raises(WrongFile) as refused:
            statements.read(told.replace(old, new))

        assert refused.value.figures["element"] == element
        assert refused.value.figures["line"] >= 1

    @pytest.mark.parametrize(
        "cut", [b"", b"<a>", FILE[:-20], b"\xff\xfe", b"not xml", b"<?xml version='1.0' encoding='x'?><a/>"]
    )
    def test_what_is_no_xml_is_refused(self, cut: bytes) -> None:
        with pytest.raises(BrokenXml):
            statements.read(cut)

    @pytest.mark.parametrize(
        "told",
        [
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            b"<!DOCTYPE a><a/>",
            b"<a>" * 30 + b"</a>" * 30,
        ],
    )
    def test_what_is_hostile_is_not_read(self, told: bytes) -> None:
        with pytest.raises(HostileXml):
            statements.read(told)

    def test_what_has_too_many_elements_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(safe_xml, "MAX_ELEMENTS", 20)

        with pytest.raises(HostileXml):
            statements.read(FILE)

    def test_what_is_too_large_is_not_read(self) -> None:
        with pytest.raises(FileTooLarge):
            statements.read(b" " * (safe_xml.MAX_BYTES + 1))

    def test_days_are_days(self) -> None:
        assert statements.read(a_file(a_statement(day=date(2026, 8, 30))))[0].day == date(2026, 8, 30)
