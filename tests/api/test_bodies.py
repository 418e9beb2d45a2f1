"""What is sent to the commands, broken in every way: refused, and nothing is changed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from shared.funds.store.withdrawals import id_of
from tests.api.district import CONTRACTS, District
from tests.builders import COURSE, ENROLMENT, OFFERING, SCHOOL, SESSION, STUDENT, TEACHER, an_id
from tests.edge.doors import Answer, Door, pointers
from tests.filings import examples as filings
from tests.mall.examples import CLASS_BODY, COURSE_BODY
from tests.profiles.examples import CERTIFICATE

_LESSON = "/v1/enrolments/{enrolment_id}/lessons/{session_id}"
_AT_SCHOOL = "/v1/school/lessons/{enrolment_id}/{session_id}"

REFUND = f"ref_{ENROLMENT.removeprefix('enr_')}01"
WITHDRAWAL = id_of(SCHOOL, 1)
CHANGE = an_id("chg")
REVIEW = {"stars": {"teaching": 5, "safety": 4, "environment": 3, "honesty": 2}, "text": "老师耐心，教室干净。"}


@dataclass(frozen=True)
class Command:
    """A command with a body that is right in every field."""

    path: str
    who: str
    body: dict[str, Any]
    method: str = "POST"

    def door(self, district: District, **headers: str) -> Door:
        """The door of who may send it."""
        door: Door = getattr(district, self.who)
        return door.with_headers(idempotency_key="command-0001", **headers)

    def refused(self, district: District, raw: bytes, status: int, code: str, **headers: str) -> Answer:
        """Check that a body is refused and nothing is changed."""
        ids = {
            "enrolment_id": ENROLMENT,
            "session_id": SESSION,
            "offering_id": OFFERING,
            "student_id": STUDENT,
            "course_id": COURSE,
            "refund_id": REFUND,
            "withdrawal_id": WITHDRAWAL,
            "change_id": CHANGE,
            "case_id": an_id("cas"),
            "review_id": an_id("rev"),
            "claim_id": an_id("clm"),
            "code": "charter",
            "number": "1",
        }
        path = self.path.format(**ids)
        door = self.door(district, **headers)
        return district.refuses(door, lambda door: door.call(self.method, path, raw), status, code)

    def written(self, **changes: Any) -> bytes:
        """The body with changes."""
        return json.dumps({**self.body, **changes}).encode()


_CLASS = {name: told for name, told in CLASS_BODY.items() if name != "room_id"}  # which may be null

COMMANDS = [
    Command("/v1/sign-ins", "nobody", {"wechat_code": "a-code", "as": "guardian"}),
    Command("/v1/me/children", "guardian", {"name": "小示例", "birth_month": "2017-05", "consent": True}),
    Command(
        "/v1/enrolments",
        "guardian",
        {"course_id": COURSE, "offering_id": OFFERING, "student_id": STUDENT, "terms_hash": "a" * 64},
    ),
    Command("/v1/me/waitlist", "guardian", {"course_id": COURSE, "offering_id": OFFERING, "student_id": STUDENT}),
    Command("/v1/me/children/{student_id}/consent", "guardian", {"consent_version": "2026-09"}),
    Command("/v1/me/children/{student_id}/consent/withdrawal", "guardian", {}),
    Command("/v1/me/waitlist/{student_id}/{offering_id}/leaving", "guardian", {}),
    Command(f"{_LESSON}/confirmation", "guardian", {}),
    Command(f"{_LESSON}/dispute", "guardian", {"reason": "老师没有来"}),
    Command(f"{_LESSON}/leave", "guardian", {"reason": "发烧"}),
    Command(f"{_LESSON}/leave/withdrawal", "guardian", {}),
    Command(f"{_LESSON}/make-up", "guardian", {"accept": True}),
    Command(
        "/v1/school/courses/{course_id}/classes/{offering_id}/extra-sessions",
        "admin",
        {"starts_at": "2026-09-12T10:00:00+08:00"},
    ),
    Command("/v1/school/courses/{course_id}/classes/{offering_id}/opening", "admin", {}),
    Command(
        "/v1/enrolments/{enrolment_id}/transfers",
        "guardian",
        {"course_id": COURSE, "offering_id": OFFERING, "terms_hash": "a" * 64},
    ),
    Command("/v1/enrolments/{enrolment_id}/transfers/{number}/answer", "guardian", {"accept": True}),
    Command("/v1/school/enrolments/{enrolment_id}/transfers", "admin", {"course_id": COURSE, "offering_id": OFFERING}),
    Command("/v1/school/enrolments/{enrolment_id}/transfers/{number}/answer", "admin", {"accept": True}),
    Command(f"{_AT_SCHOOL}/make-up", "admin", {"offering_id": OFFERING, "session_id": SESSION}),
    Command(f"{_AT_SCHOOL}/make-up/withdrawal", "admin", {}),
    Command("/v1/enrolments/{enrolment_id}/wechat-payment", "guardian", {"wechat_code": "a-code"}),
    Command("/v1/me/subscriptions", "guardian", {"wechat_code": "a-code"}),
    Command("/v1/enrolments/{enrolment_id}/claims", "guardian", {"accident_on": "2026-09-01", "text": "摔倒"}),
    Command("/v1/enrolments/{enrolment_id}/claims/{claim_id}/supplement", "guardian", {"text": "诊断证明"}),
    Command("/v1/enrolments/{enrolment_id}/refunds", "guardian", {"amount_fen": 1000, "reason": "搬家"}),
    Command("/v1/enrolments/{enrolment_id}/refunds/{refund_id}/withdrawal", "guardian", {}),
    Command("/v1/school/refunds/{refund_id}/answer", "admin", {"agree": True, "reason": "同意"}),
    Command("/v1/school/minimum-balance/withdrawals", "admin", {"amount_fen": 1000, "reason": "缩减校区"}),
    Command("/v1/school/minimum-balance/withdrawals/{withdrawal_id}/cancellation", "admin", {}),
    Command(
        "/v1/school/accounts",
        "admin",
        {"payout_bank_name": "临淄农商行", "payout_account_no": "6222000000000055"},
    ),
    Command("/v1/school/listing/appeals", "admin", {"text": "认定有误"}),
    Command("/v1/school/plaque", "admin", {}),
    Command("/v1/enrolments/{enrolment_id}/review", "guardian", REVIEW),
    Command("/v1/me/uploads", "guardian", {"name": "a.jpg", "size": 100, "content_type": "image/jpeg"}),
    Command("/v1/school/reviews/{review_id}/reply", "admin", {"text": "谢谢您的评价"}, "PUT"),
    Command("/v1/school/reviews/{review_id}/report", "admin", {"reason": "内容不实"}),
    Command(
        "/v1/reports/private-payment",
        "guardian",
        {"institution_id": SCHOOL, "text": "老师说直接转账可打八折。", "anonymous": False},
    ),
    Command(
        "/v1/school/uploads",
        "admin",
        {"kind": "document", "name": "a.pdf", "size": 100, "content_type": "application/pdf"},
    ),
    Command("/v1/school/profile/changes", "admin", {"item": CERTIFICATE}),
    Command("/v1/school/profile/withdrawals", "admin", {"item_id": TEACHER}),
    Command("/v1/school/profile/changes/{change_id}", "admin", {"item": CERTIFICATE}, "PUT"),
    Command("/v1/school/profile/changes/{change_id}/submission", "admin", {}),
    Command("/v1/school/courses", "admin", COURSE_BODY),
    Command("/v1/school/courses/{course_id}", "admin", COURSE_BODY, "PUT"),
    Command("/v1/school/courses/{course_id}/classes", "admin", _CLASS),
    Command("/v1/school/courses/{course_id}/classes/{offering_id}", "admin", _CLASS, "PUT"),
    *(
        Command(f"/v1/school/courses/{one}/{act}", "admin", {})
        for one in ("{course_id}", "{course_id}/classes/{offering_id}")
        for act in ("submission", "withdrawal", "republication")
    ),
    Command("/v1/applications", "guardian", filings.APPLICATION),
    Command("/v1/school/filings", "admin", {"statement": "换届", "changes": {"legal_representative": "鲁示例"}}),
    Command("/v1/school/filings/{case_id}/materials/{code}", "admin", {"files": [an_id("fil")]}),
    Command("/v1/school/filings/{case_id}/findings/{number}/rectification", "admin", {"answer": "已更换"}),
    Command("/v1/publicity/{case_id}/objections", "nobody", {"by_whom": "邻居", "text": "楼下是网吧"}),
    Command("/v1/school/invitations", "admin", {"teacher_id": TEACHER}),
    Command("/v1/school/lessons/{enrolment_id}/{session_id}/answer", "admin", {"text": "当天到课，有监控为证"}),
    Command("/v1/me/lessons/confirmations", "guardian", {}),
    Command(
        "/v1/school/offerings/{offering_id}/sessions/{session_id}/attendance",
        "teacher",
        {"marks": [{"enrolment_id": ENROLMENT, "outcome": "present"}]},
    ),
]
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.path)


def test_every_command_is_among_them() -> None:
    told = {one.path for one in CONTRACTS if one.request is not None}

    assert {command.path for command in COMMANDS} == told


@each_command
class TestEveryCommand:
    @pytest.mark.parametrize(
        "broken",
        [
            b"{",
            b"{'a': 1}",
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1, "a": 1}',
            b'{"a": "\xff"}',
            b'{"a": "\\ud800"}',
            b"[" * 60_000,
            b'{"a":' * 10_000,
            b"1" * 5000,
        ],
        ids=lambda raw: repr(raw[:12]),
    )
    def test_refuses_broken_json(self, district: District, command: Command, broken: bytes) -> None:
        command.refused(district, broken, 400, "broken_json")

    def test_refuses_a_huge_body(self, district: District, command: Command) -> None:
        command.refused(district, command.written() + b" " * 65_536, 413, "too_large")

    @pytest.mark.parametrize("other", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
    def test_refuses_another_content_type(self, district: District, command: Command, other: str) -> None:
        command.refused(district, command.written(), 415, "wrong_content_type", content_type=other)

    @pytest.mark.parametrize("told", [[], "text", 1, None, True, [[[{}]]]], ids=repr)
    def test_refuses_what_is_not_an_object(self, district: District, command: Command, told: object) -> None:
        answer = command.refused(district, json.dumps(told).encode(), 422, "invalid_request")

        assert pointers(answer) == [("", "not_an_object")]

    def test_refuses_a_field_that_is_not_documented(self, district: District, command: Command) -> None:
        answer = command.refused(district, command.written(price_fen=1), 422, "invalid_request")

        assert pointers(answer) == [("/price_fen", "unknown_field")]

    @pytest.mark.parametrize(
        "wrong", [None, -1, 1.5, 10**400, [], {}, [{}], "", "x" * 30_000], ids=lambda one: repr(one)[:9]
    )
    def test_refuses_the_wrong_thing_in_each_field(self, district: District, command: Command, wrong: object) -> None:
        for field in command.body:
            answer = command.refused(district, command.written(**{field: wrong}), 422, "invalid_request")

            assert all(pointer.startswith(f"/{field}") for pointer, _ in pointers(answer))

    def test_names_every_field_that_is_missing(self, district: District, command: Command) -> None:
        required = [field for field in command.body if field != "as"]
        if required:
            answer = command.refused(district, b"{}", 422, "invalid_request")

            assert list(pointers(answer)) == [(f"/{field}", "missing") for field in required]


class TestIdsInBodies:
    @pytest.mark.parametrize(
        "wrong", ["stu_1", "STU_00000000000000000000000001", f"{STUDENT}\n", f"{STUDENT}0", "#" * 30]
    )
    def test_have_the_shape_of_ids(self, district: District, wrong: str) -> None:
        [enrol] = [command for command in COMMANDS if command.path == "/v1/enrolments"]
        for field in ("course_id", "offering_id", "student_id"):
            answer = enrol.refused(district, enrol.written(**{field: wrong}), 422, "invalid_request")

            assert pointers(answer) == [(f"/{field}", "wrong_format")]

    def test_of_another_kind_are_as_if_they_were_not_there(self, district: District) -> None:
        [enrol] = [command for command in COMMANDS if command.path == "/v1/enrolments"]

        enrol.refused(district, enrol.written(student_id=COURSE), 404, "unknown_student")


class TestMarks:
    [attendance] = [command for command in COMMANDS if command.path.endswith("attendance")]

    @pytest.mark.parametrize(
        ("marks", "pointer", "code"),
        [
            ([], "/marks", "too_few"),
            ([{"enrolment_id": ENROLMENT, "outcome": "present"}] * 61, "/marks", "too_many"),
            ([{"enrolment_id": ENROLMENT, "outcome": "late"}], "/marks/0/outcome", "not_one_of"),
            ([{"enrolment_id": ENROLMENT}], "/marks/0/outcome", "missing"),
            ([{"enrolment_id": "", "outcome": "present"}], "/marks/0/enrolment_id", "wrong_format"),
            ([{"enrolment_id": ENROLMENT, "outcome": "present", "x": 1}], "/marks/0/x", "unknown_field"),
            ([1], "/marks/0", "not_an_object"),
        ],
    )
    def test_are_checked_one_by_one(self, district: District, marks: object, pointer: str, code: str) -> None:
        answer = self.attendance.refused(district, self.attendance.written(marks=marks), 422, "invalid_request")

        assert pointers(answer) == [(pointer, code)]
