"""The sale, through the door: what it answers, and what it refuses in the very moment."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.mall import store as mall_store
from shared.policy import queries as policies
from tests import builders, letters, steps
from tests.api.district import STRANGERS_CHILD, District, enrolling
from tests.builders import COURSE, GUARDIAN, NOW, OFFERING, STUDENT, TUITION_NO, an_id
from tests.edge.doors import Answer, Clock, pointers
from tests.tables import busy, just_before, lost_answers


class TestEnrol:
    def test_takes_a_seat_and_says_how_to_pay(self, district: District) -> None:
        offering = district.opens(seats=2)

        answer = enrolling(offering)(district.guardian)

        assert answer.status == 201
        told = answer.body
        assert (told["status"], told["student_id"], told["offering_id"]) == ("awaiting_deposit", STUDENT, OFFERING)
        assert told["price"] == told["due"] == {"amount_fen": 288_000, "currency": "CNY"}
        assert told["held"] == told["paid"] == told["released"] == {"amount_fen": 0, "currency": "CNY"}
        assert (told["terms"]["price_fen"], told["terms"]["course"]) == (288_000, "少儿中国舞基础")
        assert told["wechat_payment"] is None
        assert told["seat_held_until"] == "2026-09-04T10:00:00+08:00"
        assert district.guardian.get("/v1/enrolments").body["data"][0]["seat_held_until"] == told["seat_held_until"]
        assert told["payment"] == {
            "methods": ["bank_transfer"],  # no merchant number is set
            "bank_name": "中国银行临淄支行",
            "account_name": builders.a_school().name,
            "account_no": TUITION_NO,
            "amount": {"amount_fen": 288_000, "currency": "CNY"},
            "reference": told["enrolment_id"].removeprefix("enr_"),
            "pay_before": "2026-09-04T10:00:00+08:00",
        }
        assert mall_store.get_course(COURSE).offerings[0].seats_left == 1

    def test_is_paid_by_the_banks_word(self, district: District) -> None:
        made = enrolling(district.opens())(district.guardian).body
        half = letters.a_letter(remittance=made["payment"]["reference"], amount_fen=100_000)
        rest = letters.a_letter(remittance=made["payment"]["reference"], amount_fen=188_000, bank_reference="BK000002")

        assert district.hears(half).body == {"status": "posted"}
        seen = district.guardian.get(f"/v1/enrolments/{made['enrolment_id']}").body
        assert (seen["status"], seen["payment"]["amount"]["amount_fen"]) == ("awaiting_deposit", 188_000)
        assert district.hears(rest, message_id="msg_0002").body == {"status": "posted"}
        seen = district.guardian.get(f"/v1/enrolments/{made['enrolment_id']}").body
        assert (seen["status"], seen["payment"], seen["held"]["amount_fen"]) == ("active", None, 288_000)
        assert seen["seat_held_until"] is None

    def test_says_what_of_her_money_lies_in_suspense(self, district: District) -> None:
        made = enrolling(district.opens())(district.guardian).body
        too_much = letters.a_letter(remittance=made["payment"]["reference"], amount_fen=288_500)
        assert made["in_suspense"]["amount_fen"] == 0

        assert district.hears(too_much).body == {"status": "posted"}

        seen = district.guardian.get(f"/v1/enrolments/{made['enrolment_id']}").body
        assert (seen["status"], seen["paid"]["amount_fen"], seen["in_suspense"]["amount_fen"]) == (
            "active",
            288_000,
            500,
        )

    def test_shows_every_movement_of_its_money(self, district: District) -> None:
        made = enrolling(district.opens())(district.guardian).body
        district.hears(letters.a_letter(remittance=made["payment"]["reference"], amount_fen=288_000))

        answer = district.guardian.get(f"/v1/enrolments/{made['enrolment_id']}/entries")

        assert answer.body["data"] == [
            {
                "kind": "deposit",
                "reference": "BK000001",
                "legs_fen": {"outside": -288_000, "held": 288_000},
                "booked_at": "2026-09-01T10:00:00+08:00",
                "effective_on": "2026-09-01",
                "reason": "",
                "version": 1,
            }
        ]

    def test_asked_again_without_an_answer_sells_once(self, district: District) -> None:
        offering = district.opens(seats=2)
        with lost_answers("TransactWriteItems"):
            lost = enrolling(offering)(district.guardian)

        again = enrolling(offering)(district.guardian)

        assert (lost.status, lost.code) == (503, "try_again")
        assert again.status == 201
        assert mall_store.get_course(COURSE).offerings[0].seats_left == 1


class TestMyEnrolments:
    def test_are_listed_newest_first_page_by_page(self, district: District, at: Clock) -> None:
        terms_hash = district.opens().terms_hash
        made = []
        for number in (1, 2, 3):
            steps.open_account(number, guardian_id=GUARDIAN, terms_hash=terms_hash, made_at=at())
            made.append(an_id("enr", number))
            at.pass_by(minutes=1)

        first = district.guardian.get("/v1/enrolments?limit=2").body
        last = district.guardian.get(f"/v1/enrolments?limit=2&cursor={first['next_cursor']}").body

        assert [one["enrolment_id"] for one in first["data"] + last["data"]] == made[::-1]
        assert last["next_cursor"] is None
        assert {(one["institution_name"], one["course_title"], one["class_name"]) for one in first["data"]} == {
            (builders.a_school().name, builders.a_course().title, builders.a_class().name)
        }
        assert district.stranger.get("/v1/enrolments").body == {"data": [], "next_cursor": None}


class TestRefusedSale:
    def test_to_another_familys_child(self, district: District) -> None:
        offering = district.opens()

        told = district.refuses(
            district.guardian, enrolling(offering, student_id=STRANGERS_CHILD), 404, "unknown_student"
        )
        nobody = district.refuses(
            district.guardian, enrolling(offering, student_id=an_id("stu", 99)), 404, "unknown_student"
        )

        assert {**told.body, "request_id": ""} == {**nobody.body, "request_id": ""}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"course_id": an_id("crs", 99)}, "unknown_course"),
            ({"offering_id": an_id("off", 99)}, "unknown_class"),
        ],
    )
    def test_of_what_is_not_there(self, district: District, changes: dict[str, str], code: str) -> None:
        district.refuses(district.guardian, enrolling(district.opens(), **changes), 404, code)

    def test_under_other_terms_than_were_shown(self, district: District) -> None:
        act = enrolling(district.opens(), terms_hash="b" * 64)

        assert pointers(district.refuses(district.guardian, act, 409, "terms_changed")) == [
            ("/terms_hash", "terms_changed")
        ]

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"starts_on": date(2026, 10, 2)}, 409, "charge_too_early"),
            ({"starts_on": date(2026, 8, 31)}, 409, "class_already_started"),
            ({"ends_on": date(2026, 12, 8)}, 422, "charge_span_months"),
        ],
    )
    def test_of_a_class_against_the_charge_rules(
        self, district: District, changes: dict[str, Any], status: int, code: str
    ) -> None:
        district.refuses(district.guardian, enrolling(district.opens(**changes)), status, code)

    def test_of_a_class_that_the_child_is_in(self, district: District) -> None:
        offering = district.opens()
        enrolling(offering)(district.guardian)

        district.refuses(district.guardian, enrolling(offering, key="enrol-0002"), 409, "already_enrolled")

    def test_of_a_second_course_that_would_split_the_charge(self, district: District) -> None:
        enrolling(district.opens())(district.guardian)
        other = builders.a_course(course_id=an_id("crs", 2), lessons=20)
        offering = steps.put_on_sale(other, offering_id=an_id("off", 2))

        district.refuses(district.guardian, enrolling(offering, key="enrol-0002"), 409, "charge_split")

    def test_of_a_course_that_is_far_from_used_up(self, district: District) -> None:
        offering = district.opens()
        enrolling(offering)(district.guardian)
        second = builders.a_class(offering_id=an_id("off", 2))
        steps.open_class(second)
        hashed = mall_store.find_offering(mall_store.get_course(COURSE), second.offering_id)

        district.refuses(district.guardian, enrolling(hashed, key="enrol-0002"), 409, "renewal_too_early")

    def test_over_what_one_charge_may_be(self, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
        offering = district.opens()
        dearer = replace(policies.in_force(at=NOW), max_amount_fen=287_999)
        shorter = replace(policies.in_force(at=NOW), max_lessons=47)

        monkeypatch.setattr(policies, "in_force", lambda *, at: dearer)
        district.refuses(district.guardian, enrolling(offering), 422, "charge_amount")
        monkeypatch.setattr(policies, "in_force", lambda *, at: shorter)
        district.refuses(district.guardian, enrolling(offering), 422, "charge_span_lessons")

    def test_of_a_class_that_is_sold_out(self, district: District) -> None:
        offering = district.opens(seats=1)
        steps.enrol(offering, 2)

        district.refuses(district.guardian, enrolling(offering), 409, "class_sold_out")

    def test_of_a_class_that_is_withdrawn(self, district: District) -> None:
        offering = district.opens()
        steps.withdraw_class()

        district.refuses(district.guardian, enrolling(offering), 409, "class_not_on_sale")

    def test_by_a_school_that_is_suspended(self, district: District) -> None:
        offering = district.opens()
        steps.suspend()

        district.refuses(district.guardian, enrolling(offering), 409, "institution_not_selling")

    def test_by_a_school_whose_licence_has_run_out(self, district: District) -> None:
        offering = district.opens(licence_valid_to=builders.TODAY - timedelta(days=1))

        district.refuses(district.guardian, enrolling(offering), 409, "institution_not_selling")

    def test_while_dynamodb_is_busy(self, district: District) -> None:
        offering = district.opens()
        with busy("TransactWriteItems"):
            answer = district.refuses(district.guardian, enrolling(offering), 503, "try_again")

        assert answer.headers["retry-after"] == "1"


class TestInTheVeryMoment:
    """What changes between the sale's reading and its commit is seen by the commit."""

    @pytest.mark.parametrize(
        ("meanwhile", "code"),
        [
            (steps.suspend, "institution_not_selling"),
            (steps.withdraw_class, "class_not_on_sale"),
            (lambda: steps.enrol(builders.a_class(terms_hash=_terms_hash()), 2), "class_sold_out"),
        ],
        ids=["its school is suspended", "it is withdrawn", "the last seat is taken"],
    )
    def test_the_sale_is_refused(self, district: District, meanwhile: Any, code: str) -> None:
        offering = district.opens(seats=1)
        left: list[str] = []

        def change() -> None:
            meanwhile()
            left.append(district.dump(but=["edge"]))

        with just_before("TransactWriteItems", change):
            answer = enrolling(offering)(district.guardian)

        assert (answer.status, answer.code) == (409, code)
        assert district.dump(but=["edge"]) == left[0]
        assert district.guardian.get("/v1/enrolments").body["data"] == []

    def test_of_two_sales_to_one_child_only_one_is_made(self, district: District) -> None:
        offering = district.opens()
        answers: list[Answer] = []
        with just_before(
            "TransactWriteItems", lambda: answers.append(enrolling(offering, key="enrol-0002")(district.guardian))
        ):
            answers.append(enrolling(offering)(district.guardian))

        assert [answer.status for answer in answers] == [201, 409]
        assert answers[1].code == "already_enrolled"
        assert mall_store.get_course(COURSE).offerings[0].seats_left == 29


def _terms_hash() -> str:
    return mall_store.get_course(COURSE).offerings[0].terms_hash
