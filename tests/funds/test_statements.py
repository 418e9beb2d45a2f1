from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.funds import statement_words, statements, trial_balance
from shared.funds.model import Entry, EntryKind, State
from shared.funds.periods import Basis, day_of, sum_up
from shared.funds.statements import OF_ENROLMENT, STATES, Ledger
from tests.funds import histories

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = date(2026, 9, 1)


def entry(number: int, legs: dict[State, int], *, on: date = DAY, kind: EntryKind = EntryKind.DEPOSIT) -> Entry:
    plain = histories.an_entry(number, AT + timedelta(hours=number), effective_on=on)
    return Entry(**{**vars(plain), "legs": legs, "kind": kind})


LIFE = [
    entry(1, {State.OUTSIDE: -1000, State.HELD: 1000}),
    entry(2, {State.HELD: -333, State.PAYABLE: 333}, kind=EntryKind.RELEASE),
    entry(3, {State.HELD: -667, State.REFUND_PENDING: 667}, kind=EntryKind.REFUND_HOLD),
    entry(4, {State.REFUND_PENDING: -667, State.OUTSIDE: 667}, kind=EntryKind.REFUND_PAID),
]


class TestBuild:
    def test_an_enrolments_lines_say_what_came_what_went_and_what_is_left(self) -> None:
        told = statements.build(LIFE, states=OF_ENROLMENT, basis=Basis.BOOKING, whole=True)

        assert [(one.into_fen, one.out_fen, one.balance_fen) for one in told.lines] == [
            (1000, 0, 1000),
            (0, 333, 667),
            (0, 0, 667),  # held back: still hers
            (0, 667, 0),
        ]
        assert (told.opening_fen, told.into_fen, told.out_fen, told.closing_fen) == (0, 1000, 1000, 0)

    def test_an_account_at_the_bank_has_only_the_lines_that_change_it(self) -> None:
        told = statements.build(LIFE, states=STATES[Ledger.TUITION], basis=Basis.BOOKING)

        assert [(one.entry.version, one.balance_fen) for one in told.lines] == [(1, 1000), (4, 333)]

    def test_of_nothing_is_empty(self) -> None:
        told = statements.build([], states=OF_ENROLMENT, basis=Basis.BOOKING)

        assert (told.lines, told.closing_fen) == ([], 0)

    def test_what_was_booked_late_stands_where_it_took_effect_or_where_it_was_booked(self) -> None:
        late = entry(9, {State.OUTSIDE: -50, State.HELD: 50}, on=date(2026, 8, 30))

        orders = {
            basis: [
                one.entry.version
                for one in statements.build([*LIFE, late], states=OF_ENROLMENT, basis=basis, whole=True).lines
            ]
            for basis in Basis
        }
        assert orders == {Basis.BOOKING: [1, 2, 3, 4, 9], Basis.EFFECTIVE: [9, 1, 2, 3, 4]}

    @given(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from(Basis), st.sampled_from(Ledger))
    def test_every_history_ends_with_the_fold_of_its_legs(
        self, seed: int, size: int, basis: Basis, ledger: Ledger
    ) -> None:
        history = histories.a_history(seed, entries=size)
        told = statements.build(history, states=STATES[ledger], basis=basis)

        assert told.closing_fen == sum_up(history).net_fen(STATES[ledger])
        assert told.opening_fen + told.into_fen - told.out_fen == told.closing_fen
        balance = 0
        for one in told.lines:
            balance += one.into_fen - one.out_fen
            assert one.balance_fen == balance
        assert [day_of(one.entry, basis) for one in told.lines] == sorted(
            day_of(one.entry, basis) for one in told.lines
        )


class TestStanding:
    def test_is_all_that_was_paid(self) -> None:
        assert statements.standing(LIFE) == statements.Standing(0, 0, 333, 667)
        assert statements.standing(LIFE[:3]) == statements.Standing(0, 667, 333, 0)


class TestTrialBalance:
    @given(st.integers(0, 10_000), st.integers(0, 40))
    def test_of_every_history_is_balanced_and_has_as_many_debits_as_credits(self, seed: int, size: int) -> None:
        history = histories.a_history(seed, entries=size)
        told = trial_balance.build(sum_up(history[: size // 3]), sum_up(history[size // 3 :]))

        assert told.balanced
        assert told.total.debit_fen == told.total.credit_fen
        assert told.entries == len(history[size // 3 :])

    def test_a_deposit_is_a_debit_of_the_bank_and_a_credit_of_what_is_held(self) -> None:
        told = trial_balance.build(sum_up([]), sum_up(LIFE[:1])).rows

        assert (told[State.OUTSIDE].debit_fen, told[State.OUTSIDE].closing_fen) == (1000, -1000)
        assert (told[State.HELD].credit_fen, told[State.HELD].closing_fen) == (1000, 1000)


class TestExplain:
    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("kind", EntryKind)
    def test_every_kind_has_a_sentence(self, kind: EntryKind, language: str) -> None:
        told = statement_words.explain(entry(1, {State.HELD: 5, State.OUTSIDE: -5}, kind=kind), language=language)

        assert told != kind.value
        assert any("一" <= letter <= "鿿" for letter in told) == (language == "zh")

    def test_a_release_says_which_lesson_and_who_confirmed(self) -> None:
        release = Entry(**{**vars(LIFE[1]), "reason": "auto_confirmed"})

        assert (
            statement_words.explain(release, language="zh", lesson=7) == "课时费拨付给机构（第 7 课时；到期视为确认）"
        )
        english = "Lesson released to the school (lesson 7; confirmed by silence)"
        assert statement_words.explain(release, language="en", lesson=7) == english

    def test_a_deposit_says_what_of_it_went_to_suspense(self) -> None:
        deposit = entry(1, {State.OUTSIDE: -1100, State.HELD: 1000, State.SUSPENSE: 100})
        told = statement_words.explain(Entry(**{**vars(deposit), "reason": "excess"}), language="zh")

        assert told == "缴费入账（多付部分 ¥1.00 转待查款）"
