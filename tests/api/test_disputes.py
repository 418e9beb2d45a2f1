"""A dispute's way: the guardian's pictures, the school's one answer, the bureau's decision with its reason."""

from functools import partial
from typing import Any

import pytest

from shared.materials.model import Kind
from shared.teaching import queries
from shared.teaching import usecases as teaching
from tests import steps, tables
from tests.api.district import STRANGER, Act, District, marking
from tests.api.test_school import of_another_school
from tests.builders import ENROLMENT, GUARDIAN, NOW, SCHOOL, SESSION, an_id
from tests.edge.doors import Door, pointers
from tests.materials import examples as uploads
from tests.tables import just_before

DISPUTE = f"/v1/enrolments/{ENROLMENT}/lessons/{SESSION}/dispute"
LESSON = f"/v1/school/lessons/{ENROLMENT}/{SESSION}"
MINE = an_id("fil", 2)


def disputing(*pictures: Any, key: str = "dispute-0001") -> Act:
    body = {"reason": "老师没有来", "pictures": list(pictures)}
    return lambda door: door.post(DISPUTE, body, key=key)


def answering(text: str = "当天由代课老师上课", *, key: str = "answer-0001") -> Act:
    return lambda door: door.post(f"{LESSON}/answer", {"text": text}, key=key)


def a_picture(number: int, **changes: Any) -> str:
    """A picture that was handed in and checked, the guardian's own."""
    told = {**uploads.JPEG, "institution_id": "", "by": GUARDIAN, "kind": Kind.PICTURE, **changes}
    return uploads.handed_in(an_id("fil", number), uploads.a_picture(), **told).file_id


def status() -> str:
    """The lesson's."""
    lesson = queries.find_lesson(ENROLMENT, SESSION)
    assert lesson is not None
    return lesson.status.value


def decide(*, uphold: bool) -> None:
    """The bureau decides."""
    teaching.decide_dispute(
        enrolment_id=ENROLMENT, session_id=SESSION, uphold=uphold, reason="监控为证", by="科长", now=NOW
    )


@pytest.fixture
def district(district: District) -> District:
    """The first family's enrolment is paid; its first session is over and marked."""

    def put() -> None:
        district.opens()
        steps.open_account(paid_fen=1000)
        district.teaches(sessions=2)
        assert marking()(district.teacher).status == 201

    tables.put_in_memory(__name__, put)
    return district


class TestPictures:
    def test_are_ones_own_and_the_school_sees_them(self, district: District) -> None:
        mine = [a_picture(number) for number in (2, 3, 4)]

        answer = disputing(*mine)(district.guardian)

        assert (answer.status, answer.body["status"]) == (201, "disputed")
        told = district.admin.get(LESSON).body["dispute"]
        assert told == answer.body["dispute"]
        assert told == {
            "reason": "老师没有来",
            "pictures": [1, 2, 3],
            "school_answer": None,
            "decision": None,
            "decision_reason": None,
        }
        lesson = queries.find_lesson(ENROLMENT, SESSION)
        assert lesson is not None
        assert list(lesson.dispute_pictures) == mine

    def test_open_at_an_address_for_the_school_alone(self, district: District) -> None:
        disputing(a_picture(2))(district.guardian)

        assert district.admin.get(f"{LESSON}/pictures/1").status == 303
        for number in ("0", "2", "01", "x"):
            act = partial(Door.get, path=f"{LESSON}/pictures/{number}")
            district.refuses(district.admin, act, 404, "unknown_file")
        district.refuses(
            of_another_school(district), lambda door: door.get(f"{LESSON}/pictures/1"), 404, "unknown_enrolment"
        )

    def test_that_are_not_ones_own_or_not_accepted_are_refused(self, district: District) -> None:
        mine = a_picture(2)
        waiting = {**uploads.JPEG, "institution_id": "", "by": GUARDIAN, "kind": Kind.PICTURE}
        uploads.asked(an_id("fil", 3), uploads.a_picture(), **waiting)
        a_picture(4, by=STRANGER)
        a_picture(5, institution_id=SCHOOL)

        for other, status_, code in (
            (an_id("fil", 3), 409, "picture_not_usable"),
            (an_id("fil", 4), 404, "unknown_file"),
            (an_id("fil", 5), 404, "unknown_file"),
            (an_id("fil", 99), 404, "unknown_file"),
            (ENROLMENT, 404, "unknown_file"),
        ):
            answer = district.refuses(district.guardian, disputing(mine, other), status_, code)
            assert pointers(answer) == [("/pictures/1", code)]
        assert status() == "taught"

    @pytest.mark.parametrize("wrong", [[an_id("fil", number) for number in range(2, 6)], ["picture"], [None], [1]])
    def test_are_at_most_three_ids(self, district: District, wrong: list[Any]) -> None:
        district.refuses(district.guardian, disputing(*wrong), 422, "invalid_request")


class TestTheSchoolsAnswer:
    @pytest.fixture(autouse=True)
    def _disputed(self, district: District) -> None:
        assert disputing()(district.guardian).status == 201

    def test_is_read_by_the_guardian(self, district: District) -> None:
        assert answering()(district.admin).body["dispute"]["school_answer"] == "当天由代课老师上课"

        lesson = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/lessons").body["data"][0]
        assert (lesson["status"], lesson["dispute"]["school_answer"]) == ("disputed", "当天由代课老师上课")

    def test_is_one_however_often_it_comes(self, district: District) -> None:
        first = answering()(district.admin)

        assert answering()(district.admin).body == first.body
        assert answering(key="answer-0002")(district.admin).body == first.body
        district.refuses(district.admin, answering("另一说法", key="answer-0003"), 409, "dispute_answered_already")

    def test_that_comes_with_another_is_refused(self, district: District) -> None:
        with just_before("TransactWriteItems", lambda: answering("另一说法", key="answer-0002")(district.admin)):
            answer = answering()(district.admin)

        assert (answer.status, answer.code) == (409, "dispute_answered_already")
        assert district.admin.get(LESSON).body["dispute"]["school_answer"] == "另一说法"

    def test_comes_before_the_decision_or_not_at_all(self, district: District) -> None:
        with just_before("TransactWriteItems", lambda: decide(uphold=True)):
            answer = answering()(district.admin)

        assert (answer.status, answer.code) == (409, "lesson_not_disputed")
        assert district.admin.get(LESSON).body["dispute"] == {
            "reason": "老师没有来",
            "pictures": [],
            "school_answer": None,
            "decision": "upheld",
            "decision_reason": "监控为证",
        }

    def test_repeated_after_the_decision_is_still_the_same(self, district: District) -> None:
        answering()(district.admin)
        decide(uphold=False)

        again = answering(key="answer-0002")(district.admin)

        assert (again.status, again.body["status"]) == (201, "confirmed")
        assert (again.body["dispute"]["decision"], again.body["dispute"]["decision_reason"]) == ("rejected", "监控为证")

    @pytest.mark.parametrize("text", ["", "  ", "长" * 501])
    def test_needs_words(self, district: District, text: str) -> None:
        district.refuses(district.admin, answering(text), 422, "invalid_request")

    def test_is_the_schools_own(self, district: District) -> None:
        district.refuses(of_another_school(district), answering(), 404, "unknown_enrolment")
        district.refuses(district.teacher, answering(), 403, "not_for_your_role")


def test_a_lesson_without_a_dispute_takes_no_answer(district: District) -> None:
    district.refuses(district.admin, answering(), 409, "lesson_not_disputed")
    assert district.admin.get(LESSON).body["dispute"] is None
