from datetime import timedelta
from typing import Any

import pytest

from shared.people import consent_texts, consents, queries
from tests.builders import GUARDIAN, NOW, STUDENT, TODAY
from tests.people import examples
from tests.tables import dump, just_before

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


@pytest.fixture(autouse=True)
def child(in_memory: Any) -> None:
    examples.add_child()


def withdraw(**later: float) -> None:
    consents.withdraw(guardian_id=GUARDIAN, student_id=STUDENT, now=NOW + timedelta(**later))


def give(**later: float) -> None:
    consents.give(guardian_id=GUARDIAN, student_id=STUDENT, version="2026-09", now=NOW + timedelta(**later))


def records() -> list[tuple[int, bool]]:
    """Each consent's number, and whether it is withdrawn; the latest first."""
    return [(one.number, one.withdrawn_at is not None) for one in queries.list_consents(STUDENT)]


class TestRecords:
    def test_a_child_begins_with_one_of_the_text_that_was_read(self) -> None:
        [one] = queries.list_consents(STUDENT)
        text = consent_texts.in_force(on=TODAY)
        assert (one.guardian_id, one.version, one.text_sha256) == (GUARDIAN, text.version, text.sha256)
        assert (one.given_at, one.withdrawn_at) == (NOW, None)
        assert one.purposes == tuple(purpose.code for purpose in text.purposes)

    def test_each_that_is_given_anew_is_another(self) -> None:
        withdraw(hours=1)
        give(hours=2)
        withdraw(hours=3)
        give(hours=4)
        assert records() == [(3, False), (2, True), (1, True)]


class TestAtOnce:
    def test_a_withdrawal_between_another_s_reading_and_writing_is_the_same_one(self, in_memory: Any) -> None:
        with just_before("TransactWriteItems", lambda: withdraw(hours=1)):
            withdraw(hours=2)
        [student] = queries.get_students([STUDENT])
        assert student.consent_withdrawn_at == NOW + timedelta(hours=1)
        before = dump(in_memory)
        withdraw(hours=3)
        assert dump(in_memory) == before

    def test_two_that_give_it_anew_are_one_record(self) -> None:
        withdraw(hours=1)
        with just_before("TransactWriteItems", lambda: give(hours=2)):
            give(hours=3)
        assert records() == [(2, False), (1, True)]


class TestCheck:
    def test_what_stands_lets_a_child_be_enrolled(self) -> None:
        [student] = queries.get_students([STUDENT])
        consents.check(student, on=TODAY)
        assert [one.refusal for one in consents.standing(student, on=TODAY)] == [None, None]

    def test_before_the_first_text_nobody_can_agree(self) -> None:
        with pytest.raises(LookupError):
            consent_texts.in_force(on=TODAY.replace(year=2025))
