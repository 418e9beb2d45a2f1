"""`Idempotency-Key`, at the commands that must not be done twice."""

import pytest

from functions.edge.idempotency import CommandRow
from shared.mall import store as mall
from tests import steps
from tests.api.district import CONTRACTS, District, enrolling
from tests.builders import COURSE
from tests.edge.doors import Answer, Clock, bearer
from tests.tables import busy, just_before

CHILD = {"name": "小示例", "birth_month": "2017-05", "consent": True}
URL = "/v1/me/children"


def children(district: District) -> int:
    """How many children the guardian has."""
    return len(district.guardian.get(URL).body["data"])


def seats_taken() -> int:
    """Of the class."""
    offering = mall.get_course(COURSE).offerings[0]
    return offering.seats - offering.seats_left


def test_every_command_of_somebody_signed_in_has_one() -> None:
    posts = [one for one in CONTRACTS if one.method == "POST" and one.path.startswith("/v1/")]

    assert {one.path for one in posts if not one.idempotent} == {
        "/v1/sign-ins",
        "/v1/bank/events",
        "/v1/bank/statements",
        "/v1/insurer/events",
        "/v1/wechat/pay/notifications",
        "/v1/publicity/{case_id}/objections",  # the same words count once
    }


class TestKey:
    @pytest.mark.parametrize("key", ["", "short-1", "k" * 129, "with space", "带中文的键00", "a/b/c/d/e", "new\tline1"])
    def test_that_is_missing_or_insane_is_refused(self, district: District, key: str) -> None:
        door = district.guardian.with_headers(idempotency_key=key)

        district.refuses(door, lambda door: door.post(URL, CHILD), 422, "idempotency_key_missing")

    @pytest.mark.parametrize("key", ["8-chars.", "k" * 128, "550e8400-e29b-41d4-a716-446655440000", "a:b_c.d-e"])
    def test_of_a_sane_shape_is_taken(self, district: District, key: str) -> None:
        assert district.guardian.post(URL, CHILD, key=key).status == 201


class TestSameKey:
    def test_same_body_gets_the_same_answer_and_does_nothing(self, district: District) -> None:
        first = district.guardian.post(URL, CHILD, key="key-00000001")
        before = district.dump()

        again = district.guardian.post(URL, CHILD, key="key-00000001")

        assert (again.status, again.text) == (first.status, first.text)
        assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
        assert district.dump() == before

    def test_is_answered_the_same_whatever_became_of_the_class(self, district: District) -> None:
        offering = district.opens()
        first = enrolling(offering)(district.guardian)
        steps.withdraw_class()

        assert enrolling(offering)(district.guardian).text == first.text

    def test_is_answered_the_same_years_later(self, district: District, at: Clock) -> None:
        first = district.guardian.post(URL, CHILD, key="key-00000001")
        at.pass_by(days=3000)
        later = district.nobody.with_headers(authorization=bearer())

        assert later.post(URL, CHILD, key="key-00000001").text == first.text

    def test_another_body_is_refused(self, district: District) -> None:
        district.guardian.post(URL, CHILD, key="key-00000001")

        district.refuses(
            district.guardian,
            lambda door: door.post(URL, {**CHILD, "name": "大示例"}, key="key-00000001"),
            422,
            "idempotency_key_reused",
        )

    def test_of_somebody_else_is_another_key(self, district: District) -> None:
        mine = district.guardian.post(URL, CHILD, key="key-00000001")
        theirs = district.stranger.post(URL, {**CHILD, "name": "大示例"}, key="key-00000001")

        assert (theirs.status, theirs.body["name"]) == (201, "大示例")
        assert mine.body["student_id"] != theirs.body["student_id"]

    def test_of_another_address_is_another_key(self, district: District) -> None:
        offering = district.opens()
        district.guardian.post(URL, CHILD, key="key-00000001")

        assert enrolling(offering, key="key-00000001")(district.guardian).status == 201

    def test_in_flight_is_refused_and_the_first_goes_through(self, district: District) -> None:
        offering = district.opens()
        answers: list[Answer] = []
        with just_before("TransactWriteItems", lambda: answers.append(enrolling(offering)(district.guardian))):
            answers.append(enrolling(offering)(district.guardian))

        second, first = answers
        assert (second.status, second.code) == (409, "in_flight")
        assert first.status == 201
        assert seats_taken() == 1

    def test_in_flight_is_refused_until_the_lease_ends(self, district: District, at: Clock) -> None:
        district.guardian.post(URL, CHILD, key="key-00000001")
        [row] = CommandRow.scan()
        row.update([CommandRow.sealed_answer.remove()])  # as when the function died before it could answer
        district.refuses(district.guardian, lambda door: door.post(URL, CHILD, key="key-00000001"), 409, "in_flight")

        at.pass_by(seconds=31)

        assert district.guardian.post(URL, CHILD, key="key-00000001").status == 201
        assert children(district) == 1

    def test_of_a_refused_command_may_be_tried_again(self, district: District) -> None:
        offering = district.opens()
        with busy("TransactWriteItems"):
            refused = enrolling(offering)(district.guardian)

        assert refused.status == 503
        assert enrolling(offering)(district.guardian).status == 201
        assert seats_taken() == 1

    def test_of_a_refused_command_may_be_used_with_another_body(self, district: District) -> None:
        district.guardian.post(URL, {**CHILD, "consent": False}, key="key-00000001")

        assert district.guardian.post(URL, CHILD, key="key-00000001").status == 201


class TestWhatIsKept:
    def test_says_nothing_to_who_reads_the_table(self, district: District) -> None:
        district.guardian.post(URL, {**CHILD, "name": "欧阳示例"}, key="key-00000001")

        [row] = CommandRow.scan()
        told = repr(row.attribute_values)
        assert "欧阳" not in told
        assert "key-00000001" not in told

    def test_is_not_there_after_a_refusal(self, district: District) -> None:
        district.guardian.post(URL, {**CHILD, "consent": False}, key="key-00000001")

        assert list(CommandRow.scan()) == []
