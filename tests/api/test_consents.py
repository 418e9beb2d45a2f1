"""A guardian's consent to the use of her child's data: the text, each consent's record, and its withdrawal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.kernel.ids import CourseId, OfferingId
from shared.people import consent_texts
from tests import builders, steps
from tests.api.district import STRANGERS_CHILD, District, enrolling
from tests.builders import COURSE, OFFERING, STUDENT, an_id
from tests.edge.doors import Answer, Clock, Door
from tests.tables import just_before

CHILD = f"/v1/me/children/{STUDENT}"


def withdrawing(key: str = "withdraw-01", child: str = STUDENT) -> Callable[[Door], Answer]:
    return lambda door: door.post(f"/v1/me/children/{child}/consent/withdrawal", {}, key=key)


def giving(version: str = "2026-09", key: str = "consent-0001", child: str = STUDENT) -> Callable[[Door], Answer]:
    body = {"consent_version": version}
    return lambda door: door.post(f"/v1/me/children/{child}/consent", body, key=key)


def waiting(door: Door) -> Answer:
    body = {"course_id": COURSE, "offering_id": OFFERING, "student_id": STUDENT}
    return door.post("/v1/me/waitlist", body, key="wait-0001")


def newer(text: consent_texts.ConsentText, **changes: Any) -> consent_texts.ConsentText:
    """The text that comes after."""
    return replace(text, version="2026-10", zh="新的告知书", **changes)


class TestText:
    def test_is_open_to_everybody_with_its_hash_and_purposes(self, district: District) -> None:
        told = district.nobody.get("/v1/consent-text").body
        assert (told["version"], told["sha256"]) == ("2026-09", consent_texts.get("2026-09").sha256)
        assert [one["code"] for one in told["purposes"]] == ["contract", "teaching", "money", "insurance", "inspection"]
        assert "撤回" in told["text_zh"]
        assert "withdraw" in told["text_en"]


class TestWithdraw:
    def test_says_what_it_means_and_is_on_record(self, district: District, at: Clock) -> None:
        district.opens()
        at.pass_by(minutes=5)

        answer = withdrawing()(district.guardian)

        assert (answer.status, answer.body["consent_withdrawn_at"]) == (200, "2026-09-01T10:05:00+08:00")
        assert "已签的合同继续履行" in answer.body["effect"]
        [one] = district.guardian.get(f"{CHILD}/consents").body["data"]
        assert (one["version"], one["given_at"]) == ("2026-09", "2026-09-01T10:00:00+08:00")
        assert (one["withdrawn_at"], len(one["purposes"])) == ("2026-09-01T10:05:00+08:00", 5)

    def test_twice_is_once(self, district: District, at: Clock) -> None:
        district.opens()
        first = withdrawing()(district.guardian)
        at.pass_by(minutes=5)
        before = district.dump(but=["edge"])
        assert withdrawing(key="withdraw-02")(district.guardian).body == first.body
        assert district.dump(but=["edge"]) == before

    def test_no_new_enrolment_and_what_was_sold_goes_on(self, district: District) -> None:
        offering = district.opens()
        bought = enrolling(offering)(district.guardian).body
        withdrawing()(district.guardian)
        other = steps.put_on_sale(
            builders.a_course(course_id=CourseId(an_id("crs", 2)), category="art"),
            offering_id=OfferingId(an_id("off", 2)),
        )

        district.refuses(district.guardian, enrolling(other, key="enrol-0002"), 409, "consent_withdrawn")
        again = enrolling(offering)(district.guardian)

        assert (again.status, again.body["enrolment_id"]) == (201, bought["enrolment_id"])
        assert district.guardian.get(f"/v1/enrolments/{bought['enrolment_id']}").body["status"] == "awaiting_deposit"

    def test_the_child_leaves_its_waitlists_and_joins_none(self, district: District) -> None:
        steps.enrol(district.opens(seats=1), 9)
        waiting(district.guardian)
        withdrawing()(district.guardian)
        [ticket] = district.guardian.get("/v1/me/waitlist").body["data"]
        assert ticket["status"] == "left"
        district.refuses(
            district.guardian,
            lambda door: door.post(
                "/v1/me/waitlist",
                {"course_id": COURSE, "offering_id": OFFERING, "student_id": STUDENT},
                key="wait-0002",
            ),
            409,
            "consent_withdrawn",
        )

    def test_during_a_sale_the_sale_came_first(self, district: District) -> None:
        offering = district.opens()
        with just_before("TransactWriteItems", lambda: withdrawing()(district.guardian)):
            answer = enrolling(offering)(district.guardian)
        assert answer.status == 201
        assert steps.seats_astray() == []

    def test_anothers_child_is_missing(self, district: District) -> None:
        district.opens()
        district.refuses(district.guardian, withdrawing(child=STRANGERS_CHILD), 404, "unknown_student")
        district.refuses(district.guardian, giving(child=STRANGERS_CHILD), 404, "unknown_student")


class TestGive:
    def test_anew_lets_the_child_be_enrolled_and_is_another_record(self, district: District, at: Clock) -> None:
        offering = district.opens()
        withdrawing()(district.guardian)
        at.pass_by(minutes=5)

        answer = giving()(district.guardian)

        assert (answer.status, answer.body["consent_withdrawn_at"]) == (201, None)
        assert enrolling(offering)(district.guardian).status == 201
        records = district.guardian.get(f"{CHILD}/consents").body["data"]
        assert [one["withdrawn_at"] for one in records] == [None, "2026-09-01T10:00:00+08:00"]

    def test_what_stands_stays(self, district: District, at: Clock) -> None:
        district.opens()
        at.pass_by(minutes=5)
        before = district.dump(but=["edge"])
        assert giving()(district.guardian).body["consented_at"] == "2026-09-01T10:00:00+08:00"
        assert district.dump(but=["edge"]) == before

    def test_to_a_text_that_is_not_in_force_is_refused(self, district: District) -> None:
        district.opens()
        district.refuses(district.guardian, giving("2020-01"), 409, "consent_text_changed")
        told = {"name": "小示例", "birth_month": "2017-05", "consent": True, "consent_version": "2020-01"}
        act = lambda door: door.post("/v1/me/children", told, key="child-0001")  # noqa: E731
        district.refuses(district.guardian, act, 409, "consent_text_changed")


class TestANewerText:
    def test_outdates_a_consent_to_the_one_before(self, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
        offering = district.opens()
        [text] = consent_texts.all_texts()
        monkeypatch.setattr(consent_texts, "all_texts", lambda: (text, newer(text)))
        district.refuses(district.guardian, enrolling(offering), 409, "consent_outdated")
        assert giving("2026-10")(district.guardian).status == 201
        bought = enrolling(offering)(district.guardian)
        assert bought.status == 201
        records = district.guardian.get(f"{CHILD}/consents").body["data"]
        assert [one["version"] for one in records] == ["2026-10", "2026-09"]

    def test_that_renews_nothing_lets_the_older_consent_stand(
        self, district: District, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offering = district.opens()
        [text] = consent_texts.all_texts()
        monkeypatch.setattr(consent_texts, "all_texts", lambda: (text, newer(text, renews=False)))
        assert enrolling(offering)(district.guardian).status == 201
