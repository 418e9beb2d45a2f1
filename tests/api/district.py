"""A district of one school with a class on sale, two families, a teacher, the bank; and all at the API's doors."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from app import app
from functions.edge import contract
from functions.edge.auth import Role
from shared.kernel.ids import GuardianId, StudentId, TeacherId
from shared.mall import model as mall
from shared.teaching import usecases as teaching
from tests import builders, letters, steps, tables
from tests.api.documented import Documented
from tests.builders import NOW, an_id
from tests.edge.doors import Answer, Door, admin_bearer, bearer, teacher_bearer
from tests.people import examples

CONTRACTS = list(contract.CONTRACTS.values())  # of every endpoint: app.py has registered them
STRANGER = GuardianId(an_id("grd", 2))
STRANGERS_CHILD = StudentId(an_id("stu", 2))
Act = Callable[[Door], Answer]


class District:
    """The district's tables, and a door for each of its people."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.nobody = Documented(app)
        self.guardian = self.nobody.with_headers(authorization=bearer())
        self.stranger = self.nobody.with_headers(authorization=bearer(STRANGER))
        self.teacher = self.nobody.with_headers(authorization=teacher_bearer())
        self.other_teacher = self.nobody.with_headers(
            authorization=bearer(an_id("usr", 3), Role.TEACHER, teacher_id=TeacherId(an_id("tch", 2)))
        )
        self.admin = self.nobody.with_headers(authorization=admin_bearer())

    def opens(self, *, licence_valid_to: date = date(2027, 12, 31), **changes: Any) -> mall.Offering:
        """The school is on file, its class on sale, both families have a child; `changes` are the class's."""
        steps.register(licence_valid_to=licence_valid_to)
        offering = steps.put_on_sale(**changes)
        examples.add_child()
        examples.add_child(STRANGERS_CHILD, guardian_id=STRANGER)
        return offering

    def teaches(self, *, sessions: int = 1) -> None:
        """The timetable: one session that is over, the others a week apart from tomorrow on."""
        later = [timedelta(days=1, weeks=week) for week in range(sessions - 1)]
        over = [builders.a_session()]
        rest = [
            builders.a_session(number, starts_at=NOW + after, ends_at=NOW + after + timedelta(hours=1))
            for number, after in enumerate(later, 2)
        ]
        teaching.schedule_class(sessions=over + rest)

    def hears(self, told: Any, **signature: Any) -> Answer:
        """The bank posts a message, signed."""
        body = told if isinstance(told, bytes) else letters.written(told)
        headers = letters.signed(body, **signature)
        return self.nobody.with_headers(**headers).post("/v1/bank/events", body)

    def dump(self, *, but: Sequence[str] = ()) -> str:
        """Everything in every table but these."""
        return tables.dump_memory(but=but)

    def refuses(self, door: Door, act: Act, status: int, code: str, *, but: Sequence[str] = ()) -> Answer:
        """Check that a call is refused, in Chinese and in English, and that it changes nothing; the Chinese answer."""
        before = self.dump(but=but)
        chinese, english = act(door), act(door.with_headers(accept_language="en"))
        for answer in (chinese, english):
            assert (answer.status, answer.code) == (status, code), answer.text
            assert answer.body["status"] == status
            assert answer.headers["x-request-id"] == answer.body["request_id"]
        assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
        assert any("一" <= letter <= "鿿" for letter in chinese.body["detail"])
        assert not any("一" <= letter <= "鿿" for letter in english.body["detail"])
        assert self.dump(but=but) == before
        return chinese


def enrolling(offering: mall.Offering, *, key: str = "enrol-0001", **changes: Any) -> Act:
    """The first child is enrolled in a class; `changes` are the request's."""
    body = {
        "course_id": offering.course_id,
        "offering_id": offering.offering_id,
        "student_id": builders.STUDENT,
        "terms_hash": offering.terms_hash,
        **changes,
    }
    return lambda door: door.post("/v1/enrolments", body, key=key)


def marking(outcome: str = "present", *, session: int = 1, key: str = "mark-0001", **changes: Any) -> Act:
    """The first pupil is marked in a session; `changes` are the request's."""
    path = f"/v1/school/offerings/{builders.OFFERING}/sessions/{an_id('ses', session)}/attendance"
    body = {"marks": [{"enrolment_id": builders.ENROLMENT, "outcome": outcome}], **changes}
    return lambda door: door.post(path, body, key=key)


def confirming(session: int = 1, *, enrolment: str = builders.ENROLMENT, key: str = "confirm-0001") -> Act:
    """A lesson of the first enrolment is confirmed."""
    path = f"/v1/enrolments/{enrolment}/lessons/{an_id('ses', session)}/confirmation"
    return lambda door: door.post(path, {}, key=key)


def disputing(session: int = 1, *, enrolment: str = builders.ENROLMENT, key: str = "dispute-0001") -> Act:
    """A lesson of the first enrolment is disputed."""
    path = f"/v1/enrolments/{enrolment}/lessons/{an_id('ses', session)}/dispute"
    return lambda door: door.post(path, {"reason": "老师没有来"}, key=key)
