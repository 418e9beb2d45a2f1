"""Posting and reading: once, whoever posts and however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.kernel import errors
from shared.kernel.ids import GuardianId
from shared.messages import queries, usecases
from shared.messages.model import Kind
from shared.teaching import store as teaching
from tests.builders import ENROLMENT, GUARDIAN, NOW, SESSION, an_id
from tests.messages.examples import a_message
from tests.tables import lost_answers

pytestmark = pytest.mark.usefixtures("hurried")


class TestPost:
    def test_twenty_at_once_make_one_message(self, on_engine: Any) -> None:
        with ThreadPoolExecutor(8) as hands:
            posted = list(hands.map(lambda _: usecases.post(message=a_message()), range(20)))

        assert posted.count(True) == 1
        assert len(queries.list_of(GUARDIAN, limit=10, cursor=None).rows) == 1

    def test_a_lost_answer_is_found_by_the_next_try(self, on_engine: Any) -> None:
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            usecases.post(message=a_message())

        assert not usecases.post(message=a_message())

    @pytest.mark.usefixtures("in_memory")
    def test_a_second_time_leaves_it_read(self) -> None:
        message = a_message()
        usecases.post(message=message)
        usecases.note_read(message_id=message.message_id, guardian_id=GUARDIAN, now=NOW)

        assert not usecases.post(message=a_message(now=NOW + timedelta(hours=1)))
        assert queries.get(message.message_id, guardian_id=GUARDIAN).read_at == NOW

    @pytest.mark.usefixtures("in_memory")
    def test_another_occasion_kind_subject_or_guardian_is_another_message(self) -> None:
        others = [
            a_message(occasion=an_id("ses", 2)),
            a_message(kind=Kind.DISPUTE_REJECTED),
            a_message(subject=an_id("enr", 2)),
            a_message(to=GuardianId(an_id("grd", 2))),
        ]

        assert all(usecases.post(message=one) for one in [a_message(), *others])

    @pytest.mark.usefixtures("in_memory")
    def test_where_what_it_is_held_to_does_not_hold_nothing_is_told(self) -> None:
        with pytest.raises(teaching.UnknownSession):
            usecases.post(message=a_message(), held_to=[teaching.still_waits(ENROLMENT, SESSION)])

        assert queries.list_of(GUARDIAN, limit=10, cursor=None).rows == []

    def test_figures_that_the_words_do_not_name_are_a_bug(self) -> None:
        with pytest.raises(AssertionError):
            a_message(figures={"course": "中国舞一级"})


@pytest.mark.usefixtures("in_memory")
class TestRead:
    def test_the_first_time_counts(self) -> None:
        message = a_message()
        usecases.post(message=message)
        for hours in (0, 1):
            usecases.note_read(message_id=message.message_id, guardian_id=GUARDIAN, now=NOW + timedelta(hours=hours))

        assert queries.get(message.message_id, guardian_id=GUARDIAN).read_at == NOW

    def test_another_guardians_is_missing(self) -> None:
        message = a_message()
        usecases.post(message=message)

        with pytest.raises(queries.UnknownMessage):
            usecases.note_read(message_id=message.message_id, guardian_id=GuardianId(an_id("grd", 2)), now=NOW)


@pytest.mark.usefixtures("in_memory")
class TestInbox:
    def test_is_read_by_pages_the_newest_first(self) -> None:
        messages = [
            a_message(occasion=an_id("ses", number), now=NOW + timedelta(minutes=number)) for number in range(1, 6)
        ]
        for one in messages:
            usecases.post(message=one)
        first = queries.list_of(GUARDIAN, limit=3, cursor=None)
        second = queries.list_of(GUARDIAN, limit=3, cursor=first.next_cursor)

        assert [one.message_id for one in [*first.rows, *second.rows]] == [one.message_id for one in reversed(messages)]
        assert second.next_cursor is None
