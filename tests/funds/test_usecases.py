from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.funds import model, queries, rules, usecases
from shared.funds.model import EnrolmentStatus, SuspenseReason
from shared.funds.posting import ReferenceReused
from shared.funds.store import accounts, books, entries, minimums
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.mall import store as mall_store
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.tables import busy, conflicts, just_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
TUITION = builders.a_tuition_account()
LATER = NOW + timedelta(hours=72)


@pytest.fixture
def district(in_memory: Any) -> None:
    """One school on file, and one enrolment in its class that waits for its deposit."""
    tables.put_in_memory("funds", _put_district)


def _put_district() -> None:
    steps.register()
    steps.enrol(steps.put_on_sale(), 1)


def post(amount_fen: int = 1000, **changes: Any) -> model.Posting:
    return usecases.post_deposit(fact=builders.a_deposit(amount_fen, **changes), account=TUITION, now=NOW)


def account(number: int = 1) -> model.EnrolmentAccount:
    return accounts.get(EnrolmentId(an_id("enr", number)))


def refuses(refusal: type[errors.Refusal], act: Callable[[], object]) -> None:
    """The command is refused and leaves every table as it was, byte for byte."""
    before = tables.dump_memory()
    with pytest.raises(refusal):
        act()
    assert tables.dump_memory() == before


def legs(posting: model.Posting) -> dict[str, int]:
    return {state.value: amount for state, amount in posting.entry.legs.items()}


def books_hold() -> None:
    """Everything is counted, and every invariant holds."""
    steps.count_all()
    assert steps.violations() == {}


@pytest.mark.usefixtures("district")
class TestPostDeposit:
    def test_pays_an_enrolment_which_becomes_active(self) -> None:
        price = account().price_fen

        posting = post(price)

        assert (posting.duplicate, legs(posting)) == (False, {"outside": -price, "held": price})
        after = account()
        assert (after.status, after.paid_fen, after.held_fen, after.due_fen) == (
            EnrolmentStatus.ACTIVE,
            price,
            price,
            0,
        )
        assert after.bank_references == ("BK000001",)
        books_hold()

    def test_in_parts_makes_it_active_with_the_last(self) -> None:
        price = account().price_fen
        post(price - 1, bank_reference="BK1")
        assert account().status is EnrolmentStatus.AWAITING_DEPOSIT

        post(1, bank_reference="BK2")
        assert account().status is EnrolmentStatus.ACTIVE
        assert account().version == 2
        books_hold()

    def test_over_what_is_due_leaves_the_rest_in_suspense(self) -> None:
        price = account().price_fen

        posting = post(price + 1)

        assert legs(posting) == {"outside": -price - 1, "held": price, "suspense": 1}
        assert posting.entry.reason == SuspenseReason.EXCESS
        books_hold()

    @pytest.mark.parametrize(
        ("remittance", "account_no", "reason"),
        [
            ("书法班", TUITION.account_no, SuspenseReason.UNKNOWN_REFERENCE),
            (f"学费 {an_id('enr', 99).removeprefix('enr_')}", TUITION.account_no, SuspenseReason.UNKNOWN_REFERENCE),
            (f"学费 {ENROLMENT.removeprefix('enr_')}", "8000000099", SuspenseReason.WRONG_ACCOUNT),
        ],
        ids=["names nothing", "names what isn't there", "to another account"],
    )
    def test_that_matches_nothing_is_kept_in_suspense(self, remittance: str, account_no: str, reason: str) -> None:
        before = account()

        posting = post(remittance=remittance, account_no=account_no)

        assert legs(posting) == {"outside": -1000, "suspense": 1000}
        assert posting.entry.reason == reason
        assert account() == before
        books_hold()

    def test_after_expiry_is_kept_in_suspense(self) -> None:
        assert steps.expire(now=LATER)

        posting = post()

        assert (legs(posting), posting.entry.reason) == ({"outside": -1000, "suspense": 1000}, SuspenseReason.EXPIRED)
        books_hold()

    def test_five_times_is_once(self) -> None:
        first = post()
        before = tables.dump_memory()

        for _ in range(4):
            again = post()
            assert (again.duplicate, again.entry) == (True, first.entry)
        assert tables.dump_memory() == before

    def test_told_in_another_time_zone_is_the_same(self) -> None:
        post()
        fact = builders.a_deposit(1000)
        elsewhere = replace(fact, booked_at=fact.booked_at.astimezone(clock.SHANGHAI))
        assert usecases.post_deposit(fact=elsewhere, account=TUITION, now=NOW).duplicate

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount_fen": Fen(2000)},
            {"remittance": "另一笔"},
            {"account_no": "8000000099"},
            {"payer_account_no": "6222000000009999"},
            {"payer_name": "另一人"},
        ],
    )
    def test_under_a_posted_reference_with_another_body_is_refused_and_kept(self, changes: dict[str, Any]) -> None:
        post()
        before = tables.dump_memory(), account()

        with pytest.raises(ReferenceReused):
            usecases.post_deposit(fact=builders.a_deposit(**{"amount_fen": 1000, **changes}), account=TUITION, now=NOW)
        [conflict] = books.read().conflicts
        assert (conflict.reference, conflict.posted_fen) == ("BK000001", 1000)
        assert conflict.sent_fen == changes.get("amount_fen", 1000)
        assert account() == before[1]
        assert len(list(entries.scan())) == 1

    def test_of_two_in_the_very_moment_both_are_booked(self) -> None:
        with just_before("TransactWriteItems", lambda: post(400, bank_reference="BK2")):
            post(300, bank_reference="BK1")

        assert account().paid_fen == 700
        books_hold()

    def test_when_the_answer_was_lost_is_found_to_be_booked(self) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            post()

        assert post().duplicate
        assert account().paid_fen == 1000

    def test_in_a_conflict_of_transactions_goes_through(self) -> None:
        with conflicts("TransactWriteItems", times=2) as cancelled:
            assert not post().duplicate
        assert len(cancelled) == 2
        assert account().paid_fen == 1000

    def test_while_dynamodb_is_busy_is_to_be_tried_again(self) -> None:
        def in_vain() -> None:
            with busy("TransactWriteItems"):
                post()

        refuses(errors.Unavailable, in_vain)
        assert not post().duplicate


@pytest.mark.usefixtures("district")
class TestMinimumBalance:
    def deposit(self, amount_fen: int = 20_000, **changes: Any) -> model.Posting:
        fact = builders.a_deposit(amount_fen, **changes)
        return usecases.post_deposit(fact=fact, account=builders.a_minimum_account(), now=NOW)

    def withdraw(self, amount_fen: int = 1000, **changes: Any) -> model.Posting:
        fact = builders.a_withdrawal(amount_fen, **changes)
        return usecases.post_withdrawal(fact=fact, account=builders.a_minimum_account(), now=NOW)

    def test_is_moved_by_the_bank_and_never_mixed_with_tuition(self) -> None:
        self.deposit(20_000)
        posting = self.withdraw(500)

        assert legs(posting) == {"minimum_balance": -500, "outside": 500}
        assert minimums.get(SCHOOL).balance_fen == 19_500
        assert posting.entry.figures == {
            "balance_before_fen": 20_000,
            "balance_after_fen": 19_500,
            "required_fen": 10_000,
        }
        books_hold()

    def test_twice_is_once_and_another_body_is_refused(self) -> None:
        self.deposit()
        self.withdraw()
        before = tables.dump_memory()

        assert self.deposit().duplicate
        assert self.withdraw().duplicate
        assert tables.dump_memory() == before
        with pytest.raises(ReferenceReused):
            self.withdraw(999)
        assert minimums.get(SCHOOL).balance_fen == 19_000

    def test_money_that_left_the_tuition_account_uninstructed_is_missing_in_suspense(self) -> None:
        posting = usecases.post_withdrawal(fact=builders.a_withdrawal(), account=TUITION, now=NOW)

        assert legs(posting) == {"suspense": -1000, "outside": 1000}
        assert posting.entry.reason == SuspenseReason.UNINSTRUCTED
        books_hold()


class TestReleaseLesson:
    @pytest.fixture(autouse=True)
    def paid(self, in_memory: Any) -> None:
        """A school on file, and an enrolment of three lessons with its 1,000 fen held."""
        tables.put_in_memory("released", lambda: (steps.register(), steps.open_account(paid_fen=1000)))

    def test_moves_each_lessons_share_and_the_last_takes_the_rest(self) -> None:
        released = [legs(steps.release(lesson)) for lesson in (1, 2, 3)]

        assert released == [{"held": -333, "payable": 333}] * 2 + [{"held": -334, "payable": 334}]
        after = account()
        assert (after.status, after.held_fen, after.released_fen) == (EnrolmentStatus.COMPLETED, 0, 1000)
        books_hold()

    def test_in_any_order_comes_to_the_same(self) -> None:
        for lesson in (3, 1, 2):
            steps.release(lesson)

        assert account().released_fen == 1000
        books_hold()

    def test_twice_is_once_even_after_the_last(self) -> None:
        for lesson in (1, 2, 3):
            steps.release(lesson)
        before = tables.dump_memory()

        assert all(steps.release(lesson).duplicate for lesson in (1, 2, 3))
        assert tables.dump_memory() == before

    def test_of_a_fourth_lesson_is_refused(self) -> None:
        for lesson in (1, 2, 3):
            steps.release(lesson)

        refuses(rules.NothingLeft, lambda: steps.release(4))

    def test_before_it_is_paid_is_refused(self) -> None:
        steps.open_account(2)

        refuses(rules.NotActive, lambda: steps.release(enrolment=2))

    def test_of_an_enrolment_that_is_not_there_is_refused(self) -> None:
        refuses(accounts.UnknownEnrolment, lambda: steps.release(enrolment=99))

    def test_after_a_freeze_is_refused_and_goes_through_when_it_ends(self) -> None:
        steps.freeze()
        refuses(institutions.ReleasesStopped, steps.release)

        steps.thaw()
        assert not steps.release().duplicate

    def test_a_freeze_in_the_very_moment_wins(self) -> None:
        with just_before("TransactWriteItems", steps.freeze), pytest.raises(institutions.ReleasesStopped):
            steps.release()

        assert account().released_fen == 0

    def test_of_two_in_the_very_moment_both_are_done_once(self) -> None:
        with just_before("TransactWriteItems", lambda: (steps.release(1), steps.release(2))):
            again = steps.release(1)

        assert again.duplicate
        assert account().lessons_released == 2
        books_hold()


@pytest.mark.usefixtures("district")
class TestExpireEnrolment:
    def seats(self) -> int:
        return mall_store.get_course(builders.COURSE).offerings[0].seats_left

    def test_gives_the_seat_back_when_its_time_is_over(self) -> None:
        seats = self.seats()

        assert not steps.expire(now=LATER - timedelta(milliseconds=1))
        assert steps.expire(now=LATER)
        assert (account().status, self.seats()) == (EnrolmentStatus.EXPIRED, seats + 1)
        books_hold()

    def test_twice_gives_one_seat_back(self) -> None:
        steps.expire(now=LATER)
        before = tables.dump_memory()

        assert not steps.expire(now=LATER)
        assert tables.dump_memory() == before

    def test_sends_what_was_paid_in_part_to_suspense(self) -> None:
        post(400)

        assert steps.expire(now=LATER)
        [expiry] = [entry for entry in entries.scan() if entry.kind == "expiry"]
        assert expiry.legs == {model.State.HELD: -400, model.State.SUSPENSE: 400}
        assert (account().paid_fen, account().held_fen) == (0, 0)
        books_hold()

    def test_loses_to_the_payment_of_the_very_moment(self) -> None:
        price = account().price_fen
        with just_before("TransactWriteItems", lambda: post(price)):
            assert not steps.expire(now=LATER)

        assert account().status is EnrolmentStatus.ACTIVE
        books_hold()


class TestClosedDays:
    def test_money_that_the_bank_moved_long_ago_is_a_correction_of_its_day(self, in_memory: Any) -> None:
        steps.open_account()
        fact = builders.a_deposit(booked_at=NOW - timedelta(days=4))

        entry = usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW).entry

        assert (entry.effective_on, entry.correction) == (date(2026, 8, 28), True)
        assert entries.find("bank#BK000001", "entry") == entry
        assert steps.violations().keys() <= {"journal_has_every_entry", "totals_equal_journal"}

    def test_a_lesson_confirmed_long_ago_is_released_today(self, in_memory: Any) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)

        entry = steps.release(confirmed_at=NOW - timedelta(days=30)).entry

        assert (entry.effective_on, entry.correction) == (date(2026, 9, 1), False)

    def test_the_journal_keeps_the_correction(self, in_memory: Any) -> None:
        steps.open_account()
        fact = builders.a_deposit(booked_at=NOW - timedelta(days=4))
        usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.count_all()

        [line] = queries.list_journal(SCHOOL, limit=9, cursor=None).rows
        assert line.correction
        assert steps.violations() == {}
