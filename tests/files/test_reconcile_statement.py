"""The bank's files beside the ledger: matched, adopted, broken; twice, corrected, broken off; and a restore."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from functions.api import bank
from shared.alerts import store as alerts
from shared.bank.store import Outcome
from shared.funds import queries as funds
from shared.funds.store import entries
from shared.kernel import errors
from shared.kernel.ids import BreakId
from shared.reconciliation import breaks, usecases
from shared.reconciliation.model import Break, BreakKind, BreakState
from shared.reconciliation.store import breaks as break_store
from shared.reconciliation.store import statements as statement_store
from tests import builders, steps, tables
from tests.builders import ENROLMENT, MINIMUM_NO, NOW, SCHOOL, TODAY, TUITION_NO
from tests.edge.doors import Clock
from tests.files.bucket import Bucket, kept, kinds, open_breaks, pay
from tests.statements import a_file, a_line, a_statement, many

TOMORROW = TODAY + timedelta(days=1)
pytestmark = pytest.mark.usefixtures("hurried")


class TestLines:
    def test_what_is_booked_is_matched(self, bucket: Bucket) -> None:
        pay()

        assert bucket.comes(a_file()) == {"statements": 1, "matched": 1}
        assert (kept().closing_fen, kept().ledger_fen, kept().findings) == (1000, 1000, 0)
        assert open_breaks() == []

    def test_what_the_message_lost_is_adopted_and_effective_on_the_banks_day(self, bucket: Bucket) -> None:
        assert bucket.comes(a_file()) == {"statements": 1, "adopted": 1}

        entry = entries.find("bank#BK000001", "entry")
        assert entry is not None
        assert (entry.effective_on, entry.correction, entry.payer) == (TODAY, False, "示例家长")
        assert funds.get_account(ENROLMENT).paid_fen == 1000
        assert kept().ledger_fen == 1000
        assert steps.violations() == {}

    def test_the_message_that_comes_after_all_is_a_duplicate(self, bucket: Bucket) -> None:
        bucket.comes(a_file())

        assert bank.act(builders.a_deposit()) is Outcome.DUPLICATE
        assert funds.get_account(ENROLMENT).paid_fen == 1000

    def test_of_a_closed_day_it_is_a_correction(self, bucket: Bucket, at: Clock) -> None:
        at.pass_by(days=10)
        bucket.comes(a_file())

        entry = entries.find("bank#BK000001", "entry")
        assert entry is not None
        assert (entry.effective_on, entry.correction) == (TODAY, True)

    def test_every_kind_of_movement_is_adopted(self, bucket: Bucket) -> None:
        pay()
        for lesson in (1, 2, 3):
            steps.release(lesson)
        steps.count_all()
        payout = steps.build_payout()
        assert payout is not None
        lines = [
            a_line(),
            a_line(-1000, "BK000002", code="PAYOUT", end_to_end=payout.payout_id.replace("_", "", 1)),
            a_line(500, "BK000003", purpose="书法班"),
            a_line(-200, "BK000004", counterparty="某公司"),
        ]

        assert bucket.comes(a_file(a_statement(*lines))) == {"statements": 1, "matched": 1, "adopted": 3}
        assert funds.get_totals(SCHOOL).tuition_balance_fen == 300
        assert funds.list_payouts(SCHOOL, limit=1, cursor=None).rows[0].status == "settled"
        assert open_breaks() == []

    def test_a_refund_is_adopted(self, bucket: Bucket) -> None:
        steps.enrol(steps.put_on_sale(), 2)
        pay()
        refund = steps.a_held_refund()
        payment_id = f"{refund.refund_id}-1"
        line = a_line(-1000, "BK000002", code="REFUND", end_to_end=payment_id.replace("_", "", 1))

        assert bucket.comes(a_file(a_statement(a_line(), line))) == {"statements": 1, "matched": 1, "adopted": 1}
        assert funds.get_refund(refund.refund_id).status == "paid"

    def test_interest_is_adopted_with_its_period(self, bucket: Bucket) -> None:
        line = a_line(70, "BK000002", code="INTR", purpose="结息 2026-06-21 至 2026-09-20")

        assert bucket.comes(a_file(a_statement(a_line(), line))) == {"statements": 1, "adopted": 2}
        assert open_breaks() == []

    def test_a_deposit_that_the_bank_takes_back_is_adopted(self, bucket: Bucket) -> None:
        told = a_file(a_statement(a_line(), a_line(-1000, "BK000002", code="REVERSAL", end_to_end="BK000001")))

        assert bucket.comes(told) == {"statements": 1, "adopted": 2}
        assert funds.get_account(ENROLMENT).paid_fen == 0
        assert open_breaks() == []

    @pytest.mark.parametrize(
        ("line", "kind"),
        [
            (a_line(1001), "amount"),
            (a_line(-1000), "amount"),
            (a_line(currency="USD"), "currency"),
            (a_line(1000, "BK000009", code="INTR"), "not_bookable"),
            (a_line(-5, "BK000009", code="PAYOUT", end_to_end="pay01"), "not_bookable"),
        ],
    )
    def test_what_differs_is_a_break_and_moves_nothing(self, bucket: Bucket, line: dict[str, Any], kind: str) -> None:
        pay()
        before = list(entries.scan())

        assert bucket.comes(a_file(a_statement(line)))["broken"] == 1
        assert kind in kinds()
        assert list(entries.scan()) == before

    def test_a_reference_of_another_account_is_a_break(self, bucket: Bucket) -> None:
        pay()

        bucket.comes(a_file(a_statement(a_line(), account_no=MINIMUM_NO)))
        assert "account" in kinds()

    def test_a_reference_that_takes_effect_on_another_day_is_a_break(self, bucket: Bucket) -> None:
        pay(booked_at=NOW - timedelta(days=1))

        bucket.comes(a_file(a_statement(a_line())))
        assert "day" in kinds()

    def test_two_lines_with_one_reference_are_booked_once(self, bucket: Bucket) -> None:
        figures = bucket.comes(a_file(a_statement(a_line(), a_line())))

        assert (figures["adopted"], figures["broken"]) == (1, 1)
        assert kinds() == {"twice", "custody"}
        assert funds.get_account(ENROLMENT).paid_fen == 1000

    def test_what_the_statement_lacks_is_a_break(self, bucket: Bucket) -> None:
        pay()
        pay("BK000002", 7)

        bucket.comes(a_file())

        [lacking] = [one for one in open_breaks() if one.finding.kind is BreakKind.NOT_IN_STATEMENT]
        assert lacking.finding.figures == {"reference": "BK000002", "ledger_fen": 7}
        assert kinds() == {"not_in_statement", "custody"}


class TestWholeStatement:
    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"opening_fen": 100}, {"custody"}),
            ({"account_no": "9999000000000001"}, {"unknown_account"}),
            ({"currency": "USD"}, {"currency"}),
        ],
    )
    def test_that_is_wrong_is_a_break(self, bucket: Bucket, changes: dict[str, Any], found: set[str]) -> None:
        pay()
        bucket.comes(a_file(replace(a_statement(a_line()), **changes)))

        assert kinds() == found

    def test_that_does_not_go_on_from_the_day_before_is_a_break(self, bucket: Bucket) -> None:
        bucket.comes(a_file())
        bucket.comes(a_file(a_statement(day=TOMORROW, opening_fen=900)))

        assert kinds() == {"opening", "custody"}

    def test_that_does_not_add_up_is_a_break(self, bucket: Bucket) -> None:
        told = a_file().replace(b'<Amt Ccy="CNY">10.00</Amt>\n        <CdtDbtInd>CRDT</CdtDbtInd>\n        <Dt>', b"")
        told = a_file().replace(b">0.00<", b">5.00<")
        bucket.comes(told)

        assert "arithmetic" in kinds()

    def test_that_is_right_again_resolves_what_was_wrong(self, bucket: Bucket) -> None:
        bucket.comes(a_file(a_statement(a_line(), opening_fen=100)))
        assert kinds() == {"custody"}
        [found] = open_breaks()

        bucket.comes(a_file())

        assert open_breaks() == []
        after = break_store.get_break(found.finding.account_no, found.finding.day, found.break_id)
        assert (after.state, after.changed_by) == (BreakState.RESOLVED, breaks.SYSTEM)
        assert len(kept().replaced) == 1

    def test_each_break_is_an_alert_once(self, bucket: Bucket) -> None:
        for _ in range(2):
            bucket.comes(a_file(a_statement(a_line(), opening_fen=100)))

        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule.value, alert.figures["kind"], alert.figures["closing_fen"]) == (
            "reconciliation_break",
            "custody",
            1100,
        )


class TestAgain:
    def test_the_same_file_changes_nothing(self, bucket: Bucket) -> None:
        bucket.comes(a_file())
        before = tables.dump_memory()

        assert bucket.comes(a_file()) == {"statements": 1, "repeated": 1}
        assert tables.dump_memory() == before

    def test_the_same_statement_in_another_file_changes_nothing_but_that_there_was_a_file(self, bucket: Bucket) -> None:
        bucket.comes(a_file())

        assert bucket.comes(a_file(at=NOW + timedelta(days=1)), "another.xml") == {"statements": 1, "repeated": 1}
        assert kept().file == "camt.053/1.xml"

    def test_a_break_that_was_repaired_meanwhile_is_resolved_by_the_same_file(self, bucket: Bucket) -> None:
        pay("BK000002", 7)
        bucket.comes(a_file())
        assert kinds() == {"not_in_statement", "custody"}
        bank.act(builders.a_withdrawal(7, bank_reference="BK000003"))
        steps.count_all()

        bucket.comes(a_file(a_statement(a_line(), a_line(7, "BK000002"), a_line(-7, "BK000003"))))
        assert open_breaks() == []

    @pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems"])
    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_a_run_that_was_ended_goes_on(self, bucket: Bucket, monkeypatch: Any, operation: str, call: int) -> None:
        monkeypatch.setattr(usecases, "LINES_AT_ONCE", 2)
        told = a_file(a_statement(*many(5)))
        with tables.killed_before(operation, call=call):
            bucket.comes(told)

        bucket.comes(told)

        assert (kept().adopted, kept().matched, kept().ledger_fen) == (5, 0, 5)
        assert open_breaks() == []
        steps.count_all()
        assert steps.violations() == {}

    def test_busy_is_tried_again_by_lambda(self, bucket: Bucket) -> None:
        with tables.busy("BatchGetItem"), pytest.raises(errors.Unavailable):
            bucket.comes(a_file())

        assert bucket.comes(a_file()) == {"statements": 1, "adopted": 1}

    def test_a_message_in_the_same_moment_is_booked_once(self, bucket: Bucket) -> None:
        with tables.just_before("TransactWriteItems", lambda: bank.act(builders.a_deposit())):
            bucket.comes(a_file())

        assert funds.get_account(ENROLMENT).paid_fen == 1000
        assert open_breaks() == []


class TestUnreadable:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"<Document>", "broken_xml"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "hostile_xml"),
            (a_file().replace(b"BOOK", b"PDNG"), "wrong_bank_file"),
        ],
    )
    def test_is_a_break_that_names_its_reason(self, bucket: Bucket, content: bytes, code: str) -> None:
        for _ in range(2):
            assert bucket.comes(content, "x.xml") == {"unreadable": 1}

        [found] = open_breaks()
        assert (found.finding.kind, found.finding.subject) == (BreakKind.UNREADABLE, "x.xml")
        assert found.finding.figures["code"] == code
        assert list(entries.scan()) == []

    def test_says_in_which_line_it_is_wrong(self, bucket: Bucket) -> None:
        bucket.comes(a_file().replace(b"BOOK", b"PDNG"))

        [found] = open_breaks()
        assert (found.finding.figures["line"], found.finding.figures["element"]) == ("48", "Ntry")


class TestNotice:
    def test_brings_what_the_message_lost_before_the_day_is_over(self, bucket: Bucket, at: Clock) -> None:
        at.now = NOW

        assert bucket.comes(a_file(notice=True)) == {"statements": 1, "adopted": 1}
        assert funds.get_account(ENROLMENT).paid_fen == 1000
        assert statement_store.find_statement(TUITION_NO, TODAY) is None
        assert bucket.comes(a_file(), "statement.xml") == {"statements": 1, "matched": 1}

    def test_that_differs_is_a_break(self, bucket: Bucket) -> None:
        pay()

        bucket.comes(a_file(a_statement(a_line(999)), notice=True))
        assert kinds() == {"amount"}


class TestSettling:
    @pytest.fixture
    def found(self, bucket: Bucket) -> Break:
        bucket.comes(a_file(a_statement(a_line(), opening_fen=100)))
        [found] = open_breaks()
        return found

    def settle(self, one: Break, becomes: BreakState, reason: str = "银行开户时的利息") -> Break:
        which = (one.finding.account_no, one.finding.day, one.break_id)
        return breaks.settle(
            account_no=which[0], day=which[1], break_id=which[2], becomes=becomes, reason=reason, by="finance", now=NOW
        )

    def test_it_is_taken_then_explained_then_resolved(self, found: Break) -> None:
        which: dict[str, Any] = {"account_no": TUITION_NO, "day": TODAY, "break_id": found.break_id}
        assert breaks.take(**which, owner="finance", by="supervisor", now=NOW).owner == "finance"

        assert self.settle(found, BreakState.EXPLAINED).state is BreakState.EXPLAINED
        after = self.settle(found, BreakState.RESOLVED, "银行已更正")
        assert (after.state, after.owner, after.reason) == (BreakState.RESOLVED, "finance", "银行已更正")

    @pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
    def test_without_a_reason_it_is_refused(self, found: Break, reason: str) -> None:
        with pytest.raises(errors.Invalid):
            self.settle(found, BreakState.EXPLAINED, reason)

    def test_when_it_is_over_nothing_more_is_done(self, found: Break) -> None:
        self.settle(found, BreakState.RESOLVED)

        with pytest.raises(errors.Conflict):
            self.settle(found, BreakState.EXPLAINED)

    def test_one_that_is_found_again_is_open_again_with_its_owner(self, found: Break, bucket: Bucket) -> None:
        self.settle(found, BreakState.RESOLVED)

        bucket.comes(a_file(a_statement(a_line(), opening_fen=100)))
        [again] = open_breaks()
        assert (again.break_id, again.owner) == (found.break_id, "finance")

    def test_two_at_once_and_one_is_told(self, found: Break) -> None:
        somebody_else = partial(self.settle, found, BreakState.RESOLVED)
        with tables.just_before("PutItem", somebody_else), pytest.raises(errors.Conflict):
            self.settle(found, BreakState.EXPLAINED)

    def test_one_that_is_not_there(self, found: Break) -> None:
        with pytest.raises(break_store.UnknownBreak):
            self.settle(replace(found, break_id=BreakId("brk_0")), BreakState.RESOLVED)
