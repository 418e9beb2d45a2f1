"""The quote: what every rule of a sale says, and what the total means, with nothing written."""

from typing import Any

import pytest

from tests import builders, steps
from tests.api.district import STRANGERS_CHILD, District, enrolling
from tests.builders import COURSE, OFFERING, STUDENT, an_id
from tests.edge.doors import Answer, Door
from tests.people import examples

MONEY = {"currency": "CNY"}


def quoting(**changes: Any) -> Any:
    asked = {"course_id": COURSE, "offering_id": OFFERING, "student_id": STUDENT, **changes}
    address = "/v1/me/quote?" + "&".join(f"{name}={value}" for name, value in asked.items())
    return lambda door: door.get(address)


def broken(answer: Answer) -> dict[str, tuple[str, str]]:
    """The rules that aren't met, each with its value and limit."""
    return {one["rule"]: (one["value"], one["limit"]) for one in answer.body["rules"] if not one["met"]}


class TestQuote:
    def test_explains_the_total(self, district: District) -> None:
        offering = district.opens()

        told = quoting()(district.guardian).body

        assert (told["may_enrol"], told["refusals"]) == (True, [])
        assert told["total"] == {"amount_fen": 288_000, **MONEY}
        assert (told["lessons"], told["price_per_lesson"]) == (48, {"amount_fen": 6_000, **MONEY})
        assert told["release"] == {
            "per_lesson": {"amount_fen": 6_000, **MONEY},
            "last_lesson": {"amount_fen": 6_000, **MONEY},
            "confirmation_working_days": 7,
        }
        assert told["refund"] == {
            "full_until": "2026-09-02",
            "full_refund_days": 5,
            "answer_working_days": 5,
            "payment_days": 15,
        }
        assert told["insurance"]["guardian_premium"] == {"amount_fen": 0, **MONEY}
        assert (told["hold_hours"], told["pay_before"]) == (72, "2026-09-04T10:00:00+08:00")
        assert (told["terms_hash"], told["consent_version"]) == (offering.terms_hash, "2026-09")
        assert told["policy_version"] == "linzi-2026.1"

    def test_the_last_lesson_has_the_remainder(self, district: District) -> None:
        steps.register()
        examples.add_child()
        steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3))
        told = quoting()(district.guardian).body["release"]
        assert [told[name]["amount_fen"] for name in ("per_lesson", "last_lesson")] == [333, 334]

    def test_tells_all_that_is_broken_at_once_and_the_sale_says_the_first_of_it(self, district: District) -> None:
        offering = district.opens(seats=1)
        steps.enrol(offering, 9)
        steps.publish_course(builders.a_course(lessons=61, price_fen=500_001))
        steps.suspend()
        withdraw(district.guardian)

        answer = quoting()(district.guardian)

        assert broken(answer) == {
            "institution_not_selling": ("suspended", "licensed"),
            "charge_span_lessons": ("61", "60"),
            "charge_amount": ("¥5,000.01", "¥5,000.00"),
            "charge_split": ("61", "60"),
            "class_sold_out": ("0", "1"),
            "consent_withdrawn": ("2026-09", "2026-09-01"),
        }
        assert not answer.body["may_enrol"]
        assert answer.body["refusals"] == list(broken(answer))
        reasons = {one["rule"]: one["reason"] for one in answer.body["rules"]}
        assert reasons["charge_span_lessons"] == "一次性收费 61 课时，超过上限 60 课时。"
        assert reasons["charge_too_early"] is None
        district.refuses(district.guardian, enrolling(offering), 422, "charge_span_lessons")

    def test_holds_the_terms_that_were_read_against_those_on_sale(self, district: District) -> None:
        offering = district.opens()
        assert quoting(terms_hash=offering.terms_hash)(district.guardian).body["may_enrol"]
        assert list(broken(quoting(terms_hash="f" * 64)(district.guardian))) == ["terms_changed"]

    def test_writes_nothing(self, district: District) -> None:
        district.opens()
        before = district.dump()
        quoting()(district.guardian)
        assert district.dump() == before

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"student_id": STRANGERS_CHILD}, "unknown_student"),
            ({"course_id": an_id("crs", 9)}, "unknown_course"),
            ({"offering_id": an_id("off", 9)}, "unknown_class"),
        ],
    )
    def test_of_what_is_not_there_or_anothers_is_missing(
        self, district: District, changes: dict[str, str], code: str
    ) -> None:
        district.opens()
        district.refuses(district.guardian, quoting(**changes), 404, code)

    def test_needs_ids(self, district: District) -> None:
        assert quoting(student_id="x")(district.guardian).status == 422


def withdraw(door: Door) -> None:
    assert door.post(f"/v1/me/children/{STUDENT}/consent/withdrawal", {}, key="withdraw-01").status == 200
