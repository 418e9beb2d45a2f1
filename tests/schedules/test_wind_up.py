"""Terminations that go on by themselves: lessons settled, students refunded, the bank instructed, the school ended."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from events import facts
from functions.api import bank as bank_door
from functions.console import closing
from functions.edge import wiring
from functions.schedules import credit_interest, pay_out, pay_refunds, wind_up
from functions.streams import release_lesson
from shared.funds import queries as funds
from shared.funds import refund_money, refunds, suspense, terminations
from shared.funds.model import EnrolmentAccount, Entry, EntryKind
from shared.funds.refund_model import Refund
from shared.funds.store import entries
from shared.institutions import store as institutions
from shared.kernel.ids import EnrolmentId, derived
from shared.kernel.money import Fen
from shared.mall import store as mall
from shared.teaching import queries as teaching
from shared.teaching import usecases as lessons
from shared.terminations import rules, usecases
from shared.terminations.model import Step
from shared.terminations.store import cases
from shared.terminations.store import notices as notice_store
from tests import builders, steps, tables
from tests.bank.instructed import KEY, Bank
from tests.builders import NOW, OFFERING, POLICY, SCHOOL, SESSION, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.tables import just_before, killed_before, lost_answers
from tests.teaching import examples
from tests.terminations.examples import issue, no_approval

pytestmark = pytest.mark.usefixtures("hurried", "district")
CONFIRMED, MARKED, IN_PART, UNPAID, RELEASED = 1, 2, 3, 4, 5


@pytest.fixture(autouse=True)
def bank_of_ours(bank: Bank, settings: pytest.MonkeyPatch) -> Iterator[None]:
    """Our instructions go to the bank of the test."""
    settings.setenv("BANK_URL", f"http://127.0.0.1:{bank.server_port}")
    settings.setenv("BANK_SIGNING_KEY", KEY)
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture
def district(in_memory: Any) -> None:
    """Five families: a lesson confirmed, one only marked, 400 fen of 1,000 paid, nothing paid, a lesson released.

    The minimum balance has 20,000 fen, and then the school's termination begins.
    """

    def put() -> None:
        steps.register()
        offering = steps.put_on_sale(builders.a_course(price_fen=Fen(1000), lessons=3))
        for number in (CONFIRMED, MARKED, IN_PART, UNPAID, RELEASED):
            steps.enrol(offering, number)
        for number, amount in ((CONFIRMED, 1000), (MARKED, 1000), (IN_PART, 400), (RELEASED, 1000)):
            steps.pay(id_of(number), amount)
        steps.pay_minimum(20_000)
        for number in (CONFIRMED, MARKED, RELEASED):
            examples.claim(number=number)
        confirm(RELEASED)
        release_lesson.release(fact_of(RELEASED))
        confirm(CONFIRMED)
        steps.terminate()
        steps.count_all()

    tables.put_in_memory(__name__, put)


def id_of(number: int) -> EnrolmentId:
    return EnrolmentId(an_id("enr", number))


def confirm(number: int) -> None:
    lessons.confirm_lesson(enrolment_id=id_of(number), offering_id=OFFERING, session_id=SESSION, now=NOW)


def fact_of(number: int) -> Any:
    lesson = teaching.find_lesson(id_of(number), SESSION)
    assert lesson is not None
    return teaching.confirmed(lesson)


def account(number: int) -> EnrolmentAccount:
    return funds.get_account(id_of(number))


def refunds_of(number: int) -> list[Refund]:
    return funds.list_refunds(id_of(number))


def booked(kind: EntryKind) -> list[Entry]:
    return [entry for entry in entries.scan() if entry.kind is kind]


def begin_refunding() -> None:
    run(wind_up.wind_up)
    usecases.begin_refunding(institution_id=SCHOOL, by="supervisor", now=NOW)


def pay_all_refunds(*, fails: bool = False, at: datetime = NOW) -> int:
    """Hold and instruct every agreed refund, and let the bank answer; how many payments it answered."""
    run(pay_refunds.pay_refunds)
    answered = 0
    for number in (CONFIRMED, MARKED, IN_PART, UNPAID, RELEASED):
        for refund in refunds_of(number):
            for payment in refund_money.pending_payments(refund):
                reference = f"BKR{payment.payment_id[-10:]}"
                paid = builders.a_refund_paid(payment, bank_reference=reference, booked_at=at)
                bank_door.act(builders.a_refund_failed(payment) if fails else paid)
                answered += 1
    steps.count_all()
    return answered


def settle_all(at: datetime = NOW) -> None:
    """Every student is settled: the marked lesson confirmed, every refund paid."""
    begin_refunding()
    confirm(MARKED)
    run(wind_up.wind_up)
    pay_all_refunds(at=at)
    run(wind_up.wind_up)


def come_to_a_notice(at: Clock) -> Any:
    """Settled, public, checked, and a notice issued over what there is."""
    settle_all(at())
    found = terminations.outstanding(SCHOOL)
    usecases.publicise(
        institution_id=SCHOOL, unsettled=closing.unsettled(found), policy=POLICY, by="supervisor", now=NOW
    )
    at.pass_by(days=20)
    check(at)
    returns = [builders.a_return("minimum_balance", 20_000), builders.a_return("tuition", 999)]
    return issue(returns=returns, now=at())


def check(at: Clock) -> None:
    """The finance officer's check."""
    found = terminations.outstanding(SCHOOL)
    usecases.check_liabilities(
        institution_id=SCHOOL,
        remaining=closing.liabilities(found),
        figures=closing.figures(found),
        minimum_fen=found.minimum_fen,
        payable_fen=closing.payable_fen(found),
        by="finance",
        now=at(),
    )


def execute(notice: Any, at: Clock) -> None:
    """The bank returns everything that a notice says."""
    for place, one in enumerate(notice.returns):
        reference = f"BKT{notice.number[-3:]}{place:05d}"
        bank_door.act(builders.a_termination_paid(notice, place, booked_at=at(), bank_reference=reference))
        assert one.amount_fen
    steps.count_all()
    run(wind_up.wind_up)


class TestSettling:
    def test_begins_by_itself(self) -> None:
        assert run(wind_up.wind_up) == {"open": 1, "done": 1}
        assert cases.get(SCHOOL).step is Step.SETTLING

    def test_releases_finally_what_was_confirmed(self) -> None:
        assert release_lesson.release(fact_of(CONFIRMED)) is False  # the latch is closed

        run(wind_up.wind_up)

        [entry] = booked(EntryKind.FINAL_RELEASE)
        assert (entry.enrolment_id, entry.legs) == (id_of(CONFIRMED), {"held": -333, "payable": 333})
        assert (account(CONFIRMED).held_fen, account(CONFIRMED).lessons_released) == (667, 1)
        lesson = teaching.find_lesson(id_of(CONFIRMED), SESSION)
        assert lesson is not None
        assert lesson.status == "released"

    def test_refunds_nobody_yet(self) -> None:
        run(wind_up.wind_up)
        assert [refunds_of(number) for number in (CONFIRMED, MARKED, IN_PART)] == [[], [], []]
        assert account(UNPAID).status == "awaiting_deposit"

    def test_builds_no_payout_of_it(self) -> None:
        run(wind_up.wind_up)
        steps.count_all()
        assert run(pay_out.pay_out) == {"built": 0, "sent": 0, "amount_fen": 0}
        assert booked(EntryKind.PAYOUT) == []

    def test_twice_settles_once(self) -> None:
        run(wind_up.wind_up)
        assert run(wind_up.wind_up) == {"open": 1, "done": 0}
        assert len(booked(EntryKind.FINAL_RELEASE)) == 1

    def test_is_over_when_the_case_has_moved_on(self) -> None:
        """A run that began while lessons were settled, and is late."""
        begin_refunding()
        confirm(MARKED)
        with just_before(
            "TransactWriteItems", lambda: cases.move(SCHOOL, lambda was: replace(was, step=Step.PUBLICITY))
        ):
            run(wind_up.wind_up)
        assert [entry.enrolment_id for entry in booked(EntryKind.FINAL_RELEASE)] == [id_of(CONFIRMED)]


class TestRefunding:
    def test_agrees_to_a_refund_for_every_student_and_ends_unpaid_seats(self) -> None:
        begin_refunding()

        assert run(wind_up.wind_up) == {"open": 1, "done": 5}

        for number, amount in ((CONFIRMED, 667), (MARKED, 667), (IN_PART, 400), (RELEASED, 667)):
            [refund] = refunds_of(number)
            told = (refund.status, refund.agreed_by, refund.requested_fen, refund.reason)
            assert told == ("agreed", "termination", amount, "机构终止办学，统一清退")
        assert account(UNPAID).status == "expired"

    def test_holds_the_share_of_an_undecided_lesson_until_it_is_decided(self) -> None:
        begin_refunding()
        run(wind_up.wind_up)
        pay_all_refunds()
        assert (account(MARKED).held_fen, account(MARKED).refunded_fen) == (333, 667)

        confirm(MARKED)
        run(wind_up.wind_up)

        assert (account(MARKED).held_fen, account(MARKED).status) == (0, "refunded")
        assert account(MARKED).released_fen == 333

    def test_refunds_the_share_of_a_lesson_whose_dispute_is_upheld(self) -> None:
        begin_refunding()
        run(wind_up.wind_up)
        pay_all_refunds()
        told: dict[str, Any] = {"enrolment_id": id_of(MARKED), "session_id": SESSION, "now": NOW}
        lessons.dispute_lesson(**told, offering_id=OFFERING, reason="没有上课")
        run(wind_up.wind_up)
        assert account(MARKED).held_fen == 333
        lessons.decide_dispute(**told, uphold=True, reason="有监控", by="科长")

        run(wind_up.wind_up)
        pay_all_refunds()

        assert (account(MARKED).status, account(MARKED).refunded_fen) == ("refunded", 1000)

    def test_settles_everything_and_says_how_far_it_is(self) -> None:
        settle_all()

        progress = cases.get_progress(SCHOOL)
        assert (progress.of, progress.gone, progress.settled) == (5, 5, 5)
        assert (progress.held_fen, progress.pending_fen, progress.refunded_fen) == (0, 0, 2401)
        assert progress.over_at == NOW
        found = terminations.outstanding(SCHOOL)
        assert closing.liabilities(found) == {}
        assert (closing.payable_fen(found), found.minimum_fen) == (999, 20_000)
        assert steps.violations() == {}

    def test_gives_every_seat_back_once(self) -> None:
        settle_all()
        course = mall.get_course(builders.COURSE)
        assert mall.find_offering(course, OFFERING).seats_left == 30

    def test_agrees_to_what_a_guardian_has_asked_for_already(self) -> None:
        begin_refunding()
        asked = steps.ask_for_refund(CONFIRMED)
        run(wind_up.wind_up)
        [refund] = refunds_of(CONFIRMED)
        assert (refund.refund_id, refund.status, refund.agreed_by) == (asked.refund_id, "agreed", "termination")

    def test_a_deposit_that_comes_in_now_stands_in_suspense(self) -> None:
        settle_all()
        for number in (IN_PART, UNPAID):
            posting = steps.pay(id_of(number), 600, reference=f"BKLATE{number}")
            assert posting.entry.legs == {"outside": -600, "suspense": 600}
        steps.count_all()
        assert list(closing.liabilities(terminations.outstanding(SCHOOL))) == ["suspense"]

    def test_one_that_the_bank_could_not_pay_blocks_the_check_and_is_tried_again_the_next_day(self, at: Clock) -> None:
        begin_refunding()
        confirm(MARKED)
        run(wind_up.wind_up)
        pay_all_refunds(fails=True)
        assert list(closing.unsettled(terminations.outstanding(SCHOOL))) == ["students"]

        run(wind_up.wind_up)
        assert [refund.status for refund in refunds_of(CONFIRMED)] == ["failed"]

        at.pass_by(days=1)
        run(wind_up.wind_up)
        assert [refund.status for refund in refunds_of(CONFIRMED)] == ["failed", "agreed"]
        assert pay_all_refunds() == 4
        assert account(CONFIRMED).status == "refunded"

    @pytest.mark.parametrize("call", range(1, 9))
    def test_ended_anywhere_goes_on_and_does_each_thing_once(self, call: int) -> None:
        begin_refunding()
        with killed_before("TransactWriteItems", call=call):
            run(wind_up.wind_up)
            run(wind_up.wind_up)
            run(pay_refunds.pay_refunds)
        confirm(MARKED)
        run(wind_up.wind_up)
        run(wind_up.wind_up)
        pay_all_refunds()
        run(wind_up.wind_up)

        assert closing.liabilities(terminations.outstanding(SCHOOL)) == {}
        assert cases.get_progress(SCHOOL).refunded_fen == 2401
        assert steps.violations() == {}

    @pytest.mark.parametrize("call", [1, 3])
    def test_answers_that_are_lost_are_found_again(self, call: int) -> None:
        begin_refunding()
        with lost_answers("TransactWriteItems", times=call):
            run(wind_up.wind_up)
        run(wind_up.wind_up)
        run(wind_up.wind_up)
        assert [len(refunds_of(number)) for number in (CONFIRMED, MARKED, IN_PART, RELEASED)] == [1, 1, 1, 1]
        assert len(booked(EntryKind.FINAL_RELEASE)) == 1

    def test_two_at_once_do_each_thing_once(self) -> None:
        begin_refunding()
        for operation in ("TransactWriteItems", "Query"):
            with just_before(operation, lambda: run(wind_up.wind_up)):
                run(wind_up.wind_up)
        assert [len(refunds_of(number)) for number in (CONFIRMED, MARKED, IN_PART, RELEASED)] == [1, 1, 1, 1]
        progress = cases.get_progress(SCHOOL)
        assert (progress.gone, progress.of) == (5, 5)

    def test_goes_on_at_its_checkpoint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wind_up, "PAGE", 2)
        begin_refunding()
        run(wind_up.wind_up)
        before = cases.get_progress(SCHOOL)
        with killed_before("TransactWriteItems", call=2):  # nothing is to be done but to note how far it is
            run(wind_up.wind_up)
        broken_off = cases.get_progress(SCHOOL)
        assert (broken_off.round, broken_off.gone, broken_off.over_at) == (before.round + 1, 2, None)

        run(wind_up.wind_up)

        after = cases.get_progress(SCHOOL)
        assert (after.round, after.gone, after.over_at) == (before.round + 1, 5, NOW)

    def test_one_that_fails_stops_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begin_refunding()
        real = refunds.refund_all

        def stumbles(**told: Any) -> bool:
            if told["enrolment_id"] == id_of(CONFIRMED):
                raise RuntimeError("a bug")
            return real(**told)

        monkeypatch.setattr(refunds, "refund_all", stumbles)
        assert run(wind_up.wind_up)["done"] == 4
        assert cases.get_progress(SCHOOL).gone == 5


class TestNotice:
    def test_goes_to_the_bank_once(self, bank: Bank, at: Clock) -> None:
        notice = come_to_a_notice(at)
        sent = len(bank.sent)

        assert run(wind_up.wind_up) == {"open": 1, "done": 1}
        assert run(wind_up.wind_up) == {"open": 1, "done": 0}

        [(path, headers, body)] = bank.sent[sent:]
        assert (path, headers["webhook-id"]) == ("/terminations", "notice-2026-001")
        assert json.loads(body) == {
            "notice_no": "2026-001",
            "notice": notice.content,
            "signature": notice.signature,
            "currency": "CNY",
        }

    @pytest.mark.parametrize("status", [0, 409, 500])
    def test_that_the_bank_does_not_take_goes_again(self, bank: Bank, at: Clock, status: int) -> None:
        come_to_a_notice(at)
        bank.status = status
        assert run(wind_up.wind_up)["done"] == 0
        bank.status = 202
        assert run(wind_up.wind_up)["done"] == 1

    def test_used_up_ends_a_school_whose_licence_is_revoked_as_revoked(self, at: Clock) -> None:
        cases.move(SCHOOL, lambda was: replace(was, decision_no="临教罚〔2026〕3号", evidence="听证笔录"))
        notice = come_to_a_notice(at)
        for number in (0, 1):
            bank_door.act(builders.a_termination_paid(notice, number, booked_at=at()))
        steps.count_all()
        run(wind_up.wind_up)

        school = institutions.get(SCHOOL)
        assert school.status == "revoked"
        assert school.status_reason == "吊销办学许可证（临教罚〔2026〕3号）；临教终〔2026〕001号 已执行，账户余额为零"
        assert run(wind_up.wind_up) == {"open": 0, "done": 0}

    def test_used_up_ends_the_school(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        assert bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at())) == "posted"
        assert institutions.get(SCHOOL).status == "terminating"
        assert bank_door.act(builders.a_termination_paid(notice, 1, booked_at=at())) == "posted"
        assert institutions.get(SCHOOL).status == "terminating"  # the totals don't know it yet

        steps.count_all()
        assert run(wind_up.wind_up) == {"open": 1, "done": 1}

        school = institutions.get(SCHOOL)
        assert (school.status, school.status_reason) == ("terminated", "临教终〔2026〕001号 已执行，账户余额为零")
        assert cases.get(SCHOOL).step is Step.CLOSED
        assert funds.get_minimum_balance(SCHOOL).balance_fen == 0
        assert [entry.reason for entry in booked(EntryKind.MINIMUM_RETURN)] == ["2026-001"]
        assert [entry.legs for entry in booked(EntryKind.FINAL_PAYOUT)] == [{"payable": -999, "outside": 999}]
        assert run(wind_up.wind_up) == {"open": 0, "done": 0}
        assert steps.violations() == {}

    def test_paid_twice_by_the_same_message_is_booked_once(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        fact = builders.a_termination_paid(notice, 0, booked_at=at())
        bank_door.act(fact)
        assert bank_door.act(fact) == "duplicate"
        assert funds.get_minimum_balance(SCHOOL).balance_fen == 0

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"signature": "Zm9yZ2Vk" * 8}, rules.NoticeForged),
            ({"notice_no": "2026-002"}, notice_store.UnknownNotice),
            ({"amount_fen": Fen(19_999)}, rules.NoticeMismatch),
        ],
    )
    def test_paid_otherwise_is_refused_and_changes_nothing(
        self, at: Clock, changes: dict[str, Any], refusal: type[Exception]
    ) -> None:
        notice = come_to_a_notice(at)
        before = tables.dump_memory()
        with pytest.raises(refusal):
            bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at(), **changes))
        assert tables.dump_memory() == before

    def test_used_twice_is_refused(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at()))
        with pytest.raises(rules.NoticeUsed):
            bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at(), bank_reference="BKTWICE"))

    def test_used_twice_at_once_is_booked_once(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        again = builders.a_termination_paid(notice, 0, booked_at=at(), bank_reference="BKTWICE")
        with just_before("TransactWriteItems", lambda: bank_door.act(again)), pytest.raises(rules.NoticeUsed):
            bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at()))
        assert [entry.reference for entry in booked(EntryKind.MINIMUM_RETURN)] == ["BKTWICE"]

    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_ended_anywhere_is_executed_once(self, at: Clock, call: int) -> None:
        notice = come_to_a_notice(at)
        words = [builders.a_termination_paid(notice, place, booked_at=at()) for place in (0, 1)]
        with killed_before("TransactWriteItems", call=call):
            for fact in words:
                bank_door.act(fact)
                steps.count_all()
            run(wind_up.wind_up)
        for fact in words:
            bank_door.act(fact)
        steps.count_all()
        run(wind_up.wind_up)
        assert institutions.get(SCHOOL).status == "terminated"
        assert steps.violations() == {}

    def test_does_not_end_the_school_while_money_is_left(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        steps.pay_minimum(5, reference="BKLATE")
        for place in (0, 1):
            bank_door.act(builders.a_termination_paid(notice, place, booked_at=at()))
        steps.count_all()
        run(wind_up.wind_up)
        assert institutions.get(SCHOOL).status == "terminating"


class TestSupplementaryNotice:
    """What comes into the accounts after the notice."""

    def test_returns_what_came_between_the_notice_and_its_execution(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        steps.pay_minimum(5, reference="BKLATE", now=at())
        execute(notice, at)
        assert (institutions.get(SCHOOL).status, cases.get(SCHOOL).step) == ("terminating", "notice_issued")

        check(at)
        execute(issue(returns=[builders.a_return("minimum_balance", 5)], now=at()), at)

        assert (institutions.get(SCHOOL).status, cases.get(SCHOOL).step) == ("terminated", "closed")
        assert [entry.reason for entry in booked(EntryKind.MINIMUM_RETURN)] == ["2026-001", "2026-002"]
        assert steps.violations() == {}

    def test_interest_after_the_end_goes_to_the_guardians_and_the_rest_to_the_school(self, at: Clock) -> None:
        """Each family's money lay there for five days; what the account earned before is the school's."""
        at.pass_by(days=5)
        execute(come_to_a_notice(at), at)
        assert cases.get(SCHOOL).step is Step.CLOSED
        of_minimum = {"bank_reference": "BKI00002", "account_no": builders.MINIMUM_NO}
        bank_door.act(builders.interest_posted(100, booked_at=at()))
        bank_door.act(builders.interest_posted(3, booked_at=at(), **of_minimum))
        steps.count_all()
        with pytest.raises(rules.LiabilitiesRemain, match=r"1\.00"):
            check(at)

        run(credit_interest.credit_interest)
        steps.count_all()
        theirs = sum(account(number).interest_held_fen for number in (CONFIRMED, MARKED, IN_PART, RELEASED))
        assert theirs > 0
        with pytest.raises(rules.LiabilitiesRemain):
            check(at)
        run(credit_interest.credit_interest)
        pay_all_refunds(at=at())
        check(at)
        rest = [builders.a_return("minimum_balance", 3), builders.a_return("tuition", 100 - theirs)]
        execute(issue(returns=[one for one in rest if one.amount_fen], now=at()), at)

        assert [account(number).interest_held_fen for number in (CONFIRMED, MARKED, IN_PART, RELEASED)] == [0] * 4
        assert (institutions.get(SCHOOL).status, cases.get(SCHOOL).step) == ("terminated", "closed")
        assert wind_up.left_in_accounts(SCHOOL) == 0
        assert steps.violations() == {}

    def test_a_late_deposit_is_returned_to_its_payer(self, at: Clock) -> None:
        execute(come_to_a_notice(at), at)
        bank_door.act(builders.a_deposit(400, bank_reference="BKLATE", booked_at=at()))
        steps.count_all()
        with pytest.raises(rules.LiabilitiesRemain, match=r"4\.00"):
            check(at)

        suspense.hold_return(reference="BKLATE", amount_fen=Fen(400), approval=no_approval(), now=at())
        payment_id = derived("sus", "BKLATE", "1")
        bank_door.act(facts.RefundPaid(payment_id, "BKRLATE", builders.TUITION_NO, Fen(400), at()))
        steps.count_all()

        assert wind_up.left_in_accounts(SCHOOL) == 0
        with pytest.raises(rules.NothingToReturn):
            check(at)
        assert cases.get(SCHOOL).step is Step.CLOSED
        assert steps.violations() == {}


class TestFailedReturn:
    def test_moves_nothing_and_leads_to_a_corrected_notice(self, at: Clock) -> None:
        notice = come_to_a_notice(at)
        before = sorted(one.key for one in entries.scan())
        assert bank_door.act(builders.a_termination_failed(notice, 0, booked_at=at())) == "recorded"
        assert bank_door.act(builders.a_termination_failed(notice, 0, booked_at=at())) == "recorded"
        assert sorted(one.key for one in entries.scan()) == before
        assert funds.get_minimum_balance(SCHOOL).balance_fen == 20_000
        with pytest.raises(rules.NoticeStands):
            check(at)  # the other account may still be paid
        bank_door.act(builders.a_termination_paid(notice, 1, booked_at=at()))
        steps.count_all()
        run(wind_up.wind_up)
        assert cases.get(SCHOOL).step is Step.NOTICE_ISSUED

        check(at)
        corrected = issue(returns=[builders.a_return("minimum_balance", 20_000)], now=at())
        with pytest.raises(rules.ReturnFailed):
            bank_door.act(builders.a_termination_paid(notice, 0, booked_at=at()))
        execute(corrected, at)

        assert (corrected.supplements, institutions.get(SCHOOL).status) == ("2026-001", "terminated")
        assert [entry.reason for entry in booked(EntryKind.MINIMUM_RETURN)] == ["2026-002"]
        assert steps.violations() == {}


class TestManyStudents:
    def test_each_of_two_hundred_is_refunded_once(self, bank: Bank) -> None:
        """A school with 200 enrolments, gone through by two runs at once and one that is ended."""
        for number in range(6, 206):
            steps.open_account(number, paid_fen=1000)
        begin_refunding()

        with killed_before("TransactWriteItems", call=70):
            run(wind_up.wind_up)
        with just_before("TransactWriteItems", lambda: run(wind_up.wind_up)):
            run(wind_up.wind_up)

        progress = cases.get_progress(SCHOOL)
        assert (progress.of, progress.gone) == (205, 205)
        found = [funds.list_refunds(id_of(number)) for number in range(6, 206)]
        assert [len(one) for one in found] == [1] * 200
        assert {(one[0].agreed_by, one[0].requested_fen) for one in found} == {("termination", 1000)}
