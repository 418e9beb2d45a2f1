"""Confirming all lessons that wait in one call."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.confirmations import MOST
from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import queries
from shared.teaching import usecases as teaching
from shared.teaching.model import Outcome
from tests import builders, steps, tables
from tests.api.district import STRANGER, Act, District, disputing
from tests.api.test_races import a_guardian, url
from tests.builders import ENROLMENT, GUARDIAN, NOW, POLICY, an_id
from tests.edge.doors import Answer, Door

__all__ = ["url"]

PATH = "/v1/me/lessons/confirmations"
SECOND = EnrolmentId(an_id("enr", 2))
STRANGERS = EnrolmentId(an_id("enr", 3))


def confirming_all(*named: tuple[str, int], key: str = "confirm-all-0001") -> Act:
    """All that wait are confirmed, or the sessions of enrolments that are named."""
    lessons = [{"enrolment_id": enrolment, "session_id": an_id("ses", number)} for enrolment, number in named]
    return lambda door: door.post(PATH, {"lessons": lessons} if named else {}, key=key)


def mark(enrolment: int, sessions: Sequence[int]) -> None:
    """The teacher marks a family's child as present."""
    pupil = builders.a_pupil(enrolment)
    for number in sessions:
        teaching.claim_attendance(
            session=builders.a_session(number),
            pupils=[pupil],
            marks={pupil.enrolment_id: Outcome.PRESENT},
            by="usr_1",
            teacher_id=builders.TEACHER,
            policy=POLICY,
            now=NOW,
        )


def put(sessions: int = 3) -> None:
    """The first family has two paid enrolments of the class, a stranger one; all sessions are over and marked."""
    steps.register()
    for number, guardian in ((1, GUARDIAN), (2, GUARDIAN), (3, STRANGER)):
        steps.open_account(number, paid_fen=1000, guardian_id=guardian)
    teaching.schedule_class(sessions=[builders.a_session(number) for number in range(1, sessions + 1)])
    mark(1, range(1, sessions + 1))
    mark(2, [1])
    mark(3, [1])


def told(answer: Answer) -> list[tuple[str, int, bool, str]]:
    """What became of each lesson: its enrolment, its session, whether it is confirmed, why not."""
    assert answer.status == 201, answer.text
    return [
        (one["enrolment_id"], int(one["session_id"][-2:]), one["confirmed"], one["code"] or "")
        for one in answer.body["data"]
    ]


def status(enrolment: EnrolmentId, session: int) -> str:
    """A lesson's."""
    lesson = queries.find_lesson(enrolment, SessionId(an_id("ses", session)))
    assert lesson is not None
    return lesson.status.value


@pytest.fixture
def district(district: District) -> District:
    tables.put_in_memory(__name__, put)
    return district


class TestAllThatWait:
    def test_are_confirmed_and_nobody_elses(self, district: District) -> None:
        answer = confirming_all()(district.guardian)

        assert sorted(told(answer)) == [
            (ENROLMENT, 1, True, ""),
            (ENROLMENT, 2, True, ""),
            (ENROLMENT, 3, True, ""),
            (SECOND, 1, True, ""),
        ]
        assert answer.body["waiting"] == 0
        assert (status(ENROLMENT, 3), status(SECOND, 1), status(STRANGERS, 1)) == ("confirmed", "confirmed", "taught")

    def test_a_disputed_one_does_not_wait(self, district: District) -> None:
        assert disputing(2)(district.guardian).status == 201

        assert (ENROLMENT, 2, True, "") not in told(confirming_all()(district.guardian))
        assert status(ENROLMENT, 2) == "disputed"

    def test_again_are_none(self, district: District) -> None:
        first = confirming_all()(district.guardian)
        before = district.dump(but=("edge",))

        assert confirming_all()(district.guardian).body == first.body
        assert confirming_all(key="confirm-all-0002")(district.guardian).body == {"data": [], "waiting": 0}
        assert district.dump(but=("edge",)) == before

    def test_beyond_the_most_are_told_as_waiting(self, district: District) -> None:
        more = [builders.a_session(number) for number in range(4, MOST + 2)]
        teaching.schedule_class(sessions=more)
        mark(1, range(4, MOST + 2))

        answer = confirming_all()(district.guardian)

        assert (len(answer.body["data"]), answer.body["waiting"]) == (MOST, 2)
        assert len(told(confirming_all(key="confirm-all-0002")(district.guardian))) == 2


class TestThoseThatAreNamed:
    def test_are_confirmed_each_for_itself(self, district: District) -> None:
        assert disputing(2)(district.guardian).status == 201
        named = [
            (ENROLMENT, 1),
            (ENROLMENT, 2),
            (ENROLMENT, 99),
            (STRANGERS, 1),
            (an_id("enr", 99), 1),
            (ENROLMENT, 1),
            (SECOND, 2),
        ]

        answer = confirming_all(*named)(district.guardian)

        assert told(answer) == [
            (ENROLMENT, 1, True, ""),
            (ENROLMENT, 2, False, "lesson_disputed"),
            (ENROLMENT, 99, False, "unknown_session"),
            (STRANGERS, 1, False, "unknown_enrolment"),
            (an_id("enr", 99), 1, False, "unknown_enrolment"),
            (SECOND, 2, False, "lesson_not_marked"),
        ]
        assert answer.body["waiting"] == 2
        assert answer.body["data"][1]["message"] == "这节课正在争议处理中，不能确认。"
        assert (status(STRANGERS, 1), status(ENROLMENT, 3)) == ("taught", "taught")

    def test_are_confirmed_once_however_often(self, district: District) -> None:
        assert told(confirming_all((ENROLMENT, 1))(district.guardian)) == [(ENROLMENT, 1, True, "")]

        again = confirming_all((ENROLMENT, 1), key="confirm-all-0002")(district.guardian)

        assert told(again) == [(ENROLMENT, 1, True, "")]

    @pytest.mark.parametrize(
        "lessons",
        [
            [],
            [{"enrolment_id": ENROLMENT}],
            [{"enrolment_id": "1", "session_id": "2"}],
            [{"enrolment_id": ENROLMENT, "session_id": an_id("ses")}] * (MOST + 1),
        ],
    )
    def test_must_be_lessons(self, district: District, lessons: list[Any]) -> None:
        def act(door: Door) -> Answer:
            return door.post(PATH, {"lessons": lessons}, key="confirm-all-0001")

        district.refuses(district.guardian, act, 422, "invalid_request")


@pytest.mark.usefixtures("on_engine", "at", "hurried", "settings")
class TestAtOnce:
    def test_each_lesson_is_confirmed_once_and_all_are_told_so(self, url: str) -> None:
        put()

        def confirm(number: int) -> Counter[str]:
            answer = a_guardian(url).call("POST", PATH, {}, key=f"confirm-all-{number:04d}")
            assert answer.status == 201
            return Counter(one["code"] or one["status"] for one in answer.body["data"])

        with ThreadPoolExecutor(6) as threads:
            codes = sum(threads.map(confirm, range(6)), Counter())

        assert set(codes) <= {"confirmed", "try_again"}
        for enrolment, session in ((ENROLMENT, 1), (ENROLMENT, 2), (ENROLMENT, 3), (SECOND, 1)):
            assert status(enrolment, session) == "confirmed"
        assert status(STRANGERS, 1) == "taught"
