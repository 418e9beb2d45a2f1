"""Commands on the engine: two at once, lost answers; and the lists."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.insurance import queries, rules, store, usecases
from shared.insurance.model import Cover, CoverStatus, Due, Ended, EndReason
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from tests.builders import ENROLMENT, NOW, an_id
from tests.insurance.examples import POLICY, an_enrolment, over
from tests.tables import busy, lost_answers

pytestmark = pytest.mark.usefixtures("hurried")


def follow(**changes: Any) -> bool:
    return usecases.follow(enrolment=an_enrolment(**changes), now=NOW)


def begin() -> Cover | None:
    return usecases.begin(cover=queries.get(ENROLMENT), request='{"a":1}', now=NOW)


class TestOnTheEngine:
    def test_many_at_once_note_one(self, on_engine: Any) -> None:
        with ThreadPoolExecutor(8) as hands:
            noted = list(hands.map(lambda _: follow(), range(16)))

        assert noted.count(True) == 1
        assert queries.get(ENROLMENT).version == 1

    def test_of_many_runs_at_once_one_asks(self, on_engine: Any) -> None:
        follow()
        cover = queries.get(ENROLMENT)
        with ThreadPoolExecutor(8) as hands:
            begun = list(hands.map(lambda _: usecases.begin(cover=cover, request="{}", now=NOW), range(8)))

        assert sum(one is not None for one in begun) == 1
        assert queries.get(ENROLMENT).asked == 1

    def test_an_answer_and_an_end_at_once_are_both_kept(self, on_engine: Any) -> None:
        follow()
        begin()
        with ThreadPoolExecutor(2) as hands:
            first = hands.submit(usecases.note_issued, enrolment_id=ENROLMENT, policy=POLICY, now=NOW)
            second = hands.submit(usecases.follow, enrolment=over(), now=NOW)
            assert (first.result(), second.result()) == (True, True)

        cover = queries.get(ENROLMENT)
        assert (cover.status, cover.policy, cover.due) == (CoverStatus.ENDING, POLICY, Due.END)

    def test_a_lost_answer_of_the_table_is_not_taken_for_a_no(self, on_engine: Any) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            follow()

        assert follow() is False
        assert queries.get(ENROLMENT).status is CoverStatus.WANTED


@pytest.mark.usefixtures("in_memory")
class TestCommands:
    def test_the_same_answer_twice_is_news_once(self) -> None:
        follow()
        begin()

        assert usecases.note_issued(enrolment_id=ENROLMENT, policy=POLICY, now=NOW)
        assert not usecases.note_issued(enrolment_id=ENROLMENT, policy=POLICY, now=NOW)
        assert not usecases.note_refused(enrolment_id=ENROLMENT, reason="晚到", now=NOW)
        assert queries.get(ENROLMENT).policy == POLICY

    def test_the_end_twice_is_news_once(self) -> None:
        follow()
        begin()
        usecases.follow(enrolment=over(), now=NOW)
        word = Ended(POLICY, None)

        assert usecases.note_ended(enrolment_id=ENROLMENT, word=word, now=NOW)
        assert not usecases.note_ended(enrolment_id=ENROLMENT, word=word, now=NOW)
        assert not usecases.note_issued(enrolment_id=ENROLMENT, policy=POLICY, now=NOW)
        assert queries.get(ENROLMENT).status is CoverStatus.ENDED

    def test_an_end_that_the_insurer_refuses_stays_to_be_ended(self) -> None:
        follow()
        begin()
        usecases.follow(enrolment=over(), now=NOW)

        assert usecases.note_end_refused(enrolment_id=ENROLMENT, reason="系统维护")
        cover = queries.get(ENROLMENT)
        assert (cover.status, cover.due, cover.refusal) == (CoverStatus.ENDING, Due.END, "系统维护")

    def test_of_no_enrolment_is_nothing(self) -> None:
        with pytest.raises(store.NoCover):
            usecases.ask_again(enrolment_id=ENROLMENT, by="财务", note="再试", now=NOW)
        assert queries.find(ENROLMENT) is None

    def test_a_refused_command_changes_nothing(self) -> None:
        follow()
        before = queries.get(ENROLMENT)
        with pytest.raises(rules.NotRefused):
            usecases.ask_again(enrolment_id=ENROLMENT, by="财务", note="再试", now=NOW)

        assert queries.get(ENROLMENT) == before

    def test_busy_is_not_now(self) -> None:
        with busy("TransactWriteItems"), pytest.raises(errors.Unavailable):
            follow()

    def test_what_was_read_before_is_not_written_over(self) -> None:
        follow()
        stale = queries.get(ENROLMENT)
        begin()

        with pytest.raises(transaction.LostRace):
            store.write(stale, rules.put_off(stale, now=NOW))


@pytest.mark.usefixtures("in_memory")
class TestLists:
    def test_what_is_due_the_longest_first_and_nothing_that_is_not(self) -> None:
        for number, minutes in ((1, 5), (2, 1), (3, 9)):
            when = NOW + timedelta(minutes=minutes)
            usecases.follow(enrolment=an_enrolment(enrolment_id=an_id("enr", number)), now=when)

        found = queries.list_due(Due.ISSUE, until=NOW + timedelta(minutes=5), limit=9)

        assert found == [an_id("enr", 2), an_id("enr", 1)]
        assert queries.list_due(Due.END, until=NOW + timedelta(days=9), limit=9) == []

    def test_pages_and_counts_by_status(self) -> None:
        for number in range(1, 6):
            when = NOW + timedelta(minutes=number)
            usecases.follow(enrolment=an_enrolment(enrolment_id=an_id("enr", number)), now=when)
        first = queries.list_by_status(CoverStatus.WANTED, limit=3, cursor=None)
        second = queries.list_by_status(CoverStatus.WANTED, limit=3, cursor=first.next_cursor)

        assert [one.enrolment_id for one in (*first.rows, *second.rows)] == [an_id("enr", n) for n in range(1, 6)]
        assert second.next_cursor is None
        found = queries.standing(late_hours=24, now=NOW + timedelta(hours=24, minutes=3, seconds=1), at_most=4)
        assert (found.by_status[CoverStatus.WANTED], found.late) == (4, 3)

    def test_several_in_the_order_asked_for(self) -> None:
        for number in (1, 2):
            usecases.follow(enrolment=an_enrolment(enrolment_id=an_id("enr", number)), now=NOW)
        ids = [EnrolmentId(an_id("enr", number)) for number in (2, 7, 1, 2)]

        assert list(queries.get_many(ids)) == [an_id("enr", 2), an_id("enr", 1)]
        assert queries.get_many([]) == {}

    def test_everything_of_a_cover_comes_back_as_it_was(self) -> None:
        follow()
        begin()
        usecases.note_refused(enrolment_id=ENROLMENT, reason="年龄不符", now=NOW)
        usecases.ask_again(enrolment_id=ENROLMENT, by="财务", note="再试", now=NOW)
        begin()
        usecases.note_issued(enrolment_id=ENROLMENT, policy=POLICY, now=NOW)
        usecases.follow(enrolment=over(EndReason.COMPLETION), now=NOW)

        cover = queries.get(ENROLMENT)
        store.write(cover, cover)
        again = queries.get(ENROLMENT)
        assert (again.asked_again, again.policy, again.over_on) == (cover.asked_again, POLICY, cover.over_on)
        assert again.version == cover.version + 1
