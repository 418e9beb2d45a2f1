"""A refund through the API's doors: the guardian's, the school's, the bank's; and what is refused."""

from datetime import date
from typing import Any

import pytest

from shared.funds import queries, refund_money
from shared.funds.store import accounts
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.teaching import queries as teaching
from tests import builders, letters, steps, tables
from tests.api.district import Act, District, confirming, disputing, marking
from tests.builders import ENROLMENT, NOW, an_id
from tests.edge.doors import Answer, Clock, admin_bearer

REFUND = f"ref_{ENROLMENT.removeprefix('enr_')}01"
REFUNDS = f"/v1/enrolments/{ENROLMENT}/refunds"


@pytest.fixture
def district(district: District) -> District:
    """The first family's enrolment of three lessons is sold and paid; its first session is over."""

    def put() -> None:
        offering = district.opens()
        steps.enrol(offering)
        steps.pay(ENROLMENT, 288_000)
        district.teaches(sessions=2)

    tables.put_in_memory(__name__, put)
    return district


def asking(amount_fen: Any = 288_000, *, key: str = "refund-0001", **changes: Any) -> Act:
    """The first guardian asks for a refund."""
    body = {"amount_fen": amount_fen, "reason": "搬家", **changes}
    return lambda door: door.post(REFUNDS, body, key=key)


def answering(agree: bool = True, *, key: str = "answer-0001", refund: str = REFUND, **changes: Any) -> Act:
    """The school answers."""
    body = {"agree": agree, "reason": "同意", **changes}
    return lambda door: door.post(f"/v1/school/refunds/{refund}/answer", body, key=key)


def withdrawing(*, refund: str = REFUND, key: str = "withdraw-0001") -> Act:
    return lambda door: door.post(f"{REFUNDS}/{refund}/withdrawal", {}, key=key)


def previewed(district: District) -> Any:
    return district.guardian.get(f"/v1/enrolments/{ENROLMENT}/refund-preview").body


def listed(district: District) -> Any:
    return district.guardian.get(REFUNDS).body["data"]


def held(district: District) -> None:
    """The refund is asked for, agreed to and held back."""
    asking()(district.guardian)
    answering()(district.admin)
    refund = steps.hold_refund(queries.get_refund(REFUND))
    assert refund.held_fen == 288_000


def bank_says(district: District, kind: str = "refund.paid", **data: Any) -> Answer:
    told = {"payment_id": f"{REFUND}-1", "account_no": builders.TUITION_NO, "amount_fen": 288_000, **data}
    return district.hears(letters.a_letter(kind, **told), message_id=f"msg_{kind}_{len(data)}")


class TestPreview:
    def test_before_the_first_lesson_is_all_that_was_paid(self, district: District) -> None:
        told = previewed(district)

        assert (told["refundable"]["amount_fen"], told["rule"]) == (288_000, "before_start")
        assert told["explanation"] == "尚未上课，全额退回已付学费。"
        assert told["policy_version"] == builders.POLICY.version

    def test_after_a_lesson_is_what_is_not_taught_confirmed_or_not(self, district: District) -> None:
        marking()(district.teacher)
        waiting = previewed(district)
        confirming()(district.guardian)
        confirmed = previewed(district)

        for told in (waiting, confirmed):
            assert (told["refundable"]["amount_fen"], told["taught_lessons"], told["rule"]) == (282_000, 1, "pro_rata")

    def test_speaks_english(self, district: District) -> None:
        english = district.guardian.with_headers(accept_language="en")
        told = english.get(f"/v1/enrolments/{ENROLMENT}/refund-preview").body

        assert told["explanation"].startswith("No lesson has been taught")

    def test_of_another_familys_enrolment_is_not_there(self, district: District) -> None:
        path = f"/v1/enrolments/{ENROLMENT}/refund-preview"
        district.refuses(district.stranger, lambda door: door.get(path), 404, "unknown_enrolment")


class TestAsk:
    def test_waits_for_the_school(self, district: District) -> None:
        answer = asking()(district.guardian)

        assert (answer.status, answer.body["refund_id"], answer.body["status"]) == (201, REFUND, "requested")
        assert answer.body["answer_by"] == "2026-09-08"
        assert [one["refund_id"] for one in listed(district)] == [REFUND]

    def test_asked_again_says_the_same_and_does_nothing(self, district: District) -> None:
        first = asking()(district.guardian)
        before = district.dump()

        assert asking()(district.guardian).body == first.body
        assert district.dump() == before

    @pytest.mark.parametrize("amount_fen", [1, 287_999, 288_001, 10**13])
    def test_of_another_amount_is_told_the_right_one(self, district: District, amount_fen: int) -> None:
        answer = district.refuses(district.guardian, asking(amount_fen), 409, "refundable_amount_changed")

        assert "288000" in answer.body["detail"]

    @pytest.mark.parametrize("amount_fen", [0, -1, 1.5, "288000", None, True, 10**14])
    def test_of_what_is_no_amount_is_refused(self, district: District, amount_fen: Any) -> None:
        district.refuses(district.guardian, asking(amount_fen), 422, "invalid_request")

    @pytest.mark.parametrize("reason", ["", "长" * 201])
    def test_without_a_reason_is_refused(self, district: District, reason: str) -> None:
        district.refuses(district.guardian, asking(reason=reason), 422, "invalid_request")

    def test_of_blanks_for_a_reason_is_refused(self, district: District) -> None:
        district.refuses(district.guardian, asking(reason="  "), 422, "reason_needed")

    def test_a_second_time_while_one_is_open_is_refused(self, district: District) -> None:
        asking()(district.guardian)

        district.refuses(district.guardian, asking(key="refund-0002"), 409, "refund_open")

    def test_for_another_familys_enrolment_is_refused(self, district: District) -> None:
        district.refuses(district.stranger, asking(), 404, "unknown_enrolment")

    def test_after_everything_was_refunded_is_refused(self, district: District) -> None:
        held(district)
        bank_says(district)

        district.refuses(district.guardian, asking(key="refund-0002"), 409, "nothing_to_refund")


class TestAnswer:
    def test_agreed_is_to_be_paid_in_time(self, district: District) -> None:
        asking()(district.guardian)
        answer = answering()(district.admin)

        assert (answer.status, answer.body["status"], answer.body["pay_by"]) == (201, "agreed", "2026-09-16")
        assert answer.body["agreed_by"] == "school"

    def test_an_objection_is_the_bureaus(self, district: District) -> None:
        asking()(district.guardian)
        answer = answering(False, reason="已上课")(district.admin)

        assert (answer.body["status"], answer.body["school_reason"]) == ("contested", "已上课")

    def test_an_objection_after_the_last_day_is_refused(self, district: District, at: Clock) -> None:
        asking()(district.guardian)
        at.now = clock.end_of(date(2026, 9, 8))
        admin = district.nobody.with_headers(authorization=admin_bearer())

        answer = district.refuses(admin, answering(False, reason="已上课"), 409, "refund_answer_too_late")

        assert "2026-09-08" in answer.body["detail"]

    def test_an_objection_without_a_reason_is_refused(self, district: District) -> None:
        asking()(district.guardian)

        district.refuses(district.admin, answering(False, reason=" "), 422, "reason_needed")

    def test_of_a_teacher_is_refused(self, district: District) -> None:
        asking()(district.guardian)

        district.refuses(district.teacher, answering(), 403, "not_for_your_role")

    def test_of_another_school_is_refused_and_it_sees_nothing(self, district: District) -> None:
        asking()(district.guardian)
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))))

        district.refuses(other, answering(), 404, "unknown_refund")
        assert other.get("/v1/school/refunds").body["data"] == []

    def test_twice_otherwise_is_refused(self, district: District) -> None:
        asking()(district.guardian)
        answering()(district.admin)

        again = answering(False, reason="改主意", key="answer-0002")
        district.refuses(district.admin, again, 409, "refund_moved_on")

    def test_the_school_sees_its_refunds(self, district: District) -> None:
        asking()(district.guardian)
        [one] = district.admin.get("/v1/school/refunds").body["data"]

        assert (one["refund_id"], one["requested"]["amount_fen"], one["reason"]) == (REFUND, 288_000, "搬家")


class TestWithdraw:
    def test_ends_it(self, district: District) -> None:
        asking()(district.guardian)

        assert withdrawing()(district.guardian).body["status"] == "withdrawn"

    def test_when_it_is_agreed_is_refused(self, district: District) -> None:
        asking()(district.guardian)
        answering()(district.admin)

        district.refuses(district.guardian, withdrawing(), 409, "refund_moved_on")

    @pytest.mark.parametrize("refund", [f"{REFUND[:-2]}02", f"ref_{'0' * 28}", "ref_1"])
    def test_of_what_is_not_there_is_refused(self, district: District, refund: str) -> None:
        district.refuses(district.guardian, withdrawing(refund=refund), 404, "unknown_refund")


class TestBank:
    def test_says_that_it_is_paid(self, district: District) -> None:
        held(district)

        assert bank_says(district).body == {"status": "posted"}

        [one] = listed(district)
        assert (one["status"], one["held"]["amount_fen"]) == ("paid", 288_000)
        assert [(payment["to_account"], payment["amount"]["amount_fen"]) for payment in one["payments"]] == [
            ("…0001", 288_000)
        ]
        told = district.guardian.get(f"/v1/enrolments/{ENROLMENT}").body
        assert (told["status"], told["held"]["amount_fen"], told["refunded"]["amount_fen"]) == ("refunded", 0, 288_000)

    def test_twice_is_once(self, district: District) -> None:
        held(district)
        bank_says(district)

        assert bank_says(district).body == {"status": "duplicate"}
        assert accounts.get(ENROLMENT).refunded_fen == 288_000

    def test_says_that_it_could_not_be_paid(self, district: District) -> None:
        held(district)

        assert bank_says(district, "refund.failed").body == {"status": "posted"}
        [one] = listed(district)
        assert (one["status"], one["failure"]) == ("failed", "收款账户状态异常")
        assert previewed(district)["refundable"]["amount_fen"] == 288_000

    @pytest.mark.parametrize(
        ("kind", "data", "status", "code"),
        [
            ("refund.paid", {"amount_fen": 1}, 409, "refund_mismatch"),
            ("refund.paid", {"payment_id": f"{REFUND}-2"}, 404, "unknown_refund"),
            ("refund.paid", {"payment_id": "pay_1"}, 404, "unknown_refund"),
            ("refund.failed", {"account_no": "8000000012"}, 409, "refund_mismatch"),
            ("refund.failed", {"amount_fen": 0}, 422, "wrong_bank_message"),
        ],
    )
    def test_says_what_can_not_be(
        self, district: District, kind: str, data: dict[str, Any], status: int, code: str
    ) -> None:
        held(district)
        before = tables.dump_memory(but=("bank",))

        answer = bank_says(district, kind, **data)

        assert (answer.status, answer.code) == (status, code)
        assert tables.dump_memory(but=("bank",)) == before  # the message itself is kept


class TestLessonsMeanwhile:
    def test_a_disputed_lesson_stays_until_it_is_decided(self, district: District) -> None:
        marking()(district.teacher)
        disputing()(district.guardian)
        asking(282_000)(district.guardian)
        answering()(district.admin)
        refund_money.hold(
            refund=queries.get_refund(REFUND),
            taught=teaching.list_taught(ENROLMENT),
            now=NOW,
        )

        account = accounts.get(ENROLMENT)
        assert (account.held_fen, account.refund_pending_fen, account.lessons_left) == (6_000, 282_000, 1)

    def test_a_pupil_whose_refund_is_under_way_is_not_marked_any_more(self, district: District) -> None:
        held(district)

        district.refuses(district.teacher, marking(), 409, "not_on_roster")
