from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.funds import rules
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, EntryKind, State, SuspenseReason
from shared.kernel import clock
from shared.kernel.money import Fen
from tests import builders
from tests.builders import ENROLMENT, NOW, TUITION_NO, an_enrolment, an_id

REFERENCE = ENROLMENT.removeprefix("enr_")
OTHER_REFERENCE = an_id("enr", 2).removeprefix("enr_")


def taught(account: EnrolmentAccount) -> EnrolmentAccount:
    """The account after its next lesson's release."""
    share = rules.lesson_share(account)
    return replace(
        account,
        held_fen=Fen(account.held_fen - share),
        released_fen=Fen(account.released_fen + share),
        lessons_released=account.lessons_released + 1,
    )


def matched(split: rules.Split) -> int:
    """What of a deposit goes to enrolments."""
    return sum(amount for _, amount in split.shares)


class TestFindReferences:
    @pytest.mark.parametrize(
        "remittance",
        [REFERENCE, f"学费{REFERENCE}", f"学费 {REFERENCE} 张示例", f"附言:{REFERENCE}。", REFERENCE.lower()],
    )
    def test_finds_the_one_that_is_named(self, remittance: str) -> None:
        assert rules.find_references(remittance) == [ENROLMENT]

    def test_named_twice_is_named(self) -> None:
        assert rules.find_references(f"{REFERENCE} {REFERENCE}") == [ENROLMENT]

    def test_finds_several_in_the_order_of_the_text(self) -> None:
        other = an_id("enr", 2)

        assert rules.find_references(f"{OTHER_REFERENCE}、{REFERENCE} {OTHER_REFERENCE}") == [other, ENROLMENT]

    @pytest.mark.parametrize(
        "remittance",
        [
            "",
            "书法班",
            REFERENCE[:-1],
            f"{REFERENCE}A",
            f"9{REFERENCE}",
            REFERENCE[:-1] + "U",  # not a letter of these references
        ],
    )
    def test_guesses_nothing(self, remittance: str) -> None:
        assert rules.find_references(remittance) == []


class TestSplitDeposit:
    @pytest.mark.parametrize(
        ("paid", "amount", "paid_in", "suspense", "reason"),
        [
            (0, 999, 999, 0, None),
            (0, 1000, 1000, 0, None),
            (0, 1001, 1000, 1, SuspenseReason.EXCESS),
            (600, 400, 400, 0, None),
            (600, 401, 400, 1, SuspenseReason.EXCESS),
            (1000, 1, 0, 1, SuspenseReason.EXCESS),
        ],
    )
    def test_pays_what_is_due_and_keeps_the_rest_in_suspense(
        self, paid: int, amount: int, paid_in: int, suspense: int, reason: SuspenseReason | None
    ) -> None:
        split = rules.split_deposit(named=[an_enrolment(paid)], account_no=TUITION_NO, amount_fen=Fen(amount))

        assert (matched(split), split.suspense_fen, split.reason) == (paid_in, suspense, reason)

    @pytest.mark.parametrize(
        ("account", "account_no", "reason"),
        [
            (None, TUITION_NO, SuspenseReason.UNKNOWN_REFERENCE),
            (an_enrolment(), "8000000099", SuspenseReason.WRONG_ACCOUNT),
            (an_enrolment(status=EnrolmentStatus.EXPIRED), TUITION_NO, SuspenseReason.EXPIRED),
            (
                an_enrolment(1000, status=EnrolmentStatus.COMPLETED, released_fen=1000, lessons_released=3),
                TUITION_NO,
                SuspenseReason.EXCESS,
            ),
        ],
        ids=["names nothing", "another account", "expired", "completed"],
    )
    def test_keeps_all_of_it_in_suspense(
        self, account: EnrolmentAccount | None, account_no: str, reason: SuspenseReason
    ) -> None:
        split = rules.split_deposit(named=[account], account_no=account_no, amount_fen=Fen(1000))

        assert (matched(split), split.suspense_fen, split.reason) == (0, 1000, reason)

    @given(st.integers(0, 500_000), st.integers(1, 1_000_000), st.sampled_from(EnrolmentStatus))
    def test_loses_no_fen(self, paid: int, amount: int, status: EnrolmentStatus) -> None:
        account = an_enrolment(paid, price_fen=Fen(500_000), status=status)

        split = rules.split_deposit(named=[account], account_no=TUITION_NO, amount_fen=Fen(amount))
        assert matched(split) + split.suspense_fen == amount
        assert 0 <= matched(split) <= account.due_fen
        assert (split.reason is None) == (split.suspense_fen == 0)


class TestUnmarked:
    @pytest.mark.parametrize(
        ("status", "refunded", "becomes"),
        [
            (EnrolmentStatus.AWAITING_DEPOSIT, 0, "scheduled"),
            (EnrolmentStatus.ACTIVE, 0, "scheduled"),
            (EnrolmentStatus.IN_ARREARS, 0, "scheduled"),
            (EnrolmentStatus.REFUNDING, 2, "refunded"),
            (EnrolmentStatus.REFUNDED, 2, "refunded"),
            (EnrolmentStatus.COMPLETED, 0, "cancelled"),
            (EnrolmentStatus.EXPIRED, 0, "cancelled"),
        ],
    )
    def test_lessons_are_what_the_enrolment_says(self, status: EnrolmentStatus, refunded: int, becomes: str) -> None:
        assert an_enrolment(1000, status=status, lessons_refunded=refunded).unmarked == becomes


class TestLessonShare:
    def test_is_an_equal_share_and_the_last_takes_the_rest(self) -> None:
        account = an_enrolment(1000)
        shares = []
        for _ in range(3):
            shares.append(rules.lesson_share(account))
            account = taught(account)

        assert shares == [333, 333, 334]

    @given(st.integers(0, 500_000), st.integers(1, 60))
    def test_shares_add_up_to_the_price_to_the_fen(self, price: int, lessons: int) -> None:
        account = an_enrolment(price, price_fen=Fen(price), lessons=lessons, status=EnrolmentStatus.ACTIVE)
        for _ in range(lessons):
            assert 0 <= rules.lesson_share(account) <= account.held_fen
            account = taught(account)

        assert (account.held_fen, account.released_fen) == (0, price)

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [
            (EnrolmentStatus.AWAITING_DEPOSIT, rules.NotActive),
            (EnrolmentStatus.ACTIVE, None),
            (EnrolmentStatus.COMPLETED, rules.NothingLeft),
            (EnrolmentStatus.EXPIRED, rules.NotActive),
        ],
    )
    def test_is_given_in_one_status_only(self, status: EnrolmentStatus, refusal: type[Exception] | None) -> None:
        account = an_enrolment(1000, status=status)
        if refusal is None:
            assert rules.lesson_share(account) == 333
        else:
            with pytest.raises(refusal):
                rules.lesson_share(account)

    def test_never_passes_the_contract(self) -> None:
        with pytest.raises(rules.NothingLeft):
            rules.lesson_share(an_enrolment(1000, lessons_released=3))


class TestMayExpire:
    def test_at_its_moment_and_not_before(self) -> None:
        account = an_enrolment(expires_at=NOW)

        assert not rules.may_expire(account, NOW - timedelta(milliseconds=1))
        assert rules.may_expire(account, NOW)

    @pytest.mark.parametrize("status", [one for one in EnrolmentStatus if one != "awaiting_deposit"])
    def test_only_what_waits_for_its_deposit(self, status: EnrolmentStatus) -> None:
        assert not rules.may_expire(an_enrolment(status=status, expires_at=NOW), NOW + timedelta(days=365))


class TestDigest:
    def test_tells_a_repeat_from_another_body(self) -> None:
        told = ("deposit", TUITION_NO, Fen(1000), "学费", NOW)

        assert rules.digest(*told) == rules.digest(*told)
        for other in (
            ("deposit", TUITION_NO, Fen(1001), "学费", NOW),
            ("deposit", TUITION_NO, Fen(1000), "学费 ", NOW),
        ):
            assert rules.digest(*other) != rules.digest(*told)

    def test_does_not_take_one_field_for_part_of_another(self) -> None:
        assert rules.digest("ab", "c") != rules.digest("a", "bc")

    def test_of_a_moment_only_the_business_day_counts(self) -> None:
        day = date(2026, 9, 1)
        first, last = clock.start_of(day), clock.end_of(day) - timedelta(microseconds=1)

        assert rules.digest("x", first) == rules.digest("x", last.astimezone(clock.SHANGHAI)) == rules.digest("x", day)
        assert rules.digest("x", first) != rules.digest("x", clock.end_of(day))


def test_an_enrolments_reference_is_what_a_remittance_can_name() -> None:
    account = builders.an_enrolment()

    assert rules.find_references(f"学费 {account.payment_reference}") == [account.enrolment_id]


class TestDated:
    """The 1st of September closes when the 5th begins."""

    @pytest.mark.parametrize(
        ("booked", "effective", "closed"),
        [
            (date(2026, 9, 1), date(2026, 9, 1), False),
            (date(2026, 9, 4), date(2026, 9, 1), False),
            (date(2026, 9, 5), date(2026, 9, 1), True),
            (date(2027, 9, 1), date(2026, 9, 1), True),
        ],
    )
    def test_what_moved_at_the_bank_keeps_its_day_and_says_that_it_corrects_a_closed_one(
        self, booked: date, effective: date, closed: bool
    ) -> None:
        entry = an_entry({State.OUTSIDE: -5, State.HELD: 5}, booked=booked, effective=effective)

        told = rules.dated(entry, 3)

        assert (told.effective_on, told.correction) == (effective, closed)

    @pytest.mark.parametrize(("booked", "effective"), [(date(2026, 9, 4), 1), (date(2026, 9, 5), 5)])
    def test_anything_else_takes_effect_today_when_its_day_is_closed(self, booked: date, effective: int) -> None:
        entry = an_entry({State.HELD: -5, State.PAYABLE: 5}, booked=booked, effective=date(2026, 9, 1))

        told = rules.dated(entry, 3)

        assert (told.effective_on.day, told.correction) == (effective, False)

    def test_a_day_begins_in_shanghai(self) -> None:
        entry = an_entry({State.OUTSIDE: -5, State.HELD: 5}, booked=date(2026, 9, 5), effective=date(2026, 9, 1))

        assert rules.dated(replace(entry, booked_at=clock.start_of(date(2026, 9, 5))), 3).correction
        assert not rules.dated(
            replace(entry, booked_at=clock.start_of(date(2026, 9, 5)) - timedelta(microseconds=1)), 3
        ).correction


def an_entry(legs: dict[State, int], *, booked: date, effective: date) -> Entry:
    """An entry that was booked at noon."""
    return Entry(
        "bank#BK1",
        "entry",
        kind=EntryKind.DEPOSIT,
        institution_id=builders.SCHOOL,
        account_no=TUITION_NO,
        legs=legs,
        reference="BK1",
        digest="",
        booked_at=clock.start_of(booked) + timedelta(hours=12),
        effective_on=effective,
    )
